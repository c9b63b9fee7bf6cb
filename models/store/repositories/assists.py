"""Assists: asked once, ended once, found again by what may be said."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.assist import Assist, AssistAsked, AssistDone
from models.store.tables.assist import ASSISTS

_A = ASSISTS.c
KEPT = timedelta(days=1)
"""How long it is known that somebody asked, and how it ended."""

LOST = timedelta(minutes=10)
"""What has no end by then gets none."""


async def ask(connection: AsyncConnection, asked: AssistAsked) -> None:
    """Write down that somebody wants words."""
    await connection.execute(insert(ASSISTS).values(asked.model_dump()))


async def get(connection: AsyncConnection, assist_id: UUID) -> Assist | None:
    """One assist."""
    query = select(ASSISTS).where(_A.id == assist_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    return _assist(row) if row else None


async def end(connection: AsyncConnection, assist_id: UUID, done: AssistDone) -> bool:
    """How it ended. A second end changes nothing.

    False when there is no such assist any more: it went with words that it was to be made of.
    """
    told = done.model_dump(mode="json")
    told["refused"] = told["refused"] or None
    ending = (
        update(ASSISTS)
        .where(_A.id == assist_id, _A.ended_at.is_(None))
        .values(**told, ended_at=func.now())
    )
    if (await connection.execute(ending)).rowcount:
        return True
    return await get(connection, assist_id) is not None


async def latest(
    connection: AsyncConnection,
    asked: AssistAsked,
    *,
    keep: timedelta,
    again_after: timedelta,
    lost_after: timedelta,
) -> Assist | None:
    """The newest assist for the same words that still counts.

    A draft counts for `keep`, an end without one for `again_after`, one that is under way for
    `lost_after`: then it is time to ask again.
    """
    counts = case(
        (_A.ended_at.is_(None), lost_after), (_A.draft.is_(None), again_after), else_=keep
    )
    query = (
        select(ASSISTS)
        .where(
            _A.escalation_id == asked.escalation_id,
            _A.task == asked.task,
            _A.facts_hash == asked.facts_hash,
            _A.channel.is_not_distinct_from(asked.channel),
            _A.context.is_not_distinct_from(asked.context),
            func.coalesce(_A.ended_at, _A.asked_at) > func.now() - counts,
        )
        .order_by(_A.asked_at.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    return _assist(row) if row else None


async def forget_words(connection: AsyncConnection, keep: timedelta, limit: int) -> int:
    """Take drafts and wishes from so many rows whose draft is shown to nobody any more.

    That somebody asked stays known for a day. Returns how many rows changed.
    """
    over = func.coalesce(_A.ended_at, _A.asked_at + LOST) <= func.now() - keep
    some = select(_A.id).where(over, _A.draft.is_not(None) | _A.context.is_not(None)).limit(limit)
    locked = some.with_for_update(skip_locked=True)
    emptied = update(ASSISTS).where(_A.id.in_(locked)).values(draft=None, context=None)
    return (await connection.execute(emptied)).rowcount


async def forget_old(connection: AsyncConnection, limit: int) -> int:
    """Forget up to so many assists that are too old. Returns how many."""
    old = select(_A.id).where(_A.asked_at < func.now() - KEPT).limit(limit)
    locked = old.with_for_update(skip_locked=True)
    return (await connection.execute(delete(ASSISTS).where(_A.id.in_(locked)))).rowcount


async def asked_lately(
    connection: AsyncConnection, asked: AssistAsked, *, within: timedelta
) -> tuple[int, int]:
    """How often words were asked for lately: in this case, and by this person in all cases.

    All services together count as one person.
    """
    lately = _A.asked_at > func.now() - within
    of_case = select(func.count()).where(lately, _A.escalation_id == asked.escalation_id)
    by_person = select(func.count()).where(lately, _A.asked_by.is_not_distinct_from(asked.asked_by))
    counts = select(of_case.scalar_subquery(), by_person.scalar_subquery())
    in_case, of_person = (await connection.execute(counts)).one()
    return in_case, of_person


def _assist(row: Any) -> Assist:
    return Assist(**{**row, "refused": tuple(row["refused"] or ())})
