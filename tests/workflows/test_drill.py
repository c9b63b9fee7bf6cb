"""T09, the drill: wrong code is deployed over running cases; nothing is lost, and it heals.

The alarm is what the next caller gets: 202, and an operation that `/metrics` counts as waiting;
both within a minute. The audit says later which case it is: after five tasks that failed in a row,
or two minutes without an answer (`tests/audit/test_refusals.py`).
"""

import asyncio
import re
from uuid import UUID, uuid4

from temporalio.client import Client
from temporalio.worker import Worker

from activities.deadlines import plan_clocks
from activities.projection import Projection
from models.command import AddNote, Operation
from models.escalation import number_text
from models.ids import new_id
from models.store.repositories import operations
from models.store.session import Store
from tests.conftest import Colleague
from tests.desk import Desk
from tests.replay.careless import Careless, Guarded
from tests.temporal import insist
from tests.workflows.clockwork import Clockwork
from tests.workflows.openings import start_like
from workflows.client import Engine
from workflows.escalation import EscalationWorkflow
from workflows.sandbox import strict_runner

QUEUE = "drill"
ALARM_WITHIN = 60
"""Seconds."""


def _worker(client: Client, store: Store, code: type) -> Worker:
    return Worker(
        client,
        task_queue=QUEUE,
        workflows=[code],
        activities=[Projection(store).write_down, plan_clocks],
        workflow_runner=strict_runner(),
    )


async def test_wrong_code_makes_cases_wait_and_a_guarded_change_heals_them(
    client: Client,
    sarah: Desk,
    store: Store,
    clockwork: Clockwork,
    colleagues: dict[str, Colleague],
) -> None:
    start = await start_like(sarah, store)
    assert start.opening is not None
    case = start.opening.escalation_id
    engine = Engine(client, QUEUE)
    actor = colleagues["sarah"].actor

    def note() -> Operation:
        return Operation(op_id=new_id(), actor=actor, command=AddNote(content_id=uuid4()))

    async with _worker(client, store, EscalationWorkflow):
        await engine.open(start)
        await engine.operate(case, note())
        await clockwork.settled(str(case))
    async with _worker(client, store, Careless):
        async with asyncio.timeout(ALARM_WITHIN):
            path = f"/cs/escalations/{number_text(start.opening.number)}/notes"
            safe = await sarah.ask("POST", path, {"text": "Is anybody there?"}, key=str(uuid4()))
            assert safe.status_code == 202, safe.text
            assert await _waiting(sarah) >= 1
        op_id = safe.json()["op_id"]
        assert (await sarah.get(f"/operations/{op_id}"))["status"] == "accepted"
        async with store.transaction() as connection:
            row = await operations.get(connection, UUID(op_id))
        assert row is not None
        assert isinstance(row.payload, Operation)
        asked = row.payload
        await engine.send(case, asked)
    async with _worker(client, store, Guarded):
        assert (await insist(engine, case, asked)).status == "applied"
        assert (await engine.operate(case, note())).status == "applied"
        await clockwork.settled(str(case))
    assert (await clockwork.facts(str(case))).count("note_added") == 3
    assert (await sarah.get(f"/operations/{op_id}"))["status"] == "applied"


async def _waiting(desk: Desk) -> int:
    """How many operations wait for their answer, as whoever watches us reads it."""
    told = (await desk.http.get("http://rightnow.test/metrics")).text
    [waiting] = re.findall(r"^rightnow_operations_waiting (\d+)$", told, re.MULTILINE)
    return int(waiting)
