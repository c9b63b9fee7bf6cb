"""Living through a case's days in seconds: the real server skips its time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from models.escalation import EscalationState
from models.ids import workflow_id
from models.store.repositories import escalations, events
from models.store.session import Store
from tests.polling import until


@dataclass(frozen=True)
class Clockwork:
    """Moves single cases ahead in time and waits until PostgreSQL has what came of it."""

    client: Client
    store: Store

    async def ahead(self, case_id: str, by: timedelta) -> EscalationState:
        """Let time pass for one case, and return its state once everything is written down."""
        handle = self.client.get_workflow_handle(workflow_id(UUID(case_id)))
        skipper = TimeSkipper(self.client, config=TimeSkippingConfig(enabled=False))
        await skipper.fast_forward(handle, by)
        return await self.settled(case_id)

    async def now(self, case_id: str) -> datetime:
        """The case's own time."""
        skipper = TimeSkipper(self.client, config=TimeSkippingConfig(enabled=False))
        handle = self.client.get_workflow_handle(workflow_id(UUID(case_id)))
        return await skipper.get_current_time(handle)

    async def settled(self, case_id: str) -> EscalationState:
        """The state, once the projection equals the workflow's and no effect is on its way."""

        async def same() -> EscalationState | None:
            handle = self.client.get_workflow_handle(workflow_id(UUID(case_id)))
            life = await handle.query("life")
            async with self.store.transaction() as connection:
                whole = await escalations.get(connection, UUID(case_id))
            state = whole.state if whole else None
            if state is None or state.version != life["state"]["version"] or life["outbox"]:
                return None
            return None if any(effect.begun for effect in state.effects) else state

        return await until(same)

    async def settled_or_over(self, case_id: str) -> None:
        """Wait until nothing is left to do now; a life that is over has nothing left."""
        handle = self.client.get_workflow_handle(workflow_id(UUID(case_id)))
        described = await handle.describe()
        if described.close_time is None:
            await self.settled(case_id)

    async def facts(self, case_id: str) -> list[str]:
        """The kinds of its events, in order."""
        async with self.store.transaction() as connection:
            return [one.fact.fact for one in await events.of(connection, UUID(case_id))]
