"""Collect the evidence: from PostgreSQL over one connection, from Temporal with every history."""

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowHandle,
    WorkflowQueryFailedError,
)
from temporalio.converter import DataConverter, WorkflowSerializationContext
from temporalio.service import RPCError

from models.actor import Role
from models.escalation import EscalationState
from models.event import EscalationOpened, Event, PlaybookChanged
from models.ids import workflow_id
from models.messages import DeliveryOrder, JoinOrder, RequestOrder
from models.store.repositories import credits as money, deliveries, escalations, playbooks
from models.store.tables.content import CONTENTS
from models.store.tables.escalation import ESCALATIONS
from models.store.tables.event import EVENTS
from models.store.tables.operation import OPERATIONS
from models.store.tables.person import PEOPLE
from tests.chaos.arena import Arena
from tests.chaos.evidence import CaseRecord, Evidence, InboxLine, Life, StoredEvent
from tests.chaos.log import Log
from tests.temporal import client_of

DONE_AGAIN = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
"""Something came while the run was ending: Temporal's own way is to do the task again."""

_LOOKED_FOR = 45.0
"""Seconds until a case must be still and written down. Its worker was killed just now, perhaps
while it wrote, and then Temporal waits for the dead one's answer first."""

_ANSWER = timedelta(seconds=10)
_PATIENCE = 90.0
"""Seconds in which a life can be asked."""

_AT_ONCE = 4
"""How many cases are looked at beside each other: as many as there are connections, so that none
waits for one on a busy machine."""

LINES = 150
"""Of the worker's log, to say why a life cannot be asked."""


class Deaf(Exception):
    """A life says nothing of itself, however long one asks. It says what its worker wrote last."""


async def collect(arena: Arena, log: Log, strikes: int) -> Evidence:
    """Everything about the run. Each case and its life are seen at the same version."""
    since = datetime.now(UTC)
    client = await client_of(arena.stack)
    begun = await _runs(client)
    async with arena.store.transaction() as connection:
        ids = await case_ids(connection)
    hands = asyncio.Semaphore(_AT_ONCE)

    async def both(case: UUID) -> tuple[CaseRecord, Life]:
        async with hands:
            return await _both(arena, client, begun, case)

    seen = await asyncio.gather(*[both(case) for case in ids])
    async with arena.store.transaction() as connection:
        return Evidence(
            since=since,
            at=datetime.now(UTC),
            log=log,
            inbox=await inbox(connection),
            cases={record.id: record for record, _ in seen},
            contents=await contents(connection),
            lives={record.id: life for record, life in seen} | _strays(begun, ids),
            copies=tuple(arena.sink.copies),
            lost_letters=arena.lost_letters(),
            calls=tuple(arena.sink.calls),
            lost_calls=arena.lost_calls(),
            roles=await roles(connection),
            lost=len(arena.lost()),
            strikes=strikes,
        )


async def case_ids(connection: AsyncConnection) -> list[UUID]:
    """Every case that was ever accepted."""
    query = select(ESCALATIONS.c.id).order_by(ESCALATIONS.c.number)
    return [row.id for row in await connection.execute(query)]


async def record_of(connection: AsyncConnection, case: UUID) -> CaseRecord:
    """One case as it is stored."""
    seen_at = datetime.now(UTC)
    columns = await escalations.stored_columns(connection, case)
    query = select(EVENTS).where(EVENTS.c.escalation_id == case).order_by(EVENTS.c.seq)
    told = tuple(
        StoredEvent(Event.model_validate(row.body), row.hash)
        for row in await connection.execute(query)
    )
    slug, version = columns["playbook_slug"], columns["playbook_version"]
    found = await playbooks.get(connection, slug, version)
    assert found is not None
    books = {str(found.ref): found.playbook}
    for fact in (one.event.fact for one in told):
        if isinstance(fact, EscalationOpened | PlaybookChanged) and str(fact.playbook) not in books:
            known = await playbooks.get(connection, fact.playbook.slug, fact.playbook.version)
            assert known is not None
            books[str(known.ref)] = known.playbook
    return CaseRecord(
        id=case,
        number=columns["number"],
        columns=columns,
        events=told,
        deliveries=await deliveries.of(connection, case),
        playbook=found.playbook,
        seen_at=seen_at,
        credits=await money.of(connection, case),
        books=books,
    )


async def inbox(connection: AsyncConnection) -> tuple[InboxLine, ...]:
    """Every operation that was ever kept."""
    found = await connection.execute(select(OPERATIONS).order_by(OPERATIONS.c.place))
    return tuple(
        InboxLine(
            op_id=row.op_id,
            key=row.key,
            route=row.route,
            escalation_id=row.escalation_id,
            kind=row.kind,
            status=row.status,
            version=row.answer["version"] if row.answer else None,
        )
        for row in found
    )


async def roles(connection: AsyncConnection) -> dict[UUID, Role]:
    """What everybody of the team may do."""
    query = select(PEOPLE.c.id, PEOPLE.c.role)
    return {row.id: Role(row.role) for row in await connection.execute(query)}


async def contents(connection: AsyncConnection) -> Counter[str]:
    """How often each text is kept."""
    query = select(CONTENTS.c.text, func.count()).group_by(CONTENTS.c.text)
    return Counter({row[0]: row[1] for row in await connection.execute(query)})


