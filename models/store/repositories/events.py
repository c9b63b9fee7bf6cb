"""Events: added once, read in order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, cast, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.command import Direction, Visibility
from models.errors import ProjectionForked
from models.event import Event, MessageRead
from models.store.tables.content import CONTENTS
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
    query = select(EVENTS.c.seq, EVENTS.c.hash, EVENTS.c.body).where(
        EVENTS.c.escalation_id == escalation_id, EVENTS.c.seq.in_([one.seq for one in events])
    )
    known = {row.seq: row for row in await connection.execute(query)}
    for event in events:
        row = known.get(event.seq)
        if row is None or not (row.hash == event.hash or _means(row.body, event)):
            raise ProjectionForked(
                f"Event {event.seq} of escalation {escalation_id} is another one in PostgreSQL."
            )


def _means(body: Any, event: Event) -> bool:
    """Whether an event was written down by an earlier version, which had fewer fields for it."""
    try:
        return Event.model_validate(body) == event
    except ValueError:
        return False


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


async def newest_messages(
    connection: AsyncConnection, escalation_id: UUID, limit: int
) -> list[tuple[Direction, str]]:
    """The newest messages between customer and us, oldest first. Erased ones are left out."""
    body = EVENTS.c.body
    content = cast(body["fact"]["content_id"].astext, Uuid)
    query = (
        select(body["fact"]["direction"].astext.label("way"), CONTENTS.c.text)
        .join(CONTENTS, CONTENTS.c.id == content)
        .where(
            EVENTS.c.escalation_id == escalation_id,
            EVENTS.c.fact == "message_recorded",
            body["fact"]["visibility"].astext == Visibility.PUBLIC,
        )
        .order_by(EVENTS.c.seq.desc())
        .limit(limit)
    )
    found = [(Direction(row.way), row.text) for row in await connection.execute(query)]
    return found[::-1]


async def newest_readings(
    connection: AsyncConnection, escalation_id: UUID, limit: int = 20
) -> list[tuple[datetime, MessageRead]]:
    """What was read in the customer's words, and when: the newest first."""
    query = (
        select(EVENTS.c.at, EVENTS.c.body)
        .where(EVENTS.c.escalation_id == escalation_id, EVENTS.c.fact == "message_read")
        .order_by(EVENTS.c.seq.desc())
        .limit(limit)
    )
    found = [(row.at, Event.model_validate(row.body)) for row in await connection.execute(query)]
    return [(at, one.fact) for at, one in found if isinstance(one.fact, MessageRead)]
