"""What the pages for people who run it say of workers, queues and versions is what there is."""

import ast
import inspect
import re
from itertools import pairwise
from pathlib import Path

from workflows import queues

ROOT = Path(__file__).parents[2]
HOW_TO = ROOT / "docs/how-to"


def test_the_page_has_every_number_of_a_worker_and_its_value() -> None:
    source = ast.parse((ROOT / "worker.py").read_text(encoding="utf-8"))
    set_there = {
        node.targets[0].id: node.value.value
        for node in source.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, int)
    }
    page = (HOW_TO / "tune-a-worker.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([A-Z_]+)` \| ([0-9,]+) \|", page, re.MULTILINE)
    assert set_there
    assert {name: int(value.replace(",", "")) for name, value in rows} == set_there


def test_the_page_names_every_queue_that_workers_share() -> None:
    named = [
        function("")
        for name, function in inspect.getmembers(queues, inspect.isfunction)
        if name.endswith("_queue")
    ]
    page = (HOW_TO / "deploy.md").read_text(encoding="utf-8")
    told = page.partition("Workers share their task queues (")[2].partition(")")[0]
    assert set(re.findall(r"`([^`]+)`", told)) == {"rightnow", *named}


def test_the_page_says_of_every_version_how_one_goes_back_from_it() -> None:
    versions = sorted(one.name for one in (ROOT / "tests/replay/histories").iterdir())
    page = (HOW_TO / "change-a-workflow.md").read_text(encoding="utf-8")
    release = page.partition("## Release")[2]
    for earlier, later in pairwise(versions):
        told = [one for one in release.split("\n\n") if later in one and "back" in one]
        assert told, f"nothing says what becomes of going back from {later} to {earlier}"
