"""T20, small: many clocks run out at one instant. Each is told once, in time, the worst first.

`python -m benchmarks alarms` does it with a thousand.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import httpx2
import pytest_asyncio
from sqlalchemy import text
from temporalio.client import Client

from api.app import create_app
from api.parts import Parts
from config.settings import Settings
from models.store.session import Store
from tests.conftest import Colleague
from tests.desk import Desk
from tests.polling import until
from worker import at_work
from workflows.client import Engine

T = TypeVar("T")
QUEUE = "burst"
AHEAD, SPARE = timedelta(seconds=8), timedelta(seconds=2)
"""The instant comes so long after the first opening, and so long after the last one."""

FEWEST, MOST = 16, 100
"""Cases: as many as the machine opens until then."""

FIRST_ANSWER = {"critical": timedelta(minutes=15), "high": timedelta(minutes=30)}
AT_MOST = timedelta(seconds=60)
"""What is promised for two hundred in a minute; here it takes a few."""

A_QUEUE = timedelta(seconds=1)
"""When the last one waited so long, they had to wait for each other."""

_MISSES = """
SELECT s.number, s.severity,
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
    severity: str
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
    if max(one.awake for one in found) > A_QUEUE:
        assert half(found, "critical") < half(found, "high"), "the critical ones go first"
    assert sorted(waits)[len(waits) // 2] < 1, "meanwhile the API answers"


def half(found: list[Miss], severity: str) -> timedelta:
    """How soon half of that severity were awake."""
    awake = sorted(one.awake for one in found if one.severity == severity)
    return awake[len(awake) // 2]


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
        return [Miss(row.number, row.severity, row.late, row.awake) for row in rows]
