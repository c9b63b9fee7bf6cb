"""T49: Temporal's ports ask nobody who they are. What comes through them uninvited does nothing."""

import asyncio
import json
import re
import shlex
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest
from temporalio import workflow
from temporalio.api.common.v1 import Payload, Payloads, WorkflowExecution
from temporalio.api.workflowservice.v1 import SignalWorkflowExecutionRequest
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from config.settings import Settings
from models.command import AddNote, Cancel, Operation
from models.errors import EngineUnavailable
from models.ids import new_id, workflow_id
from models.messages import EscalationStart, Receipt
from models.payload_key import PayloadKey
from models.store.repositories import events
from models.store.session import Store
from supervisor.stack import Stack
from supervisor.temporal import installed_program
from tests.conftest import Colleague
from tests.desk import Desk
from tests.keys import NEW, OLD
from tests.polling import until
from tests.workflows.clockwork import Clockwork
from tests.workflows.openings import start_like
from worker import at_work
from workflows.client import Engine, connect
from workflows.sandbox import free_runner, strict_runner


@pytest.fixture
async def stranger(stack: Stack) -> Client:
    """Somebody who reached Temporal's port and has no key."""
    return await Client.connect(stack.temporal_address, data_converter=pydantic_data_converter)


@pytest.fixture
async def forged(sarah: Desk, store: Store) -> EscalationStart:
    """A right start, by somebody who knows everything about us but the key."""
    return await start_like(sarah, store)


ROOT = Path(__file__).parents[2]
Door = Callable[[Stack, Client, EscalationStart], Awaitable[None]]


def cancel(colleague: Colleague) -> Operation:
    """What a stranger would like to happen, in the name of somebody who may do it."""
    return Operation(op_id=new_id(), actor=colleague.actor, command=Cancel())


async def start_by_grpc(stack: Stack, stranger: Client, start: EscalationStart) -> None:
    """Through the port that workers use."""
    assert start.opening is not None
    name = workflow_id(start.opening.escalation_id)
    await stranger.start_workflow("Escalation", start, id=name, task_queue="tests")


async def start_by_web(stack: Stack, stranger: Client, start: EscalationStart) -> None:
    """Through the HTTP port, as any page in a browser of this machine can: no question is asked."""
    assert start.opening is not None
    command = stack.child("temporal").spec.command
    port = command[command.index("--http-port") + 1]
    name = workflow_id(start.opening.escalation_id)
    body = {
        "workflowType": {"name": "Escalation"},
        "taskQueue": {"name": "tests"},
        "input": [json.loads(start.model_dump_json())],
    }
    async with httpx2.AsyncClient() as http:
        answer = await http.post(
            f"http://127.0.0.1:{port}/api/v1/namespaces/default/workflows/{name}",
            content=json.dumps(body).encode(),
            headers={
                "Content-Type": "text/plain",
                "Origin": "https://evil.example",
                "Host": "evil.example",
            },
        )
    assert answer.status_code == 200, "if Temporal refuses it one day, all the better"


@pytest.mark.parametrize("door", [start_by_grpc, start_by_web])
async def test_a_forged_start_does_nothing(
    door: Door, stack: Stack, stranger: Client, worker: None, store: Store, forged: EscalationStart
) -> None:
    assert forged.opening is not None
    await door(stack, stranger, forged)
    handle = stranger.get_workflow_handle(workflow_id(forged.opening.escalation_id))

    async def refused() -> bool:
        return await task_failed(handle)

    await until(refused)
    async with store.transaction() as connection:
        assert await events.of(connection, forged.opening.escalation_id) == ()
    await handle.terminate()


async def test_a_forged_signal_is_dropped_and_the_case_goes_on(
    stranger: Client, clockwork: Clockwork, marcus: Desk, colleagues: dict[str, Colleague]
) -> None:
    opened = await marcus.open_case()
    case = opened["escalation_id"]
    handle = stranger.get_workflow_handle(workflow_id(UUID(case)))
    await handle.signal("operation_by_signal", cancel(colleagues["marcus"]))
    await handle.signal("operation_by_signal", "no operation at all")
    await marcus.post(f"/cs/escalations/{opened['number']}/notes", {"text": "Still here"})
    state = await clockwork.settled(case)
    assert state.status == "open"
    assert (await clockwork.facts(case))[-1] == "note_added"
    assert "operation_rejected" not in await clockwork.facts(case)
    assert not await task_failed(handle)


