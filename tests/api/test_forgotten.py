"""T32: Temporal has forgotten a case, and its opening is asked for again: nothing begins anew."""

from typing import Any
from uuid import UUID

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from api.parts import Parts
from api.sweeper import Sweeper
from models.ids import workflow_id
from tests.api.rows import Rows
from tests.desk import Desk
from tests.polling import until

OPEN = "/cs/escalations"
BODY: dict[str, Any] = {
    "customer": {"name": "Doug Carter", "email": "forgotten@customer.test"},
    "title": "Three missed visits",
    "type": "cancel_threat",
    "severity": "high",
}


async def test_an_opening_that_is_repeated_after_temporal_forgot_it_begins_nothing(
    client: Client, parts: Parts, marcus: Desk, rows: Rows
) -> None:
    opened = await marcus.post(OPEN, BODY, key="forgotten")
    await marcus.case(opened["number"], at=opened["version"])
    case = UUID(opened["escalation_id"])
    before = await rows.count()
    await _forget(client, case)
    await _ask_again(parts, marcus, opened, "forgotten")
    assert await _forgotten(client, case)
    assert await rows.since(before) == {}


async def test_an_opening_that_is_repeated_after_the_case_is_over_begins_nothing(
    client: Client, parts: Parts, marcus: Desk, rows: Rows
) -> None:
    opened = await marcus.post(OPEN, BODY, key="over")
    await marcus.post(f"{OPEN}/{opened['number']}/cancellation")
    handle = client.get_workflow_handle(workflow_id(UUID(opened["escalation_id"])))
    await handle.result()
    before, run = await rows.count(), (await handle.describe()).run_id
    await _ask_again(parts, marcus, opened, "over")
    assert (await handle.describe()).run_id == run
    assert await rows.since(before) == {}


async def _ask_again(parts: Parts, marcus: Desk, opened: dict[str, Any], key: str) -> None:
    for _ in range(3):
        again = await marcus.post(OPEN, BODY, key=key)
        assert (again["op_id"], again["number"]) == (opened["op_id"], opened["number"])
        await Sweeper(parts).sweep()


async def _forget(client: Client, case: UUID) -> None:
    """As when the retention is over, or Temporal's own disk is lost."""
    execution = WorkflowExecution(workflow_id=workflow_id(case))
    request = DeleteWorkflowExecutionRequest(
        namespace=client.namespace, workflow_execution=execution
    )
    await client.workflow_service.delete_workflow_execution(request)
    await until(lambda: _forgotten(client, case))


async def _forgotten(client: Client, case: UUID) -> bool:
    try:
        await client.get_workflow_handle(workflow_id(case)).describe()
    except RPCError as error:
        return error.status is RPCStatusCode.NOT_FOUND
    return False
