"""T07: a worker is killed in the middle of a delivery, of an operation, and of doing nothing."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from models.delivery import Delivery, DeliveryStatus, EffectKind
from models.store.repositories import deliveries, events
from tests.chaos.arena import Arena
from tests.e2e.insist import Caller
from tests.polling import until
from workflows.options import DELIVER_HEARTBEAT, DELIVER_TIMEOUT

SLOW = 10.0
"""Seconds that a busy machine may need to start a worker."""


def _opening(since: timedelta = timedelta(0)) -> dict[str, Any]:
    return {
        "customer": {"name": "Doug Carter", "email": "doug@customer.test"},
        "title": "Three missed visits",
        "type": "cancel_threat",
        "severity": "critical",
        "received_at": (datetime.now(UTC) - since).isoformat(),
    }


async def test_a_page_whose_worker_died_while_it_was_handed_over_goes_out_again_soon(
    place: Arena, marcus: Caller
) -> None:
    place.sink.holding = True
    opened = await marcus.insist("/cs/escalations", _opening(timedelta(minutes=8)), "mid-activity")
    await until(lambda: _arrived(place))
    await place.stack.kill("worker")
    killed = time.monotonic()
    place.sink.holding = False
    await place.stack.start("worker")
    page = await until(lambda: _ended(place, opened["escalation_id"]), within=60)
    took = time.monotonic() - killed
    assert took < DELIVER_HEARTBEAT.total_seconds() + 10 + SLOW < DELIVER_TIMEOUT.total_seconds()
    assert (page.status, page.attempts) == (DeliveryStatus.SENT, 2)
    copies = [one for one in place.sink.copies if one.message_id == page.message_id]
    assert len(copies) == 2, "at least once, and both are known for the same"


async def test_an_operation_whose_worker_died_is_done_once(place: Arena, marcus: Caller) -> None:
    opened = await marcus.insist("/cs/escalations", _opening(), "mid-update")
    path = f"/cs/escalations/{opened['number']}/notes"
    for turn in range(3):
        asking = asyncio.create_task(marcus.insist(path, {"text": "now"}, f"mid-update-{turn}"))
        await asyncio.sleep(0)  # the request is on its way
        await place.stack.kill("worker")
        await place.stack.start("worker")
        await marcus.written(await asking)
    assert await _notes(place, opened["escalation_id"]) == 3


async def test_a_new_worker_soon_hears_what_is_asked_of_cases_the_dead_one_knew(
    place: Arena, marcus: Caller
) -> None:
    """Temporal would ask the dead one first, for ten seconds, if we let it."""
    opened = await marcus.insist("/cs/escalations", _opening(), "idle")
    path = f"/cs/escalations/{opened['number']}/notes"
    await marcus.written(await marcus.insist(path, {"text": "it is known"}, "idle-1"))
    await place.stack.kill("worker")
    await place.stack.start("worker")
    ready = time.monotonic()
    await marcus.insist(path, {"text": "and now"}, "idle-2")
    assert time.monotonic() - ready < 9


async def _arrived(place: Arena) -> bool:
    return bool(place.sink.copies)


async def _ended(place: Arena, case: str) -> Delivery | None:
    """The warning of that case, once it has ended."""
    async with place.store.transaction() as connection:
        found = await deliveries.of(connection, UUID(case))
    return next((one for one in found if one.kind is EffectKind.SLA_WARNING and one.ended_at), None)


async def _notes(place: Arena, case: str) -> int:
    async with place.store.transaction() as connection:
        told = await events.of(connection, UUID(case))
    return sum(one.fact.fact == "note_added" for one in told)
