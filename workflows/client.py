"""The way to running escalations: open one, do something to one, and what the answers mean."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import Priority, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from models.assist import AssistOrder
from models.command import Open, Operation
from models.errors import BY_CODE, EngineUnavailable, EscalationClosed, RightnowError
from models.ids import workflow_id
from models.messages import EscalationStart, Opening, Receipt
from models.payload_key import PayloadKey
from workflows import options, search_attributes, story_board
from workflows.assist import AssistWorkflow
from workflows.converter import data_converter
from workflows.escalation import EscalationWorkflow
from workflows.signs_of_life import MEMO


async def connect(
    address: str,
    namespace: str,
    *,
    api_key: str | None = None,
    tls: bool = False,
    lazy: bool = False,
    keys: Sequence[PayloadKey] = (),
    clear_until: datetime | None = None,
) -> Client:
    """A client. A lazy one connects when it is first used, so that Temporal may start later.

    With keys, what it sends is sealed, and so is what a worker made with it sends.
    """
    return await Client.connect(
        address,
        namespace=namespace,
        api_key=api_key,
        tls=True if tls or api_key else None,
        data_converter=data_converter(keys, clear_until),
        lazy=lazy,
    )


@dataclass(frozen=True)
class Engine:
    """Running escalations, as the API sees them."""

    client: Client
    task_queue: str

    async def open(self, start: EscalationStart) -> Receipt:
        """Start the workflow and wait for its first answer.

        Doing it again with the same start gives the same answer. Raises EngineUnavailable: it may
        still be done, and is kept safe.
        """
        opening = _opening(start)
        operation = Operation(op_id=opening.op_id, actor=opening.actor, command=Open())
        with_start = WithStartWorkflowOperation(
            EscalationWorkflow.run,
            start,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            **_start_options(opening, self.task_queue),
        )
        # Nobody asks for the handle; its error would be logged as never retrieved.
        started = asyncio.ensure_future(with_start.workflow_handle())
        started.add_done_callback(lambda one: one.cancelled() or one.exception())
        try:
            receipt: Receipt = await self.client.execute_update_with_start_workflow(
                str(operation.command.kind),
                operation,
                start_workflow_operation=with_start,
                result_type=Receipt,
                id=str(operation.op_id),
                rpc_timeout=options.UPDATE_DEADLINE,
            )
            return receipt
        except WorkflowAlreadyStartedError:
            raise EscalationClosed("The case was opened before, and is over.") from None
        except (
            WorkflowUpdateFailedError,
            WorkflowUpdateRPCTimeoutOrCancelledError,
            RPCError,
            RuntimeError,
            KeyError,  # the answer is sealed for somebody else: it is no answer
        ) as error:
            raise _meaning(error) from None
        finally:
            started.cancel()

    async def start(self, start: EscalationStart) -> None:
        """Start the workflow without waiting for an answer. Starting it again changes nothing."""
        opening = _opening(start)
        try:
            await self.client.start_workflow(
                EscalationWorkflow.run,
                start,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                rpc_timeout=options.UPDATE_DEADLINE,
                **_start_options(opening, self.task_queue),
            )
        except WorkflowAlreadyStartedError:
            return
        except (RPCError, RuntimeError) as error:  # a lazy client says RuntimeError
            raise _meaning(error) from None

    async def assist(self, order: AssistOrder) -> None:
        """Have a language model asked. Asking again for the same changes nothing.

        Raises EngineUnavailable: then the playbook's words stay.
        """
        try:
            await self.client.start_workflow(
                AssistWorkflow.run,
                order,
                id=f"assist-{order.assist_id}",
                task_queue=self.task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                task_timeout=options.TASK_TIMEOUT,
                execution_timeout=options.ASSIST_FOR * 2,
                rpc_timeout=options.ASSIST_START,
                static_summary="words for a case",
            )
        except WorkflowAlreadyStartedError:
            return
        except (RPCError, RuntimeError) as error:
            raise _meaning(error) from None

    async def begin_again(self, start: EscalationStart) -> bool:
        """Start a life anew where its last run was broken off. False when one runs already.

        Raises EngineUnavailable.
        """
        opening = _opening(start)
        chosen = _start_options(opening, self.task_queue) | {
            "id_reuse_policy": WorkflowIDReusePolicy.ALLOW_DUPLICATE
        }
        if start.life is not None:
            chosen["search_attributes"] = search_attributes.of_life(start.life.state)
        try:
            await self.client.start_workflow(
                EscalationWorkflow.run,
                start,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                rpc_timeout=options.UPDATE_DEADLINE,
                **chosen,
            )
        except WorkflowAlreadyStartedError:
            return False
        except (RPCError, RuntimeError) as error:  # a lazy client says RuntimeError
            raise _meaning(error) from None
        return True

    async def operate(self, escalation_id: UUID, operation: Operation) -> Receipt:
        """Do something to a running escalation and wait for the answer, five seconds at most.

        The same operation always gets the same answer. Raises the error that refused it,
        EscalationClosed when the workflow is over, or EngineUnavailable when nobody answers or the
        opening is still on its way.
        """
        handle = self.client.get_workflow_handle_for(
            EscalationWorkflow.run, workflow_id(escalation_id)
        )
        try:
            receipt: Receipt = await handle.execute_update(
                str(operation.command.kind),
                operation,
                result_type=Receipt,
                id=str(operation.op_id),
                rpc_timeout=options.UPDATE_DEADLINE,
            )
            return receipt
        except (
            WorkflowUpdateFailedError,
            WorkflowUpdateRPCTimeoutOrCancelledError,
            RPCError,
            RuntimeError,
            KeyError,  # the answer is sealed for somebody else: it is no answer
        ) as error:
            raise _meaning(error) from None

    async def send(self, escalation_id: UUID, operation: Operation) -> None:
        """Do something to a running escalation, durably, without waiting for the answer.

        Raises EscalationClosed, or EngineUnavailable when Temporal is away.
        """
        handle = self.client.get_workflow_handle_for(
            EscalationWorkflow.run, workflow_id(escalation_id)
        )
        try:
            await handle.signal(
                EscalationWorkflow.operation_by_signal,
                operation,
                rpc_timeout=options.UPDATE_DEADLINE,
            )
        except (RPCError, RuntimeError) as error:  # a lazy client says RuntimeError
            raise _meaning(error) from None

    async def answers(self, within: timedelta) -> bool:
        """Whether Temporal answers in time."""
        try:
            return await self.client.service_client.check_health(timeout=within)
        except (RPCError, RuntimeError):
            return False


def _opening(start: EscalationStart) -> Opening:
    if start.opening is None:
        raise ValueError("only a new life is started from outside")
    return start.opening


def _start_options(opening: Opening, task_queue: str) -> dict[str, Any]:
    return {
        "id": workflow_id(opening.escalation_id),
        "task_queue": task_queue,
        "id_reuse_policy": WorkflowIDReusePolicy.REJECT_DUPLICATE,
        "task_timeout": options.TASK_TIMEOUT,
        "static_summary": story_board.headline(opening),
        "static_details": story_board.preface(opening),
        "search_attributes": search_attributes.at_start(opening),
        "memo": MEMO,
        "priority": Priority(priority_key=options.PRIORITY[opening.severity]),
    }


def _meaning(error: Exception) -> RightnowError:
    """What an answer of Temporal's means to us."""
    match error:
        case WorkflowUpdateFailedError(cause=ApplicationError() as cause):
            leaf = BY_CODE.get(cause.type or "")
            return leaf(cause.message) if leaf else EngineUnavailable(_SAFE)
        case RPCError(status=RPCStatusCode.NOT_FOUND) if "already completed" in str(error):
            return EscalationClosed("The case is over. Open a new case if there is need.")
        case RPCError(status=RPCStatusCode.NOT_FOUND):
            return EngineUnavailable(_SAFE)
        case _:
            return EngineUnavailable(_SAFE)


_SAFE = "The engine does not answer right now. Your request is safe and will be done."
