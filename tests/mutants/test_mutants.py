"""Each mutant still fits into the source, and the tests that have to notice it exist."""

import ast
import re
from pathlib import Path

import pytest

from tests.mutants.catalogue import (
    INSIDE,
    MUTANTS,
    NOT_BY,
    NOT_YET,
    T01,
    T02,
    T03,
    T04,
    T08,
    T32,
    Mutant,
)
from tests.mutants.workshop import ROOT, mutated

TABLE: dict[str, str | None] = {
    "state is set in run() (T03)": "state set in run()",
    "no UNIQUE on the ledger of steps (T01, T08)": "a step can end twice",
    "the outbox's dispatcher is off (T04, T30)": "the sweeper is off",
    "a random update id at each retry (T02)": "another operation id at each retry",
    "marked before it is done (T02, T27)": "sent is written down before it is handed over",
    "a projection without a guard on seq (T01)": "a projection without a guard on the number",
    "ALLOW_DUPLICATE, and no key in PostgreSQL (T32)": (
        "a workflow id may be used again, and the inbox does not answer"
    ),
    "a scope join removed from one route (T13)": None,
    "`except SignatureVerificationError` only (T19)": None,
    "is_private instead of resolved and global (T17)": "only private addresses are refused",
    "a denominator without maturity (T38)": None,
    "a z-test with daily looks (T37)": None,
}
"""The twelve of the reliability table, with the tests that it names, and which mutant is which."""

NUMBERED = {"T01": T01, "T02": T02, "T03": T03, "T04": T04, "T08": T08, "T17": INSIDE, "T32": T32}
NAMED = {one.name: one for one in MUTANTS}


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


@pytest.mark.parametrize("row", TABLE)
def test_every_mutant_of_the_reliability_table_is_here_or_has_a_reason(row: str) -> None:
    name = TABLE[row]
    assert (name is None) == (row in NOT_YET)
    assert (name is None) == (name not in NAMED)


@pytest.mark.parametrize("row", [row for row, name in TABLE.items() if name])
def test_what_has_to_notice_it_is_what_the_table_says_or_there_is_a_reason(row: str) -> None:
    name = TABLE[row]
    for number in re.findall(r"T\d\d", row):
        noticed = name in NAMED and NUMBERED.get(number) in NAMED[name].caught_by
        assert noticed != (f"{name} ({number})" in NOT_BY), number


def test_no_mutant_stands_for_two_and_no_reason_for_none() -> None:
    named = [name for name in TABLE.values() if name]
    assert len(named) == len(set(named))
    assert len(NAMED) == len(MUTANTS)
    assert set(NOT_YET) <= set(TABLE)
    assert {one.rpartition(" (")[0] for one in NOT_BY} <= set(named)
