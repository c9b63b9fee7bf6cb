"""The operation inbox."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actor import Actor
from models.command import Author, CommandKind, Operation
from models.errors import EscalationClosed
from models.escalation import Status
from models.messages import EscalationStart, Receipt
from models.operation import Envelope, InboxRow, OperationStatus
from models.store.tables.escalation import ESCALATIONS
from models.store.tables.metadata import WORDS
from models.store.tables.operation import OPERATIONS

_RECEIPT = TypeAdapter(Receipt)
ENDS_A_WAIT = (
    CommandKind.COMPLETE_STEP,
    CommandKind.SKIP_STEP,
    CommandKind.SNOOZE_STEP,
    CommandKind.RECORD_MESSAGE,
    CommandKind.ASSIGN,
    CommandKind.HAND_UP,
    CommandKind.PAUSE,
    CommandKind.RESOLVE,
    CommandKind.CANCEL,
    CommandKind.MERGE,
    CommandKind.CHANGE,
    CommandKind.CHANGE_PLAYBOOK,
    CommandKind.DELEGATE,
    CommandKind.UNDO,
)
"""What can make a page needless: a step done, a clock met or moved, another owner, the end."""

LATE_MAIL = "mail/again"
"""The route of mail that is filed anew; its key is the id of the operation that was refused."""

_JUST_NOW = timedelta(minutes=1)
"""An operation that waits longer than this holds a page back for a moment only."""

_PUT = insert(OPERATIONS).on_conflict_do_nothing().returning(OPERATIONS.c.op_id)


def takes(told: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether an operation's row takes an answer: the first one, and one that stands on events.

    A request that was refused may be repeated before its refusal is on record, and be applied by
    then. What happened counts, and not what was said a moment too early.
    """
    return or_(
        OPERATIONS.c.status == OperationStatus.ACCEPTED,
        and_(
            OPERATIONS.c.status == OperationStatus.REJECTED,
            told == OperationStatus.APPLIED.value,
        ),
    )


_ANSWER = (
    update(OPERATIONS)
    .where(OPERATIONS.c.op_id == bindparam("op"), takes(bindparam("told", type_=WORDS)))
    .values(status=bindparam("told"), answer=bindparam("receipt"), answered_at=func.now())
)


async def put(connection: AsyncConnection, envelope: Envelope, attempt_at: datetime) -> bool:
    """Put a request into the inbox. False when its actor, route and key are there already."""
    row = {
        "op_id": envelope.op_id,
        "actor_key": envelope.actor_key,
        "route": envelope.route,
        "key": envelope.key,
        "body_hash": envelope.body_hash,
        "escalation_id": envelope.escalation_id,
        "kind": envelope.kind,
        "payload": envelope.payload,
        "attempt_at": attempt_at,
    }
    return (await connection.execute(_PUT, row)).one_or_none() is not None


async def reserve(connection: AsyncConnection, actor_key: str, route: str, key: str) -> None:
    """Let one request at a time use a key: a second one waits until the first is in the inbox."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
    await connection.execute(lock, {"name": f"{actor_key}/{route}/{key}"})


async def find(
    connection: AsyncConnection, actor_key: str, route: str, key: str
) -> InboxRow | None:
    """The request that used this key before."""
    query = _rows().where(
        OPERATIONS.c.actor_key == actor_key, OPERATIONS.c.route == route, OPERATIONS.c.key == key
    )
    row = (await connection.execute(query)).one_or_none()
    return _inbox_row(row) if row else None


async def get(connection: AsyncConnection, op_id: UUID) -> InboxRow | None:
    """One operation."""
    row = (await connection.execute(_rows().where(OPERATIONS.c.op_id == op_id))).one_or_none()
    return _inbox_row(row) if row else None


async def answer(connection: AsyncConnection, receipts: Sequence[Receipt]) -> None:
    """Write answers down. The first one is for good, but for what `takes` says."""
    if not receipts:
        return
    rows = [{"op": one.op_id, "told": one.status, "receipt": one} for one in receipts]
    await connection.execute(_ANSWER, rows)


async def refuse(connection: AsyncConnection, receipt: Receipt) -> None:
    """Write a refusal down, unless the operation was delivered by another door meanwhile."""
    await connection.execute(
        update(OPERATIONS)
        .where(
            OPERATIONS.c.op_id == receipt.op_id,
            OPERATIONS.c.status == OperationStatus.ACCEPTED,
            OPERATIONS.c.attempts == 0,
        )
        .values(status=OperationStatus.REJECTED, answer=receipt, answered_at=func.now())
    )


async def claim_waiting(
    connection: AsyncConnection, now: datetime, pause: timedelta, limit: int
) -> tuple[tuple[InboxRow, ...], tuple[UUID, ...]]:
    """Operations that nobody answered in time, oldest first, claimed for a while.

    With them the ids of those that cannot be read, since a newer Rightnow wrote them.

    `pause` is how long the first time; it doubles up to a quarter of an hour. With a due one come
    all earlier ones of its escalation, so that their order holds; `SKIP LOCKED` on the escalation
    keeps two sweepers apart.
    """
    query = text(
        """
        WITH due AS (
            SELECT escalation_id, max(place) AS place FROM operations
            WHERE status = 'accepted' AND attempt_at <= :now
            GROUP BY escalation_id ORDER BY min(attempt_at) LIMIT :limit
        ), held AS (
            SELECT id FROM escalations
            WHERE id IN (SELECT escalation_id FROM due) FOR NO KEY UPDATE SKIP LOCKED
        )
        UPDATE operations o SET attempts = attempts + 1, attempt_at = CAST(:now AS timestamptz)
            + least(CAST(:pause AS interval) * power(2, least(attempts, 6)), interval '15 min')
        FROM due WHERE o.escalation_id = due.escalation_id AND o.place <= due.place
          AND o.status = 'accepted' AND o.escalation_id IN (SELECT id FROM held)
        RETURNING o.op_id
        """
    )
    claimed = await connection.execute(query, {"now": now, "pause": pause, "limit": limit})
    ids = [row.op_id for row in claimed]
    if not ids:
        return (), ()
    rows = _rows().where(OPERATIONS.c.op_id.in_(ids)).order_by(OPERATIONS.c.place)
    readable: list[InboxRow] = []
    unreadable: list[UUID] = []
    for row in await connection.execute(rows):
        try:
            readable.append(_inbox_row(row))
        except ValueError:  # Pydantic's is one
            unreadable.append(row.op_id)
    return tuple(readable), tuple(unreadable)


async def look_again(connection: AsyncConnection, op_ids: Sequence[UUID], at: datetime) -> None:
    """Have the sweeper look at operations again then, however long it meant to wait."""
    await connection.execute(
        update(OPERATIONS)
        .where(OPERATIONS.c.op_id.in_(op_ids), OPERATIONS.c.status == OperationStatus.ACCEPTED)
        .values(attempt_at=at)
    )


def refused_mail(over: Collection[Status], since: datetime, limit: int) -> Select[Any]:
    """People's mail that a case refused because it is over, and that is nowhere else yet."""
    again = OPERATIONS.alias("again").c
    filed = select(again.op_id).where(
        again.actor_key == OPERATIONS.c.actor_key,
        again.route == LATE_MAIL,
        again.key == cast(OPERATIONS.c.op_id, WORDS),
    )
    return (
        _rows()
        .where(
            OPERATIONS.c.status == OperationStatus.REJECTED,
            OPERATIONS.c.kind == CommandKind.RECORD_MESSAGE,
            OPERATIONS.c.answered_at > since,
            OPERATIONS.c.route.like("mail/%"),
            OPERATIONS.c.answer["code"].astext == EscalationClosed.code,
            OPERATIONS.c.payload["command"]["author"].astext == Author.HUMAN,
            ESCALATIONS.c.status.in_(over),
            ~filed.exists(),
        )
        .order_by(OPERATIONS.c.answered_at)
        .limit(limit)
    )


