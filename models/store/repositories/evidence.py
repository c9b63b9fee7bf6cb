"""What an audit asks of PostgreSQL. Every question has an index, and an end."""

import contextlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.audit import AuditLimits, Lateness, LiveCase
from models.command import CommandKind
from models.delivery import EffectClass, EffectKind
from models.escalation import EscalationState, Status
from models.messages import EscalationStart, Receipt
from models.operation import OperationStatus
from models.store.tables.delivery import DELIVERIES
from models.store.tables.escalation import ESCALATIONS
from models.store.tables.event import EVENTS
from models.store.tables.operation import OPERATIONS

_E = ESCALATIONS.c
_D = DELIVERIES.c
_O = OPERATIONS.c
_LIVE = select(_E.id, _E.number, _E.status, _E.version, _E.next_at)


def overdue(before: datetime, limit: int) -> Select[Any]:
    """Cases whose engine should have acted before then, if `next_at` is right."""
    return select(_E.state).where(_E.next_at < before).order_by(_E.next_at).limit(limit)


async def overdue_cases(
    connection: AsyncConnection, before: datetime, limit: int
) -> list[EscalationState]:
    """Their states; the rules say whether it is so. What cannot be read, the fold tells."""
    found = []
    for row in await connection.execute(overdue(before, limit)):
        with contextlib.suppress(ValueError):
            found.append(EscalationState.model_validate(row.state))
    return found


def without_end(now: datetime, limits: AuditLimits) -> Select[Any]:
    """Deliveries that have no end, though their class allows no such long time.

    A request is tried by a plan, for days: it is late when nobody begins, or nobody goes on.
    """
    # A delivery's `not_before` is by the case's own clock; when its row was written is not.
    since = func.greatest(_D.written_at, _D.not_before - _E.clock_offset)
    late = or_(
        and_(_D.effect_class == EffectClass.LETTER, since < now - limits.letter_after),
        and_(_D.effect_class == EffectClass.PAGE, since < now - limits.page_after),
        and_(
            _D.effect_class == EffectClass.REQUEST,
            or_(
                and_(_D.attempts == 0, since < now - limits.request_after, ~_in_a_row()),
                _D.attempted_at < now - limits.request_pause,
            ),
        ),
    )
    return (
        select(_D.key, _D.kind, _D.status, _D.escalation_id, _E.number, since.label("since"))
        .join_from(DELIVERIES, ESCALATIONS, _D.escalation_id == _E.id)
        .where(_D.ended_at.is_(None), late)
        .order_by(_D.not_before)
        .limit(limits.most)
    )


def _in_a_row() -> ColumnElement[bool]:
    """Whether a webhook waits for another one of its case: they leave one after the other."""
    other = DELIVERIES.alias("other").c
    trying = select(other.key).where(
        other.escalation_id == _D.escalation_id,
        other.kind == EffectKind.STEP_WEBHOOK,
        other.ended_at.is_(None),
        other.attempts > 0,
    )
    return and_(_D.kind == EffectKind.STEP_WEBHOOK, trying.exists())


async def late_deliveries(
    connection: AsyncConnection, now: datetime, limits: AuditLimits
) -> list[Lateness]:
    """The same, read."""
    return [
        Lateness(
            escalation_id=row.escalation_id,
            number=row.number,
            subject=row.key,
            since=row.since,
            what=row.kind,
        )
        for row in await connection.execute(without_end(now, limits))
    ]


def waiting(before: datetime, limit: int) -> Select[Any]:
    """Operations that were accepted before then, and have no answer."""
    return (
        select(_O.op_id, _O.kind, _O.escalation_id, _E.number, _O.created_at)
        .join_from(OPERATIONS, ESCALATIONS, _O.escalation_id == _E.id)
        .where(_O.status == OperationStatus.ACCEPTED, _O.created_at < before)
        .order_by(_O.created_at)
        .limit(limit)
    )


async def unanswered(connection: AsyncConnection, before: datetime, limit: int) -> list[Lateness]:
    """The same, read."""
    return [
        Lateness(
            escalation_id=row.escalation_id,
            number=row.number,
            subject=str(row.op_id),
            since=row.created_at,
            what=row.kind,
        )
        for row in await connection.execute(waiting(before, limit))
    ]


async def openings_without_request(
    connection: AsyncConnection, before: datetime, limit: int
) -> list[Lateness]:
    """Cases that wait for their first word, and whose opening is not in the inbox."""
    asked = select(_O.op_id).where(_O.escalation_id == _E.id, _O.kind == CommandKind.OPEN)
    query = (
        select(_E.id, _E.number, _E.opened_at)
        .where(_E.status == Status.OPENING, _E.opened_at < before, ~asked.exists())
        .order_by(_E.number)
        .limit(limit)
    )
    return [
        Lateness(
            escalation_id=row.id,
            number=row.number,
            subject=str(row.id),
            since=row.opened_at,
            what=CommandKind.OPEN,
        )
        for row in await connection.execute(query)
    ]


