"""The workflows of cases from outside, as an audit looks at them."""

from dataclasses import dataclass
from datetime import UTC
from uuid import UUID

from pydantic import ValidationError
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import (
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
)
from temporalio.service import RPCError, RPCStatusCode

from models.audit import LifeSeen, LifeStatus, LifeTold
from models.errors import EngineUnavailable
from models.ids import workflow_id
from models.messages import EscalationStart
from workflows import options
from workflows.client import Engine

_PAGE = 1000
_AWAY = "Temporal does not answer, so nobody knows which workflows run."


@dataclass(frozen=True)
class LivesInTemporal:
    """Fills the port `Lives`."""

    engine: Engine

    async def running(self) -> set[str]:
        """The ids of those that run on our task queue, by Temporal's list."""
        query = (
            "WorkflowType = 'Escalation' AND ExecutionStatus = 'Running'"
            f" AND TaskQueue = '{self.engine.task_queue}'"
        )
        try:
            found = self.engine.client.list_workflows(
                query, page_size=_PAGE, rpc_timeout=options.LIST_TIMEOUT
            )
            return {one.id async for one in found}
        except (RPCError, RuntimeError):
            raise EngineUnavailable(_AWAY) from None

    async def look(self, escalation_id: UUID) -> LifeSeen:
        """What Temporal says of one."""
        handle = self.engine.client.get_workflow_handle(workflow_id(escalation_id))
        try:
            return _seen(await handle.describe(rpc_timeout=options.UPDATE_DEADLINE))
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return LifeSeen(status=LifeStatus.MISSING)
            raise EngineUnavailable(_AWAY) from None

    async def ask(self, escalation_id: UUID) -> LifeTold | None:
        """What one says of itself; None when nobody answers in time."""
        handle = self.engine.client.get_workflow_handle(workflow_id(escalation_id))
        try:
            told = await handle.query("life", rpc_timeout=options.UPDATE_DEADLINE)
            return LifeTold.model_validate(told)
        except (RPCError, WorkflowQueryFailedError, WorkflowQueryRejectedError, ValidationError):
            return None

    async def begin_again(self, start: EscalationStart) -> bool:
        """Start a life that was lost; False when one runs."""
        return await self.engine.begin_again(start)


def _seen(told: WorkflowExecutionDescription) -> LifeSeen:
    if told.status is WorkflowExecutionStatus.RUNNING:
        status = LifeStatus.RUNNING
    elif told.status is WorkflowExecutionStatus.COMPLETED:
        status = LifeStatus.ENDED
    else:
        status = LifeStatus.BROKEN
    raw = told.raw_description
    slowest = max(raw.pending_activities, key=_attempts, default=None)
    return LifeSeen(
        status=status,
        closed_at=told.close_time.astimezone(UTC) if told.close_time else None,
        task_attempts=raw.pending_workflow_task.attempt,
        activity=slowest.activity_type.name if slowest else None,
        activity_attempts=slowest.attempt if slowest else 0,
    )


def _attempts(activity: PendingActivityInfo) -> int:
    return activity.attempt
