"""Cases that are over and were like one that goes on: by meaning, or else by words, and never late.

Rule: nothing waits for it. It asks no model, and a search by words ends when its time is over.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.similar import matter_text
from models.similar import FoundBy, SimilarCase
from models.standing import EscalationLine
from models.store.repositories import remembered, similar
from models.store.vectors import NO_VECTORS, can_keep_vectors

_NOT_READ = "The model has not read this case yet."
_NONE_NEAR = "No case of this type that is over is near enough to this one."
_NO_WORDS = "No case of this type that is over shares words with this one."
_NOTHING_SAID = "Nothing is known yet of what this case is about."
_TOO_LONG = "The search by words took too long and was given up. Ask again in some seconds."


@dataclass(frozen=True)
class Alike:
    """What was found, and how it was looked for."""

    cases: tuple[SimilarCase, ...]
    found_by: FoundBy
    model: str | None = None
    """Whose vectors were compared."""

    why_by_words: str | None = None
    """One sentence when it was by words alone."""

    why_empty: str | None = None
    """One sentence when there is none."""


async def alike(connection: AsyncConnection, line: EscalationLine, limit: int) -> Alike:
    """Up to so many cases of the same type, saved and lost ones, the most similar first."""
    if not await can_keep_vectors(connection):
        return await _by_words(connection, line, limit, NO_VECTORS)
    own = await similar.own_vector(connection, line.id)
    if own is None:
        return await _by_words(connection, line, limit, _NOT_READ)
    query = similar.nearest(*own, line.type, limit, but=line.id)
    found = tuple(await similar.read(connection, query))
    return Alike(found, FoundBy.EMBEDDING, own[1], why_empty=None if found else _NONE_NEAR)


async def _by_words(
    connection: AsyncConnection, line: EscalationLine, limit: int, why: str
) -> Alike:
    text = await _said(connection, line.id)
    if not text:
        return Alike((), FoundBy.TEXT_SEARCH, why_by_words=why, why_empty=_NOTHING_SAID)
    query = similar.by_words(text, line.type, limit, but=line.id)
    found = await similar.read_in_time(connection, query)
    why_empty = _TOO_LONG if found is None else None if found else _NO_WORDS
    return Alike(tuple(found or ()), FoundBy.TEXT_SEARCH, why_by_words=why, why_empty=why_empty)


async def _said(connection: AsyncConnection, case_id: UUID) -> str:
    """What the case is about; empty when nobody knows."""
    matter = await remembered.matter_of(connection, case_id)
    return matter_text(matter.title, matter.description, matter.said) if matter else ""
