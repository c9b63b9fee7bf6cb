"""No workflow task without an event of its own: a runner that adds one where there is none.

Rule: a task that brought news and to which the workflow has no command is answered with a memo.
Temporal's core takes a task without commands for a sign that a long local activity is alive, and
reads such a task together with the next one: a worker that comes new to the case sometimes, one
that replays it later never. What an update did in between then happens in another order than it
was lived in, and the case can go on nowhere. Source: temporalio/sdk-rust, issue 1146; ADR 14.
"""

from temporalio.api.common.v1 import Payload
from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import SerializationContext, StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner
from temporalio.workflow import Info

SIGN = "sign_of_life"
"""The memo's name. A run gives signs when it began with this memo; one of before 0.3.0 does not,
for its history has none."""

MEMO = {SIGN: True}

_NOT_IN_HISTORY = {
    "do_update",  # a refused one is nowhere; an accepted one leaves events
    "query_workflow",
    "notify_has_patch",
    "update_random_seed",
    "remove_from_cache",
}
_LAST = {
    "complete_workflow_execution",
    "fail_workflow_execution",
    "cancel_workflow_execution",
    "continue_as_new_workflow_execution",
}
_YES = Payload(metadata={"encoding": b"json/plain"}, data=b"true")


class SignsOfLife(WorkflowRunner):
    """Runs workflows as another runner does, and has every task leave an event."""

    def __init__(self, runner: WorkflowRunner) -> None:
        self._runner = runner

    def prepare_workflow(self, defn: object) -> None:
        """As the other runner does."""
        self._runner.prepare_workflow(defn)  # type: ignore[arg-type]  # its type is private

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """One that gives signs, if its run began with the memo that says so."""
        instance = self._runner.create_instance(det)
        return Giving(instance) if SIGN in det.info.raw_memo else instance

    def set_worker_level_failure_exception_types(self, types: object) -> None:
        """As the other runner does."""
        self._runner.set_worker_level_failure_exception_types(types)  # type: ignore[arg-type]


class Giving(WorkflowInstance):
    """A running workflow that answers news with a sign of life, if it has no command."""

    def __init__(self, instance: WorkflowInstance) -> None:
        self._instance = instance
        self._ended = False

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """The task's commands, and a sign if there is none."""
        completion = self._instance.activate(act)
        commands = completion.successful.commands
        # A task may have a second part: what was cancelled by the end of the run comes back.
        self._ended |= any(one.WhichOneof("variant") in _LAST for one in commands)
        silent = not self._ended and not any(map(_leaves_event, commands))
        if completion.HasField("successful") and silent and any(map(_is_news, act.jobs)):
            commands.add().modify_workflow_properties.upserted_memo.fields[SIGN].CopyFrom(_YES)
        return completion

    def get_serialization_context(self, command_info: object) -> SerializationContext | None:
        """As the other runner's."""
        return self._instance.get_serialization_context(command_info)  # type: ignore[arg-type]

    def get_external_store_context(self, command_info: object) -> StorageDriverStoreContext:
        """As the other runner's."""
        return self._instance.get_external_store_context(command_info)  # type: ignore[arg-type]

    def get_info(self) -> Info:
        """As the other runner's."""
        return self._instance.get_info()

    def get_thread_id(self) -> int | None:
        """As the other runner's."""
        return self._instance.get_thread_id()


def _is_news(job: WorkflowActivationJob) -> bool:
    """Whether this is in the history, and so comes again in a replay."""
    return job.WhichOneof("variant") not in _NOT_IN_HISTORY


def _leaves_event(command: WorkflowCommand) -> bool:
    match command.WhichOneof("variant"):
        case "respond_to_query" | "schedule_local_activity":
            return False
        case "update_response":
            return command.update_response.WhichOneof("response") != "rejected"
        case _:
            return True
