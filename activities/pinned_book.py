"""What a running case is pinned to, read from what PostgreSQL keeps.

The workflow alone decides by its book; this one is for looking, and for a life that was lost. The
inbox keeps what the case was opened with, and the state says which playbooks came after.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from models.escalation import EscalationState
from models.messages import Book, Kept
from models.playbook import Playbook, PlaybookRef
from models.store.repositories import evidence, playbooks


async def book_of(
    connection: AsyncConnection, escalation_id: UUID, state: EscalationState
) -> Book | None:
    """The book of a case as it stands; None when a part of it cannot be found."""
    start = await evidence.start_of(connection, escalation_id)
    if start is None or start.opening is None:
        return None
    if state.playbook == start.opening.playbook and not state.earlier:
        return start.book
    playbook = await _read(connection, state.playbook)
    kept: dict[str, Kept] = {}
    for run in state.steps:
        if run.of is None or run.ended:
            continue
        promised_by = await _read(connection, run.of)
        if promised_by is None:
            return None
        kept[run.step] = Kept(of=run.of, step=promised_by.step(run.step))
    if playbook is None:
        return None
    return start.book.model_copy(update={"playbook": playbook, "kept": tuple(kept.values())})


async def _read(connection: AsyncConnection, ref: PlaybookRef) -> Playbook | None:
    found = await playbooks.get(connection, ref.slug, ref.version)
    return found.playbook if found else None
