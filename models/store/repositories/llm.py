"""Calls of a language model and what they cost; answers that may be given again."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import ColumnElement, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.llm import LlmCall, LlmOutcome, LlmSeen
from models.store.tables.escalation import ESCALATIONS
from models.store.tables.llm import LLM_ANSWERS, LLM_CALLS

TELLS_FOR = timedelta(hours=1)
"""What an earlier call came to says nothing of the model now."""

CALLS_KEPT = timedelta(days=180)
"""How long it is known what a call was for, and what it cost."""

_C = LLM_CALLS.c
_A = LLM_ANSWERS.c
_ONE_BY_ONE = text("SELECT pg_advisory_xact_lock(7011)")
_MIDNIGHT: ColumnElement[Any] = func.date_trunc("day", func.now(), "UTC")
_SPENT: ColumnElement[Any] = func.coalesce(func.sum(_C.tokens_in + _C.tokens_out), 0)


async def reserve(connection: AsyncConnection, call: LlmCall, most: int) -> bool:
    """Write a call down before it is made, with the tokens that it may cost.

    False, and nothing is written, when with them the day would have more than `most`. One process
    at a time decides, so all of them together keep the budget.
    """
    await connection.execute(_ONE_BY_ONE)
    spent = await tokens_today(connection)
    if spent + call.tokens_in + call.tokens_out > most:
        return False
    row = call.model_dump(exclude={"rests"})
    await connection.execute(insert(LLM_CALLS).values(row))
    return True


async def settle(connection: AsyncConnection, call: LlmCall) -> None:
    """Write down how a call ended, and what it cost in truth."""
    until = func.now() + timedelta(seconds=call.rests) if call.rests is not None else None
    ended = {
        "answer_hash": call.answer_hash,
        "tokens_in": call.tokens_in,
        "tokens_out": call.tokens_out,
        "latency_ms": call.latency_ms,
        "outcome": call.outcome,
        "rests_until": until,
    }
    await connection.execute(update(LLM_CALLS).where(_C.id == call.id).values(ended))


async def tokens_today(connection: AsyncConnection) -> int:
    """Tokens spent since midnight UTC, those of calls under way included."""
    return int((await connection.execute(select(_SPENT).where(_C.at >= _MIDNIGHT))).scalar_one())


async def tokens_of(connection: AsyncConnection, escalation_id: UUID) -> int:
    """Tokens that a case has cost so far."""
    query = select(_SPENT).where(_C.escalation_id == escalation_id)
    return int((await connection.execute(query)).scalar_one())


async def asked_lately(
    connection: AsyncConnection, escalation_id: UUID, task: str, within: timedelta
) -> int:
    """How often the model was asked this about a case in the time before now."""
    since = func.now() - within
    query = select(func.count()).where(
        _C.escalation_id == escalation_id, _C.task == task, _C.at > since
    )
    return int((await connection.execute(query)).scalar_one())


async def seen(connection: AsyncConnection) -> LlmSeen:
    """What the record tells of the model."""
    spent = await tokens_today(connection)
    query = (
        select(_C.at, _C.outcome, (_C.rests_until > func.now()).label("rests"))
        .where(_C.outcome != LlmOutcome.ASKING, _C.at >= func.now() - TELLS_FOR)
        .order_by(_C.at.desc(), _C.id.desc())
        .limit(1)
    )
    last = (await connection.execute(query)).one_or_none()
    if last is None:
        return LlmSeen(tokens_today=spent)
    return LlmSeen(
        tokens_today=spent,
        last=LlmOutcome(last.outcome),
        last_at=last.at,
        rests=bool(last.rests),
    )


async def kept(connection: AsyncConnection, key: str) -> dict[str, JsonValue] | None:
    """The answer that was given to the same question, while it may be given again."""
    query = select(_A.answer).where(_A.key == key, _A.expires_at > func.now())
    found: dict[str, JsonValue] | None = (await connection.execute(query)).scalar_one_or_none()
    return found


async def keep(
    connection: AsyncConnection,
    key: str,
    call: LlmCall,
    answer: dict[str, JsonValue],
    keep_for: timedelta,
) -> None:
    """Keep an answer.

    Of a case that is not there, or no longer, nothing is kept; nor is an answer to words that were
    erased while the call was under way. Until this is committed nobody erases any: then the trigger
    finds the answer.
    """
    case = call.escalation_id
    if case is not None:
        there = select(ESCALATIONS.c.id).where(ESCALATIONS.c.id == case)
        found = await connection.execute(there.with_for_update(read=True, key_share=True))
        if found.one_or_none() is None:
            return
    asked = select(_C.id).where(_C.id == call.id, _C.erased_at.is_(None))
    if (await connection.execute(asked.with_for_update(read=True))).one_or_none() is None:
        return
    row = {
        "key": key,
        "escalation_id": case,
        "answer": answer,
        "model": call.model,
        "expires_at": func.now() + keep_for,
    }
    adding = insert(LLM_ANSWERS).values(row)
    renewed = {"answer": adding.excluded.answer, "expires_at": adding.excluded.expires_at}
    await connection.execute(
        adding.on_conflict_do_update(index_elements=[_A.key], set_={**renewed, "at": func.now()})
    )


async def forget_old(connection: AsyncConnection, limit: int) -> int:
    """Forget up to so many answers that are not given again. Returns how many."""
    old = select(_A.key).where(_A.expires_at <= func.now()).limit(limit)
    locked = old.with_for_update(skip_locked=True)
    return (await connection.execute(delete(LLM_ANSWERS).where(_A.key.in_(locked)))).rowcount


async def forget_old_calls(connection: AsyncConnection, limit: int) -> int:
    """Forget up to so many calls that were made long ago. Returns how many."""
    old = select(_C.id).where(_C.at < func.now() - CALLS_KEPT).limit(limit)
    locked = old.with_for_update(skip_locked=True)
    return (await connection.execute(delete(LLM_CALLS).where(_C.id.in_(locked)))).rowcount


async def forget(connection: AsyncConnection, escalation_id: UUID) -> None:
    """Forget every answer about a case: words of which some were made are erased."""
    await connection.execute(delete(LLM_ANSWERS).where(_A.escalation_id == escalation_id))
