"""Finish steps, skip them, and hand questions on."""

import contextlib
import json
import re
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from api.acceptance import OperationAnswer, answer_again, operate
from api.dependencies import (
    AskedDep,
    Caller,
    CaseId,
    ChangerDep,
    PartsDep,
    invalid,
    load_escalation,
    load_line,
)
from api.moments import Moment, require_appointment
from api.parts import Parts
from api.problems import documented
from api.routes.escalations import ACCEPTED, route_of, wish_for, with_status
from api.staff import find_person
from api.views.escalation import Picture, picture
from api.views.step import letter_view
from domain.script import Placeholder
from models.actor import Person
from models.command import CompleteStep, Delegate, SkipStep
from models.content import Content, ContentKind
from models.errors import FieldRequired, RightnowError
from models.escalation import Status
from models.frozen import Frozen
from models.ids import new_id
from models.mail_address import MailAddress
from models.money import Money
from models.standing import EscalationLine
from models.step import Credit, EmailStep, FieldKind, Schedule, Step
from models.text import Line, Slug, Text

router = APIRouter(prefix="/cs/escalations/{case}/steps", tags=["steps"])

StepId = Annotated[
    str,
    Path(
        max_length=64,
        pattern=r"^[a-z0-9-]{1,60}([#~][0-9]{1,3})?$",
        description="The step's run: `call-now`, and `call-now~2` for `call-now#2`.",
        examples=["call-now"],
    ),
]

_AMOUNT = re.compile(
    r"[^\d\s]{0,3}\s?\d{1,3}(?:[ ,.]?\d{3}){0,4}(?:[.,]\d{1,2})?\s?[A-Za-z€£$]{0,3}"
)
_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


class LetterIn(Frozen):
    """The letter of an e-mail step, as the agent words it."""

    subject: Line
    body: Text


class CompletionIn(Frozen):
    """How a step ended."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"outcome": "reached", "note": "He is calmer now."},
                {"outcome": "heard", "fields": {"main-reason": "Three missed visits"}},
                {"outcome": "give", "amount": {"minor": 4900, "currency": "USD"}},
                {"outcome": "found", "appointment_at": "2026-11-23T09:30:00+01:00"},
            ]
        }
    )

    outcome: Slug
    """One of the step's outcomes."""

    note: Text | None = None
    fields: Annotated[dict[Slug, Text], Field(max_length=20)] = Field(default_factory=dict)
    """What was written into the step's fields."""

    letter: LetterIn | None = None
    """Another wording of an e-mail step's letter. Left out: the playbook's, filled in."""

    amount: Money | None = None
    """How much a credit step gives, in minor units."""

    appointment_at: Moment | None = None
    """The time that a schedule step found."""


class DelegationIn(Frozen):
    """Who is asked instead. Give one of the two."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"person": "priya@demo.test"}]})

    person: MailAddress | None = None
    """The person's mail address."""

    person_id: UUID | None = None


