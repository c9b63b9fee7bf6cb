"""Write what a workflow decided into PostgreSQL: events, projection, ledger, answers."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio import activity

from domain.evolve import evolve
from domain.standing import standing
from models.errors import ProjectionForked
from models.escalation import EscalationState
from models.event import EffectEnded, EffectPlanned, Event
from models.messages import ProjectionBatch
from models.playbook import Playbook, PlaybookRef
from models.store.repositories import (
    deliveries,
    escalations,
    events,
    operations,
    playbooks,
)
from models.store.session import Store


@dataclass
class Projection:
    """The one writer of the projection."""

    store: Store

    def __post_init__(self) -> None:
        self._playbooks: dict[str, Playbook] = {}

    @activity.defn(name="write_down")
    async def write_down(self, batch: ProjectionBatch) -> int:
        """Write a batch in one transaction and return the version that is now on record.

        Outside changes: rows in events, escalations, deliveries and operations. A second attempt
        is harmless: events have a unique number and must be the very same, the projection only
        moves forward, a ledger row is planned once, an answer is given once.

        Raises ProjectionForked when PostgreSQL has another event under one of these numbers.
        """
        async with self.store.transaction() as connection:
            return await self.write(connection, batch)

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
        await keep_ledger(connection, batch)
        await operations.answer(connection, batch.receipts)
        return version

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