async def late_mail(
    connection: AsyncConnection, over: Collection[Status], since: datetime, limit: int
) -> list[InboxRow]:
    """The same, read."""
    rows = await connection.execute(refused_mail(over, since, limit))
    return [_inbox_row(row) for row in rows]


async def count_waiting(connection: AsyncConnection) -> int:
    """How many operations have no answer yet."""
    query = select(func.count()).where(OPERATIONS.c.status == OperationStatus.ACCEPTED)
    return int((await connection.execute(query)).scalar_one())


def _rows() -> Select[Any]:
    return select(OPERATIONS, ESCALATIONS.c.number).join_from(
        OPERATIONS, ESCALATIONS, OPERATIONS.c.escalation_id == ESCALATIONS.c.id
    )


def _inbox_row(row: Row[Any]) -> InboxRow:
    kind = CommandKind(row.kind)
    payload = (
        EscalationStart.model_validate(row.payload)
        if kind is CommandKind.OPEN
        else Operation.model_validate(row.payload)
    )
    return InboxRow(
        op_id=row.op_id,
        place=row.place,
        body_hash=row.body_hash,
        escalation_id=row.escalation_id,
        number=row.number,
        kind=kind,
        payload=payload,
        status=row.status,
        answer=_RECEIPT.validate_python(row.answer) if row.answer else None,
        created_at=row.created_at,
        attempts=row.attempts,
        actor_key=row.actor_key,
    )


async def in_flight(connection: AsyncConnection, escalation_id: UUID, *, however_old: bool) -> bool:
    """Whether somebody is acting on the case: it is kept, and not known yet what it does.

    One that is old may be answered at any moment, when the engine was away; or never.
    """
    query = select(OPERATIONS.c.op_id).where(
        OPERATIONS.c.escalation_id == escalation_id,
        OPERATIONS.c.status == OperationStatus.ACCEPTED,
        OPERATIONS.c.kind.in_(ENDS_A_WAIT),
    )
    if not however_old:
        query = query.where(OPERATIONS.c.created_at > func.now() - _JUST_NOW)
    return (await connection.execute(query.limit(1))).one_or_none() is not None


async def is_spoken_for(
    connection: AsyncConnection, escalation_id: UUID, route: str, actor: Actor
) -> bool:
    """Whether somebody else has a case, or has asked for it by this route and has no answer yet.

    One request at a time may ask this of a case: the next one waits until this transaction ends,
    and sees what was kept in it.
    """
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
    await connection.execute(lock, {"name": f"{route}/{escalation_id}"})
    other = select(OPERATIONS.c.op_id).where(
        OPERATIONS.c.escalation_id == escalation_id,
        OPERATIONS.c.route == route,
        OPERATIONS.c.status == OperationStatus.ACCEPTED,
        OPERATIONS.c.actor_key != actor.key,
    )
    assignee = ESCALATIONS.c.assignee_id
    taken = or_(and_(assignee.is_not(None), assignee != actor.id), other.exists())
    query = select(taken).where(ESCALATIONS.c.id == escalation_id)
    return bool((await connection.execute(query)).scalar_one())