async def test_a_signal_that_names_a_key_that_is_nowhere_is_taken_out_as_the_how_to_says(
    stack: Stack, stranger: Client, clockwork: Clockwork, marcus: Desk
) -> None:
    """It may be ours, so its case waits for the key; an operator knows better."""
    opened = await marcus.open_case()
    case = opened["escalation_id"]
    await clockwork.settled(case)
    beside = {"encoding": b"binary/encrypted", "encryption-key-id": b"nowhere"}
    beside["workflow-id"] = workflow_id(UUID(case)).encode()
    await send_raw(stranger, case, [Payload(metadata=beside, data=b"x" * 40)])
    handle = stranger.get_workflow_handle(workflow_id(UUID(case)))

    async def stopped() -> bool:
        return await task_failed(handle)

    await until(stopped)
    await asyncio.to_thread(reset_as_told, stack, workflow_id(UUID(case)))

    async def goes_on() -> bool:
        path = f"/cs/escalations/{opened['number']}/notes"
        answer = await marcus.ask("POST", path, {"text": "Still here"}, key=f"reset-{case}")
        return answer.status_code == 200

    await until(goes_on, within=60)
    await clockwork.settled(case)
    assert (await clockwork.facts(case))[-1] == "note_added"


async def test_a_forged_update_is_refused(
    stranger: Client, clockwork: Clockwork, marcus: Desk, colleagues: dict[str, Colleague]
) -> None:
    opened = await marcus.open_case()
    case = opened["escalation_id"]
    before = (await clockwork.settled(case)).version
    handle = stranger.get_workflow_handle(workflow_id(UUID(case)))
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await handle.execute_update("cancel", cancel(colleagues["marcus"]))
    assert isinstance(refused.value.cause, ApplicationError)
    assert refused.value.cause.type == "fields-invalid"
    assert refused.value.cause.message == "Encoded failure", "a stranger is told nothing"
    assert (await clockwork.settled(case)).version == before
    assert not await task_failed(handle)


async def test_an_operation_copied_from_one_case_to_another_is_dropped_and_to_the_same_is_known(
    client: Client,
    stranger: Client,
    clockwork: Clockwork,
    marcus: Desk,
    colleagues: dict[str, Colleague],
) -> None:
    here, there = await marcus.open_case(), await marcus.open_case()
    note = Operation(
        op_id=new_id(), actor=colleagues["marcus"].actor, command=AddNote(content_id=uuid4())
    )
    await Engine(client, "tests").send(UUID(here["escalation_id"]), note)
    payloads = await signalled(client, here["escalation_id"])
    for case in (here, there):
        await send_raw(stranger, case["escalation_id"], payloads)
        path = f"/cs/escalations/{case['number']}/notes"
        await marcus.post(path, {"text": "After it"})
        await clockwork.settled(case["escalation_id"])
    assert (await clockwork.facts(here["escalation_id"])).count("note_added") == 2
    assert (await clockwork.facts(there["escalation_id"])).count("note_added") == 1


@workflow.defn(dynamic=True)
class Impostor:
    """A workflow of a stranger's, which answers whatever it is asked with what it likes."""

    @workflow.run
    async def run(self, _: Sequence[RawValue]) -> None:
        """Never end."""
        await workflow.wait_condition(lambda: False)

    @workflow.update(dynamic=True)
    async def anything(self, _: str, __: Sequence[RawValue]) -> Receipt:
        """Say that it was done."""
        return Receipt(op_id=UUID(int=0), status="applied", version=9)


async def test_the_answer_of_a_stranger_s_worker_is_no_answer(
    stranger: Client, stack: Stack, sarah: Desk, store: Store
) -> None:
    queue = f"stolen-{uuid4().hex}"
    start = await start_like(sarah, store)
    assert start.opening is not None
    keyed = await connected(stack, [NEW])
    async with Worker(
        stranger, task_queue=queue, workflows=[Impostor], workflow_runner=free_runner()
    ):
        handle_of = keyed.get_workflow_handle(workflow_id(start.opening.escalation_id))
        with pytest.raises(EngineUnavailable):
            await Engine(keyed, queue).open(start)
        await handle_of.terminate()


async def test_a_case_begun_in_clear_goes_on_after_the_switch_and_a_new_one_in_clear_does_not(
    stack: Stack,
    sarah: Desk,
    store: Store,
    settings: Settings,
    stranger: Client,
    colleagues: dict[str, Colleague],
) -> None:
    queue = f"switched-{uuid4().hex}"
    start = await start_like(sarah, store)
    assert start.opening is not None
    case = start.opening.escalation_id
    off = await connected(stack, [])
    async with serving(off, store, settings, queue):
        await opened_by(Engine(off, queue), start)
        await asked_until_answered(Engine(off, queue), case, note_by(colleagues))
        await Engine(off, queue).send(case, note_by(colleagues))
    on_now = await connected(stack, [NEW], clear_until=datetime.now(UTC))
    clockwork = Clockwork(on_now, store)
    for _ in range(2):  # the second worker reads sealed and clear payloads of one history
        async with serving(on_now, store, settings, queue):
            await asked_until_answered(Engine(on_now, queue), case, note_by(colleagues))
            await clockwork.settled(str(case))
    assert (await clockwork.facts(str(case))).count("note_added") == 4
    late = await start_like(sarah, store)
    assert late.opening is not None
    async with serving(on_now, store, settings, queue):
        await Engine(off, queue).start(late)
        handle = stranger.get_workflow_handle(workflow_id(late.opening.escalation_id))

        async def refused() -> bool:
            return await task_failed(handle)

        await until(refused)
    await handle.terminate()


