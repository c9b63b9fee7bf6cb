"""Open, list, read and correct cases."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import ConfigDict

from api.acceptance import OperationAnswer, Wish, operate
from api.dependencies import (
    AskedDep,
    CallerDep,
    CaseId,
    ChangerDep,
    MinVersion,
    PartsDep,
    ReaderDep,
    invalid,
    load_escalation,
)
from api.moments import Moment, require_appointment
from api.opening import EscalationIn, open_from_request
from api.problems import documented
from api.prospecting import besides_of
from api.views.escalation import EscalationView, escalation_view, picture
from api.views.line import LinePage, answer_page
from models.command import Change
from models.content import Content, ContentKind
from models.escalation import EscalationType, Status
from models.frozen import Frozen
from models.ids import new_id
from models.severity import Severity
from models.standing import EscalationLine, EscalationWhole, Filters
from models.store.repositories import escalations
from models.text import Line, Slug, VisibleLine

router = APIRouter(prefix="/cs/escalations", tags=["escalations"])

MAX_PAGE = 100
ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {"model": OperationAnswer, "description": "Safe; it will be done."}
}
WAIT_FOR_VERSION = 1.0
_LOOK_EVERY = 0.02


class EscalationPatch(Frozen):
    """Facts to correct. Only what is given changes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"severity": "critical"}, {"appointment_at": "2026-11-23T09:30:00+01:00"}]
        }
    )

    severity: Severity | None = None
    """Moves the deadlines. Seniors and managers only."""

    type: EscalationType | None = None
    title: VisibleLine | None = None
    appointment_at: Moment | None = None


@router.post(
    "",
    status_code=201,
    responses={**documented(409), 202: {"model": OperationAnswer, "description": "Safe; later."}},
    summary="Open a case",
)
async def open_escalation(
    parts: PartsDep, who: CallerDep, asked: AskedDep, given: EscalationIn, response: Response
) -> OperationAnswer:
    """Open a case for a customer. Type, severity and playbook are found when they are left out."""
    answer = await open_from_request(parts, who, asked, given, route="open")
    return with_status(response, answer, 201)


@router.get("", response_model=LinePage, responses=documented(), summary="List and search cases")
async def list_escalations(
    parts: PartsDep,
    _: ReaderDep,
    status: Annotated[list[Status] | None, Query(max_length=10)] = None,
    severity: Annotated[list[Severity] | None, Query(max_length=10)] = None,
    type: Annotated[list[EscalationType] | None, Query(max_length=10)] = None,  # noqa: A002
    assignee: Annotated[UUID | None, Query()] = None,
    unassigned: Annotated[bool, Query()] = False,
    playbook: Annotated[Slug | None, Query()] = None,
    customer: Annotated[UUID | None, Query()] = None,
    q: Annotated[Line | None, Query(description="Words, or a number such as E-1042.")] = None,
    cursor: Annotated[str | None, Query(pattern=r"^[0-9]{1,15}$")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Response:
    """Cases, newest first."""
    filters = Filters(
        status=tuple(status or ()),
        severity=tuple(severity or ()),
        type=tuple(type or ()),
        assignee_id=assignee,
        unassigned=unassigned,
        playbook=playbook,
        customer_id=customer,
        q=q,
    )
    before = int(cursor) if cursor else None
    async with parts.store.transaction() as connection:
        lines = await escalations.newest(connection, filters, before, limit + 1)
    page = lines[:limit]
    more = str(page[-1].number) if len(lines) > limit else None
    return await answer_page(parts, page, more)


@router.get("/{case}", responses=documented(404), summary="Read a case, whole")
async def read_escalation(
    parts: PartsDep, who: ReaderDep, case: CaseId, min_version: MinVersion = None
) -> EscalationView:
    """The whole picture: customer, clocks, playbook, steps with their scripts."""
    whole = await load_at(parts, who, case, min_version)
    return escalation_view(await picture(parts, who, whole), await besides_of(parts, who, whole))


@router.patch(
    "/{case}", responses={**documented(404, 409, 412), **ACCEPTED}, summary="Correct facts"
)
async def patch_escalation(
    parts: PartsDep,
    who: ChangerDep,
    asked: AskedDep,
    case: CaseId,
    given: EscalationPatch,
    response: Response,
) -> OperationAnswer:
    """Change severity, type, title or appointment. A changed severity moves the deadlines."""
    if not given.model_fields_set or given == EscalationPatch():
        raise invalid("body", "changes nothing", "Give at least one field.")
    now = datetime.now(UTC)  # noqa: TID251 (the edge reads the clock)
    require_appointment("appointment_at", given.appointment_at, now)
    whole = await load_escalation(parts, who, case)
    words = []
    if given.title is not None:
        words.append(Content(id=new_id(), kind=ContentKind.TITLE, text=given.title))
    command = Change(
        severity=given.severity,
        type=given.type,
        title_id=words[0].id if words else None,
        appointment_at=given.appointment_at,
    )
    wish = wish_for(whole.line, "change", given.model_dump_json(), command, words)
    return with_status(response, await operate(parts, who, asked, wish))


async def load_at(
    parts: PartsDep, who: ReaderDep, case: str, min_version: int | None
) -> EscalationWhole:
    """A case, waiting up to a second until the projection has a version of it."""
    whole = await load_escalation(parts, who, case)
    waited = 0.0
    while min_version and whole.line.version < min_version and waited < WAIT_FOR_VERSION:
        await asyncio.sleep(_LOOK_EVERY)
        waited += _LOOK_EVERY
        async with parts.store.transaction() as connection:
            version = await escalations.version_of(connection, whole.line.id)
        if version is not None and version >= min_version:
            return await load_escalation(parts, who, case)
    return whole


def route_of(line: EscalationLine, route: str) -> str:
    """What a key is unique within: a person's requests of one kind for one case."""
    return f"{route}/{line.id}"


def wish_for(
    line: EscalationLine, route: str, body: str, command: object, words: list[Content]
) -> Wish:
    """A wish about this case."""
    return Wish(
        route=route_of(line, route),
        body=body,
        escalation_id=line.id,
        number=line.number,
        command=command,  # type: ignore[arg-type]
        words=words,
        line=line,
    )


def with_status(response: Response, answer: OperationAnswer, done: int = 200) -> OperationAnswer:
    """201 or 200 when it is done, 202 when it is only safe."""
    response.status_code = done if answer.status == "applied" else 202
    if answer.status == "accepted":
        response.headers["Location"] = f"/api/v1/operations/{answer.op_id}"
    return answer
