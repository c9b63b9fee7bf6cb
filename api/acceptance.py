"""The way of an operation: API, inbox, workflow. Kept safe first, answered second, applied once."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.dependencies import Asked, Caller, body_hash
from api.parts import Parts
from domain.lifecycle import OVER
from domain.script import Values, placeholders, render
from domain.script_values import line_values
from models.actor import Actor
from models.command import Operation, Requested
from models.content import Content
from models.errors import (
    BY_CODE,
    Conflict,
    EscalationClosed,
    KeyReused,
    RightnowError,
    Unavailable,
)
from models.escalation import Status, number_text
from models.frozen import Frozen
from models.ids import new_id
from models.messages import EscalationStart, Receipt, Snapshot
from models.operation import Envelope, InboxRow
from models.standing import EscalationLine
from models.store.repositories import contents, escalations, operations, people

_PERSON = re.compile(r"person ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")

SWEEP_AFTER = timedelta(seconds=7)
"""How long an operation may stay without an answer before the sweeper delivers it."""


class OperationAnswer(Frozen):
    """What became of a request."""

    op_id: UUID
    status: Literal["applied", "accepted", "rejected"]
    """`accepted`: it is safe and will be done; look at `GET /operations/{op_id}`."""

    escalation_id: UUID
    number: Annotated[str, Field(examples=["E-1042"])]
    version: int | None
    """The case's version after it. `GET …?min_version=` waits until it can be read."""

    snapshot: Snapshot | None
    """How the case stands right after it."""

    code: str | None = None
    """Why it was rejected."""

    detail: str | None = None


@dataclass(frozen=True)
class Wish:
    """A request to do something to a case that exists."""

    route: str
    body: str
    """The body as text, to tell two requests with the same key apart."""

    escalation_id: UUID
    number: int
    command: Requested
    words: Sequence[Content] = ()
    line: EscalationLine | None = None
    """The case as it was read for this request, to put the answer into words."""

    actor: Actor | None = None
    """On whose behalf, when that is not the caller."""

    guard: Callable[[AsyncConnection], Awaitable[None]] | None = None
    """Asked when the request is new, while nobody else is asked the same: it may refuse it."""


async def operate(parts: Parts, who: Caller, asked: Asked, wish: Wish) -> OperationAnswer:
    """Keep the wish, have the workflow apply it, and answer.

    The same key and body get the same answer, for good. Raises KeyReused for another body under
    the same key, and whatever refused it. Without an answer from the workflow within five seconds
    it is `accepted`, and the sweeper sees to it.
    """
    op_id = new_id()
    operation = Operation(
        op_id=op_id,
        actor=wish.actor or who.actor,
        command=wish.command,
        expected_version=asked.expected_version,
    )
    envelope = Envelope(
        op_id=op_id,
        actor_key=who.actor.key,
        route=wish.route,
        key=asked.key,
        body_hash=body_hash(wish.body),
        escalation_id=wish.escalation_id,
        kind=wish.command.kind,
        payload=operation,
    )
    store = parts.store
    whole = wish.words or wish.guard
    async with store.transaction() if whole else store.single() as connection:
        earlier = await keep(connection, envelope, wish.words)
        if earlier is None and wish.guard is not None:
            await wish.guard(connection)
    if earlier is None:
        answer = await _ask(parts, wish.escalation_id, wish.number, operation)
    else:
        answer = await repeat(parts, earlier, envelope.body_hash)
    line = wish.line
    company = parts.house.company
    return await in_words(parts, answer, (lambda: line_values(company, line)) if line else None)


async def in_words(
    parts: Parts, answer: OperationAnswer, values: Callable[[], Values] | None = None
) -> OperationAnswer:
    """The answer with names in the title of its step; the workflow knows no names.

    `values` gives what its placeholders stand for; without it they are read.
    """
    step = answer.snapshot.step if answer.snapshot else None
    if answer.snapshot is None or step is None or not placeholders(step.title):
        return answer
    if values is not None:
        known = values()
    else:
        async with parts.store.single() as connection:
            line = await escalations.line_by_id(connection, answer.escalation_id)
        if line is None:
            return answer
        known = line_values(parts.house.company, line)
    title = render(step.title, known)
    step = step.model_copy(update={"title": title[:200]})
    return answer.model_copy(update={"snapshot": answer.snapshot.model_copy(update={"step": step})})


async def keep(
    connection: AsyncConnection, envelope: Envelope, words: Sequence[Content]
) -> InboxRow | None:
    """Put a request into the inbox with its words; or return the one that used its key before."""
    put = await operations.put(connection, envelope, datetime.now(UTC) + SWEEP_AFTER)  # noqa: TID251
    if put:
        await contents.add(connection, words)
        return None
    return await operations.find(connection, envelope.actor_key, envelope.route, envelope.key)


async def keep_words(connection: AsyncConnection, words: Sequence[Content]) -> None:
    """Keep words that a request brought."""
    await contents.add(connection, words)


async def find_earlier(
    connection: AsyncConnection, who: Caller, route: str, key: str
) -> InboxRow | None:
    """The request that used this key before, with nobody else using it until we are done."""
    await operations.reserve(connection, who.actor.key, route, key)
    return await operations.find(connection, who.actor.key, route, key)


async def repeat(parts: Parts, earlier: InboxRow, hashed: str) -> OperationAnswer:
    """Answer a request whose key was used before, as it was answered then."""
    if earlier.body_hash != hashed:
        raise KeyReused(
            "This Idempotency-Key was used for a request with another body."
            " Use a new key for a new request."
        )
    if earlier.answer is not None:
        return await stored_answer(parts, earlier)
    if isinstance(earlier.payload, EscalationStart):
        return await ask_to_open(parts, earlier.payload)
    return await _ask(parts, earlier.escalation_id, earlier.number, earlier.payload)