async def test_keys_are_rotated_under_a_running_case(
    stack: Stack,
    sarah: Desk,
    store: Store,
    settings: Settings,
    colleagues: dict[str, Colleague],
) -> None:
    """In the wrong order too: the worker that lacks the new key waits for it, and loses nothing."""
    queue = f"rotated-{uuid4().hex}"
    start = await start_like(sarah, store)
    assert start.opening is not None
    case = start.opening.escalation_id
    before, between, after = (
        await connected(stack, [OLD]),
        await connected(stack, [OLD, NEW]),
        await connected(stack, [NEW, OLD]),
    )
    async with serving(before, store, settings, queue):
        await opened_by(Engine(before, queue), start)
        early = note_by(colleagues)
        with pytest.raises(EngineUnavailable):
            await Engine(after, queue).operate(case, early)
    for worker_s, caller_s in ((between, before), (between, after), (after, between)):
        async with serving(worker_s, store, settings, queue):
            receipt = await asked_until_answered(Engine(caller_s, queue), case, note_by(colleagues))
            assert receipt == "applied"
    async with serving(after, store, settings, queue):
        assert await asked_until_answered(Engine(after, queue), case, early) == "applied"
        clockwork = Clockwork(after, store)
        await clockwork.settled(str(case))
        assert (await clockwork.facts(str(case))).count("note_added") == 4


def reset_as_told(stack: Stack, workflow: str) -> None:
    """What docs/how-to/keys.md tells operators to type."""
    page = (ROOT / "docs/how-to/keys.md").read_text(encoding="utf-8")
    [told] = re.findall(r"`(temporal workflow reset [^`]+)`", page)
    command = shlex.split(told.replace("escalation-ID", workflow))[1:]
    address = ("--address", stack.temporal_address)
    subprocess.run([str(installed_program()), *command, *address], check=True, timeout=60)


def note_by(colleagues: dict[str, Colleague]) -> Operation:
    """A note by an agent."""
    actor = colleagues["sarah"].actor
    return Operation(op_id=new_id(), actor=actor, command=AddNote(content_id=uuid4()))


async def asked_until_answered(engine: Engine, case: UUID, operation: Operation) -> str:
    """Ask again while nobody answers: a failed task is tried again after a while."""
    return await _answer(lambda: engine.operate(case, operation))


async def opened_by(engine: Engine, start: EscalationStart) -> str:
    """Open a case, as often as it takes."""
    return await _answer(lambda: engine.open(start))


async def _answer(ask: Callable[[], Awaitable[Receipt]]) -> str:
    async def answer() -> str | None:
        try:
            return str((await ask()).status)
        except EngineUnavailable:
            return None

    return await until(answer, within=90)


async def connected(
    stack: Stack, keys: list[PayloadKey], clear_until: datetime | None = None
) -> Client:
    """A client with these keys."""
    return await connect(stack.temporal_address, "default", keys=keys, clear_until=clear_until)


def on(settings: Settings, queue: str) -> Settings:
    """The same settings with another task queue."""
    return settings.model_copy(update={"task_queue": queue})


@asynccontextmanager
async def serving(
    client: Client, store: Store, settings: Settings, queue: str
) -> AsyncIterator[None]:
    """A worker with that client's keys."""
    async with at_work(client, store, on(settings, queue), strict_runner()):
        yield


async def task_failed(handle: WorkflowHandle[object, object]) -> bool:
    """Whether a workflow task of its latest run has failed."""
    async for event in handle.fetch_history_events():
        if event.HasField("workflow_task_failed_event_attributes"):
            return True
    return False


async def signalled(client: Client, case: str) -> list[Payload]:
    """What the first signal to a case carried, as Temporal has it."""

    async def found() -> list[Payload] | None:
        handle = client.get_workflow_handle(workflow_id(UUID(case)))
        async for event in handle.fetch_history_events():
            if event.HasField("workflow_execution_signaled_event_attributes"):
                return list(event.workflow_execution_signaled_event_attributes.input.payloads)
        return None

    return await until(found)


async def send_raw(client: Client, case: str, payloads: list[Payload]) -> None:
    """A signal with payloads as they are."""
    request = SignalWorkflowExecutionRequest(
        namespace="default",
        workflow_execution=WorkflowExecution(workflow_id=workflow_id(UUID(case))),
        signal_name="operation_by_signal",
        input=Payloads(payloads=payloads),
        request_id=str(uuid4()),
    )
    await asyncio.wait_for(client.workflow_service.signal_workflow_execution(request), 10)
