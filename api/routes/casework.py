"""What else people do to a case: write, note, hand over, resolve, reopen, cancel."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import ConfigDict, StrictBool
from pydantic.config import JsonDict

from api.acceptance import OperationAnswer, operate
from api.dependencies import (
    Asked,
    AskedDep,
    Caller,
    CaseId,
    ChangerDep,
    PartsDep,
    invalid,
    load_escalation,
)
from api.moments import Moment
from api.opening import Matter, open_matter
from api.parts import Parts
from api.problems import documented
from api.routes.escalations import ACCEPTED, wish_for, with_status
from api.views.escalation import picture
from models.actor import Role
from models.command import (
    AddNote,
    Assign,
    Author,
    Cancel,
    Channel,
    Direction,
    RecordMessage,
    Reopen,
    Resolve,
    Visibility,
)
from models.content import Content, ContentKind
from models.errors import PersonUnknown
from models.escalation import Status
from models.frozen import Frozen
from models.ids import new_id
from models.mail_address import MailAddress
from models.standing import EscalationWhole
from models.store.repositories import people
from models.text import Text

router = APIRouter(prefix="/cs/escalations/{case}", tags=["casework"])

_CHANGES = {**documented(404, 409, 412), **ACCEPTED}


def _example(*bodies: JsonDict) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": list(bodies)})


class MessageIn(Frozen):
    """A message from or to the customer."""

    model_config = _example(
        {"direction": "inbound", "text": "Is Ray coming at eight?", "channel": "chat"},
        {"direction": "outbound", "text": "Yes, at eight. I checked.", "channel": "chat"},
    )

    direction: Direction
    text: Text
    channel: Channel = Channel.OTHER
    author: Author = Author.HUMAN
    """Only a human one counts as an answer."""

    visibility: Visibility = Visibility.PUBLIC
    sent_at: Moment | None = None


class NoteIn(Frozen):
    """Something to remember."""

    model_config = _example({"text": "The side door is open. Ask for Doug."})

    text: Text


class AssignmentIn(Frozen):
    """Who gets the case. Give one of the two; neither gives it back."""

    model_config = _example({"assignee": "sarah@demo.test"}, {})

    assignee_id: UUID | None = None
    assignee: MailAddress | None = None
    """The person's mail address."""

    only_if_free: StrictBool = False
    """Refused when somebody else has it."""


class ResolutionIn(Frozen):
    """How it ended well."""

    model_config = _example({"note": "Ray repaired it. Doug stays."})

    note: Text | None = None


class ReasonIn(Frozen):
    """Why."""

    model_config = _example({"reason": "It broke again on Friday."})

    reason: Text | None = None


@router.post("/messages", responses=_CHANGES, summary="Record a message")
async def record_message(
    parts: PartsDep,
    who: ChangerDep,
    asked: AskedDep,
    case: CaseId,
    given: MessageIn,
    response: Response,
) -> OperationAnswer:
    """A message from or to the customer. A human, public, outbound one is a first response."""
    whole = await load_escalation(parts, who, case)
    words = _words(ContentKind.MESSAGE, given.text)
    command = RecordMessage(
        direction=given.direction,
        author=given.author,
        visibility=given.visibility,
        channel=given.channel,
        content_id=words[0].id,
        sent_at=given.sent_at,
    )
    wish = wish_for(whole.line, "message", given.model_dump_json(), command, words)
    return with_status(response, await operate(parts, who, asked, wish))


@router.post("/notes", responses=_CHANGES, summary="Write a note")
async def add_note(
    parts: PartsDep,
    who: ChangerDep,
    asked: AskedDep,
    case: CaseId,
    given: NoteIn,
    response: Response,
) -> OperationAnswer:
    """A note for the team."""
    whole = await load_escalation(parts, who, case)
    words = _words(ContentKind.NOTE, given.text)
    command = AddNote(content_id=words[0].id)
    wish = wish_for(whole.line, "note", given.model_dump_json(), command, words)
    return with_status(response, await operate(parts, who, asked, wish))


