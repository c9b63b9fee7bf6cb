"""Every trap that the product can fall into has a test, and docs/traps.md says which."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_ROW = re.compile(r"^\| (\d+) \| [^|]+ \| `([^`]+)` \| `([^`]+)` \|$", re.MULTILINE)
ROWS = _ROW.findall((ROOT / "docs" / "traps.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("number", "file", "test"), ROWS, ids=lambda one: one[:12])
def test_the_test_of_a_trap_exists_and_names_it(number: str, file: str, test: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    assert test in {node.name for node in ast.walk(tree) if isinstance(node, kinds)}
    assert number in re.findall(r"\d+", test.partition("trap")[2]), test


NUMBERS = [int(number) for number, _, _ in ROWS]
OF_CLOCKS = set(range(1, 28))
OF_NOTICES = set(range(28, 40)) - {32}
OF_PLAYBOOKS = {40, 41, 42, 43, 45, 48, 49, 50}
OF_RUNS = set(range(51, 64))
"""Without that of which the product has nothing: personal waits (32)."""


def test_every_trap_that_is_owed_has_a_row() -> None:
    assert set(NUMBERS) >= OF_CLOCKS | OF_NOTICES | OF_PLAYBOOKS | OF_RUNS


def test_the_rows_are_in_the_order_of_the_traps() -> None:
    assert sorted(set(NUMBERS)) == NUMBERS
