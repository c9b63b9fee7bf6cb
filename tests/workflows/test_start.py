"""T03: an update that comes with the start runs before run(), and nothing of it is lost."""

import ast
import asyncio
from pathlib import Path
from uuid import UUID

import pytest

import workflows.escalation
from models.messages import EscalationStart
from models.store.repositories import operations
from models.store.session import Store
from tests.conftest import Colleague
from tests.desk import Desk
from tests.workflows.clockwork import Clockwork
from tests.workflows.openings import opening_like, start_with

ROUNDS = 200


async def test_of_two_hundred_first_steps_that_came_with_the_start_none_is_lost(
    sarah: Desk,
    clockwork: Clockwork,
    store: Store,
    colleagues: dict[str, Colleague],
) -> None:
    opened = await sarah.open_case()
    async with store.transaction() as connection:
        row = await operations.get(connection, UUID(opened["op_id"]))
    assert row is not None
    assert isinstance(row.payload, EscalationStart)
    start = row.payload
    slots = asyncio.Semaphore(16)

    async def one() -> str:
        async with slots:
            made = await opening_like(store, start)
            receipt = await start_with(
                clockwork.client, "tests", made, colleagues["sarah"].actor, step="call-now"
            )
            assert receipt.status == "applied"
            assert made.opening is not None
            return str(made.opening.escalation_id)

    cases = await asyncio.gather(*[one() for _ in range(ROUNDS)])
    states = [await clockwork.settled(case) for case in cases]
    done = [state.run("call-now") for state in states]
    assert sum(run is not None and run.outcome == "reached" for run in done) == ROUNDS


def set_in_run(source: str) -> list[str]:
    """What a workflow's `run` writes into itself, in whatever way it is written down."""
    runs = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.AsyncFunctionDef) and node.name == "run"
    ]
    assert runs
    return [
        node.attr
        for run in runs
        for node in ast.walk(run)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    ]


def test_no_state_is_set_in_run() -> None:
    source = Path(workflows.escalation.__file__).read_text(encoding="utf-8")
    assert set_in_run(source) == []


@pytest.mark.parametrize(
    "line",
    [
        "self.steps = {}",
        "self.count += 1",
        "self.count: int = 0",
        "self.a, (self.b, rest) = told",
        "async for self.last in told: pass",
        "async with told as self.held: pass",
    ],
)
def test_state_that_is_set_in_run_is_found_however_it_is_written(line: str) -> None:
    run = "class Flow:\n    async def run(self) -> None:\n        "
    assert set_in_run(f"{run}{line}\n")
    assert set_in_run(f"{run}told = self.case.go()\n") == []
