"""T20, small: many clocks run out at one instant. Each is told once, in time; the worst go first.

`python -m benchmarks alarms` does it with a thousand.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx2
import pytest_asyncio
from sqlalchemy import text
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.worker import Worker

from activities.deadlines import plan_clocks
from activities.interceptor import ErrorsToTemporal
from activities.projection import Projection
from api.app import create_app
from api.parts import Parts
from config.settings import Settings
from models.command import AddNote, Operation
from models.ids import new_id
from models.messages import EscalationStart
from models.severity import Severity
from models.store.repositories import events
from models.store.session import Store
from tests.conftest import Colleague
from tests.desk import Desk
from tests.polling import until
from tests.workflows.openings import opening_like, start_like
from tests.workflows.servers import own_temporal
from worker import at_work
from workflows import options
from workflows.client import Engine
from workflows.escalation import EscalationWorkflow
from workflows.sandbox import free_runner

T = TypeVar("T")
QUEUE = "burst"
AHEAD, SPARE = timedelta(seconds=8), timedelta(seconds=2)
"""The instant comes so long after the first opening, and so long after the last one."""

FEWEST, MOST = 16, 100
"""Cases: as many as the machine opens until then."""

FIRST_ANSWER = {"critical": timedelta(minutes=15), "high": timedelta(minutes=30)}
AT_MOST = timedelta(seconds=60)
"""What is promised for two hundred in a minute; here it takes a few."""

_MISSES = """
SELECT s.number,
  v.written_at - greatest(CAST(:due_at AS timestamptz), s.opened_at) AS late,
  CAST(v.body->>'at' AS timestamptz) - greatest(CAST(:due_at AS timestamptz), s.opened_at) AS awake
FROM events v JOIN escalations s ON s.id = v.escalation_id
WHERE v.fact = 'clock_breached' AND v.body->'fact'->>'clock' = 'first_response'
  AND s.number = ANY(:numbers)
"""


@dataclass(frozen=True)
class Miss:
    """A first answer that did not come in time, as it was told."""

    number: int
    late: timedelta
    """From its time until it was written down."""

    awake: timedelta
    """From its time until its case was awake, by the case's own clock."""


@pytest_asyncio.fixture
async def desk(
    parts: Parts, client: Client, colleagues: dict[str, Colleague]
) -> AsyncIterator[Desk]:
    """Sarah at an API whose cases have a task queue of their own."""
    app = create_app(parts)
    app.state.parts = Parts(store=parts.store, engine=Engine(client, QUEUE), house=parts.house)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://rightnow.test/api/v1", timeout=20
    ) as made:
        yield Desk(made, colleagues["sarah"].token)


