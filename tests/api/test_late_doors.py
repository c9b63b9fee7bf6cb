"""Two doors at odds: an answer that comes too late, and a case that Temporal has forgotten."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest_asyncio
from sqlalchemy import text
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from api.app import create_app
from api.parts import Parts
from api.sweeper import Sweeper
from config.settings import Settings
from models.command import AddNote, Operation
from models.errors import RightnowError
from models.escalation import number_text
from models.ids import new_id, workflow_id
from models.messages import Receipt
from models.operation import Envelope, InboxRow, OperationStatus
from models.store.repositories import operations
from models.store.session import Store
from supervisor.temporal import installed_program
from tests.api.problem import require_problem
from tests.api.rows import Rows
from tests.conftest import Colleague
from tests.desk import Desk
from tests.polling import until
from tests.workflows.openings import start_like
from worker import at_work
from workflows.client import Engine
from workflows.converter import data_converter

OPEN = "/cs/escalations"


@dataclass(frozen=True)
class Overtaken(Engine):
    """The engine, to a caller who hears its refusal late."""

    meanwhile: Callable[[UUID], Awaitable[None]]

    async def operate(self, escalation_id: UUID, operation: Operation) -> Receipt:
        """Ask; when it is refused, let something happen before anybody hears of it."""
        try:
            return await super().operate(escalation_id, operation)
        except RightnowError:
            await self.meanwhile(operation.op_id)
            raise


@dataclass(frozen=True)
class SignalledFirst(Engine):
    """The engine, to a caller whose operation the sweeper has just delivered."""

    async def operate(self, escalation_id: UUID, operation: Operation) -> Receipt:
        """Ask, once the same operation has come by signal and was considered."""
        handle = self.client.get_workflow_handle(workflow_id(escalation_id))
        before = (await handle.query("life"))["state"]["version"]
        await self.send(escalation_id, operation)

        async def considered() -> bool:
            return bool((await handle.query("life"))["state"]["version"] > before)

        await until(considered)
        return await super().operate(escalation_id, operation)


def _desk(parts: Parts, token: str) -> Desk:
    """A desk before an API of these parts."""
    app = create_app()
    app.state.parts = parts
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    base = "http://rightnow.test/api/v1"
    return Desk(httpx2.AsyncClient(transport=transport, base_url=base, timeout=20), token)


async def _row(store: Store, op_id: UUID) -> InboxRow:
    async with store.transaction() as connection:
        found = await operations.get(connection, op_id)
    assert found is not None
    return found


async def _swept(parts: Parts, op_id: UUID) -> None:
    """Let the sweeper bring an operation, as if its time had come."""
    due = "UPDATE operations SET attempt_at = now() WHERE op_id = :op AND attempts = 0"
    async with parts.store.transaction() as connection:
        await connection.execute(text(due), {"op": op_id})

    async def brought() -> bool:
        # A case that is just being written down is passed over until the next time.
        await Sweeper(parts).sweep()
        return (await _row(parts.store, op_id)).attempts > 0

    await until(brought)


async def test_what_was_refused_at_the_back_door_is_refused_at_the_front_door_too(
    client: Client, settings: Settings, parts: Parts, sarah: Desk
) -> None:
    """The workflow remembers its answer by the operation's id: a no is a no (found by chaos)."""
    opened = await sarah.open_case()
    engine = SignalledFirst(client, settings.task_queue)
    desk = _desk(replace(parts, engine=engine), sarah.token)
    path = f"{OPEN}/{opened['number']}/steps/listen/completion"
    body = {"outcome": "heard", "fields": {"main-reason": "Three missed visits"}}
    for asking in (desk, sarah):
        answer = await asking.ask("POST", path, body, key="refused-by-signal")
        require_problem(answer, 409, "step-not-open")
    await desk.http.aclose()


