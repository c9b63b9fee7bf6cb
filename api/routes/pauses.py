"""Put a case on hold, and let it go on."""

from fastapi import APIRouter
from pydantic import ConfigDict

from api.acceptance import OperationAnswer
from api.moments import Moment
from api.problems import documented
from api.routes.casework import ChangeDep
from api.routes.escalations import ACCEPTED
from models.command import Pause, Resume
from models.content import Content, ContentKind
from models.frozen import Frozen
from models.ids import new_id
from models.text import Text

router = APIRouter(prefix="/cs/escalations/{case}/pauses", tags=["casework"])

_CHANGES = {**documented(404, 409, 412), **ACCEPTED}


class PauseIn(Frozen):
    """Why the clocks stand still, and until when."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"reason": "We wait for the part. It comes on Friday."},
                {"reason": "Doug is away.", "until": "2026-11-30T09:00:00+01:00"},
            ]
        }
    )

    reason: Text
    """Why, in a few words."""

    until: Moment | None = None
    """When the case goes on by itself. Left out: as late as its SLA policy allows."""


@router.post("", responses=_CHANGES, summary="Put on hold")
async def pause(change: ChangeDep, given: PauseIn) -> OperationAnswer:
    """Clocks stand still until the time given, or until somebody lets the case go on.

    A case on hold can be put on hold again, with another reason and another end.
    """
    line = await change.load()
    reason = Content(id=new_id(), kind=ContentKind.REASON, text=given.reason)
    command = Pause(reason_id=reason.id, until=given.until)
    return await change.ask(line, "pause", given, command, reason)


@router.delete("/current", responses=_CHANGES, summary="Let it go on")
async def resume(change: ChangeDep) -> OperationAnswer:
    """The case goes on, and its clocks get exactly the time back in which they stood still."""
    line = await change.load()
    return await change.ask(line, "resume", Resume(), Resume())
