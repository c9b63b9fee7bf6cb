"""The auditor: one look at everything that can have been lost, and a row that says what it saw."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from temporalio import activity

from activities.audit.folds import FoldLook
from activities.audit.lateness import LatenessLook
from activities.audit.lives import LifeLook
from activities.audit.revival import Revival
from activities.audit.sight import Sight
from activities.ports import Lives
from models.audit import Audit, AuditOrder, AuditResult
from models.ids import new_id
from models.store.repositories import audits, evidence
from models.store.session import Store

_log = structlog.get_logger("audit")

_HEARTBEAT = 4.0

KEPT_FOR = timedelta(days=7)
"""How long audits and findings that are over can be read."""


async def _live() -> None:
    """Tell Temporal that this audit is still made: a killed worker keeps the next one away."""
    while True:
        activity.heartbeat()
        await asyncio.sleep(_HEARTBEAT)


@dataclass
class Auditor:
    """Looks, puts right what is safe to put right, and shows the rest."""

    store: Store
    lives: Lives
    folds: FoldLook = field(init=False)

    def __post_init__(self) -> None:
        self.folds = FoldLook(self.store)

    @activity.defn(name="audit")
    async def audit(self, order: AuditOrder) -> AuditResult:
        """Look at everything once.

        Outside changes: a row in audits, rows in findings, and what is put right: projections and
        rows of the ledger made again from events, lost workflows started again. A second attempt is
        harmless: what is right is left alone, and a finding has one row.
        """
        living = asyncio.create_task(_live())
        try:
            return await self.look(order, datetime.now(UTC))
        finally:
            living.cancel()

    async def look(self, order: AuditOrder, now: datetime) -> AuditResult:
        """The same at a moment that the caller says."""
        began = datetime.now(UTC)
        limits, sight = order.limits, Sight()
        sample, troubled, reached = await self._choose(limits.cases, limits.most)
        sight.suspects.update(troubled)
        await LatenessLook(self.store, limits).look(sight, now)
        await self.folds.look(sight, [*troubled, *(one for one in sample if one not in troubled)])
        revival = Revival(self.store, limits)
        await LifeLook(self.store, self.lives, revival, limits).look(sight, sample, now)
        return await self._write(order, sight, began, reached)

    async def _choose(self, cases: int, most: int) -> tuple[list[UUID], list[UUID], UUID | None]:
        """The next cases to fold, those with something wrong, and how far that goes.

        After the last case the first one comes again; a small house is looked at whole each time.
        """
        async with self.store.transaction() as connection:
            earlier = await audits.latest(connection)
            after = earlier.reached if earlier else None
            sample = await evidence.next_cases(connection, after, cases)
            if len(sample) < cases and after is not None:
                more = await evidence.next_cases(connection, None, cases - len(sample))
                sample += [one for one in more if one not in set(sample)]
            troubled = await audits.open_cases(connection, most)
        return sample, troubled, sample[-1] if sample else None

    async def _write(
        self, order: AuditOrder, sight: Sight, began: datetime, reached: UUID | None
    ) -> AuditResult:
        """Keep what was seen. It passed when nothing is wrong, and nothing had to be put right."""
        ended = datetime.now(UTC)
        healed = len({one.identity for one in sight.found if one.healed})
        async with self.store.transaction() as connection:
            await audits.note(connection, sight.found, ended)
            await audits.end_unseen(connection, sight.covered, began, ended)
            wrong = await audits.count_open(connection)
            audit = Audit(
                id=new_id(),
                began_at=began,
                ended_at=ended,
                every=order.every,
                passed=wrong == 0 and healed == 0,
                findings=wrong,
                healed=healed,
                looked_at=sight.looked_at,
                reached=reached,
            )
            await audits.record(connection, audit)
            await audits.forget(connection, ended - KEPT_FOR)
        for one in sight.found:
            _log.warning(
                "found",
                kind=str(one.kind),
                case=str(one.escalation_id) if one.escalation_id else None,
                healed=one.healed,
            )
        return AuditResult(passed=audit.passed, findings=wrong, healed=healed)
