"""Cases that were like this one, what was done, and what came of it."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.dependencies import CaseId, PartsDep, ReaderDep, load_line
from api.problems import documented
from domain.similar import matter_text
from models.escalation import EscalationType, number_text
from models.frozen import Frozen
from models.similar import CaseOrigin, CaseOutcome, FoundBy, SimilarCase
from models.standing import EscalationLine
from models.store.repositories import remembered, similar
from models.store.vectors import NO_VECTORS, can_keep_vectors

router = APIRouter(prefix="/cs/escalations/{case}", tags=["guidance"])

MOST = 20
_NOT_READ = "The model has not read this case yet."
_NONE_NEAR = "No case of this type that is over is near enough to this one."
_NO_WORDS = "No case of this type that is over shares words with this one."
_NOTHING_SAID = "Nothing is known yet of what this case is about."


class SimilarView(Frozen):
    """A case that is over and was like this one."""

    id: UUID
    number: Annotated[str | None, Field(examples=["E-1041"])]
    """Of a live case. An imported one has none."""

    source: CaseOrigin
    type: EscalationType
    outcome: CaseOutcome
    approach: str
    """What was done, in words."""

    similarity: Annotated[float, Field(ge=0, le=1)]
    """The cosine of both; of a text search its rank, which cannot be compared with a cosine."""

    title: str | None
    """Empty when it was erased."""

    ended_at: AwareDatetime


class SimilarPage(Frozen):
    """Cases like this one, the most similar first."""

    items: tuple[SimilarView, ...]
    source: FoundBy
    """How they were looked for. By words alone while no vector of this case is there."""

    why_by_words: str | None
    """One sentence when it was by words alone."""

    model: str | None
    """The model of the vectors."""

    why_empty: str | None
    """One sentence when there are no items."""


@router.get("/similar-cases", responses=documented(404), summary="What worked in cases like it")
async def similar_cases(
    parts: PartsDep,
    who: ReaderDep,
    case: CaseId,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 5,
) -> SimilarPage:
    """Cases of the same type that are over, saved and lost ones, with what was done in each.

    It waits for no model: a case that was not read yet is looked for by its words.
    """
    line = await load_line(parts, who, case)
    async with parts.store.transaction() as connection:
        if not await can_keep_vectors(connection):
            return await _by_words(connection, line, limit, NO_VECTORS)
        own = await similar.own_vector(connection, line.id)
        if own is None:
            return await _by_words(connection, line, limit, _NOT_READ)
        query = similar.nearest(*own, line.type, limit, but=line.id)
        found = _views(await similar.read(connection, query))
        return SimilarPage(
            items=found,
            source=FoundBy.EMBEDDING,
            why_by_words=None,
            model=own[1],
            why_empty=None if found else _NONE_NEAR,
        )


async def _by_words(
    connection: AsyncConnection, line: EscalationLine, limit: int, why: str
) -> SimilarPage:
    matter = await remembered.matter_of(connection, line.id)
    text = matter_text(matter.title, matter.description, matter.said) if matter else ""
    found = _views(
        await similar.read(connection, similar.by_words(text, line.type, limit, but=line.id))
        if text
        else []
    )
    return SimilarPage(
        items=found,
        source=FoundBy.TEXT_SEARCH,
        why_by_words=why,
        model=None,
        why_empty=None if found else _NO_WORDS if text else _NOTHING_SAID,
    )


def _views(found: Sequence[SimilarCase]) -> tuple[SimilarView, ...]:
    return tuple(
        SimilarView(**one.model_dump(exclude={"number"}), number=_number(one.number))
        for one in found
    )


def _number(number: int | None) -> str | None:
    return None if number is None else number_text(number)
