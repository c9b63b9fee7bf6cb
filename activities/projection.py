"""Write what a workflow decided into PostgreSQL: events, projection, ledger, answers."""

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio import activity

from domain.evolve import evolve
from domain.result import result
from domain.standing import standing
from models.errors import ProjectionForked
from models.escalation import EscalationState
from models.event import Cancelled, Closed, EffectEnded, EffectPlanned, Event, Merged
from models.messages import ProjectionBatch
from models.playbook import Playbook, PlaybookRef
from models.store.repositories import (
    deliveries,
    escalations,
    events,
    operations,
    playbooks,
    projections,
    results,
)
from models.store.session import Store

GATHER = timedelta(milliseconds=100)
"""How long a batch that is written rests, so that the steps of a burst share the next one.

It bounds how late a step can be read: this long, twice in a crowd, and the time of one write.
"""

CROWD = 4
"""With so many batches under way in one worker, each rests twice as long: fewer and larger ones
are what a busy machine needs most."""

REMEMBERED = 1000
"""How many states a worker remembers, to go on from them without reading them again."""


_WRITES_MORE = EffectPlanned | EffectEnded | Closed | Cancelled | Merged
"""Facts that concern other tables than events and projection."""


@dataclass
class Projection:
    """The one writer of the projection."""

    store: Store
    gather: timedelta = GATHER

    def __post_init__(self) -> None:
        self._playbooks: dict[str, Playbook] = {}
        self._states: dict[UUID, EscalationState] = {}
        self._under_way = 0

    @activity.defn(name="write_down")
    async def write_down(self, batch: ProjectionBatch) -> int:
        """Write a batch in one transaction, rest, and return the version that is now on record.

        Outside changes: rows in events, escalations, deliveries and operations, and the result of a
        case that ends. A second attempt is harmless: events have a unique number and must be the
        very same, the projection only moves forward, a ledger row is planned once, an answer is
        given once, and a result is written once.

        Raises ProjectionForked when PostgreSQL has another event under one of these numbers.
        """
        self._under_way += 1
        try:
            version = await self._move_on(batch)
            if version is None:
                async with self.store.transaction() as connection:
                    version = await self.write(connection, batch)
            await self._rest()
        finally:
            self._under_way -= 1
        return version

    @property
    def rest(self) -> timedelta:
        """How long a batch rests that is written now."""
        return self.gather * 2 if self._under_way >= CROWD else self.gather

    async def _rest(self) -> None:
        """Let the steps of a burst gather; not while the worker is going home."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.rest.total_seconds()):
                await activity.wait_for_worker_shutdown()

    async def _move_on(self, batch: ProjectionBatch) -> int | None:
        """Write the batch in one statement, when this worker knows what is on record."""
        before = self._states.get(batch.escalation_id)
        known = before.version if before else 0
        if not batch.events or batch.events[0].seq != known + 1:
            return None
        if any(isinstance(event.fact, _WRITES_MORE) for event in batch.events):
            return None
        state = fold_on(before, list(batch.events))
        playbook = self._playbooks.get(str(state.playbook))
        if playbook is None:
            return None
        now = standing(state, playbook)
        async with self.store.single() as connection:
            moved = await projections.move_on(
                connection, known, state, now, batch.events, batch.receipts
            )
        return self._remember(state) if moved else None

    def _remember(self, state: EscalationState) -> int:
        self._states.pop(state.id, None)
        self._states[state.id] = state
        if len(self._states) > REMEMBERED:
            del self._states[next(iter(self._states))]
        return state.version

    async def write(self, connection: AsyncConnection, batch: ProjectionBatch) -> int:
        """The same, within a transaction of the caller's."""
        held = await escalations.lock(connection, batch.escalation_id)
        if held is None:
            raise ProjectionForked(f"There is no row for {batch.escalation_id}.")
        version, state = held
        await events.add(connection, batch.escalation_id, batch.events)
        fresh = [event for event in batch.events if event.seq > version]
        if fresh:
            state = fold_on(state, fresh)
            playbook = await self._playbook(connection, state.playbook)
            await escalations.project(connection, state, standing(state, playbook))
            version = state.version
            if any(isinstance(event.fact, Closed | Cancelled | Merged) for event in fresh):
                await keep_result(connection, state)
        await keep_ledger(connection, batch)
        await operations.answer(connection, batch.receipts)
        return version if state is None else self._remember(state)

    async def _playbook(self, connection: AsyncConnection, ref: PlaybookRef) -> Playbook:
        known = self._playbooks.get(str(ref))
        if known is None:
            found = await playbooks.get(connection, ref.slug, ref.version)
            if found is None:
                raise ProjectionForked(f"There is no playbook {ref}.")
            known = self._playbooks[str(ref)] = found.playbook
        return known


def fold_on(state: EscalationState | None, fresh: list[Event]) -> EscalationState:
    """The state after these events. Raises ProjectionForked when a number is missing between."""
    for event in fresh:
        try:
            state = evolve(state, event)
        except ValueError as error:
            raise ProjectionForked(str(error)) from error
    if state is None:
        raise ProjectionForked("no events, no life")
    return state


async def keep_result(connection: AsyncConnection, state: EscalationState) -> None:
    """Write down how a case went that has just ended, from all of its events."""
    found = result(state, await events.of(connection, state.id))
    if found is not None:
        await results.keep(connection, found)


async def keep_ledger(connection: AsyncConnection, batch: ProjectionBatch) -> None:
    """Carry planned deliveries, and ends that only the workflow knows, into the ledger."""
    for event in batch.events:
        match event.fact:
            case EffectPlanned(effect=effect):
                await deliveries.plan(connection, batch.escalation_id, [effect], event.at)
            case EffectEnded(key=key, status=status, detail=detail):
                await deliveries.end(connection, key, status, detail)
            case _:
                pass
