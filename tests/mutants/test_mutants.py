"""Each mutant still fits into the source, and the tests that have to notice it exist."""

import ast
from pathlib import Path

import pytest

from tests.mutants.catalogue import MUTANTS, NOT_YET, Mutant
from tests.mutants.workshop import ROOT, mutated

NAMED_BY_THE_TABLE = 12


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.name)
def test_a_mutant_fits_and_is_still_python(mutant: Mutant) -> None:
    for name, text in mutated(mutant).items():
        ast.parse(text)
        assert text != (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.name)
def test_the_tests_that_have_to_notice_a_mutant_exist(mutant: Mutant) -> None:
    assert mutant.caught_by
    for test in mutant.caught_by:
        name, _, function = test.partition("::")
        source = (ROOT / Path(name)).read_text(encoding="utf-8")
        assert f"def {function.partition('[')[0]}" in source


def test_every_mutant_of_the_reliability_table_is_here_or_has_a_reason() -> None:
    assert len(MUTANTS[:8]) + len(NOT_YET) == NAMED_BY_THE_TABLE
