"""A long life goes on in a new run, and a life that left the cache comes back the same."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest_asyncio
from sqlalchemy import text
from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.client import Client
from temporalio.worker import Worker

from activities.deadlines import plan_clocks
from activities.interceptor import ErrorsToTemporal
from activities.projection import Projection
from config.settings import Settings
from models.command import AddNote, Operation
from models.errors import EngineUnavailable
from models.ids import new_id, workflow_id
from models.messages import Receipt
from models.store.repositories import events
from models.store.session import Store
from tests.conftest import Colleague
from tests.desk import Desk
from tests.polling import until
from tests.workflows.clockwork import Clockwork
from tests.workflows.openings import start_like
from tests.workflows.servers import own_temporal
from workflows.client import Engine
from workflows.escalation import EscalationWorkflow
from workflows.sandbox import strict_runner

SOMETHING_CAME_MEANWHILE = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
"""Temporal's own way: the task is done again with what came while the run was ending."""

SHORT = 60
"""Events after which this server suggests a new run; the real one says 4,096."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def impatient() -> AsyncIterator[Client]:
    """A Temporal server that wants a new run after few events."""
    async with own_temporal(limit__historyCount__suggestContinueAsNew=SHORT) as made:
        yield made


async def test_operations_across_new_runs_are_applied_once_each_trap_59(
    impatient: Client, sarah: Desk, store: Store, colleagues: dict[str, Colleague]
) -> None:
    """T31, small: 60 notes, each sent twice, instead of 2,100 updates; and a server that wants a
    new run after sixty events instead of 4,096."""
    start = await start_like(sarah, store)
    assert start.opening is not None
    case = start.opening.escalation_id
    engine = Engine(impatient, "renewal")
    actor = colleagues["sarah"].actor
    async with _worker(impatient, store, "renewal", cached=10):
        await engine.open(start)
        notes = [
            Operation(op_id=new_id(), actor=actor, command=AddNote(content_id=uuid4()))
            for _ in range(60)
        ]
        slots = asyncio.Semaphore(4)

        async def twice(note: Operation) -> None:
            async with slots:
                first = await _sure(engine, case, note)
                assert await _sure(engine, case, note) == first

        await asyncio.gather(*[twice(note) for note in notes])
        late = await _sure(engine, case, notes[0])
        assert late.status == "applied"
        clockwork = Clockwork(impatient, store)
        await clockwork.settled(str(case))
        assert (await clockwork.facts(str(case))).count("note_added") == len(notes)
        assert await _renewed(impatient, case)
        assert await _no_task_failed(impatient, case)


async def test_a_new_run_takes_over_what_postgresql_refuses_and_writes_it_all_later(
    impatient: Client, sarah: Desk, store: Store, colleagues: dict[str, Colleague]
) -> None:
    """A history must not grow without end because a projection is stuck."""
    start = await start_like(sarah, store)
    assert start.opening is not None
    case = start.opening.escalation_id
    engine, clockwork = Engine(impatient, "stuck"), Clockwork(impatient, store)
    actor = colleagues["sarah"].actor
    async with _worker(impatient, store, "stuck", cached=10):
        opened = await engine.open(start)
        await clockwork.settled(str(case))
        await _refuse_event(store, case, opened.version + 1)
        noted: list[Receipt] = []

        async def new_run() -> bool:
            note = Operation(op_id=new_id(), actor=actor, command=AddNote(content_id=uuid4()))
            noted.append(await _sure(engine, case, note))
            return await _renewed(impatient, case)

        await until(new_run, within=60)
        handle = impatient.get_workflow_handle(workflow_id(case))
        life = await handle.query("life")
        assert [one["seq"] for one in life["outbox"]] == [one.version for one in noted]
        await _take_event(store, case)
        # After a minute it is tried again; time skipping makes the minute short.
        state = await clockwork.ahead(str(case), timedelta(minutes=2))
        assert state.version == noted[-1].version
        assert (await clockwork.facts(str(case))).count("note_added") == len(noted)
        async with store.transaction() as connection:
            written = await events.of(connection, case)
        assert [one.seq for one in written] == list(range(1, state.version + 1))


async def test_a_life_that_leaves_the_cache_after_every_task_stays_the_same(
    client: Client,
    sarah: Desk,
    store: Store,
    settings: Settings,
    colleagues: dict[str, Colleague],
) -> None:
    start = await start_like(sarah, store)
    assert start.opening is not None
    case = start.opening.escalation_id
    engine = replace(Engine(client, settings.task_queue), task_queue="forgetful")
    actor = colleagues["sarah"].actor
    async with _worker(client, store, "forgetful", cached=0):
        await engine.open(start)
        for _ in range(5):
            note = Operation(op_id=new_id(), actor=actor, command=AddNote(content_id=uuid4()))
            await engine.operate(case, note)
        clockwork = Clockwork(client, store)
        await clockwork.settled(str(case))
        assert (await clockwork.facts(str(case))).count("note_added") == 5


async def _renewed(client: Client, case: UUID) -> bool:
    """Whether this life goes on in a later run than its first."""
    described = await client.get_workflow_handle(workflow_id(case)).describe()
    first: str = described.raw_description.workflow_execution_info.first_run_id
    return first != described.run_id


async def _refuse_event(store: Store, case: UUID, seq: int) -> None:
    """Put another event in the place of the next one: PostgreSQL then refuses it for good."""
    put = (
        "INSERT INTO events (escalation_id, seq, at, fact, body, hash)"
        " VALUES (:id, :seq, now(), 'note_added', '{}', 'another')"
    )
    async with store.transaction() as connection:
        await connection.execute(text(put), {"id": case, "seq": seq})


async def _take_event(store: Store, case: UUID) -> None:
    """Take the other event away again."""
    take = "DELETE FROM events WHERE escalation_id = :id AND hash = 'another'"
    async with store.transaction() as connection:
        await connection.execute(text(take), {"id": case})


async def _sure(engine: Engine, case: UUID, note: Operation) -> Receipt:
    """Ask again, as a caller does: a new run answers what came while the old one ended."""
    for _ in range(2):
        with contextlib.suppress(EngineUnavailable):
            return await engine.operate(case, note)
    return await engine.operate(case, note)


async def _no_task_failed(client: Client, case: UUID) -> bool:
    """Whether no run of this life had a workflow task that failed."""
    described = await client.get_workflow_handle(workflow_id(case)).describe()
    run: str = described.raw_description.workflow_execution_info.first_run_id
    while run:
        handle = client.get_workflow_handle(workflow_id(case), run_id=run)
        run = ""
        async for event in handle.fetch_history_events():
            failed = event.workflow_task_failed_event_attributes
            if failed.started_event_id and failed.cause != SOMETHING_CAME_MEANWHILE:
                return False
            went_on = event.workflow_execution_continued_as_new_event_attributes
            run = went_on.new_execution_run_id or run
    return True


def _worker(client: Client, store: Store, queue: str, *, cached: int) -> Worker:
    return Worker(
        client,
        task_queue=queue,
        workflows=[EscalationWorkflow],
        activities=[Projection(store).write_down, plan_clocks],
        workflow_runner=strict_runner(),
        interceptors=[ErrorsToTemporal()],
        max_cached_workflows=cached,
    )
