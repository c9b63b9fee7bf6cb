"""What the audits found: whether all is well, what is wrong, and what was put right."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime

from api.dependencies import Caller, CallerDep, PartsDep
from api.problems import documented
from domain.audit import advice, verdict
from domain.permissions import may_audit
from models.audit import Audit, Finding
from models.frozen import Frozen
from models.store.repositories import audits

router = APIRouter(prefix="/admin", tags=["admin"])

_MOST = 200
_OVER_FOR = timedelta(days=1)


class FindingView(Finding):
    """One thing that is or was wrong."""

    advice: str
    """What to do about it."""


class AuditReport(Frozen):
    """Whether all is well."""

    well: bool
    """The latest audit is fresh, and found nothing wrong."""

    words: str
    """The same in one sentence."""

    last_good_audit_at: AwareDatetime | None
    """When an audit found everything well the last time."""

    latest: Audit | None
    """The audit that ended last; empty when none was made."""

    wrong: tuple[FindingView, ...]
    """What is wrong now, the oldest first, 200 at most."""

    over: tuple[FindingView, ...]
    """What was wrong within the last day and is over, the latest first, 200 at most."""


async def overseer(who: CallerDep) -> Caller:
    """Somebody who answers for the house. Raises NotAllowed."""
    may_audit(who.actor)
    return who


@router.get("/audit", responses=documented(), summary="Is anything lost, late or stuck?")
async def audit(parts: PartsDep, who: Annotated[Caller, Depends(overseer)]) -> AuditReport:  # noqa: ARG001 (asked for its refusal)
    """What the auditor says: for managers and admins."""
    now = datetime.now(UTC)  # noqa: TID251 (the edge reads the clock)
    async with parts.store.transaction() as connection:
        latest = await audits.latest(connection)
        last_good_at = await audits.last_good_at(connection)
        wrong = await audits.unhealed(connection, _MOST)
        over = await audits.over(connection, now - _OVER_FOR, _MOST)
    said = verdict(latest, last_good_at, now)
    return AuditReport(
        well=said.well,
        words=said.words,
        last_good_audit_at=last_good_at,
        latest=latest,
        wrong=tuple(_view(one) for one in wrong),
        over=tuple(_view(one) for one in over),
    )


def _view(one: Finding) -> FindingView:
    return FindingView(**one.model_dump(), advice=advice(one.kind))
