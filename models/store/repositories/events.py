"""Events: added once, read in order."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.errors import ProjectionForked
from models.event import Event
from models.store.tables.event import EVENTS


async def add(connection: AsyncConnection, escalation_id: UUID, events: Sequence[Event]) -> None:
    """Add events. One that is there already must be the very same.

    Raises ProjectionForked when another event has its number: a person must look.
    """
    if not events:
        return
    rows = [{"escalation_id": escalation_id, **columns(event)} for event in events]
    adding = insert(EVENTS).on_conflict_do_nothing().returning(EVENTS.c.seq)
    added = {row.seq for row in await connection.execute(adding, rows)}
    there_already = [event for event in events if event.seq not in added]
    if there_already:
        await _require_same(connection, escalation_id, there_already)


def columns(event: Event) -> dict[str, Any]:
    """An event's columns, but for whose it is."""
    return {
        "seq": event.seq,
        "at": event.at,
        "fact": event.fact.fact,
        "op_id": event.op_id,
        "body": event,
        "hash": event.hash,
    }


async def _require_same(
    connection: AsyncConnection, escalation_id: UUID, events: Sequence[Event]
) -> None:
    query = select(EVENTS.c.seq, EVENTS.c.hash).where(
        EVENTS.c.escalation_id == escalation_id, EVENTS.c.seq.in_([one.seq for one in events])
    )
    known = {row.seq: row.hash for row in await connection.execute(query)}
    for event in events:
        if known.get(event.seq) != event.hash:
            raise ProjectionForked(
                f"Event {event.seq} of escalation {escalation_id} is another one in PostgreSQL."
            )


async def of(
    connection: AsyncConnection, escalation_id: UUID, *, after: int = 0, limit: int | None = None
) -> tuple[Event, ...]:
    """The events of an escalation after a version, in order."""
    query = (
        select(EVENTS.c.body)
        .where(EVENTS.c.escalation_id == escalation_id, EVENTS.c.seq > after)
        .order_by(EVENTS.c.seq)
    )
    if limit is not None:
        query = query.limit(limit)
    return tuple(Event.model_validate(row.body) for row in await connection.execute(query))
