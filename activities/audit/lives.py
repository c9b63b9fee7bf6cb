"""The workflows, against the cases that need one: lost, unknown, stuck, or telling another life.

A case needs one while it goes on, and after its end while something is still on its way.

Rule: Temporal's list is read whole and only says where to look, because it may lag behind; what is
told stands on the answer for that one workflow. Each audit also looks at some that the list does
not suspect, so that every one is looked at in time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from activities.audit.revival import Revival
from activities.audit.sight import Sight
from activities.ports import Lives
from domain.lifecycle import OVER
from models.audit import AuditLimits, FindingKind, Found, LifeSeen, LifeStatus, LifeTold, LiveCase
from models.escalation import EscalationState, number_text
from models.ids import workflow_id
from models.messages import EscalationStart
from models.store.repositories import escalations, evidence
from models.store.session import Store

_AT_ONCE = 8
_NEVER = datetime.max.replace(tzinfo=UTC)
_PREFIX = workflow_id(UUID(int=0))[:-36]
TASK_ATTEMPTS = 5
"""A workflow whose code failed more often at the same step does not go on by itself."""

WRITE_ATTEMPTS = 10
"""About a minute of trying to write down what happened."""

_WRITING = "write_down"


@dataclass
class LifeLook:
    """Looks at workflows."""

    store: Store
    lives: Lives
    revival: Revival
    limits: AuditLimits

    async def look(self, sight: Sight, sample: Sequence[UUID], now: datetime) -> None:
        """Look for lost and unknown ones among all, and closer at suspects and at a sample."""
        async with self.store.single() as connection:
            cases = await evidence.live_cases(connection, OVER)
        running = await self.lives.running()  # after the rows: a row comes before its workflow
        sight.looked_at |= {"cases": len(cases), "running": len(running)}
        missing = [one for one in cases.values() if workflow_id(one.id) not in running]
        missing.sort(key=lambda one: (one.id in sight.suspects, one.next_at or _NEVER))
        most = self.limits.lost
        await self._each(missing[:most], lambda one: self._lost(sight, one, now))
        sight.saw_all(FindingKind.LOST, len(missing), most + 1)
        await self._unknown(sight, running, cases)
        closer = [cases[one] for one in _first(sight.suspects, self.limits.most) if one in cases]
        some = [cases[one] for one in sample if one in cases][: self.limits.lives]
        chosen = {one.id: one for one in (*closer, *some)}
        await self._each(chosen.values(), lambda one: self._closer(sight, one))
        over = [one for one in sight.suspects if one not in cases]
        sight.saw((FindingKind.STUCK, FindingKind.APART), over)
        sight.looked_at["asked"] = len(chosen)

    async def _each(
        self, cases: Iterable[LiveCase], look: Callable[[LiveCase], Awaitable[None]]
    ) -> None:
        hands = asyncio.Semaphore(_AT_ONCE)

        async def one(case: LiveCase) -> None:
            async with hands:
                await look(case)

        await asyncio.gather(*(one(case) for case in cases))

    async def _lost(self, sight: Sight, case: LiveCase, now: datetime) -> None:
        seen = await self.lives.look(case.id)
        if seen.status is LifeStatus.RUNNING or not await self._still(case):
            return
        if seen.closed_at is not None and now - seen.closed_at < self.limits.lost_after:
            return
        if case.version == 0 and seen.status is LifeStatus.MISSING:
            return  # its opening is on its way, or told as never started
        start = await self.revival.start_for(case, seen, now)
        healed = isinstance(start, EscalationStart)
        if isinstance(start, EscalationStart) and not await self.lives.begin_again(start):
            return  # one runs by now
        how = {
            LifeStatus.ENDED: "its workflow has ended",
            LifeStatus.BROKEN: "its workflow was broken off",
        }.get(seen.status, "Temporal knows no workflow of it")
        then = "It was started again." if healed else f"It was not started again: {start}."
        over = f"the case is {case.status}, and something is still on its way"
        what = over if case.status in OVER else "the case goes on"
        told = f"{number_text(case.number)}: {what}, and {how}. {then}"
        sight.tell(_found(FindingKind.LOST, case, told, healed=healed))

    async def _still(self, case: LiveCase) -> bool:
        """Whether the case needs a workflow: it may have ended while we looked."""
        async with self.store.single() as connection:
            return bool(await evidence.live_cases(connection, OVER, [case.id]))

    async def _unknown(
        self, sight: Sight, running: Collection[str], cases: Collection[UUID]
    ) -> None:
        named = {one: _case_of(one) for one in running}
        others = {case for case in named.values() if case is not None and case not in cases}
        async with self.store.single() as connection:
            known = await evidence.known(connection, others) if others else set()
        strangers = sorted(
            one for one, case in named.items() if case is None or (case in others - known)
        )
        for one in strangers[: self.limits.most]:
            told = f"{one[:150]}: a workflow runs, and there is no case of that id."
            kind = FindingKind.UNKNOWN_WORKFLOW
            sight.tell(Found(kind=kind, subject=one[:150], detail=told))
        sight.saw_all(FindingKind.UNKNOWN_WORKFLOW, len(strangers), self.limits.most + 1)

    async def _closer(self, sight: Sight, case: LiveCase) -> None:
        """One that runs: does it get on, and does it tell the life that PostgreSQL tells?"""
        seen = await self.lives.look(case.id)
        if seen.status is not LifeStatus.RUNNING:
            return
        told = None if seen.task_attempts > TASK_ATTEMPTS else await self.lives.ask(case.id)
        if why := _stuck(seen, told):
            what = f"{number_text(case.number)}: its workflow does not get on: {why}."
            sight.tell(_found(FindingKind.STUCK, case, what))
        if told is None:
            return
        sight.saw([FindingKind.STUCK], [case.id])
        if why := await self._apart(case, told):
            what = f"{number_text(case.number)}: {why}."
            sight.tell(_found(FindingKind.APART, case, what))
        sight.saw([FindingKind.APART], [case.id])

    async def _apart(self, case: LiveCase, told: LifeTold) -> str | None:
        """How the workflow's life and the one on record differ, if they do."""
        stored = await self._stored(case)
        if stored is None:
            return None
        if told.state.version < stored.version:
            again = await self.lives.ask(case.id)  # it may have moved on since it answered
            if again is None or again.state.version >= stored.version:
                return None
            mine, theirs = again.state.version, stored.version
            return f"its workflow is at version {mine}, and PostgreSQL is ahead, at {theirs}"
        if told.state.version == stored.version:
            same = told.state == stored
            return None if same else f"workflow and PostgreSQL differ at version {stored.version}"
        first = told.outbox[0].seq if told.outbox else told.state.version + 1
        if first <= stored.version + 1:
            return None
        return f"PostgreSQL is at version {stored.version}, and event {first - 1} never reached it"

    async def _stored(self, case: LiveCase) -> EscalationState | None:
        async with self.store.single() as connection:
            try:
                return await escalations.state_of(connection, case.id)
            except ValueError:
                return None  # the fold tells it


def _first(ids: Iterable[UUID], most: int) -> list[UUID]:
    return sorted(ids)[:most]


def _stuck(seen: LifeSeen, told: LifeTold | None) -> str | None:
    if seen.task_attempts > TASK_ATTEMPTS:
        return f"its code failed {seen.task_attempts} times in a row"
    if told is not None and told.stuck:
        return f"what happened cannot be written down ({told.stuck})"
    if seen.activity == _WRITING and seen.activity_attempts > WRITE_ATTEMPTS:
        return f"writing down what happened was tried {seen.activity_attempts} times"
    return None


def _case_of(workflow: str) -> UUID | None:
    try:
        return UUID(workflow.removeprefix(_PREFIX)) if workflow.startswith(_PREFIX) else None
    except ValueError:
        return None


def _found(kind: FindingKind, case: LiveCase, told: str, *, healed: bool = False) -> Found:
    return Found(
        kind=kind, subject=str(case.id), escalation_id=case.id, detail=told[:500], healed=healed
    )
