"""Deadlines that come late, or never: the operation waits or is refused, and the case goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from activities import deadlines
from activities.interceptor import ErrorsToTemporal
from activities.projection import Projection
from domain import decide as rules
from models.command import AddNote, Change, Operation
from models.errors import FieldsInvalid
from models.ids import new_id
from models.messages import ClockAnswer, ClockQuestion
from models.severity import Severity
from models.store.session import Store
from tests.conftest import Colleague
from tests.desk import Desk
from tests.polling import until
from tests.workflows.clockwork import Clockwork
from tests.workflows.openings import start_of_0_1_0
from workflows import life, options
from workflows.client import Engine
from workflows.escalation import EscalationWorkflow
from workflows.sandbox import free_runner


class SlowClocks:
    """Gives no answer for the first few times that it is asked."""

    def __init__(self, silent: int) -> None:
        self.silent = silent
        self.asked = 0

    @activity.defn(name="plan_clocks")
    async def plan_clocks(self, question: ClockQuestion) -> ClockAnswer:
        """Compute deadlines, or hang until the time for it is over."""
        self.asked += 1
        if self.asked <= self.silent:
            await asyncio.Event().wait()
        return await deadlines.plan_clocks(question)


class NoClocks:
    """Says every time that there is no such deadline."""

    @activity.defn(name="plan_clocks")
    async def plan_clocks(self, question: ClockQuestion) -> ClockAnswer:
        """Refuse for good, whatever the question."""
        raise FieldsInvalid("There is no deadline within 1,100 days.")


class BrokenClocks:
    """Breaks every time, as a bug does."""

    @activity.defn(name="plan_clocks")
    async def plan_clocks(self, question: ClockQuestion) -> ClockAnswer:
        """Raise what nobody thought of."""
        raise KeyError(question.severity)


@asynccontextmanager
async def _worker(
    client: Client, store: Store, clocks: SlowClocks | NoClocks | BrokenClocks
) -> AsyncIterator[Engine]:
    """A worker whose deadlines are slow. No sandbox, so that the shorter timeout holds inside."""
    engine = Engine(client, f"slow-{uuid4().hex}")
    async with Worker(
        client,
        task_queue=engine.task_queue,
        workflows=[EscalationWorkflow],
        activities=[Projection(store).write_down, clocks.plan_clocks],
        workflow_runner=free_runner(),
        interceptors=[ErrorsToTemporal()],
    ):
        yield engine


@pytest.mark.parametrize("door", ["signal", "update"])
async def test_an_operation_whose_deadlines_time_out_is_applied_when_they_come(
    door: str,
    client: Client,
    store: Store,
    sarah: Desk,
    clockwork: Clockwork,
    colleagues: dict[str, Colleague],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(options, "COMPUTE_TIMEOUT", timedelta(milliseconds=500))
    clocks = SlowClocks(silent=2)
    start = await start_of_0_1_0(sarah, store)
    assert start.opening is not None
    case = start.opening.escalation_id
    actor = colleagues["marcus"].actor
    worse = Operation(op_id=new_id(), actor=actor, command=Change(severity=Severity.CRITICAL))
    note = Operation(op_id=new_id(), actor=actor, command=AddNote(content_id=uuid4()))
    async with _worker(client, store, clocks) as engine:
        await engine.open(start)
        if door == "signal":
            await engine.send(case, worse)
        else:
            assert (await engine.operate(case, worse)).status == "applied"
        # What comes later waits for its turn, and is applied too.
        assert (await engine.operate(case, note)).status == "applied"
        assert clocks.silent < clocks.asked <= options.COMPUTE_RETRY.maximum_attempts
        state = await clockwork.settled(str(case))
        assert state.severity is Severity.CRITICAL
        assert [clock.epoch for clock in state.clocks] == [2, 2]
        facts = await clockwork.facts(str(case))
        assert facts.index("changed") < facts.index("note_added")
        assert "operation_rejected" not in facts
        # The same operation by the other door gets the same answer and changes nothing.
        assert (await engine.operate(case, worse)).version < state.version
        await engine.send(case, worse)
        assert (await clockwork.settled(str(case))).version == state.version


async def test_an_operation_whose_deadlines_cannot_be_computed_is_refused_and_the_case_goes_on(
    client: Client,
    store: Store,
    sarah: Desk,
    clockwork: Clockwork,
    colleagues: dict[str, Colleague],
) -> None:
    start = await start_of_0_1_0(sarah, store)
    assert start.opening is not None
    case = start.opening.escalation_id
    actor = colleagues["marcus"].actor

    def worse() -> Operation:
        return Operation(op_id=new_id(), actor=actor, command=Change(severity=Severity.CRITICAL))

    note = Operation(op_id=new_id(), actor=actor, command=AddNote(content_id=uuid4()))
    async with _worker(client, store, NoClocks()) as engine:
        before = await engine.open(start)
        with pytest.raises(FieldsInvalid, match="as it was"):
            await engine.operate(case, worse())
        await engine.send(case, worse())
        assert (await engine.operate(case, note)).status == "applied"
        state = await clockwork.settled(str(case))
        assert state.severity is Severity.HIGH
        facts = await clockwork.facts(str(case))
        assert facts[before.version :] == ["operation_rejected", "note_added"]


@pytest.mark.parametrize("what", ["deadlines", "rule"])
async def test_what_breaks_under_an_operation_refuses_it_and_the_case_goes_on(
    what: str,
    client: Client,
    store: Store,
    sarah: Desk,
    clockwork: Clockwork,
    colleagues: dict[str, Colleague],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = await start_of_0_1_0(sarah, store)
    assert start.opening is not None
    case = start.opening.escalation_id
    actor = colleagues["marcus"].actor
    worse = Operation(op_id=new_id(), actor=actor, command=Change(severity=Severity.CRITICAL))
    note = Operation(op_id=new_id(), actor=actor, command=AddNote(content_id=uuid4()))
    decide = rules.decide

    def breaks(book: Any, state: Any, command: Any, *given: Any, **more: Any) -> Any:
        if isinstance(command, Change):
            raise KeyError("a rule that nobody thought through")
        return decide(book, state, command, *given, **more)

    if what == "rule":
        monkeypatch.setattr(life, "decide", breaks)
    clocks = SlowClocks(silent=0) if what == "rule" else BrokenClocks()
    async with _worker(client, store, clocks) as engine:
        before = await engine.open(start)
        await engine.send(case, worse)
        await until(lambda: _written(clockwork, case, before.version + 1))
        assert (await engine.operate(case, note)).status == "applied"
        await clockwork.settled(str(case))
        facts = await clockwork.facts(str(case))
        assert facts[before.version :] == ["operation_rejected", "note_added"]


async def _written(clockwork: Clockwork, case: UUID, version: int) -> bool:
    return len(await clockwork.facts(str(case))) >= version