async def answer_again(
    parts: Parts, who: Caller, asked: Asked, route: str, body: str, refused: RightnowError
) -> OperationAnswer:
    """Answer a repeated request as before, though by now it would be refused at the door.

    The person it names may have left since, or the letter have gone blank. Raises `refused` when
    the request is new.
    """
    earlier = None
    if not asked.key_is_ours:
        async with parts.store.single() as connection:
            earlier = await operations.find(connection, who.actor.key, route, asked.key)
    if earlier is None:
        raise refused
    return await in_words(parts, await repeat(parts, earlier, body_hash(body)))


async def stored_answer(parts: Parts, row: InboxRow) -> OperationAnswer:
    """The answer on record. Raises the error that a rejected operation was answered with."""
    receipt = row.answer
    if receipt is None:
        return _accepted(row.op_id, row.escalation_id, row.number)
    if receipt.status == "rejected":
        raise rejection(receipt, await _named(parts, receipt.detail))
    return _applied(receipt, row.escalation_id, row.number)


def rejection(receipt: Receipt, detail: str | None) -> RightnowError:
    """The error that a stored rejection stands for."""
    leaf = BY_CODE.get(receipt.code or "", Conflict)
    return leaf(detail or leaf.title)


async def ask_to_open(parts: Parts, start: EscalationStart) -> OperationAnswer:
    """Start the escalation's workflow and wait for its first answer."""
    opening = start.opening
    if opening is None:
        raise ValueError("only openings come through the inbox")
    try:
        receipt = await parts.engine.open(start)
    except Unavailable:
        return _accepted(opening.op_id, opening.escalation_id, opening.number)
    return _applied(receipt, opening.escalation_id, opening.number)


async def _ask(
    parts: Parts, escalation_id: UUID, number: int, operation: Operation
) -> OperationAnswer:
    try:
        receipt = await parts.engine.operate(escalation_id, operation)
    except Unavailable:
        over = await refused_for_good(parts, escalation_id)
        if over is None:
            return _accepted(operation.op_id, escalation_id, number)
        return await _refuse(parts, operation.op_id, over)
    except RightnowError as refused:
        return await _refuse(parts, operation.op_id, refused)
    if receipt.status == "rejected":  # the sweeper was faster; the workflow writes that down itself
        raise rejection(receipt, await _named(parts, receipt.detail))
    return _applied(receipt, escalation_id, number)


async def refused_for_good(parts: Parts, escalation_id: UUID) -> EscalationClosed | None:
    """The refusal of a case that is over: Temporal may have forgotten it, PostgreSQL has not."""
    async with parts.store.single() as connection:
        line = await escalations.line_by_id(connection, escalation_id)
    if line is None or line.status not in OVER:
        return None
    if line.status is Status.MERGED:
        return EscalationClosed("The case is merged: it goes on in another one. Look there.")
    return EscalationClosed(
        f"The case is {line.status}: nothing more happens. Open a new case if there is need."
    )


async def _refuse(parts: Parts, op_id: UUID, error: RightnowError) -> OperationAnswer:
    """Put a refusal on record, and answer with what is then on record.

    When the sweeper delivered the operation meanwhile, its own answer is the one that counts.
    """
    receipt = Receipt(
        op_id=op_id, status="rejected", version=0, code=error.code, detail=error.detail
    )
    async with parts.store.transaction() as connection:
        await operations.refuse(connection, receipt)
        row = await operations.get(connection, op_id)
    if row is None:
        raise error
    return await stored_answer(parts, row)


async def _named(parts: Parts, detail: str | None) -> str | None:
    """A refusal's words with people's names: the workflow, and the inbox, know them by id only."""
    ids = [UUID(one) for one in _PERSON.findall(detail or "")]
    if detail is None or not ids:
        return detail
    async with parts.store.single() as connection:
        known = await people.by_ids(connection, ids)
    names = {str(one.id): one.name for one in known.values()}
    return _PERSON.sub(lambda found: names.get(found.group(1), "somebody"), detail)


async def write_rejection(parts: Parts, op_id: UUID, error: RightnowError) -> None:
    """Put a refusal on record that is for good, such as that the case is over."""
    receipt = Receipt(
        op_id=op_id, status="rejected", version=0, code=error.code, detail=error.detail
    )
    async with parts.store.transaction() as connection:
        await operations.answer(connection, [receipt])


def _applied(receipt: Receipt, escalation_id: UUID, number: int) -> OperationAnswer:
    return OperationAnswer(
        op_id=receipt.op_id,
        status="applied",
        escalation_id=escalation_id,
        number=number_text(number),
        version=receipt.version,
        snapshot=receipt.snapshot,
    )


def _accepted(op_id: UUID, escalation_id: UUID, number: int) -> OperationAnswer:
    return OperationAnswer(
        op_id=op_id,
        status="accepted",
        escalation_id=escalation_id,
        number=number_text(number),
        version=None,
        snapshot=None,
    )


async def as_row(parts: Parts, row: InboxRow) -> OperationAnswer:
    """An operation as `GET /operations/{op_id}` shows it, rejected ones included."""
    receipt = row.answer
    if receipt is not None and receipt.status == "rejected":
        return _accepted(row.op_id, row.escalation_id, row.number).model_copy(
            update={
                "status": "rejected",
                "code": receipt.code,
                "detail": await _named(parts, receipt.detail),
            }
        )
    return await stored_answer(parts, row)