async def _both(
    arena: Arena, client: Client, begun: dict[str, list[WorkflowExecution]], case: UUID
) -> tuple[CaseRecord, Life]:
    """A case and its life. Time goes on while we look, so we look until nothing came between."""
    end = time.monotonic() + _LOOKED_FOR
    while True:
        async with arena.store.transaction() as connection:
            before = await record_of(connection, case)
        life = await _life(arena, client, begun.get(workflow_id(case), []), case)
        async with arena.store.transaction() as connection:
            after = await record_of(connection, case)
        # A life that says nothing of itself will say nothing in the next look either.
        mute = life.state is None and life.failures
        still = before == after and life.outbox == 0
        if still or mute or time.monotonic() > end:
            return after, life
        await asyncio.sleep(0.2)


async def _runs(client: Client) -> dict[str, list[WorkflowExecution]]:
    """Every run of every case that Temporal knows, by workflow id."""
    found: dict[str, list[WorkflowExecution]] = {}
    async for one in client.list_workflows("WorkflowType = 'Escalation'"):
        found.setdefault(one.id, []).append(one)
    return found


def _strays(begun: dict[str, list[WorkflowExecution]], known: list[UUID]) -> dict[UUID, Life]:
    """Lives that no case in PostgreSQL knows of."""
    ours = {workflow_id(case) for case in known}
    return {
        UUID(name.removeprefix("escalation-")): Life((name,), "STRAY", None, 0, 0, (), (), ())
        for name in begun
        if name not in ours
    }


async def _life(arena: Arena, client: Client, runs: list[WorkflowExecution], case: UUID) -> Life:
    handle = client.get_workflow_handle(workflow_id(case))
    described = await handle.describe()
    raw = described.raw_description
    here = WorkflowSerializationContext(client.namespace, workflow_id(case))
    history = _History(client.data_converter.with_context(here))
    waiting, read = [run.run_id for run in runs], set[str]()
    while waiting:
        run_id = waiting.pop()
        if run_id not in read:
            read.add(run_id)
            run = client.get_workflow_handle(workflow_id(case), run_id=run_id)
            waiting += await history.read(run)
    # Last: what came since the history was read is in the answer, and then not yet in PostgreSQL
    # when the case was looked at before, so that both are looked at again.
    broken: list[str] = []
    try:
        told = await _asked(handle, arena.stack.child("worker").log)
    except WorkflowQueryFailedError as error:  # its history is not what its code does
        told = {"state": None, "outbox": []}
        broken = [f"it cannot be replayed: {error.message}"]
    except Deaf as error:
        told = {"state": None, "outbox": []}
        broken = [str(error)]
    return Life(
        ids=tuple(sorted(history.firsts)),
        status=described.status.name if described.status else "",
        state=EscalationState.model_validate(told["state"]) if told["state"] else None,
        outbox=len(told["outbox"]),
        attempt=raw.pending_workflow_task.attempt,
        pending=tuple((o.activity_type.name, o.attempt) for o in raw.pending_activities),
        failures=(*broken, *history.failures),
        delivered=tuple(history.delivered),
        history=(await handle.fetch_history()).to_json() if broken else None,
    )


async def _asked(handle: WorkflowHandle[Any, Any], log: Path) -> Any:
    """What a life says of itself; its worker may have no time at first. Raises Deaf."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return await handle.query("life", rpc_timeout=_ANSWER)
        except RPCError as error:
            if time.monotonic() > end:
                now = (await handle.describe()).raw_description.pending_workflow_task
                said = "\n".join(log.read_text(errors="replace").splitlines()[-LINES:])
                raise Deaf(f"{handle.id} is deaf: {error}; {now}\n{said}") from error
        await asyncio.sleep(0.2)


_ORDERS: dict[str, type[DeliveryOrder | JoinOrder | RequestOrder]] = {
    "deliver": DeliveryOrder,
    "join": JoinOrder,
    "request": RequestOrder,
}


class _History:
    """What the histories of all runs of one life say."""

    def __init__(self, converter: DataConverter) -> None:
        self.converter = converter
        self.firsts: set[str] = set()
        self.failures: list[str] = []
        self.delivered: list[str] = []

    async def read(self, run: WorkflowHandle[object, object]) -> list[str]:
        """Read one run's history. Returns the run that goes on from it."""
        went_on: list[str] = []
        async for event in run.fetch_history_events():
            if event.HasField("workflow_execution_started_event_attributes"):
                begun = event.workflow_execution_started_event_attributes
                self.firsts.add(begun.first_execution_run_id)
            if event.HasField("workflow_task_failed_event_attributes"):
                failed = event.workflow_task_failed_event_attributes
                if failed.cause != DONE_AGAIN:
                    self.failures.append(f"{WorkflowTaskFailedCause.Name(failed.cause)}")
            if event.HasField("activity_task_scheduled_event_attributes"):
                scheduled = event.activity_task_scheduled_event_attributes
                if (kind := _ORDERS.get(scheduled.activity_type.name)) is not None:
                    [order] = await self.converter.decode(scheduled.input.payloads, [kind])
                    self.delivered.append(order.effect.key)
            if event.HasField("workflow_execution_continued_as_new_event_attributes"):
                renewed = event.workflow_execution_continued_as_new_event_attributes
                went_on.append(renewed.new_execution_run_id)
        return went_on
