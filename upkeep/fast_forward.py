"""Move one escalation's clock ahead, for a demonstration: seven days pass in seconds."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from models.actor import OPERATOR
from models.command import MoveClock, Operation
from models.errors import EscalationUnknown
from models.ids import new_id, workflow_id
from models.store.repositories import escalations
from models.store.session import Store
from workflows.client import Engine


async def fast_forward(
    store: Store, client: Client, engine: Engine, number: int, by: timedelta
) -> tuple[datetime, UUID]:
    """Move the case's time ahead, fire what becomes due, and note the new offset.

    Works only where Temporal's time skipping is on (the local server in demo mode). Returns the
    case's own time after it, and its id. Raises EscalationUnknown.
    """
    async with store.transaction() as connection:
        case = await escalations.by_number(connection, number)
    if case is None:
        raise EscalationUnknown(f"There is no case E-{number}.")
    handle = client.get_workflow_handle(workflow_id(case.line.id))
    skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
    await skipper.fast_forward(handle, by)
    now = await skipper.get_current_time(handle)
    offset = max(now - datetime.now(UTC), timedelta(0))
    operation = Operation(op_id=new_id(), actor=OPERATOR, command=MoveClock(offset=offset))
    await engine.send(case.line.id, operation)
    return now, case.line.id