@router.post("/assignment", responses=_CHANGES, summary="Assign")
async def assign(
    parts: PartsDep,
    who: ChangerDep,
    asked: AskedDep,
    case: CaseId,
    given: AssignmentIn,
    response: Response,
) -> OperationAnswer:
    """Give the case to somebody, or back to nobody."""
    whole = await load_escalation(parts, who, case)
    assignee_id = await _assignee(parts, given)
    command = Assign(assignee_id=assignee_id, only_if_free=given.only_if_free)
    wish = wish_for(whole.line, "assign", given.model_dump_json(), command, [])
    return with_status(response, await operate(parts, who, asked, wish))


@router.post("/resolution", responses=_CHANGES, summary="Resolve")
async def resolve(
    parts: PartsDep,
    who: ChangerDep,
    asked: AskedDep,
    case: CaseId,
    given: ResolutionIn,
    response: Response,
) -> OperationAnswer:
    """The trouble is mended. Clocks stop; promised follow-ups go on."""
    whole = await load_escalation(parts, who, case)
    words = _words(ContentKind.NOTE, given.note)
    command = Resolve(note_id=words[0].id if words else None)
    wish = wish_for(whole.line, "resolve", given.model_dump_json(), command, words)
    return with_status(response, await operate(parts, who, asked, wish))


@router.post(
    "/reopening",
    responses={**_CHANGES, 201: {"model": OperationAnswer, "description": "A linked case."}},
    summary="Reopen",
)
async def reopen(
    parts: PartsDep,
    who: ChangerDep,
    asked: AskedDep,
    case: CaseId,
    given: ReasonIn,
    response: Response,
) -> OperationAnswer:
    """It was not mended. A resolved case begins again; a closed one opens a linked case."""
    whole = await load_escalation(parts, who, case)
    if whole.line.status is Status.CLOSED:
        return with_status(response, await _open_linked(parts, who, asked, whole, given), 201)
    words = _words(ContentKind.REASON, given.reason)
    command = Reopen(reason_id=words[0].id if words else None)
    wish = wish_for(whole.line, "reopen", given.model_dump_json(), command, words)
    return with_status(response, await operate(parts, who, asked, wish))


@router.post("/cancellation", responses=_CHANGES, summary="Cancel")
async def cancel(
    parts: PartsDep,
    who: ChangerDep,
    asked: AskedDep,
    case: CaseId,
    given: ReasonIn,
    response: Response,
) -> OperationAnswer:
    """Everything stops, promises included. Seniors and managers only."""
    whole = await load_escalation(parts, who, case)
    words = _words(ContentKind.REASON, given.reason)
    command = Cancel(reason_id=words[0].id if words else None)
    wish = wish_for(whole.line, "cancel", given.model_dump_json(), command, words)
    return with_status(response, await operate(parts, who, asked, wish))


async def _open_linked(
    parts: Parts, who: Caller, asked: Asked, whole: EscalationWhole, given: ReasonIn
) -> OperationAnswer:
    """After closed, reopening opens another case that continues this one."""
    seen = await picture(parts, who, whole)
    described = None
    if whole.state is not None and whole.state.description_id is not None:
        described = seen.words.get(whole.state.description_id)
    matter = Matter(
        title=whole.line.title,
        description=given.reason or described,
        type=whole.line.type,
        severity=whole.line.severity,
        source=whole.source,
        received_at=datetime.now(UTC),  # noqa: TID251 (the edge reads the clock)
        customer_id=whole.line.customer_id,
        reopened_from=whole.line.id,
    )
    route = f"reopen/{whole.line.id}"
    return await open_matter(parts, who, asked, matter, route=route, body=given.model_dump_json())


async def _assignee(parts: Parts, given: AssignmentIn) -> UUID | None:
    if given.assignee is not None and given.assignee_id is not None:
        raise invalid("assignee", "is there twice", "Give assignee or assignee_id, not both.")
    async with parts.store.transaction() as connection:
        if given.assignee is not None:
            person = await people.by_email(connection, given.assignee)
        elif given.assignee_id is not None:
            known = await people.by_ids(connection, [given.assignee_id])
            person = known.get(given.assignee_id)
        else:
            return None
    if person is None or not person.active or person.role is Role.ADMIN:
        raise PersonUnknown("Nobody who works on cases has that address or id.")
    return person.id


def _words(kind: ContentKind, text: str | None) -> list[Content]:
    return [Content(id=new_id(), kind=kind, text=text)] if text is not None else []
