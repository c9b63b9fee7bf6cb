"""A thousand open cases whose warnings are due at the same instant, beside bare timers (T20).

Late is how long after that instant the workflow was awake, by its own clock. A warning that comes
early, twice or never ends the measurement. Half of the cases are critical, which go first.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from temporalio.client import WorkflowHandle

from benchmarks.bare import FREE_QUEUE, TASK_QUEUE, BareAlarm
from benchmarks.figures import NOT_TARGETED, UNSANDBOXED, Figure, percentile
from benchmarks.house import Clock, House, opening
from benchmarks.memory import resident
from benchmarks.playbooks import SHORT_WORD

WARNS_AFTER = {"critical": timedelta(minutes=7, seconds=30), "high": timedelta(minutes=15)}
"""Half of the first target, counted from when the customer turned to us."""

AT_ONCE = 16
PATIENCE = 120.0
Rings = list["WorkflowHandle[BareAlarm, float]"]


async def warnings(house: House, *, quick: bool) -> list[Figure]:
    """Warnings due at one instant: how late they are told, and what an open case weighs."""
    count, ahead = (200, 30.0) if quick else (1_000, 100.0)
    before = resident(house.stack.child("worker").pid)
    at = datetime.now(UTC) + timedelta(seconds=ahead)
    house.say(f"  opening {count:,} cases whose warnings are due in {ahead:.0f} s")
    numbers = await _open(house, count, at)
    spare = (at - datetime.now(UTC)).total_seconds()
    if spare < 1:
        raise RuntimeError(f"the openings took {1 - spare:.0f} s too long")
    weight = (resident(house.stack.child("worker").pid) - before) / count
    asking = asyncio.create_task(_ask(house, at))
    told = await _told(house, numbers, at)
    paged = await _paged(house, numbers, at)
    answers = await asking
    house.say(f"  {count:,} bare timers, twice")
    bare = await _rung(house, count, TASK_QUEUE)
    free = await _rung(house, count, FREE_QUEUE)
    ours = [late for severity in told.values() for late in severity]
    name = f"{count:,} warnings at once, late"
    note = f"each of {count:,} once, none early; {spare:.0f} s after the last opening"
    halves = [(f"{which} ones, p50", percentile(late, 0.5)) for which, late in told.items()]
    return [
        _late(f"{name}, p50", 0.5, ours, bare, note),
        _late(f"{name}, p99", 0.99, ours, bare),
        _late(f"{name}, p50{UNSANDBOXED}", 0.5, ours, free, NOT_TARGETED),
        _late(f"{name}, p99{UNSANDBOXED}", 0.99, ours, free, NOT_TARGETED),
        *(Figure(f"{name}, {which}", late, "s") for which, late in halves),
        Figure(f"the last of {count:,} pages handed over after", paged, "s"),
        Figure("the queue's answer meanwhile, p99", percentile(answers, 0.99) * 1000, "ms"),
        Figure("an open case in the worker's memory", weight * 1024, "KB", note="resident, cached"),
    ]


def _late(name: str, share: float, ours: list[float], bare: list[float], note: str = "") -> Figure:
    mine, limit = percentile(ours, share) * 1000, percentile(bare, share) * 1000
    return Figure(name, mine, "ms", limit, note=note)


async def _open(house: House, count: int, at: datetime) -> list[int]:
    """Open so many cases, of each severity the same number, that all warn at one instant."""
    hands = asyncio.Semaphore(AT_ONCE)
    severities = list(WARNS_AFTER)

    async def one(place: int) -> int:
        severity = severities[place % len(severities)]
        since = (at - WARNS_AFTER[severity]).isoformat()
        body = opening(title=f"{SHORT_WORD} alarm", severity=severity, received_at=since)
        async with hands:
            answer = await house.http.post("/cs/escalations", json=body)
        if answer.status_code not in (201, 202):  # 202: taken, and begun a moment later
            raise RuntimeError(f"{answer.status_code}: {answer.text[:500]}")
        return int(answer.json()["number"][2:])

    return list(await asyncio.gather(*(one(place) for place in range(count))))


async def _ask(house: House, at: datetime) -> list[float]:
    """How long the queue takes to answer from the instant on, for ten seconds."""
    await asyncio.sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()))
    took: list[float] = []
    end = Clock() + 10
    while (begun := Clock()) < end:
        (await house.http.get("/cs/queue")).raise_for_status()
        took.append(Clock() - begun)
        await asyncio.sleep(0.1)
    return took


_TOLD = """
    SELECT c.severity, extract(epoch FROM (e.body->>'at')::timestamptz - %(at)s)
    FROM events e JOIN escalations c ON c.id = e.escalation_id
    WHERE c.number = ANY(%(numbers)s) AND e.body->'fact'->>'fact' = 'clock_warned'
      AND e.body->'fact'->>'clock' = 'first_response'
"""
_PAGED = """
    SELECT count(*), extract(epoch FROM max(d.ended_at) - %(at)s)
    FROM deliveries d JOIN escalations c ON c.id = d.escalation_id
    WHERE c.number = ANY(%(numbers)s) AND d.kind = 'sla_warning' AND d.status = 'sent'
"""


async def _told(house: House, numbers: list[int], at: datetime) -> dict[str, list[float]]:
    """How late each warning was told, in seconds, by severity; each once and none early."""
    end = time.monotonic() + (at - datetime.now(UTC)).total_seconds() + PATIENCE
    rows: list[tuple[str, float]] = []
    settled = 0
    while settled < 2:  # once more after the last one: that none is told twice
        if time.monotonic() > end:
            raise RuntimeError(f"{len(numbers) - len(rows)} warnings never came")
        await asyncio.sleep(2)
        cursor = await house.rows.execute(_TOLD, {"at": at, "numbers": numbers})
        rows = [(row[0], float(row[1])) for row in await cursor.fetchall()]
        settled += len(rows) >= len(numbers)
    if len(rows) > len(numbers):
        raise RuntimeError("a warning was told twice")
    if (early := min(late for _, late in rows)) < 0:
        raise RuntimeError(f"a warning was told {-early:.3f} s early")
    return {which: [late for one, late in rows if one == which] for which in WARNS_AFTER}


async def _paged(house: House, numbers: list[int], at: datetime) -> float:
    """When the last page was handed over, in seconds after its time."""
    end = time.monotonic() + PATIENCE
    while True:
        cursor = await house.rows.execute(_PAGED, {"at": at, "numbers": numbers})
        [row] = await cursor.fetchall()
        if row[0] >= len(numbers):
            return float(row[1])
        if time.monotonic() > end:
            raise RuntimeError(f"{len(numbers) - row[0]} pages never left")
        await asyncio.sleep(1)


async def _rung(house: House, count: int, queue: str) -> list[float]:
    """How late as many bare timers ring, in seconds."""
    at = time.time() + 5 + count / 100
    hands = asyncio.Semaphore(AT_ONCE)

    async def one() -> "WorkflowHandle[BareAlarm, float]":
        async with hands:
            return await house.client.start_workflow(
                BareAlarm.run, at, id=f"alarm-{uuid4()}", task_queue=queue
            )

    rings: Rings = list(await asyncio.gather(*(one() for _ in range(count))))
    if time.time() > at:
        raise RuntimeError("the bare timers were started too late")
    return list(await asyncio.gather(*(ring.result() for ring in rings)))
