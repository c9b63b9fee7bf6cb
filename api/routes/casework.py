"""What else people do to a case: write, note, hand over or up, undo, resolve, reopen, cancel."""

from typing import Annotated, Literal, overload
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import ConfigDict, StrictBool
from pydantic.config import JsonDict

from api.acceptance import OperationAnswer, answer_again, operate
from api.dependencies import (
    AskedDep,
    CaseId,
    ChangerDep,
    PartsDep,
    invalid,
    load_escalation,
    load_line,
)
from api.moments import Moment
from api.opening import Matter, open_matter
from api.parts import Parts
from api.problems import documented
from api.routes.escalations import ACCEPTED, route_of, wish_for, with_status
from api.staff import find_person
from api.views.escalation import picture
from domain.thanks import only_thanks
from models.actor import Role
from models.command import (
    AddNote,
    Assign,
    Author,
    Cancel,
    Channel,
    Direction,
    HandUp,
    RecordMessage,
    Reopen,
    Requested,
    Resolve,
    Undo,
    Visibility,
)
from models.content import Content, ContentKind
from models.errors import RightnowError
from models.escalation import Status
from models.frozen import Frozen
from models.ids import new_id
from models.mail_address import MailAddress
from models.standing import EscalationLine
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


class HandUpIn(Frozen):
    """Why the case needs somebody higher."""

    model_config = _example({"reason": "He wants to speak to a manager.", "to": "manager"})

    reason: Text
    to: Literal[Role.SENIOR, Role.MANAGER] | None = None
    """Left out: the next role above."""


class UndoIn(Frozen):
    """What to take back."""

    model_config = _example({"op_id": "0198c0de-0000-7000-8000-000000000001"})

    op_id: UUID
    """The operation, as its answer named it."""


class ReasonIn(Frozen):
    """Why."""

    model_config = _example({"reason": "It broke again on Friday."})

    reason: Text | None = None


class CaseChange:
    """A request to change a case: who asks, how, and for which one.

    Every handler below reads alike: load the case, find the words, say the command.
    """

    def __init__(
        self, parts: PartsDep, who: ChangerDep, asked: AskedDep, case: CaseId, response: Response
    ) -> None:
        self.parts = parts
        self.who = who
        self.asked = asked
        self.case = case
        self.response = response

    async def load(self) -> EscalationLine:
        """The case. Raises EscalationUnknown."""
        return await load_line(self.parts, self.who, self.case)

    async def ask(
        self,
        line: EscalationLine,
        route: str,
        given: Frozen,
        command: Requested,
        words: Content | None = None,
    ) -> OperationAnswer:
        """Have the command done, with the words that it carries by id. Raises what refused it."""
        kept = [words] if words else []
        wish = wish_for(line, route, given.model_dump_json(), command, kept)
        return with_status(self.response, await operate(self.parts, self.who, self.asked, wish))

    async def answer_again(
        self, line: EscalationLine, route: str, given: Frozen, refused: RightnowError
    ) -> OperationAnswer:
        """The answer that it got before, when it is a repeated one. Raises `refused` otherwise."""
        route, body = route_of(line, route), given.model_dump_json()
        answer = await answer_again(self.parts, self.who, self.asked, route, body, refused)
        return with_status(self.response, answer)


ChangeDep = Annotated[CaseChange, Depends()]


@router.post("/messages", responses=_CHANGES, summary="Record a message")
async def record_message(change: ChangeDep, given: MessageIn) -> OperationAnswer:
    """A message from or to the customer. A human, public, outbound one is a first response."""
    line = await change.load()
    text = _words(ContentKind.MESSAGE, given.text)
    command = RecordMessage(
        direction=given.direction,
        author=given.author,
        visibility=given.visibility,
        channel=given.channel,
        content_id=text.id,
        sent_at=given.sent_at,
        thanks=given.direction is Direction.INBOUND and only_thanks(given.text),
        signals=change.parts.signals(given.text) if given.direction is Direction.INBOUND else (),
    )
    return await change.ask(line, "message", given, command, text)


