"""T09, the drill: wrong code is deployed over running cases; nothing is lost, and it heals."""

from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from activities.deadlines import plan_clocks
from activities.projection import Projection
from models.command import AddNote, Operation
from models.errors import EngineUnavailable
from models.ids import new_id
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
    asked = note()
    async with _worker(client, store, Careless):
        # The alarm: no answer. The API says 202, and /metrics counts the waiting operation.
        with pytest.raises(EngineUnavailable):
            await engine.operate(case, asked)
        await engine.send(case, asked)
    async with _worker(client, store, Guarded):
        assert (await insist(engine, case, asked)).status == "applied"
        assert (await engine.operate(case, note())).status == "applied"
        await clockwork.settled(str(case))
    assert (await clockwork.facts(str(case))).count("note_added") == 3
