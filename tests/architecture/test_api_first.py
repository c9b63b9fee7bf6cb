"""Whatever the terminal does it asks of the API, by paths that the API shows to everybody."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATHS = {
    re.sub(r"\{\w+\}", "{}", line.split()[0].removeprefix("/api/v1"))
    for line in (ROOT / "tests/api/openapi_paths.txt").read_text("utf-8").splitlines()
    if line.strip()
}


def _asked() -> set[str]:
    """Every path, or end of one, that stands in the terminal's code; `{}` is any one part."""
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


def test_the_terminal_can_do_nothing_that_the_api_cannot_trap_60() -> None:
    asked = _asked()
    assert len(asked) >= 14
    for one in asked:
        pattern = one.removeprefix("{}").replace("{}", "[^/]+")
        whole = re.compile(pattern if one.startswith("/") else f".*{pattern}$")
        assert any(whole.match(known) for known in PATHS), one
