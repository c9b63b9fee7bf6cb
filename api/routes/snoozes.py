"""Put a step off: not now, later."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from api.acceptance import OperationAnswer
from api.dependencies import invalid
from api.moments import Moment
from api.problems import documented
from api.routes.casework import ChangeDep
from api.routes.escalations import ACCEPTED
from api.routes.steps import StepId
from api.views.line import own_now
from models.command import SnoozeStep
from models.content import Content, ContentKind
from models.duration import Duration
from models.frozen import Frozen
from models.ids import new_id
from models.standing import EscalationLine
from models.text import Text

router = APIRouter(prefix="/cs/escalations/{case}/steps", tags=["steps"])


class SnoozeIn(Frozen):
    """Until when a step is put off. Give one of the two."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"length": "2h"},
                {"until": "2026-11-23T15:00:00+01:00", "reason": "He is at work until three."},
            ]
        }
    )

    until: Moment | None = None
    """When it comes back, by the case's own clock. A week ahead at most."""

    length: Annotated[Duration | None, Field(examples=["2h", "30m"])] = None
    """The same, counted from now."""

    reason: Text | None = None
    """Why it can wait; needed when it comes back after its due time."""


@router.post(
    "/{step}/snooze", responses={**documented(404, 409, 412), **ACCEPTED}, summary="Put off"
)
async def snooze_step(change: ChangeDep, step: StepId, given: SnoozeIn) -> OperationAnswer:
    """Not now: the step comes back by itself. Its due time and all clocks go on.

    It comes back before when the customer writes, or when the case changes hands.
    """
    line = await change.load()
    until = _until(line, given)
    run_id = step.replace("~", "#")
    reason = None
    if given.reason is not None:
        reason = Content(id=new_id(), kind=ContentKind.REASON, text=given.reason)
    command = SnoozeStep(step=run_id, until=until, reason_id=reason.id if reason else None)
    return await change.ask(line, f"snooze/{run_id}", given, command, reason)


def _until(line: EscalationLine, given: SnoozeIn) -> datetime:
    """When it comes back. Raises FieldsInvalid unless exactly one of the two is given."""
    if given.until is not None and given.length is None:
        return given.until
    if given.length is not None and given.until is None:
        return own_now(line) + given.length
    raise invalid("until", "is needed once", "Give either until or length.")
