"""What a playbook did: measured, version by version and step by step."""

from datetime import UTC, date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencies import PartsDep
from api.problems import documented
from api.workshop import PersonDep, PlaybookSlug, find_version
from domain.performance import performance
from models.errors import PlaybookUnknown
from models.performance import PlaybookPerformance
from models.store.repositories import performances, playbooks

router = APIRouter(prefix="/cs/playbooks", tags=["playbooks"])

_FIRST_DAY = date(2000, 1, 1)
_VERSIONS = 10

Version = Annotated[
    int | None, Query(ge=1, le=9_999_999, description="Which version; else the current one.")
]
Since = Annotated[
    date, Query(ge=_FIRST_DAY, description="Only cases that were opened on that day or later, UTC.")
]


@router.get("/{slug}/performance", responses=documented(404), summary="What a playbook did")
async def read_performance(
    parts: PartsDep,
    _: PersonDep,
    slug: PlaybookSlug,
    version: Version = None,
    since: Since = _FIRST_DAY,
) -> PlaybookPerformance:
    """How often its cases were mended, how fast, and what became of each step.

    Every figure says of how many cases it is, and how sure one can be of it. Cases that still run
    or can be reopened are counted apart. The newest 5,000 cases of a version are looked at.
    """
    begin = datetime.combine(since, time(), UTC)
    async with parts.store.transaction() as connection:
        newest = await playbooks.newest_published(connection, slug, _VERSIONS)
        number = version or await playbooks.current_number(connection, slug)
        if number is None:
            raise PlaybookUnknown(
                f"No version of {slug} is published. GET /cs/playbooks lists all."
            )
        looked_at = await find_version(connection, slug, number)
        tally = await performances.of_cases(connection, looked_at.ref, begin)
        steps = await performances.of_steps(connection, looked_at.ref, begin)
        others = [(one, await performances.of_cases(connection, one.ref, begin)) for one in newest]
    return performance(looked_at, tally, steps, others)
