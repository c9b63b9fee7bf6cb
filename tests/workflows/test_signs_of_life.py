"""A life that goes on by another worker is read as it was lived, whatever the first had to do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from google.protobuf.empty_pb2 import Empty
from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.api.failure.v1 import Failure
from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import (
    QueryResult,
    StartTimer,
    UpdateResponse,
    WorkflowCommand,
)
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.client import Client, WorkflowHistory
from temporalio.converter import StorageDriverStoreContext
from temporalio.worker import Replayer, Worker, WorkflowInstance
from temporalio.workflow import Info

from activities.interceptor import ErrorsToTemporal
from activities.projection import Projection
from models.command import AddNote, Change, Operation
from models.ids import new_id, workflow_id
from models.messages import ProjectionBatch
from models.severity import Severity
from models.store.session import Store
from tests.conftest import Colleague
from tests.desk import Desk
from tests.polling import until
from tests.workflows.clockwork import Clockwork
from tests.workflows.openings import start_like
from workflows.client import Engine
from workflows.escalation import EscalationWorkflow
from workflows.sandbox import strict_runner
from workflows.signs_of_life import SIGN, Giving

QUEUE = "quiet-tasks"

NEWS = {"resolve_activity", "fire_timer", "signal_workflow", "cancel_workflow"}
SILENT = {"query_workflow", "do_update", "notify_has_patch", "update_random_seed"}


class Saying(WorkflowInstance):
    """A workflow that answers every task with the same commands."""

    def __init__(self, *commands: WorkflowCommand) -> None:
        self.commands: tuple[WorkflowCommand, ...] = commands

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        completion = WorkflowActivationCompletion(run_id=act.run_id)
        completion.successful.commands.extend(self.commands)
        return completion

    def get_serialization_context(self, command_info: object) -> None:
        return None

    def get_external_store_context(self, command_info: object) -> StorageDriverStoreContext:
        raise NotImplementedError

    def get_info(self) -> Info:
        raise NotImplementedError


@pytest.mark.parametrize("news", sorted(NEWS))
def test_news_to_which_there_is_no_command_are_answered_with_a_sign(news: str) -> None:
    told = Giving(Saying()).activate(_task(news))
    [sign] = told.successful.commands
    assert set(sign.modify_workflow_properties.upserted_memo.fields) == {SIGN}


@pytest.mark.parametrize("nothing", sorted(SILENT))
def test_what_is_in_no_history_gets_no_sign(nothing: str) -> None:
    assert not Giving(Saying()).activate(_task(nothing)).successful.commands


def test_a_refused_operation_beside_news_is_no_command_and_an_accepted_one_is() -> None:
    refused = WorkflowCommand(update_response=UpdateResponse(rejected=Failure(message="no")))
    assert len(_answer(refused, "do_update", "fire_timer")) == 2
    assert len(_answer(refused, "do_update")) == 1
    accepted = WorkflowCommand(update_response=UpdateResponse(accepted=Empty()))
    assert len(_answer(accepted, "do_update", "fire_timer")) == 1


def test_who_has_a_command_gives_no_sign_and_who_fails_does_not_either() -> None:
    timer = WorkflowCommand(start_timer=StartTimer(seq=1))
    assert _answer(timer, "fire_timer") == [timer]
    query = WorkflowCommand(respond_to_query=QueryResult(query_id="1"))
    assert _answer(query, "query_workflow") == [query]

    class Failing(Saying):
        def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
            completion = WorkflowActivationCompletion(run_id=act.run_id)
            completion.failed.failure.message = "no"
            return completion

    assert not Giving(Failing()).activate(_task("fire_timer")).HasField("successful")


@pytest.mark.parametrize("last", ["continue_as_new", "complete", "fail", "cancel"])
def test_after_the_last_command_of_a_run_nothing_is_added(last: str) -> None:
    """What was under way is cancelled by the end, and comes back within the same task."""
    inner = Saying(WorkflowCommand())
    getattr(inner.commands[0], f"{last}_workflow_execution").SetInParent()
    giving = Giving(inner)
    assert list(giving.activate(_task("fire_timer")).successful.commands) == [*inner.commands]
    inner.commands = ()
    assert not giving.activate(_task("resolve_activity")).successful.commands


def test_every_kind_of_news_that_temporal_has_is_known_here() -> None:
    """A kind that a newer version brings must be looked at before it counts as news."""
    kinds = {one.name for one in WorkflowActivationJob.DESCRIPTOR.oneofs_by_name["variant"].fields}
    assert kinds == NEWS | SILENT | {
        "initialize_workflow", "remove_from_cache", "resolve_child_workflow_execution_start",
        "resolve_child_workflow_execution", "resolve_signal_external_workflow",
        "resolve_request_cancel_external_workflow", "resolve_nexus_operation_start",
        "resolve_nexus_operation",
    }  # fmt: skip


def _task(*jobs: str) -> WorkflowActivation:
    task = WorkflowActivation(run_id="run")
    for job in jobs:
        getattr(task.jobs.add(), job).SetInParent()
    return task


def _answer(command: WorkflowCommand, *jobs: str) -> list[WorkflowCommand]:
    return list(Giving(Saying(command)).activate(_task(*jobs)).successful.commands)


@dataclass
class SlowHand:
    """Writes down as the real one does, once it may."""

    projection: Projection
    may: asyncio.Event

    @activity.defn(name="write_down")
    async def write_down(self, batch: ProjectionBatch) -> int:
        """Write it down, later."""
        await self.may.wait()
        return await self.projection.write_down(batch)


async def test_what_came_after_two_tasks_without_a_command_is_replayed_as_it_was_lived(
    client: Client, sarah: Desk, store: Store, colleagues: dict[str, Colleague]
) -> None:
    """Temporal's core takes such tasks for signs of life, and reads them as one task sometimes."""
    start = await start_like(sarah, store)
    assert start.opening is not None
    case = start.opening.escalation_id
    engine, clockwork = Engine(client, QUEUE), Clockwork(client, store)
    priya = colleagues["priya"].actor
    hand = SlowHand(Projection(store), asyncio.Event())
    note = Operation(op_id=new_id(), actor=priya, command=AddNote(content_id=uuid4()))
    urgent = Operation(op_id=new_id(), actor=priya, command=Change(severity=Severity.CRITICAL))
    async with _worker(client, hand):
        hand.may.set()
        await engine.open(start)
        await clockwork.settled(str(case))
        hand.may.clear()
        await engine.operate(case, note)
        await engine.send(case, note)  # it was done already: nothing is to be commanded
        await _done_with(client, case, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)
        hand.may.set()
        await clockwork.settled(str(case))
    async with _worker(client, hand):
        await engine.operate(case, urgent)
        await clockwork.settled(str(case))
    async with _worker(client, hand):
        life = await client.get_workflow_handle(workflow_id(case)).query("life")
        assert life["state"]["severity"] == "critical"
        replayer = Replayer(
            workflows=[EscalationWorkflow],
            namespace=client.namespace,
            data_converter=client.data_converter,
            workflow_runner=strict_runner(),
        )
        await replayer.replay_workflow(await _history(client, case))


@asynccontextmanager
async def _worker(client: Client, hand: SlowHand) -> AsyncIterator[None]:
    async with Worker(
        client,
        task_queue=QUEUE,
        workflows=[EscalationWorkflow],
        activities=[hand.write_down],
        workflow_runner=strict_runner(),
        interceptors=[ErrorsToTemporal()],
    ):
        yield


async def _history(client: Client, case: UUID) -> WorkflowHistory:
    return await client.get_workflow_handle(workflow_id(case)).fetch_history()


async def _done_with(client: Client, case: UUID, what: EventType.ValueType) -> None:
    """Wait until a workflow task ended after the last event of that kind."""

    async def ended() -> bool:
        told = [event.event_type for event in (await _history(client, case)).events]
        last = len(told) - told[::-1].index(what) if what in told else len(told)
        return EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED in told[last:]

    await until(ended)
