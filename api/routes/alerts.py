"""Alerts: what the caller should know now, and what they say about it."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import ConfigDict, Field

from api.acceptance import OperationAnswer
from api.alerting import cursor_place, cursor_text, reach_of
from api.dependencies import (
    AskedDep,
    ChangerDep,
    PartsDep,
    ReaderDep,
    invalid,
    load_escalation,
    require_person,
)
from api.moments import Moment
from api.problems import documented
from api.routes.casework import CaseChange
from api.routes.escalations import ACCEPTED
from api.views.alert import AlertPage, alert_view
from api.views.line import own_now
from domain.alerts import IMPORTANCE
from models.actor import Role
from models.alert import AlertFor
from models.command import Acknowledge, SnoozeAlert
from models.duration import Duration
from models.errors import NotAllowed
from models.frozen import Frozen
from models.standing import EscalationLine
from models.store.repositories import alerts, people

router = APIRouter(prefix="/cs", tags=["alerts"])

AlertId = Annotated[
    str,
    Path(
        pattern=r"^[Ee]-[0-9]{1,15}\.[0-9]{1,4}$",
        description="The alert, as its list names it.",
        examples=["E-1042.3"],
    ),
]
_CHANGES = {**documented(404, 409, 412), **ACCEPTED}


class Seen(Frozen):
    """Nothing more is said than that one saw it."""


class AlertSnoozeIn(Frozen):
    """Until when an alert is put off. Give one of the two."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"length": "2h"}]})

    until: Moment | None = None
    """When it comes back, by the case's own clock. A week ahead at most."""

    length: Annotated[Duration | None, Field(examples=["2h", "30m"])] = None
    """The same, counted from now."""


@router.get("/escalations/ai-alerts", responses=documented(), summary="My alerts")
async def list_alerts(
    parts: PartsDep,
    who: ReaderDep,
    cursor: Annotated[str | None, Query(max_length=120)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> AlertPage:
    """The alerts that concern the caller and that nobody has seen yet, the worst first."""
    person = require_person(who)
    after = cursor_place(cursor)
    now = datetime.now(UTC)  # noqa: TID251 (the edge reads the clock)
    async with parts.store.transaction() as connection:
        seniors = await people.has_any(connection, Role.SENIOR)
        keeps = parts.house.keeps_customers(person, seniors=seniors)
        reach = reach_of(person, keeps_customers=keeps, seniors=seniors)
        found = await alerts.page(connection, reach, IMPORTANCE, now, after=after, limit=limit + 1)
    shown = found[:limit]
    return AlertPage(
        items=tuple(alert_view(one.alert, one.line) for one in shown),
        next_cursor=cursor_text(shown[-1].place) if len(found) > limit else None,
    )


@router.post("/alerts/{alert}/acknowledgement", responses=_CHANGES, summary="I saw it")
async def acknowledge_alert(
    parts: PartsDep,
    who: ChangerDep,
    asked: AskedDep,
    alert: AlertId,
    response: Response,
) -> OperationAnswer:
    """Say that you saw an alert: it is over, for everybody."""
    case, n = _parted(alert)
    change = CaseChange(parts, who, asked, case, response)
    line = await _load(change, n)
    return await change.ask(line, f"alert/{n}/seen", Seen(), Acknowledge(alert=n))


@router.post("/alerts/{alert}/snooze", responses=_CHANGES, summary="Not now")
async def snooze_alert(
    parts: PartsDep,
    who: ChangerDep,
    asked: AskedDep,
    alert: AlertId,
    response: Response,
    given: AlertSnoozeIn,
) -> OperationAnswer:
    """Put an alert off: it comes back by itself."""
    case, n = _parted(alert)
    change = CaseChange(parts, who, asked, case, response)
    line = await _load(change, n)
    command = SnoozeAlert(alert=n, until=_until(line, given))
    return await change.ask(line, f"alert/{n}/snooze", given, command)


async def _load(change: CaseChange, n: int) -> EscalationLine:
    """The case. Raises NotAllowed when the alert is for a team that the caller is not of.

    Who is of it, the settings say; the rules of a case know only roles.
    """
    whole = await load_escalation(change.parts, change.who, change.case)
    alert = next((one for one in (whole.state.alerts if whole.state else ()) if one.n == n), None)
    person = change.who.person
    if alert is not None and alert.audience is AlertFor.RETENTION and person is not None:
        leads = person.role in (Role.SENIOR, Role.MANAGER)
        owns = whole.line.assignee_id == person.id
        if not (leads or owns or change.parts.house.keeps_customers(person)):
            raise NotAllowed("This alert is for the team that keeps customers.")
    return whole.line


def _parted(alert: str) -> tuple[str, int]:
    """Its case, and its place there. Raises FieldsInvalid."""
    case, _, place = alert.rpartition(".")
    if int(place) < 1:
        raise invalid("alert", "is not known", "Look at the list of your alerts.")
    return case, int(place)


def _until(line: EscalationLine, given: AlertSnoozeIn) -> datetime:
    if given.until is not None and given.length is None:
        return given.until
    if given.length is not None and given.until is None:
        return own_now(line) + given.length
    raise invalid("until", "is needed once", "Give either until or length.")
