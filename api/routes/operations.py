"""What became of a request."""

from uuid import UUID

from fastapi import APIRouter

from api.acceptance import OperationAnswer, as_row, in_words
from api.dependencies import CallerDep, PartsDep
from api.problems import documented
from models.actor import ActorKind, Role
from models.errors import OperationUnknown
from models.store.repositories import operations

router = APIRouter(prefix="/operations", tags=["operations"])


@router.get("/{op_id}", responses=documented(404), summary="What became of it")
async def read_operation(parts: PartsDep, who: CallerDep, op_id: UUID) -> OperationAnswer:
    """Applied, accepted, or rejected and why. Your own; seniors and managers see all."""
    async with parts.store.transaction() as connection:
        row = await operations.get(connection, op_id)
    leads = who.actor.kind is ActorKind.PERSON and who.actor.role is not Role.AGENT
    if row is None or not (leads or row.actor_key == who.actor.key):
        raise OperationUnknown(f"There is no operation {op_id}.")
    return await in_words(parts, await as_row(parts, row))
