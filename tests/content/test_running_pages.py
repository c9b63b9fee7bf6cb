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


QUEUES = [
    function("")
    for name, function in inspect.getmembers(queues, inspect.isfunction)
    if name.endswith("_queue")
]
"""What stands behind the name of the cases' own queue."""

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def test_the_page_names_every_queue_that_workers_share() -> None:
    page = (HOW_TO / "deploy.md").read_text(encoding="utf-8")
    told = page.partition("Workers share their task queues (")[2].partition(")")[0]
    assert set(re.findall(r"`([^`]+)`", told)) == {"rightnow", *QUEUES}


def test_the_table_of_queues_has_each_of_them_and_the_sentence_below_counts_them() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    told = page.partition("## Task queues")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([^`]+)` \|", told, re.MULTILINE)
    assert sorted(rows) == sorted(["rightnow", *(f"rightnow{one}" for one in QUEUES)])
    assert f"asks for work on all {NUMBERS[len(rows)]}." in told


def test_the_table_of_queues_has_the_places_that_a_worker_gives_them() -> None:
    source = (ROOT / "worker.py").read_text(encoding="utf-8")
    sizes = {
        name: int(value)
        for name, value in re.findall(r"^([A-Z]+_AT_ONCE) = (\d+)$", source, re.MULTILINE)
    }
    of_rows = dict(re.findall(r"row\((\w+)_queue, [\w.]+, (\w+)\)", source))
    of_rows |= dict(re.findall(r"_row\(client, settings, (\w+)_queue, [\w.]+, (\w+)\)", source))
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    assert len(of_rows) == len(QUEUES) - 1, "all but the auditor's"
    for name, size in of_rows.items():
        queue = getattr(queues, f"{name}_queue")("rightnow")
        assert re.search(rf"^\| `{queue}` \|.*\| {sizes[size]} \|$", page, re.MULTILINE), queue


def test_the_page_says_of_every_version_how_one_goes_back_from_it() -> None:
    versions = sorted(one.name for one in (ROOT / "tests/replay/histories").iterdir())
    page = (HOW_TO / "change-a-workflow.md").read_text(encoding="utf-8")
    release = page.partition("## Release")[2]
    for earlier, later in pairwise(versions):
        told = [one for one in release.split("\n\n") if later in one and "back" in one]
        assert told, f"nothing says what becomes of going back from {later} to {earlier}"
