"""What should be over by now, by PostgreSQL alone: timers, deliveries, operations."""

from dataclasses import dataclass
from datetime import datetime

from activities.audit.sight import Sight
from domain.audit import missed
from models.audit import AuditLimits, FindingKind, Found, Lateness
from models.command import CommandKind
from models.escalation import number_text
from models.store.repositories import evidence
from models.store.session import Store


@dataclass(frozen=True)
class LatenessLook:
    """Looks for what is late."""

    store: Store
    limits: AuditLimits

    async def look(self, sight: Sight, now: datetime) -> None:
        """All of it, every time: each question has an index, and finds little when all is well."""
        await self._timers(sight, now)
        await self._deliveries(sight, now)
        await self._operations(sight, now)

    async def _timers(self, sight: Sight, now: datetime) -> None:
        """`next_at` only says where to look: an older Rightnow does not write it."""
        most, before = self.limits.most, now - self.limits.overdue_after
        async with self.store.single() as connection:
            suspected = await evidence.overdue_cases(connection, before, most)
        for state in suspected:
            deadline = missed(state, before)
            if deadline is None:
                continue
            what = f"{state.number_text}: {deadline.what} was due {_moment(deadline.at)}"
            sight.tell(
                Found(
                    kind=FindingKind.OVERDUE,
                    subject=str(state.id),
                    escalation_id=state.id,
                    detail=f"{what}, and it was not done.",
                )
            )
        sight.saw_all(FindingKind.OVERDUE, len(suspected), most)

    async def _deliveries(self, sight: Sight, now: datetime) -> None:
        limits, kind = self.limits, FindingKind.DELIVERY_LATE
        async with self.store.single() as connection:
            late = await evidence.late_deliveries(connection, now, limits)
        for one in late:
            what = f"a delivery ({one.what}) was to leave {_moment(one.since)}"
            sight.tell(_found(kind, one, f"{what}, and has no end."))
        sight.saw_all(kind, len(late), limits.most)

    async def _operations(self, sight: Sight, now: datetime) -> None:
        before, most = now - self.limits.answer_after, self.limits.most
        async with self.store.single() as connection:
            waiting = await evidence.unanswered(connection, before, most)
            bare = await evidence.openings_without_request(connection, before, most)
        for one in waiting:
            when = f"accepted {_moment(one.since)}"
            if one.what == CommandKind.OPEN:
                case = one.model_copy(update={"subject": str(one.escalation_id)})
                told = f"its opening was {when}, and its workflow has not said a word."
                sight.tell(_found(FindingKind.NEVER_STARTED, case, told))
            else:
                told = f"an operation ({one.what}) was {when}, and has no answer."
                sight.tell(_found(FindingKind.UNANSWERED, one, told))
        for one in bare:
            told = "it waits to be opened, and its request is not in the inbox."
            sight.tell(_found(FindingKind.NEVER_STARTED, one, told))
        sight.saw_all(FindingKind.UNANSWERED, len(waiting), most)
        sight.saw_all(FindingKind.NEVER_STARTED, max(len(waiting), len(bare)), most)


def _found(kind: FindingKind, late: Lateness, told: str) -> Found:
    return Found(
        kind=kind,
        subject=late.subject,
        escalation_id=late.escalation_id,
        detail=f"{number_text(late.number)}: {told}",
    )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
