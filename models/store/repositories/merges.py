"""Merged cases: which ones are about to be, and where they go on."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.command import CommandKind
from models.operation import OperationStatus
from models.store.repositories import escalations
from models.store.tables.escalation import ESCALATIONS
from models.store.tables.operation import OPERATIONS

_FURTHEST = 20


async def hold(connection: AsyncConnection, ids: Sequence[UUID]) -> None:
    """Hold these cases, always in the same order: requests to merge them take turns."""
    query = (
        select(ESCALATIONS.c.id)
        .where(ESCALATIONS.c.id.in_(ids))
        .order_by(ESCALATIONS.c.id)
        .with_for_update(key_share=True)
    )
    await connection.execute(query)


async def is_merging(connection: AsyncConnection, escalation_id: UUID) -> bool:
    """Whether a request to merge this case into another one was accepted, and not refused."""
    query = select(OPERATIONS.c.op_id).where(
        OPERATIONS.c.escalation_id == escalation_id,
        OPERATIONS.c.kind == CommandKind.MERGE,
        OPERATIONS.c.status != OperationStatus.REJECTED,
    )
    return (await connection.execute(query.limit(1))).one_or_none() is not None


async def goes_on_in(connection: AsyncConnection, escalation_id: UUID) -> UUID | None:
    """The case into which this one was merged, as far as it is on record."""
    state = await escalations.state_of(connection, escalation_id)
    return state.merged_into if state else None


async def survivor_of(connection: AsyncConnection, escalation_id: UUID) -> UUID:
    """The case in which this one goes on, through every merge; itself when it was not merged."""
    found = escalation_id
    for _ in range(_FURTHEST):
        onward = await goes_on_in(connection, found)
        if onward is None:
            break
        found = onward
    return found
