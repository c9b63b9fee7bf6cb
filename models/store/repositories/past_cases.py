"""Cases that have ended, one after the other, the newest first: what a rehearsal goes through."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.escalation import Status, number_text
from models.rehearsal import LeftOut, PastCase
from models.store.repositories import contents, events, evidence
from models.store.tables.escalation import ESCALATIONS

ENDED = (Status.RESOLVED, Status.CANCELLED, Status.CLOSED, Status.MERGED)
"""In these no clock runs."""

MOST_EVENTS = 5_000
_E = ESCALATIONS.c


async def newest(
    connection: AsyncConnection, below: int | None, limit: int
) -> list[tuple[int, UUID]]:
    """Number and id of ended cases, the newest first, below a number."""
    query = select(_E.number, _E.id).where(_E.status.in_(ENDED), _E.version > 0)
    if below is not None:
        query = query.where(_E.number < below)
    rows = await connection.execute(query.order_by(_E.number.desc()).limit(limit))
    return [(row.number, row.id) for row in rows]


async def read(connection: AsyncConnection, number: int, case_id: UUID) -> PastCase | LeftOut:
    """One case whole; or why it cannot be gone through."""

    def left_out(why: str) -> LeftOut:
        return LeftOut(number=number_text(number), why=why)

    try:
        start = await evidence.start_of(connection, case_id)
        story = await events.of(connection, case_id, limit=MOST_EVENTS + 1)
    except ValueError:
        return left_out("it was written down by another version of Rightnow")
    if start is None or start.opening is None:
        return left_out("the request that opened it is not in the inbox")
    if len(story) > MOST_EVENTS:
        return left_out(f"it has more than {MOST_EVENTS:,} events")
    if [event.seq for event in story] != list(range(1, len(story) + 1)) or not story:
        return left_out("its events are not whole: rightnow audit")
    opening = start.opening
    ids = [one for one in (opening.title_id, opening.description_id) if one is not None]
    found = await contents.texts(connection, ids)
    text = "\n".join(found[one] for one in ids) if len(found) == len(ids) else None
    return PastCase(book=start.book, opening=opening, events=story, text=text)
