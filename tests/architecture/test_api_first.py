"""Whatever the terminal does it asks of the API, by paths and methods that the API shows to all."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_LINES = (ROOT / "tests/api/openapi_paths.txt").read_text("utf-8").split("\n")
KNOWN = [line.removeprefix("/api/v1").split() for line in _LINES if line.strip()]
PATHS = {re.sub(r"\{\w+\}", "{}", path) for path, _ in KNOWN}
ASKED_BY = {"look": "GET", "ask": "POST", "change": "POST", "get": "GET", "post": "POST"}
"""The method that each way of the terminal's client uses, unless it is told another one."""

HANDS_ON = {"client.py", "work.py"}
"""Here a path arrives from elsewhere, and goes on as it is."""

Functions = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Wish:
    """What the terminal asks for somewhere; `{}` in a path is any one part, or its beginning."""

    where: str
    method: str
    path: str

    def is_shown(self, paths: set[str]) -> bool:
        """Whether one of these is it."""
        return any(_pattern(self.path).fullmatch(known) for known in paths)


def _pattern(path: str) -> re.Pattern[str]:
    begun = "" if path.startswith("/") else ".*"
    return re.compile(begun + path.removeprefix("{}").replace("{}", "[^/]+"))


def _pieces(node: ast.expr | None, within: Functions, module: ast.Module) -> list[str]:
    """Every path that an expression may be, with names looked up around it; none: nobody knows."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=values):
            found = [""]
            for one in values:
                inner = one.value if isinstance(one, ast.FormattedValue) else one
                told = _pieces(inner, within, module) or ["{}"]
                found = [before + after for before in found for after in told]
            return found
        case ast.Name(id=name):
            return [*_given_here(name, within, module), *_given_by_callers(name, within, module)]
        case _:
            return []


def _given_here(name: str, within: Functions, module: ast.Module) -> Iterator[str]:
    for one in ast.walk(within):
        if isinstance(one, ast.Assign) and any(
            isinstance(to, ast.Name) and to.id == name for to in one.targets
        ):
            yield from _pieces(one.value, within, module)


def _given_by_callers(name: str, within: Functions, module: ast.Module) -> Iterator[str]:
    names = [one.arg for one in within.args.args]
    for one in ast.walk(module):
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name):
            place = names.index(name) if name in names else len(one.args)
            if one.func.id == within.name and place < len(one.args):
                yield from _pieces(one.args[place], within, module)


def _asks(way: ast.Attribute) -> bool:
    """Whether it is a way to the API, and not some dictionary's `get`."""
    here = ast.unparse(way.value)
    return way.attr in ASKED_BY and (here.endswith("_http") or way.attr not in ("get", "post"))


def _method(call: ast.Call) -> str:
    assert isinstance(call.func, ast.Attribute)
    told = [one.value for one in call.keywords if one.arg == "method"]
    return str(ast.literal_eval(told[0])) if told else ASKED_BY[call.func.attr]


def _wishes(text: str, where: str) -> Iterator[Wish]:
    """Everything that a module asks for. Raises AssertionError when nobody can tell what."""
    module = ast.parse(text)
    for within in ast.walk(module):
        if not isinstance(within, Functions):
            continue
        for call in ast.walk(within):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            if not _asks(call.func) or not call.args:
                continue
            found = [one for one in _pieces(call.args[0], within, module) if "/" in one]
            assert found or where in HANDS_ON, f"{where}:{call.lineno} asks for nobody knows what"
            yield from (Wish(where, _method(call), one) for one in found)


WISHES = {
    one
    for module in sorted((ROOT / "terminal").rglob("*.py"))
    for one in _wishes(module.read_text("utf-8"), module.name)
}


def _paths() -> set[str]:
    """Every path, or end of one, that stands in the terminal's code, wherever it is used."""
    found = set()
    for module in (ROOT / "terminal").rglob("*.py"):
        inside: set[int] = set()
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                inside |= {id(one) for one in node.values}
                parts = [
                    one.value if isinstance(one, ast.Constant) else "{}" for one in node.values
                ]
                found.add("".join(str(one) for one in parts))
            elif isinstance(node, ast.Constant) and id(node) not in inside:
                found.add(str(node.value))
    return {one for one in found if re.fullmatch(r"(\{\})?(/[a-z{}-]+)+", one)}


def _shown(method: str) -> set[str]:
    return {re.sub(r"\{\w+\}", "{}", path) for path, known in KNOWN if known == method}


def test_the_terminal_can_do_nothing_that_the_api_cannot_trap_60() -> None:
    asked = _paths()
    assert len(asked) >= 14
    for one in asked:
        assert any(_pattern(one).match(known) for known in PATHS), one
    assert len(WISHES) >= 25
    assert {one.method for one in WISHES} == {"GET", "POST", "PATCH", "DELETE"}
    for wish in WISHES:
        assert wish.is_shown(_shown(wish.method)), wish


@pytest.mark.parametrize(
    "code",
    [
        'def f(work, case):\n    work.change(f"/cs/escalations/{case}/pauses/current", {})',
        'def f(work, case):\n    work.client.look(f"/cs/escalations/{case}/merge")',
        'def f(work, case):\n    work.change(f"/cs/escalations/{case}", {}, method="DELETE")',
        'def f(work, case, part):\n    work.change(f"/cs/escalations/{case}/{part}", {})\n\n'
        'def g(work):\n    f(work, work.case, "timeline")',
    ],
)
def test_a_method_that_the_api_does_not_have_is_found_though_its_path_is_there(code: str) -> None:
    [wish] = _wishes(code, "a.py")
    assert wish.is_shown(PATHS)
    assert not wish.is_shown(_shown(wish.method))