async def test_many_clocks_of_one_instant_are_told_in_time_t20(
    desk: Desk, client: Client, store: Store, settings: Settings
) -> None:
    ours = settings.model_copy(update={"task_queue": QUEUE})
    due_at = datetime.now(UTC) + AHEAD
    waits: list[float] = []
    async with at_work(client, store, ours):
        numbers = await open_all(desk, due_at)

        async def told() -> list[Miss] | None:
            begun = time.perf_counter()
            await desk.get("/cs/queue", limit=20)
            waits.append(time.perf_counter() - begun)
            found = await misses(store, numbers, due_at)
            return found if len(found) >= len(numbers) else None

        await until(told, within=70)
        # Nobody works on their queue from here on. What a case tells, it tells before it is over.
        await each(numbers, lambda number: end(desk, number))
    found = await misses(store, numbers, due_at)
    assert sorted(one.number for one in found) == sorted(numbers), "each is told once"
    assert min(one.awake for one in found) >= timedelta(0), "none is early"
    assert max(one.late for one in found) < AT_MOST
    assert sorted(waits)[len(waits) // 2] < 1, "meanwhile the API answers"


@pytest_asyncio.fixture
async def in_one_row() -> AsyncIterator[Client]:
    """A Temporal in which all that wait for the same worker stand in one row; usually in four."""
    async with own_temporal(
        matching__numTaskqueueReadPartitions=1, matching__numTaskqueueWritePartitions=1
    ) as made:
        yield made


async def test_of_cases_that_wait_for_a_worker_the_worst_go_first_t20(
    in_one_row: Client, store: Store, sarah: Desk, colleagues: dict[str, Colleague]
) -> None:
    """They wait before there is a worker, and it does one thing at a time: nothing is left to how
    busy the machine is."""
    engine, actor = Engine(in_one_row, QUEUE), colleagues["sarah"].actor
    like = await start_like(sarah, store)
    waiting: dict[UUID, Severity] = {}
    for severity in (*reversed(Severity), *Severity) * 3:
        start = await opening_like(store, of_severity(like, severity))
        assert start.opening is not None
        case = start.opening.escalation_id
        await engine.start(start)
        note = Operation(op_id=new_id(), actor=actor, command=AddNote(content_id=uuid4()))
        await engine.send(case, note)
        waiting[case] = severity
    await until(lambda: queued(engine, len(waiting)))
    async with Worker(
        in_one_row,
        task_queue=engine.task_queue,
        workflows=[EscalationWorkflow],
        activities=[Projection(store).write_down, plan_clocks],
        workflow_runner=free_runner(),
        interceptors=[ErrorsToTemporal()],
        max_concurrent_workflow_tasks=1,
        max_cached_workflows=0,
    ):
        begun = {case: await until(partial(noted_at, store, case)) for case in waiting}
    in_turn = [waiting[case] for case in sorted(begun, key=begun.__getitem__)]
    assert in_turn == sorted(in_turn, key=options.PRIORITY.__getitem__)


def of_severity(like: EscalationStart, severity: Severity) -> EscalationStart:
    """The same start, of so bad a case."""
    assert like.opening is not None
    return like.model_copy(
        update={"opening": like.opening.model_copy(update={"severity": severity})}
    )


async def queued(engine: Engine, tasks: int) -> bool:
    """Whether so many workflow tasks wait at Temporal for a worker."""
    asked = DescribeTaskQueueRequest(
        namespace=engine.client.namespace,
        task_queue=TaskQueue(name=engine.task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        report_stats=True,
    )
    told = await engine.client.workflow_service.describe_task_queue(asked)
    return told.stats.approximate_backlog_count == tasks


async def noted_at(store: Store, case: UUID) -> datetime | None:
    """When a worker first looked at the case: then the note was there."""
    async with store.transaction() as connection:
        told = await events.of(connection, case)
    return next((one.at for one in told if one.fact.fact == "note_added"), None)


async def open_all(desk: Desk, due_at: datetime) -> list[int]:
    """Cases of two severities whose first answer is owed at the same instant."""

    async def one(place: int) -> int | None:
        if place >= FEWEST and datetime.now(UTC) > due_at - SPARE:
            return None
        severity = ("high", "critical")[place % 2]
        received_at = (due_at - FIRST_ANSWER[severity]).isoformat()
        opened = await desk.open_case(severity=severity, received_at=received_at)
        return int(opened["number"].removeprefix("E-"))

    return [number for number in await each(range(MOST), one) if number is not None]


async def end(desk: Desk, number: int) -> None:
    """Resolve a case, and wait until all that it told before is written down."""
    done = await desk.post(f"/cs/escalations/E-{number}/resolution")
    await desk.case(f"E-{number}", at=done["version"])


async def each(all_of: Sequence[int], one: Callable[[int], Awaitable[T]]) -> list[T]:
    """Do it for each, eight at a time."""
    gate = asyncio.Semaphore(8)

    async def behind(number: int) -> T:
        async with gate:
            return await one(number)

    return list(await asyncio.gather(*(behind(number) for number in all_of)))


async def misses(store: Store, numbers: list[int], due_at: datetime) -> list[Miss]:
    """Every miss of a first answer that was written down."""
    async with store.transaction() as connection:
        given: dict[str, Any] = {"numbers": numbers, "due_at": due_at}
        rows = await connection.execute(text(_MISSES), given)
        return [Miss(row.number, row.late, row.awake) for row in rows]
