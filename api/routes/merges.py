"""Merge two cases of one matter: one of them ends, and goes on in the other."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.acceptance import OperationAnswer, operate
from api.dependencies import CASE, load_line
from api.problems import documented
from api.routes.casework import ChangeDep
from api.routes.escalations import ACCEPTED, wish_for, with_status
from domain.lifecycle import OVER
from models.command import Merge
from models.content import Content, ContentKind
from models.errors import MergeRefused, RightnowError
from models.escalation import Status, number_text
from models.frozen import Frozen
from models.ids import new_id
from models.standing import EscalationLine
from models.store.repositories import escalations, merges
from models.text import Text

router = APIRouter(prefix="/cs/escalations/{case}", tags=["casework"])


class MergeIn(Frozen):
    """In which case this one goes on."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"into": "E-1001"},
                {"into": "E-1001", "reason": "He wrote from his wife's address."},
            ]
        }
    )

    into: Annotated[str, Field(min_length=3, max_length=40, pattern=CASE)]
    """The other case: its number, or its id."""

    reason: Text | None = None
    """Needed when the other case is of another customer; then it takes a manager, too."""


@router.post("/merge", responses={**documented(404, 409, 412), **ACCEPTED}, summary="Merge")
async def merge(change: ChangeDep, given: MergeIn) -> OperationAnswer:
    """This case ends, and goes on in the other one, which takes it in right after.

    What was planned here is cancelled. Mail that comes for this case later goes to the other one.
    """
    line = await change.load()
    try:
        into = await load_line(change.parts, change.who, given.into)
    except RightnowError as refused:
        return await change.answer_again(line, "merge", given, refused)
    reason = None
    if given.reason is not None:
        reason = Content(id=new_id(), kind=ContentKind.REASON, text=given.reason)
    command = Merge(
        into_id=into.id,
        into_number=into.number,
        into_customer_id=into.customer_id,
        reason_id=reason.id if reason else None,
    )
    words = [reason] if reason else []
    wish = wish_for(line, "merge", given.model_dump_json(), command, words)
    guarded = replace(wish, guard=lambda connection: _require(connection, line, into.id))
    answer = await operate(change.parts, change.who, change.asked, guarded)
    return with_status(change.response, answer)


async def _require(connection: AsyncConnection, line: EscalationLine, into_id: UUID) -> None:
    """Let a merge pass that ends somewhere. Raises MergeRefused.

    Both cases are held, so two requests cannot lead two cases into each other: the later one sees
    that the case it names goes on elsewhere.
    """
    await merges.hold(connection, (line.id, into_id))
    into = await escalations.line_by_id(connection, into_id)
    if into is None or into_id == line.id:
        return  # the rules say so better
    name = number_text(into.number)
    if into.status is Status.MERGED or await merges.is_merging(connection, into_id):
        raise MergeRefused(f"{name} is merged into another case itself. Name that one.")
    if into.status is Status.RESOLVED:
        raise MergeRefused(f"{name} is resolved. Open that one again first.")
    if into.status in OVER:
        raise MergeRefused(f"{name} is {into.status}: nothing goes on there.")
