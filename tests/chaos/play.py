"""One run: ask and kill, heal, wait until it is quiet, forget, look, and judge."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select
from temporalio.client import Client as Temporal, WorkflowQueryFailedError
from temporalio.service import RPCError

from models.actor import Role
from models.escalation import EscalationState
from models.ids import workflow_id
from models.store.repositories import operations
from models.store.tables.escalation import ESCALATIONS
from tests.chaos import checker, witnesses
from tests.chaos.arena import Arena, arena
from tests.chaos.client import Client, Diligent
from tests.chaos.evidence import Evidence, Violation
from tests.chaos.log import Log
from tests.chaos.nemesis import Nemesis, Strike
from tests.chaos.plan import Plan
from tests.chaos.wishes import Pool
from tests.temporal import client_of

QUIET = timedelta(seconds=120)
"""How long after healing everything that was asked may take to be done and written down."""

QUIET_WITH_LOSSES = timedelta(seconds=150)
"""The same while answers still get lost: whatever is tried again may lose its answer again."""

AT_ONCE = 4
"""How many cases are looked at beside each other."""

LONGER = 24
"""How many times as long as planned a run takes at most."""


async def _as_planned(_: Arena, __: Log) -> bool:
    """Whatever was asked is enough."""
    return True


@dataclass(frozen=True)
class Outcome:
    """What came of a run."""

    plan: Plan
    evidence: Evidence
    violations: list[Violation]
    strikes: list[Strike]
    asked_until: datetime
    """From then on the clients asked for nothing new."""

    quiet_after: timedelta

    def figures(self) -> str:
        """The run in one line."""
        asked = self.evidence.log.asked.values()
        sent = sum(len(one.replies) for one in asked)
        done = sum(one.done is not None for one in asked)
        events = sum(len(record.events) for record in self.evidence.cases.values())
        return (
            f"seed {self.plan.seed}: {len(asked)} requests sent {sent} times, {done} done;"
            f" {len(self.evidence.cases)} cases, {events} events,"
            f" {len(self.evidence.copies)} letters, {len(self.evidence.calls)} calls;"
            f" {len(self.strikes)} kills,"
            f" quiet {self.quiet_after.total_seconds():.0f} s after the last"
        )

    def back_to_work(self) -> list[timedelta]:
        """From each kill to the first thing that is done after it; endless when nothing is.

        It was asked after the kill, or was still open when the victim was ready again. A kill
        that came after the clients had stopped asking does not count.
        """
        done = [(one.since, one.done.at) for one in self.evidence.log.asked.values() if one.done]
        return [
            min(
                (at - kill.at for since, at in done if since > kill.at or at > kill.back_at),
                default=timedelta.max,
            )
            for kill in self.strikes
            if kill.at <= self.asked_until
        ]

    def lament(self) -> str:
        """Everything that somebody needs who looks into a failure; the seed is kept for ever."""
        first = self.violations[0]
        says = first.says.partition("\n")[0]  # what follows is a log, which is kept below
        stored = self.plan.store(f"{first.invariant}: {says}")
        place = Path(tempfile.gettempdir()) / f"rightnow-chaos-{stored.stem}"
        checker.keep(self.evidence, self.violations, place)
        told = [self.figures(), f"The seed is kept in {stored}, the log in {place}.", ""]
        return "\n".join([*told, *checker.report(self.evidence, self.violations)])


async def play(plan: Plan, *, kills: int = 0) -> Outcome:
    """Run a plan from the beginning to the verdict, in a Rightnow of its own.

    Longer, on a slow machine, until so many were killed.
    """
    async with arena(plan) as place:
        return await perform(plan, place, kills=kills)


async def perform(
    plan: Plan,
    place: Arena,
    enough: Callable[[Arena, Log], Awaitable[bool]] = _as_planned,
    *,
    kills: int = 0,
) -> Outcome:
    """Run a plan in a Rightnow that runs; longer, when what happened is not enough yet."""
    log, over = Log(), asyncio.Event()
    nemesis = Nemesis(place, plan.victims, plan.dice("nemesis"), plan.pause, plan.down)
    working = [asyncio.create_task(one.work()) for one in await _team(plan, place, log, over)]
    raging = asyncio.create_task(nemesis.rage(over))
    for _ in range(LONGER):
        await asyncio.wait(working, timeout=plan.seconds, return_when=asyncio.FIRST_EXCEPTION)
        if len(nemesis.strikes) >= kills and await enough(place, log):
            break
    asked_until = datetime.now(UTC)
    over.set()
    await raging
    await place.store.close()  # its connections are to a PostgreSQL that is gone
    healed = datetime.now(UTC)
    within = QUIET_WITH_LOSSES if plan.lost_answers else QUIET
    noisy = [*await _finish(working, within), *await quiet(place, healed + within)]
    quiet_after = datetime.now(UTC) - healed
    # What every life says of itself from here on, it says after its whole history was replayed.
    await place.stack.kill("worker")
    await place.stack.start("worker")
    evidence = await witnesses.collect(place, log, len(nemesis.strikes))
    found = [*noisy, *checker.check(evidence)]
    return Outcome(plan, evidence, found, nemesis.strikes, asked_until, quiet_after)


async def _team(plan: Plan, place: Arena, log: Log, over: asyncio.Event) -> list[Client]:
    """Everybody who asks; the last of them minds cases of their own, and nothing else."""
    players, pool = await place.players(plan.clients + 1), Pool()
    addresses = tuple(player.person.email for player in players)
    return [
        (Diligent if number == plan.clients else Client)(
            name=f"c{number}",
            person=player.person.id,
            token=player.token,
            url=place.stack.api_url,
            dice=plan.dice(f"client-{number}"),
            log=log,
            pool=Pool() if number == plan.clients else pool,
            team=addresses,
            leads=player.person.role in (Role.SENIOR, Role.MANAGER),
            over=over,
        )
        for number, player in enumerate(players)
    ]


async def _finish(working: list[asyncio.Task[None]], within: timedelta) -> list[Violation]:
    """Let every client hear the end of what it asked."""
    _, deaf = await asyncio.wait(working, timeout=within.total_seconds())
    for one in deaf:
        one.cancel()
    for error in await asyncio.gather(*working, return_exceptions=True):
        if isinstance(error, Exception):
            raise error
    return [Violation("I11", f"{len(deaf)} clients still wait for an answer")] if deaf else []


async def quiet(place: Arena, until: datetime) -> list[Violation]:
    """Wait until each case was once seen with nothing under way. Time goes on bringing more."""
    temporal = await client_of(place.stack)
    async with place.store.transaction() as connection:
        loud = set(await witnesses.case_ids(connection))
    while True:
        waiting = await _waiting(place)
        loud -= await _quiet_ones(place, temporal, loud)
        if not loud and not waiting:
            return []
        if datetime.now(UTC) > until:
            return list(_noise(loud, waiting))
        await asyncio.sleep(0.5)


async def _quiet_ones(place: Arena, temporal: Temporal, cases: set[UUID]) -> set[UUID]:
    hands = asyncio.Semaphore(AT_ONCE)

    async def one(case: UUID) -> UUID | None:
        async with hands:
            return case if await _is_quiet(place, temporal, case) else None

    return {case for case in await asyncio.gather(*map(one, cases)) if case is not None}


async def _waiting(place: Arena) -> int:
    async with place.store.transaction() as connection:
        return await operations.count_waiting(connection)


async def _is_quiet(place: Arena, temporal: Temporal, case: UUID) -> bool:
    """Whether all is written down, and no hand-over is under way."""
    try:
        life = await temporal.get_workflow_handle(workflow_id(case)).query("life")
    except (RPCError, WorkflowQueryFailedError):
        return False  # not begun yet, under way, or done again: the limit of `quiet` judges
    state = EscalationState.model_validate(life["state"])
    async with place.store.single() as connection:
        query = select(func.max(ESCALATIONS.c.version)).where(ESCALATIONS.c.id == case)
        version = (await connection.execute(query)).scalar_one()
    under_way = any(effect.begun for effect in state.effects)
    return not life["outbox"] and not under_way and version == state.version


def _noise(loud: set[UUID], waiting: int) -> Iterator[Violation]:
    for case in loud:
        yield Violation("I11", "not quiet so long after healing", case)
    if waiting:
        yield Violation("I11", f"{waiting} operations have no answer so long after healing")


def shorter(plan: Plan, seconds: float) -> Plan:
    """The same plan, cut short."""
    return replace(plan, seconds=min(plan.seconds, seconds))
