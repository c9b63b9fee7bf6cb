"""Move one escalation's clock ahead, for a demonstration: seven days pass in seconds."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from domain.lifecycle import OVER
from models.actor import OPERATOR
from models.command import MoveClock, Operation
from models.errors import EscalationClosed, EscalationUnknown
from models.ids import new_id, workflow_id
from models.store.repositories import escalations
from models.store.session import Store
from workflows.client import Engine


class CannotSkip(Exception):
    """Time cannot be skipped here; the text says why, and what to do."""


NOT_A_DEMO = (
    "This is not a demonstration, and a case's clock is only moved in one."
    " Start one: make up. Or, where no real customer is, set RIGHTNOW_DEMO=true."
)
_NOT_ENABLED = (
    "This Temporal server does not skip time, so no clock was moved."
    " The one that `rightnow up --demo` starts does."
)
_NO_CLOCK = "E-{number} has not begun yet, or just ended: it has no clock to move."
PATIENCE = timedelta(minutes=2)
"""How long the worker may take to live through the time that is skipped."""

_NOBODY = (
    "Nobody lived through that time within two minutes: the worker is away, or has much to do."
    " See what is wrong: rightnow doctor"
)
_AWAY = "Temporal does not answer, so no clock was moved. See what is wrong: rightnow doctor"


async def fast_forward(
    store: Store, client: Client, engine: Engine, number: int, by: timedelta
) -> tuple[datetime, UUID]:
    """Move the case's time ahead, fire what becomes due, and note the new offset.

    Works only where Temporal's time skipping is on (the local server in demo mode). Returns the
    case's own time after it, and its id. Raises EscalationUnknown, EscalationClosed,
    CannotSkip.
    """
    async with store.transaction() as connection:
        case = await escalations.by_number(connection, number)
    if case is None:
        raise EscalationUnknown(f"There is no case E-{number}.")
    if case.line.status in OVER:
        raise EscalationClosed(f"E-{number} is {case.line.status}: its time stands still.")
    handle = client.get_workflow_handle(workflow_id(case.line.id))
    skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            await skipper.fast_forward(handle, by)
            now = await skipper.get_current_time(handle)
    except TimeoutError:
        raise CannotSkip(_NOBODY) from None
    except (RPCError, RuntimeError) as error:  # a lazy client says RuntimeError
        raise CannotSkip(_meaning(error, number)) from None
    offset = max(now - datetime.now(UTC), timedelta(0))
    operation = Operation(op_id=new_id(), actor=OPERATOR, command=MoveClock(offset=offset))
    with contextlib.suppress(EscalationClosed):  # it ended within that time: no clock is left
        await engine.send(case.line.id, operation)
    return now, case.line.id


def _meaning(error: Exception, number: int) -> str:
    match error:
        case RPCError(status=RPCStatusCode.UNIMPLEMENTED):
            return _NOT_ENABLED
        case RPCError(status=RPCStatusCode.NOT_FOUND):
            return _NO_CLOCK.format(number=number)
        case _:
            return _AWAY