@router.post("/notes", responses=_CHANGES, summary="Write a note")
async def add_note(change: ChangeDep, given: NoteIn) -> OperationAnswer:
    """A note for the team."""
    line = await change.load()
    note = _words(ContentKind.NOTE, given.text)
    return await change.ask(line, "note", given, AddNote(content_id=note.id), note)


@router.post("/assignment", responses=_CHANGES, summary="Assign")
async def assign(change: ChangeDep, given: AssignmentIn) -> OperationAnswer:
    """Give the case to somebody, or back to nobody."""
    line = await change.load()
    try:
        assignee_id = await _assignee(change.parts, given)
    except RightnowError as refused:
        return await change.answer_again(line, "assign", given, refused)
    command = Assign(assignee_id=assignee_id, only_if_free=given.only_if_free)
    return await change.ask(line, "assign", given, command)


@router.post("/hand-up", responses=_CHANGES, summary="Hand up")
async def hand_up(change: ChangeDep, given: HandUpIn) -> OperationAnswer:
    """Give the case to a higher role. It waits for one of them; its owner so far is told."""
    line = await change.load()
    reason = _words(ContentKind.REASON, given.reason)
    return await change.ask(
        line, "hand-up", given, HandUp(reason_id=reason.id, to=given.to), reason
    )


@router.post("/undo", responses=_CHANGES, summary="Take back")
async def undo(change: ChangeDep, given: UndoIn) -> OperationAnswer:
    """Take a completion, a skip, a credit or a solution back, for ten seconds.

    Everything stands as before. Refused once something has left the house, or came after it.
    """
    line = await change.load()
    return await change.ask(line, "undo", given, Undo(undone=given.op_id))


@router.post("/resolution", responses=_CHANGES, summary="Resolve")
async def resolve(change: ChangeDep, given: ResolutionIn) -> OperationAnswer:
    """The trouble is mended. Clocks stop; promised follow-ups go on."""
    line = await change.load()
    note = _words(ContentKind.NOTE, given.note)
    return await change.ask(line, "resolve", given, Resolve(note_id=_id(note)), note)


@router.post(
    "/reopening",
    responses={**_CHANGES, 201: {"model": OperationAnswer, "description": "A linked case."}},
    summary="Reopen",
)
async def reopen(change: ChangeDep, given: ReasonIn) -> OperationAnswer:
    """It was not mended. A resolved case begins again; a closed one opens a linked case."""
    line = await change.load()
    if line.status is Status.CLOSED:
        return with_status(change.response, await _open_linked(change, given), 201)
    reason = _words(ContentKind.REASON, given.reason)
    return await change.ask(line, "reopen", given, Reopen(reason_id=_id(reason)), reason)


@router.post("/cancellation", responses=_CHANGES, summary="Cancel")
async def cancel(change: ChangeDep, given: ReasonIn) -> OperationAnswer:
    """Everything stops, promises included. Seniors and managers only."""
    line = await change.load()
    reason = _words(ContentKind.REASON, given.reason)
    return await change.ask(line, "cancel", given, Cancel(reason_id=_id(reason)), reason)


async def _open_linked(change: CaseChange, given: ReasonIn) -> OperationAnswer:
    """After closed, reopening opens another case that continues this one."""
    parts, who, asked = change.parts, change.who, change.asked
    whole = await load_escalation(parts, who, change.case)
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
        received_at=parts.now(),
        customer_id=whole.line.customer_id,
        reopened_from=whole.line.id,
    )
    route = f"reopen/{whole.line.id}"
    return await open_matter(parts, who, asked, matter, route=route, body=given.model_dump_json())


async def _assignee(parts: Parts, given: AssignmentIn) -> UUID | None:
    if given.assignee is not None and given.assignee_id is not None:
        raise invalid("assignee", "is there twice", "Give assignee or assignee_id, not both.")
    if given.assignee is None and given.assignee_id is None:
        return None
    return (await find_person(parts, given.assignee, given.assignee_id)).id


@overload
def _words(kind: ContentKind, text: str) -> Content: ...


@overload
def _words(kind: ContentKind, text: str | None) -> Content | None: ...


def _words(kind: ContentKind, text: str | None) -> Content | None:
    return Content(id=new_id(), kind=kind, text=text) if text is not None else None


def _id(words: Content | None) -> UUID | None:
    return words.id if words else None
