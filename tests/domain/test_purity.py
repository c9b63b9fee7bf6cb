"""The rules are pure: no clock, no chance, no outside; the same inputs give the same events."""

import ast
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from domain.decide import begin, decide
from domain.due import due
from domain.evolve import fold
from domain.standing import standing
from models.actor import ENGINE
from models.command import Change, Command, CompleteStep, Reopen, Resolve, Tick
from models.errors import RightnowError
from models.event import Event
from models.severity import Severity
from tests.domain import cases
from tests.domain.cases import HOUR, NOON, PRIYA, RESCUE

DOMAIN = Path(__file__).parents[2] / "domain"
MODULES = sorted(DOMAIN.rglob("*.py"))
BANNED_MODULES = {
    "asyncio", "io", "os", "pathlib", "random", "secrets", "socket", "subprocess", "sys",
    "tempfile", "threading", "time", "urllib",
}  # fmt: skip
BANNED_CALLS = {
    "now", "utcnow", "today", "uuid1", "uuid4", "uuid7", "new_id", "open", "input", "print",
    "getenv", "urandom", "eval", "exec", "__import__", "id", "hash", "globals", "vars",
}  # fmt: skip


def impurities(source: str) -> list[str]:
    """What in a module asks the clock, chance, or the outside."""
    found = []
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"uuid.{one.name}" for one in node.names)]
        elif isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in BANNED_CALLS:
                found.append(f"line {node.lineno}: {name}()")
        elif isinstance(node, ast.Global | ast.Nonlocal | ast.AsyncFunctionDef):
            found.append(f"line {node.lineno}: {type(node).__name__}")
        banned = BANNED_MODULES | {"uuid.uuid4", "uuid.uuid1"}
        found += [f"imports {name}" for name in names if {name, name.partition(".")[0]} & banned]
    return found


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_no_rule_asks_the_clock_chance_or_the_outside(module: Path) -> None:
    assert impurities(module.read_text()) == []


WORKFLOWS = [DOMAIN.parent / "workflows" / f"{name}.py" for name in (
    "assist", "audit", "escalation", "failures", "life", "options", "orders", "queues",
    "reading", "search_attributes", "signs_of_life", "story_board",
)]  # fmt: skip
OF_TEMPORAL = {"imports asyncio"}
"""Temporal gives workflows a loop, a clock and chance of their own, which a replay repeats."""


@pytest.mark.parametrize("module", WORKFLOWS, ids=lambda path: path.stem)
def test_no_workflow_asks_another_clock_than_temporals(module: Path) -> None:
    own = {
        f"line {number}: now()"
        for number, line in enumerate(module.read_text().splitlines(), start=1)
        if "workflow.now()" in line
    }
    found = {one for one in impurities(module.read_text()) if "AsyncFunctionDef" not in one}
    assert found - OF_TEMPORAL - own == set()


def test_every_workflow_module_is_looked_at() -> None:
    outside = {"__init__", "client", "codec", "converter", "lives", "sandbox", "schedule"}
    assert {path.stem for path in (DOMAIN.parent / "workflows").glob("*.py")} == outside | {
        path.stem for path in WORKFLOWS
    }


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime\ndatetime.now()",
        "import random",
        "import time",
        "from os import environ",
        "from uuid import uuid4",
        "open('x')",
        "hash('x')",
        "n = 0\ndef f() -> None:\n    global n",
    ],
)
def test_the_check_itself_finds_what_it_looks_for(source: str) -> None:
    assert impurities(source)


COMMANDS: list[Command] = [
    cases.message(),
    cases.NOTE,
    Change(severity=Severity.LOW),
    Change(appointment_at=NOON + HOUR),
    Resolve(),
    Reopen(),
    Tick(),
    *(
        CompleteStep(step=run, outcome=outcome, subject_id=cases.SUBJECT, body_id=cases.BODY)
        for run, outcome in (
            ("call-now", "reached"),
            ("call-now", "no-answer"),
            ("check-bill", "wrong"),
            ("write-letter", "sent"),
        )
    ),
]


@given(told=st.lists(st.tuples(st.sampled_from(COMMANDS), st.integers(0, 3000)), max_size=8))
@settings(max_examples=40, deadline=None)
def test_the_same_story_told_twice_is_the_same_event_for_event(
    told: list[tuple[Command, int]],
) -> None:
    assert live(told) == live(told)


def live(told: list[tuple[Command, int]]) -> tuple[list[Event], str]:
    """A life from its inputs alone: everything is made anew, and nothing is remembered."""
    book = cases.book_of(RESCUE.model_copy(deep=True))
    now = NOON
    events = list(begin(book, cases.opening_of(book), now))
    for command, minutes in told:
        now += minutes * cases.MINUTE
        by = ENGINE if isinstance(command, Tick) else PRIYA
        with suppress(RightnowError):
            events += decide(book, fold(events), command, now, by)
    state = fold(events)
    return events, f"{due(state)} {standing(state, book.playbook)} {[one.hash for one in events]}"
