"""Cases that were like this one, what was done, and what came of it."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from activities.alike import alike
from api.dependencies import CaseId, PartsDep, ReaderDep, load_line
from api.problems import documented
from models.escalation import EscalationType, number_text
from models.frozen import Frozen
from models.similar import CaseOrigin, CaseOutcome, FoundBy, SimilarCase

router = APIRouter(prefix="/cs/escalations/{case}", tags=["guidance"])

MOST = 20


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
        found = await alike(connection, line, limit)
    return SimilarPage(
        items=_views(found.cases),
        source=found.found_by,
        why_by_words=found.why_by_words,
        model=found.model,
        why_empty=found.why_empty,
    )


def _views(found: Sequence[SimilarCase]) -> tuple[SimilarView, ...]:
    return tuple(
        SimilarView(**one.model_dump(exclude={"number"}), number=_number(one.number))
        for one in found
    )


def _number(number: int | None) -> str | None:
    return None if number is None else number_text(number)