def going_on(over: Collection[Status]) -> Select[Any]:
    """Cases that go on, and those that wait for their first word."""
    live = [status for status in Status if status not in over]
    return _LIVE.where(_E.status.in_(live))


def owing(over: Collection[Status]) -> Select[Any]:
    """Cases that are over, and still have something on its way: their workflow waits for it."""
    pending = select(_D.escalation_id).where(_D.ended_at.is_(None))
    planned = _E.state["effects"].astext != "[]"
    return _LIVE.where(_E.id.in_(pending), _E.status.in_(over), planned)


async def live_cases(
    connection: AsyncConnection, over: Collection[Status], only: Sequence[UUID] | None = None
) -> dict[UUID, LiveCase]:
    """Both by id, all of them or those of a list."""
    found: dict[UUID, LiveCase] = {}
    for query in (going_on(over), owing(over)):  # in this order: none is missed that ends meanwhile
        told = query if only is None else query.where(_E.id.in_(only))
        found |= {row.id: LiveCase(**row._asdict()) for row in await connection.execute(told)}
    return found


async def known(connection: AsyncConnection, ids: Collection[UUID]) -> set[UUID]:
    """Which of these cases there are."""
    rows = await connection.execute(select(_E.id).where(_E.id.in_(ids)))
    return {row.id for row in rows}


def after(case_id: UUID | None, limit: int) -> Select[Any]:
    """The cases after one, by id; from the first one on when there is no such."""
    query = select(_E.id).where(_E.version > 0).order_by(_E.id).limit(limit)
    return query if case_id is None else query.where(_E.id > case_id)


async def next_cases(connection: AsyncConnection, last: UUID | None, limit: int) -> list[UUID]:
    """The same, read."""
    return [row.id for row in await connection.execute(after(last, limit))]


async def rows_of(connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """The projection's columns of these cases."""
    query = select(ESCALATIONS).where(_E.id.in_(ids), _E.version > 0)
    return {row["id"]: dict(row) for row in (await connection.execute(query)).mappings()}


async def stories_of(
    connection: AsyncConnection, ids: Sequence[UUID]
) -> dict[UUID, list[tuple[int, Any, str]]]:
    """Number, body and hash of every event of these cases, in order."""
    query = (
        select(EVENTS.c.escalation_id, EVENTS.c.seq, EVENTS.c.body, EVENTS.c.hash)
        .where(EVENTS.c.escalation_id.in_(ids))
        .order_by(EVENTS.c.escalation_id, EVENTS.c.seq)
    )
    found: dict[UUID, list[tuple[int, Any, str]]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.escalation_id, []).append((row.seq, row.body, row.hash))
    return found


async def ledgers_of(
    connection: AsyncConnection, ids: Sequence[UUID]
) -> dict[UUID, dict[str, bool]]:
    """The deliveries of these cases by key, and whether each has ended."""
    query = select(_D.escalation_id, _D.key, _D.ended_at).where(_D.escalation_id.in_(ids))
    found: dict[UUID, dict[str, bool]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.escalation_id, {})[row.key] = row.ended_at is not None
    return found


async def inboxes_of(connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    """The operations of these cases."""
    query = select(_O.escalation_id, _O.op_id).where(_O.escalation_id.in_(ids))
    found: dict[UUID, set[UUID]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.escalation_id, set()).add(row.op_id)
    return found


async def start_of(connection: AsyncConnection, case_id: UUID) -> EscalationStart | None:
    """What the workflow of a case was started with: the inbox keeps it for good."""
    query = select(_O.payload).where(_O.escalation_id == case_id, _O.kind == CommandKind.OPEN)
    row = (await connection.execute(query.order_by(_O.place).limit(1))).one_or_none()
    return EscalationStart.model_validate(row.payload) if row else None


async def answers_of(connection: AsyncConnection, case_id: UUID, limit: int) -> list[Receipt]:
    """The latest answers of a case, the oldest of them first."""
    query = (
        select(_O.answer)
        .where(_O.escalation_id == case_id, _O.answer.is_not(None))
        .order_by(_O.place.desc())
        .limit(limit)
    )
    return [Receipt.model_validate(row.answer) for row in await connection.execute(query)][::-1]


async def letters_on_their_way(connection: AsyncConnection, case_id: UUID) -> set[str]:
    """The letters to the customer that were handed over, or may have been."""
    gone = or_(_D.attempts > 0, and_(_D.ended_at.is_not(None), _D.message_id.is_not(None)))
    query = select(_D.key).where(
        _D.escalation_id == case_id, _D.effect_class == EffectClass.LETTER, gone
    )
    return {row.key for row in await connection.execute(query)}
