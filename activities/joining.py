"""Have the case take a merged one in, in which that one goes on. Nothing lost, nothing twice.

Rule: the request goes the way of every request, by the inbox and the workflow's own door, under an
id that follows from the merge. So it is the same one however often it is asked, and the sweeper
delivers it when this worker dies in the middle.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ports import CaseDoor
from models.actor import ENGINE
from models.command import Absorb, CommandKind, Operation
from models.delivery import DELIVERY_ENDED, DeliveryStatus
from models.errors import DeliveryDelayed, EngineUnavailable, EscalationClosed
from models.escalation import number_text
from models.messages import DeliveryResult, JoinOrder, Receipt
from models.operation import Envelope
from models.store.repositories import deliveries, escalations, merges, operations
from models.store.session import Store
from models.webhook import call_id

_SWEEP_AFTER = timedelta(seconds=7)
_LOOKS = 30
_LOOK_EVERY = 0.1
_AGAIN_AFTER = timedelta(seconds=2)
_FURTHEST = 20
"""So many merges one after the other are followed."""


@dataclass
class Joining:
    """Where merged cases are taken in."""

    store: Store
    door: CaseDoor

    @activity.defn(name="join")
    async def join(self, order: JoinOrder) -> DeliveryResult:
        """Ask the other case to take this one in, and wait for its answer.

        When that one was merged as well, the one in which it goes on is asked. Outside changes: an
        operation in the inbox, a signal, and the delivery's row in the ledger. A second attempt is
        harmless: the operation has the same id, and an ended row is only reported.

        Raises an error with the next pause while there is no answer.
        """
        ended = await self._begin(order)
        if ended is not None:
            return ended
        target = order.into_id
        for _ in range(_FURTHEST):
            receipt = await self._ask(order, target)
            if receipt.status == "applied":
                return await self._end(order, DeliveryStatus.SENT, await self._where(order, target))
            async with self.store.transaction() as connection:
                onward = await merges.goes_on_in(connection, target)
            if onward is None:
                return await self._end(order, DeliveryStatus.FAILED, receipt.detail)
            target = onward
        return await self._end(order, DeliveryStatus.FAILED, "It was merged too often.")

    async def _begin(self, order: JoinOrder) -> DeliveryResult | None:
        key = order.effect.key
        async with self.store.transaction() as connection:
            await deliveries.plan(connection, order.escalation_id, [order.effect], order.at)
            row = await deliveries.hold(connection, key)
            if row is not None and row.status in DELIVERY_ENDED:
                return DeliveryResult(status=row.status, detail=row.detail)
            await deliveries.attempt(connection, key, call_id(key))
        return None

    async def _ask(self, order: JoinOrder, target: UUID) -> Receipt:
        """The other case's answer. Raises an error while there is none."""
        operation = _operation(order, target)
        async with self.store.transaction() as connection:
            soon = datetime.now(UTC) + _SWEEP_AFTER
            await operations.put(connection, _envelope(order, target, operation), soon)
        if (known := await self._answer(operation.op_id)) is not None:
            return known
        try:
            await self.door.send(target, operation)
        except EscalationClosed as error:
            await self._refuse(operation.op_id, error)
        except EngineUnavailable as error:
            raise _later(error.detail) from None
        for _ in range(_LOOKS):
            if (known := await self._answer(operation.op_id)) is not None:
                return known
            await asyncio.sleep(_LOOK_EVERY)
        raise _later("The other case has not answered yet.")

    async def _answer(self, op_id: UUID) -> Receipt | None:
        async with self.store.single() as connection:
            row = await operations.get(connection, op_id)
        return row.answer if row else None

    async def _refuse(self, op_id: UUID, error: EscalationClosed) -> None:
        """Put on record that the other case is over. What it answered before counts."""
        receipt = Receipt(
            op_id=op_id, status="rejected", version=0, code=error.code, detail=error.detail
        )
        async with self.store.transaction() as connection:
            await operations.answer(connection, [receipt])

    async def _where(self, order: JoinOrder, target: UUID) -> str | None:
        """In which case it goes on, when that is not the one that was named."""
        if target == order.into_id:
            return None
        async with self.store.single() as connection:
            line = await escalations.line_by_id(connection, target)
        return f"It goes on in {number_text(line.number)}." if line else None

    async def _end(
        self, order: JoinOrder, status: DeliveryStatus, detail: str | None
    ) -> DeliveryResult:
        async with self.store.transaction() as connection:
            await deliveries.end(connection, order.effect.key, status, detail)
        return DeliveryResult(status=status, detail=detail)


def _operation(order: JoinOrder, target: UUID) -> Operation:
    """The same for the same merge and the same case, on every attempt."""
    return Operation(
        op_id=uuid5(order.escalation_id, f"{order.effect.key}/{target}"),
        actor=ENGINE,
        command=Absorb(
            from_id=order.escalation_id,
            from_number=order.number,
            received_at=order.received_at,
            customer_waits=order.customer_waits,
            breached=order.breached,
            signals=order.signals,
            unread=order.unread,
            churn_risk=order.churn_risk,
            sentiment=order.sentiment,
            mood=order.mood,
        ),
    )


def _envelope(order: JoinOrder, target: UUID, operation: Operation) -> Envelope:
    return Envelope(
        op_id=operation.op_id,
        actor_key=ENGINE.key,
        route=f"absorb/{target}",
        key=order.effect.key,
        body_hash=str(operation.op_id),
        escalation_id=target,
        kind=CommandKind.ABSORB,
        payload=operation,
    )


def _later(detail: str) -> ApplicationError:
    return ApplicationError(detail, type=DeliveryDelayed.code, next_retry_delay=_AGAIN_AFTER)
