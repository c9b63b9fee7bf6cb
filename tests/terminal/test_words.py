"""The words of the room are plain: a twelve-year-old can follow them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import terminal
from domain import reading

ROOM = Path(terminal.__file__).parent
CODES = {"resolve", "resolution", "resolved"}
"""Names of commands and of fields of the API, which are not for reading."""


def _said(tree: ast.Module) -> Iterator[str]:
    """Every text of the code: docstrings of commands are help, other docstrings are not said."""
    silent = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(id(node.value))
    for command in tree.body:
        if isinstance(command, ast.FunctionDef) and command.decorator_list:
            silent -= {id(one) for one in ast.walk(command.body[0])}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in silent:
            yield from [node.value] if isinstance(node.value, str) else []


MODULES = sorted(ROOM.rglob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_what_the_terminal_says_reads_at_a_glance(module: Path) -> None:
    for text in _said(ast.parse(module.read_text())):
        if " " not in text or "\\x1b" in text:
            continue
        assert not set(reading.banned(text)) - CODES, text
        assert not reading.long_sentences(text), text
        if reading.word_count(text) >= reading.MIN_BLOCK and text.rstrip().endswith((".", "?")):
            assert reading.grade(text) <= reading.MAX_GRADE, text


def test_there_are_words_to_check() -> None:
    said = [text for module in MODULES for text in _said(ast.parse(module.read_text()))]
    assert "No answer yet, trying again…" in said
    assert any(text.startswith("Write something down") for text in said)