async def test_a_refusal_that_comes_after_a_late_delivery_is_no_answer(
    client: Client, store: Store, settings: Settings, parts: Parts, sarah: Desk
) -> None:
    """Refused at the front door as too early, and in time at the back door."""
    start = await start_like(sarah, store)
    assert start.opening is not None
    number = number_text(start.opening.number)
    own = settings.model_copy(update={"task_queue": f"late-{uuid4().hex}"})
    worker = AsyncExitStack()
    await worker.enter_async_context(at_work(client, store, own))
    await Engine(client, own.task_queue).open(start)
    asked: list[UUID] = []

    async def meanwhile(op_id: UUID) -> None:
        # Its step opens, the worker goes, and the sweeper brings the operation once more.
        asked.append(op_id)
        await sarah.done(number, "call-now", "reached")
        await worker.aclose()
        await _swept(parts, op_id)

    engine = Overtaken(client, own.task_queue, meanwhile)
    desk = _desk(replace(parts, engine=engine), sarah.token)
    path = f"{OPEN}/{number}/steps/listen/completion"
    body = {"outcome": "heard", "fields": {"main-reason": "Three missed visits"}}
    answer = await desk.ask("POST", path, body, key="early")
    await desk.http.aclose()
    assert answer.status_code == 202, answer.text
    assert answer.json()["status"] == "accepted"
    [op_id] = asked
    waiting = await _row(store, op_id)
    assert (waiting.status, waiting.attempts) == (OperationStatus.ACCEPTED, 1)
    async with at_work(client, store, own):

        async def applied() -> bool:
            return (await _row(store, op_id)).status is OperationStatus.APPLIED

        await until(applied)
        told = (await sarah.ask("POST", path, body, key="early")).json()
        assert (told["op_id"], told["status"]) == (str(op_id), "applied")
        done = await sarah.timeline(number, at=told["version"])
    assert sum(one["fact"] == "step_ended" for one in done) == 2
    assert not [one for one in done if one["fact"] == "operation_rejected"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def forgetful(parts: Parts) -> AsyncIterator[Parts]:
    """The API before a Temporal that has forgotten every case, as it does after its retention."""
    async with await WorkflowEnvironment.start_local(
        data_converter=data_converter(),
        dev_server_existing_path=str(installed_program()),
    ) as environment:
        yield replace(parts, engine=Engine(environment.client, parts.engine.task_queue))


async def _over(client: Client, sarah: Desk, marcus: Desk) -> dict[str, Any]:
    """A case that is over, and written down to its end."""
    opened = await sarah.open_case()
    await marcus.post(f"{OPEN}/{opened['number']}/cancellation", {})
    await client.get_workflow_handle(workflow_id(UUID(opened["escalation_id"]))).result()
    assert (await sarah.case(opened["number"]))["status"] == "cancelled"
    return opened


async def test_an_operation_on_a_closed_case_that_temporal_forgot_is_refused_for_good(
    client: Client, forgetful: Parts, sarah: Desk, marcus: Desk, rows: Rows
) -> None:
    opened = await _over(client, sarah, marcus)
    path = f"{OPEN}/{opened['number']}/notes"
    before, key = await rows.count(), uuid4().hex
    desk = _desk(forgetful, sarah.token)
    # The second time it is answered from the record, whatever Temporal remembers.
    for one in (desk, desk, sarah):
        answer = await one.ask("POST", path, {"text": "Too late"}, key=key)
        told = require_problem(answer, 409, "escalation-closed")
        assert "cancelled" in told["detail"]
    await desk.http.aclose()
    left = await rows.since(before)
    assert left == {"operations": 1, "rejected": 1, "contents": 1}


async def test_the_sweeper_refuses_for_good_what_was_meant_for_a_case_that_temporal_forgot(
    client: Client,
    store: Store,
    forgetful: Parts,
    sarah: Desk,
    marcus: Desk,
    colleagues: dict[str, Colleague],
) -> None:
    """It was accepted by an API that died before it could ask."""
    opened = await _over(client, sarah, marcus)
    case, actor = UUID(opened["escalation_id"]), colleagues["sarah"].actor
    late = [
        Operation(op_id=new_id(), actor=actor, command=AddNote(content_id=uuid4()))
        for _ in range(2)
    ]
    async with store.transaction() as connection:
        for one in late:
            envelope = Envelope(
                op_id=one.op_id,
                actor_key=actor.key,
                route=f"notes/{case}",
                key=uuid4().hex,
                body_hash="0" * 64,
                escalation_id=case,
                kind=one.command.kind,
                payload=one,
            )
            await operations.put(connection, envelope, datetime.now(UTC))
    await _swept(forgetful, late[-1].op_id)
    for one in late:
        row = await _row(store, one.op_id)
        assert row.status is OperationStatus.REJECTED
        assert row.answer is not None
        assert row.answer.code == "escalation-closed"
        told = await sarah.get(f"/operations/{one.op_id}")
        assert (told["status"], told["code"]) == ("rejected", "escalation-closed")


async def test_an_operation_on_a_case_that_temporal_does_not_know_yet_is_kept(
    client: Client, store: Store, settings: Settings, parts: Parts, sarah: Desk
) -> None:
    """Unknown is not over: its opening is still on its way."""
    start = await start_like(sarah, store)
    assert start.opening is not None
    path = f"{OPEN}/{number_text(start.opening.number)}/notes"
    answer = await sarah.ask("POST", path, {"text": "In good time"})
    assert answer.status_code == 202, answer.text
    op_id = UUID(answer.json()["op_id"])
    assert (await _row(store, op_id)).status is OperationStatus.ACCEPTED
    await Engine(client, settings.task_queue).open(start)
    await _swept(parts, op_id)

    async def applied() -> bool:
        return (await _row(store, op_id)).status is OperationStatus.APPLIED

    await until(applied)
