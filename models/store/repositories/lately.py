"""What a person worked on just now."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncConnection

from models.standing import EscalationLine
from models.store.repositories.escalations import line, lines
from models.store.tables.escalation import ESCALATIONS

_E = ESCALATIONS.c


async def own_cases(
    connection: AsyncConnection, person_id: UUID, *, rank: int, within: timedelta, limit: int
) -> list[EscalationLine]:
    """A person's own cases that moved within that time and have something to do for them now.

    The latest comes first. No other case is looked at: `ix_escalations_assignee_rank`.
    """
    query = (
        lines()
        .where(
            _E.assignee_id == person_id,
            _E.rank_at.is_not(None),
            _E.owner_rank <= rank,
            _E.updated_at > func.now() - within,
        )
        .order_by(_E.updated_at.desc(), _E.id)
        .limit(limit)
    )
    return [line(row) for row in await connection.execute(query)]
