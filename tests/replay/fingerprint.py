"""What the workflow commands, in the order of its source: the part of it that histories hold.

`python -m tests.replay.fingerprint` writes it down anew.
"""

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEPT = Path(__file__).parent / "fingerprint.txt"

COMMANDS = frozenset(
    {
        "execute_activity",
        "start_activity",
        "execute_local_activity",
        "start_local_activity",
        "execute_child_workflow",
        "start_child_workflow",
        "sleep",
        "wait_condition",
        "upsert_search_attributes",
        "upsert_memo",
        "continue_as_new",
        "patched",
        "deprecate_patch",
        "signal",
        "cancel",
    }
)
"""What the workflow library turns into a command of the history, or what may."""


WHOLE = frozenset({"signs_of_life"})
"""Modules that command in words of the SDK's own: all that they do counts, and every table."""


def fingerprint() -> str:
    """One line for each function of `workflows/` that commands something: what, and a digest.

    The digest is of the function's whole source without its words, for a branch before a command
    decides as much as the command itself.
    """
    lines = [
        line
        for file in sorted((ROOT / "workflows").glob("*.py"))
        for line in of_module(file.stem, file.read_text())
    ]
    return "\n".join(lines) + "\n"


def of_module(name: str, source: str) -> Iterator[str]:
    """The lines of one module."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            told = list(_commands(node))
            if told or name in WHOLE:
                yield " ".join((f"{name}.{node.name}:", *told, _digest(node, source)))
        elif isinstance(node, ast.Assign) and node in tree.body and name in WHOLE:
            yield f"{name}.{ast.unparse(node.targets[0])}: {_digest_of(node.value, source)}"


def _commands(function: ast.AST) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = node.func.value
            if node.func.attr in COMMANDS and isinstance(of, ast.Name) and of.id == "workflow":
                first = node.args[0] if node.args else None
                name = first.value if isinstance(first, ast.Constant) else None
                what = f"({name})" if isinstance(name, str) else ""
                yield f"{node.func.attr}{what}"


def _digest(function: ast.FunctionDef | ast.AsyncFunctionDef, source: str) -> str:
    """Of what it does, not of how it is explained or laid out; the same for every Python."""
    explained = ast.get_docstring(function) is not None
    words_of = function.body[explained:]
    return _digest_of(words_of[0], source, function.end_lineno) if words_of else "-"


def _digest_of(node: ast.expr | ast.stmt, source: str, last: int | None = None) -> str:
    lines = [
        line.strip() for line in source.splitlines()[node.lineno - 1 : last or node.end_lineno]
    ]
    text = " ".join(" ".join(line for line in lines if not line.startswith("#")).split())
    return hashlib.sha256(text.encode()).hexdigest()[:12]


if __name__ == "__main__":
    KEPT.write_text(fingerprint())