class SkipIn(Frozen):
    """Why a step is left out."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "We spoke about it on the telephone."}]}
    )

    reason: Text | None = None


@router.post(
    "/{step}/completion", responses={**documented(404, 409, 412), **ACCEPTED}, summary="Done"
)
async def complete_step(
    parts: PartsDep,
    who: ChangerDep,
    asked: AskedDep,
    case: CaseId,
    step: StepId,
    given: CompletionIn,
    response: Response,
) -> OperationAnswer:
    """A step is done. Two people on one step: the second hears who was first, and when."""
    line = await load_line(parts, who, case)
    run_id = step.replace("~", "#")
    route, body = f"complete/{run_id}", given.model_dump_json()
    try:
        command, words = await _completion(parts, who, line, run_id, given)
    except RightnowError as refused:
        answer = await answer_again(parts, who, asked, route_of(line, route), body, refused)
    else:
        answer = await operate(parts, who, asked, wish_for(line, route, body, command, words))
    return with_status(response, answer)


async def _completion(
    parts: Parts, who: Caller, line: EscalationLine, run_id: str, given: CompletionIn
) -> tuple[CompleteStep, list[Content]]:
    """The command and its words. Raises what is wrong with fields and letter."""
    letter: list[Content] = []
    found = await _step(parts, who, line, run_id)
    _check_fields(found, given)
    words = _words(given)
    if isinstance(found, EmailStep) and line.status is not Status.OPENING:
        whole = await load_escalation(parts, who, str(line.id))
        letter = _letter(await picture(parts, who, whole), found, given)
    command = CompleteStep(
        step=run_id,
        outcome=given.outcome,
        note_id=_id(words, ContentKind.NOTE),
        fields_id=_id(words, ContentKind.FIELDS),
        filled=tuple(sorted(given.fields)),
        appointment_at=_appointment(found, given),
        amount=given.amount,
        subject_id=_id(letter, ContentKind.SUBJECT),
        body_id=_id(letter, ContentKind.LETTER),
    )
    return command, [*words, *letter]


@router.post("/{step}/skip", responses={**documented(404, 409, 412), **ACCEPTED}, summary="Skip")
async def skip_step(
    parts: PartsDep,
    who: ChangerDep,
    asked: AskedDep,
    case: CaseId,
    step: StepId,
    given: SkipIn,
    response: Response,
) -> OperationAnswer:
    """Leave a step out. Whether a reason is needed, the step says."""
    line = await load_line(parts, who, case)
    run_id = step.replace("~", "#")
    words = []
    if given.reason is not None:
        words.append(Content(id=new_id(), kind=ContentKind.REASON, text=given.reason))
    command = SkipStep(step=run_id, reason_id=_id(words, ContentKind.REASON))
    wish = wish_for(line, f"skip/{run_id}", given.model_dump_json(), command, words)
    return with_status(response, await operate(parts, who, asked, wish))


@router.post(
    "/{step}/delegation",
    responses={**documented(404, 409, 412), **ACCEPTED},
    summary="Ask somebody else",
)
async def delegate_step(
    parts: PartsDep,
    who: ChangerDep,
    asked: AskedDep,
    case: CaseId,
    step: StepId,
    given: DelegationIn,
    response: Response,
) -> OperationAnswer:
    """Hand a question on to another person of the role, or of a higher one."""
    line = await load_line(parts, who, case)
    run_id = step.replace("~", "#")
    route, body = f"delegate/{run_id}", given.model_dump_json()
    try:
        person = await _colleague(parts, given)
    except RightnowError as refused:
        answer = await answer_again(parts, who, asked, route_of(line, route), body, refused)
        return with_status(response, answer)
    command = Delegate(step=run_id, to_id=person.id, to_role=person.role)
    answer = await operate(parts, who, asked, wish_for(line, route, body, command, []))
    return with_status(response, answer)


async def _colleague(parts: Parts, given: DelegationIn) -> Person:
    """The person who is asked. Raises FieldsInvalid, PersonUnknown."""
    if (given.person is None) == (given.person_id is None):
        raise invalid("person", "is needed", "Give either person or person_id.")
    return await find_person(parts, given.person, given.person_id)


async def _step(parts: Parts, who: Caller, line: EscalationLine, run_id: str) -> Step | None:
    """The step of a run; an unknown one is refused by the rules, with all that is to do now.

    A promise of another playbook has its words there.
    """
    name = run_id.partition("#")[0]
    version = await parts.playbook(line.playbook_slug, line.playbook_version)
    with contextlib.suppress(KeyError):
        return version.playbook.step(name)
    state = (await load_escalation(parts, who, str(line.id))).state
    run = state.run(run_id) if state else None
    if run is None or run.of is None:
        return None
    return (await parts.playbook(run.of.slug, run.of.version)).playbook.step(name)


def _check_fields(step: Step | None, given: CompletionIn) -> None:
    """Amounts and moments are such, and a letter has somebody to send it. Raises FieldsInvalid."""
    for field in step.fields if step else ():
        text = given.fields.get(field.id, "").strip()
        if text and field.kind is FieldKind.MONEY and not _AMOUNT.fullmatch(text):
            raise invalid(f"fields.{field.id}", "is not an amount", "Write it like 49.00 USD.")
        if text and field.kind is FieldKind.MOMENT:
            _moment(f"fields.{field.id}", text)
    wrong = {
        "letter": (given.letter, EmailStep, "is not sent by this step"),
        "amount": (given.amount, Credit, "is not given by this step"),
        "appointment_at": (given.appointment_at, Schedule, "is not found by this step"),
    }
    for name, (told, kind, what) in wrong.items():
        if told is not None and step is not None and not isinstance(step, kind):
            raise invalid(name, what, "Leave it out.")


def _words(given: CompletionIn) -> list[Content]:
    words = []
    if given.note is not None:
        words.append(Content(id=new_id(), kind=ContentKind.NOTE, text=given.note))
    if given.fields:
        text = json.dumps(given.fields, ensure_ascii=False, sort_keys=True)
        words.append(Content(id=new_id(), kind=ContentKind.FIELDS, text=text))
    return words


def _letter(seen: Picture, step: EmailStep, given: CompletionIn) -> list[Content]:
    """The letter that an outcome with contact sends. Raises FieldRequired while it has blanks."""
    sends = any(one.id == given.outcome and one.contact for one in step.outcomes)
    if not sends:
        return []
    view = letter_view(step, seen.values)
    if view is None:
        return []
    subject = given.letter.subject if given.letter else view.subject
    body = given.letter.body if given.letter else view.body
    blanks = [one.blank for one in Placeholder if one.blank in f"{subject}\n{body}"]
    if blanks:
        raise FieldRequired(f"The letter still has blanks: {', '.join(blanks)}. Fill them in.")
    return [
        Content(id=new_id(), kind=ContentKind.SUBJECT, text=subject),
        Content(id=new_id(), kind=ContentKind.LETTER, text=body),
    ]


def _appointment(step: Step | None, given: CompletionIn) -> datetime | None:
    """The appointment, when the step or one of its fields sets it. Raises FieldsInvalid."""
    now = datetime.now(UTC)  # noqa: TID251 (the edge reads the clock)
    if given.appointment_at is not None:
        require_appointment("appointment_at", given.appointment_at, now)
        return given.appointment_at
    for field in step.fields if step else ():
        if field.sets == "appointment_at" and field.id in given.fields:
            where = f"fields.{field.id}"
            moment = _moment(where, given.fields[field.id].strip())
            require_appointment(where, moment, now)
            return moment
    return None


def _moment(where: str, text: str) -> datetime:
    try:
        return _MOMENT.validate_python(text)
    except ValidationError:
        mend = "Write it like 2026-11-23T09:30:00+01:00."
        raise invalid(where, "is not a moment", mend) from None


def _id(words: list[Content], kind: ContentKind) -> UUID | None:
    return next((one.id for one in words if one.kind is kind), None)
