"""The house keeps its order: arrows, sizes, names, and no drawers."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
ROOMS = ["activities", "api", "config", "domain", "models", "supervisor", "terminal", "upkeep"]
ROOMS += ["workflows"]
DRAWERS = {"helper", "helpers", "util", "utils", "common", "misc", "base"}
LONGEST_MODULE = 400
LONGEST_FUNCTION = 40
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))


def _modules() -> list[Path]:
    found = [ROOT / "cli.py", ROOT / "worker.py"]
    for room in ROOMS:
        found += (ROOT / room).rglob("*.py")
    return sorted(one for one in found if "versions" not in one.parts)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_arrows_between_rooms_go_one_way() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_every_rule_and_every_noun_is_kept_from_frameworks() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {one["id"]: one for one in project["tool"]["importlinter"]["contracts"]}
    nouns = {f"models.{file.stem}" for file in (ROOT / "models").glob("[!_]*.py")}
    assert len(nouns) > 40
    assert set(contracts["pure"]["source_modules"]) == {"domain", *nouns}


@pytest.mark.parametrize("decision", DECISIONS, ids=_name)
def test_a_decision_is_headed_by_its_number(decision: Path) -> None:
    heading = decision.read_text(encoding="utf-8").partition("\n")[0]
    assert heading.startswith(f"# {int(decision.name[:4])}. ")


def test_each_decision_has_a_number_of_its_own_and_none_is_left_out() -> None:
    numbers = [int(one.name[:4]) for one in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("module", _modules(), ids=_name)
def test_a_module_is_short_says_what_it_is_and_is_no_drawer(module: Path) -> None:
    source = module.read_text(encoding="utf-8")
    assert source.count("\n") <= LONGEST_MODULE
    assert module.stem not in DRAWERS
    tree = ast.parse(source)
    if source.strip():
        assert ast.get_docstring(tree), "a module says in its first line what it is"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if not body:
                continue
            length = (node.end_lineno or 0) - body[0].lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


@pytest.mark.parametrize("module", _modules(), ids=_name)
def test_what_others_may_use_has_a_docstring(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    bare = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert bare == []


def test_only_roots_read_settings() -> None:
    roots = {"worker.py", "api/__main__.py", "api/app.py"}
    roots |= {"upkeep/commands.py", "upkeep/running.py"}
    readers = {
        _name(module)
        for module in _modules()
        if re.search(r"^from config\.settings import", module.read_text(), re.MULTILINE)
        and not _name(module).startswith(("supervisor/", "terminal/", "config/"))
    }
    assert readers <= roots


def test_the_readme_points_at_things_that_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("## Where do I")[2].partition("\n## ")[0]
    named = re.findall(r"`([\w./<>*-]+/[\w./<>*-]*|[\w-]+\.(?:py|yml|toml|md))`", table)
    assert len(named) >= 10
    for path in named:
        pattern = re.sub(r"<[^>]+>", "*", path)
        assert list(ROOT.glob(pattern)), f"README names {path}, which does not exist"


def test_the_lock_names_no_address_and_has_a_hash_for_everything() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    entries = re.findall(r"^([a-z0-9._-]+)==", lock, re.MULTILINE)
    blocks = re.split(r"^(?=[a-z0-9._-]+==)", lock, flags=re.MULTILINE)[1:]
    assert len(entries) == len(blocks)
    assert all("--hash=sha256:" in block for block in blocks)


def test_every_dependency_is_in_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    for one in wanted:
        name = re.split(r"[<>=\[;]", one)[0].strip().lower()
        assert re.search(rf"^{re.escape(name)}==", lock, re.MULTILINE), name
