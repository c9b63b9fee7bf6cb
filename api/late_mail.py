"""Mail that came too late for its case: it is filed where the matter goes on, or opens a new case.

Rule: the door files a mail by what is on record. When the case was merged, cancelled or closed just
before, its workflow refuses the mail; but a customer wrote it, and it goes where it would go had it
come a moment later. It goes there once: what it becomes is kept under the id of what was refused.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from api.acceptance import OperationAnswer, Wish, operate
from api.dependencies import Asked, Caller
from api.opening import Matter, open_matter
from api.parts import Parts
from domain.lifecycle import OVER
from models.actor import Actor, ActorKind, Scope
from models.command import RecordMessage
from models.errors import EngineUnavailable, EscalationClosed
from models.escalation import Source
from models.messages import EscalationStart
from models.operation import InboxRow
from models.standing import EscalationLine
from models.store.repositories import contents, escalations, merges, operations, people
from models.text import can_be_seen

_FURTHEST = 20
"""So many ends one after the other are followed."""

_LOOKS = 30
_LOOK_EVERY = 0.1


async def file_anew(
    parts: Parts, refused: InboxRow, message_ids: Sequence[str] = ()
) -> OperationAnswer:
    """File a mail that a case refused because it is over; the same one always gets the same answer.

    Raises EngineUnavailable while the end of that case is not on record.
    """
    row = refused
    for _ in range(_FURTHEST):
        try:
            return await _go_on(parts, row, message_ids)
        except EscalationClosed:
            row = await _became(parts, row)
    raise EngineUnavailable("Every case that could take this mail has ended. Send it again.")


async def _go_on(parts: Parts, row: InboxRow, message_ids: Sequence[str]) -> OperationAnswer:
    if isinstance(row.payload, EscalationStart) or not isinstance(
        row.payload.command, RecordMessage
    ):
        raise ValueError("only a mail is filed anew")
    command = row.payload.command
    ended = await _ended(parts, row.escalation_id)
    async with parts.store.transaction() as connection:
        survivor = await merges.survivor_of(connection, ended.id)
        case = await escalations.line_by_id(connection, survivor) or ended
        texts = await contents.texts(connection, [command.content_id])
    who = await _caller(parts, row)
    asked = Asked(key=str(row.op_id), expected_version=None)
    route, body = operations.LATE_MAIL, str(row.op_id)
    if case.status not in OVER:
        wish = Wish(
            route=route,
            body=body,
            escalation_id=case.id,
            number=case.number,
            command=command,
            actor=Actor(kind=ActorKind.CUSTOMER, id=case.customer_id),
        )
        return await operate(parts, who, asked, wish)
    text = texts.get(command.content_id, "").strip()
    matter = Matter(
        title=title_of(ended.title or "", text),
        description=text or None,
        type=None,
        severity=None,
        source=Source.EMAIL,
        received_at=row.created_at,
        customer_id=ended.customer_id,
        reopened_from=case.id,
        message_ids=message_ids,
    )
    return await open_matter(parts, who, asked, matter, route=route, body=body)


def title_of(subject: str, text: str) -> str:
    """The subject; without one that can be seen, the first line that can."""
    lines = (subject.strip(), *text.splitlines())
    return next((one for one in lines if can_be_seen(one)), "A mail without words")[:200]


async def _ended(parts: Parts, case_id: UUID) -> EscalationLine:
    """The case that refused the mail, once its end is on record."""
    for _ in range(_LOOKS):
        async with parts.store.single() as connection:
            line = await escalations.line_by_id(connection, case_id)
        if line is not None and line.status in OVER:
            return line
        await asyncio.sleep(_LOOK_EVERY)
    raise EngineUnavailable("The end of the case is not written down yet. The mail is safe.")


async def _became(parts: Parts, row: InboxRow) -> InboxRow:
    """What a refused mail was filed as. Raises EngineUnavailable when it was not."""
    async with parts.store.single() as connection:
        found = await operations.find(
            connection, row.actor_key, operations.LATE_MAIL, str(row.op_id)
        )
    if found is None:
        raise EngineUnavailable("The mail could not be filed yet. It is safe, and will be.")
    return found


async def _caller(parts: Parts, row: InboxRow) -> Caller:
    """Who brought the mail: they might open a case then, so it is opened in their name."""
    kind, _, known = row.actor_key.partition(":")
    if kind == ActorKind.SERVICE:
        scopes = (Scope.OPEN,)
        return Caller(
            actor=Actor(kind=ActorKind.SERVICE, id=UUID(known), scopes=scopes), person=None
        )
    async with parts.store.single() as connection:
        person = (await people.by_ids(connection, [UUID(known)])).get(UUID(known))
    role = person.role if person else None
    return Caller(actor=Actor(kind=ActorKind.PERSON, id=UUID(known), role=role), person=person)
