"""A house of its own, so that what is broken here on purpose is nobody else's finding."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy import text
from temporalio.client import Client

from activities.audit.auditor import Auditor
from api.app import create_app
from api.parts import Parts
from config.settings import Settings
from models.audit import AuditLimits, AuditOrder, AuditResult, Finding, FindingKind
from models.house import House as Company
from models.ids import workflow_id
from models.store.repositories import audits
from models.store.session import Store
from supervisor.temporary import temporary_stack
from tests.desk import Desk
from tests.workflows.clockwork import Clockwork
from upkeep import team
from upkeep.library import bring_up_to_date
from worker import at_work
from workflows.client import Engine, connect
from workflows.lives import LivesInTemporal
from workflows.sandbox import strict_runner
from workflows.search_attributes import REGISTRATION

QUEUE = "audited"
ORDER = AuditOrder(every=timedelta(seconds=1), limits=AuditLimits(lost_after=timedelta(0), lives=5))


@dataclass(frozen=True)
class House:
    """Everything that an audit looks at, and hands to break it with."""

    store: Store
    client: Client
    settings: Settings
    sarah: Desk
    priya: Desk
    clock: Clockwork
    auditor: Auditor
    engine: Engine

    async def audit(self, *, later: timedelta = timedelta(0), **limits: Any) -> AuditResult:
        """One audit, as if it were later by so much."""
        strict = ORDER.limits.model_copy(update=limits)
        order = ORDER.model_copy(update={"limits": strict})
        return await self.auditor.look(order, datetime.now(UTC) + later)

    async def wrong(self) -> list[Finding]:
        """What is wrong now."""
        async with self.store.transaction() as connection:
            return await audits.unhealed(connection, 1000)

    async def mended(self, case: str) -> dict[FindingKind, Finding]:
        """What was wrong with a case, and is over."""
        long_ago = datetime.now(UTC) - timedelta(hours=1)
        async with self.store.transaction() as connection:
            found = await audits.over(connection, long_ago, 1000)
        return {one.kind: one for one in found if one.escalation_id == UUID(case)}

    async def sql(self, told: str, **given: Any) -> list[Any]:
        """What somebody with a database console can do."""
        async with self.store.transaction() as connection:
            done = await connection.execute(text(told), given)
            return list(done) if done.returns_rows else []

    @asynccontextmanager
    async def kept(self, table: str, case: str) -> AsyncIterator[None]:
        """Put back what a table has of a case, once the block ends."""
        of = "id" if table == "escalations" else "escalation_id"
        copy = f"kept_{table}"
        await self.sql(f"CREATE TABLE {copy} AS SELECT * FROM {table} WHERE {of} = '{case}'")
        yield
        if table == "escalations":
            rows = await self.sql(f"SELECT * FROM {copy}")
            names = [name for name in rows[0]._mapping if name not in ("id", "number")]
            told = ", ".join(f"{name} = {copy}.{name}" for name in names)
            await self.sql(f"UPDATE {table} SET {told} FROM {copy} WHERE {table}.id = {copy}.id")
        else:
            await self.sql(f"DELETE FROM {table} WHERE {of} = '{case}'")
            await self.sql(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM {copy}")
        await self.sql(f"DROP TABLE {copy}")

    async def break_off(self, case: str) -> None:
        """Terminate a workflow, as on Temporal's page."""
        await self.client.get_workflow_handle(workflow_id(UUID(case))).terminate("a test")

    async def mails(self, case: str) -> list[str]:
        """What left about a case, by Message-ID."""
        rows = await self.sql("SELECT message_id FROM mailbox WHERE about = :id", id=UUID(case))
        return sorted(row.message_id for row in rows)


@asynccontextmanager
async def audited_house() -> AsyncIterator[House]:
    """PostgreSQL, Temporal, a worker and an API without a sweeper; the audit comes when told."""
    async with temporary_stack(
        search_attributes=REGISTRATION,
        migrate=bring_up_to_date,
        changes={"demo": True, "task_queue": QUEUE},
    ) as stack:
        store, client = Store(stack.database_url), await connect(stack.temporal_address, "default")
        company = Company(
            company="Rightnow Demo",
            sender="care@rightnow.test",
            managers="managers@rightnow.test",
            vp="vp@rightnow.test",
        )
        engine = Engine(client, QUEUE)
        parts = Parts(store=store, engine=engine, house=company)
        app = create_app(parts)
        app.state.parts = parts
        await team.add_demo_team(store)
        tokens = [await team.new_token(store, f"{who}@demo.test") for who in ("sarah", "priya")]
        async with (
            at_work(client, store, stack.settings, strict_runner()),
            httpx2.AsyncClient(
                transport=httpx2.ASGITransport(app=app),
                base_url="http://rightnow.test/api/v1",
                timeout=20,
            ) as http,
        ):
            yield House(
                store=store,
                client=client,
                settings=stack.settings,
                sarah=Desk(http, tokens[0]),
                priya=Desk(http, tokens[1]),
                clock=Clockwork(client, store),
                auditor=Auditor(store, LivesInTemporal(engine)),
                engine=engine,
            )
        await store.close()
