"""Requests to other systems: news of a case, and money for a customer."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ports import Call, CreditIssuer, NotTaken, SystemCaller, SystemUnknown
from models.delivery import DELIVERY_ENDED, Delivery, DeliveryStatus, EffectKind
from models.errors import DeliveryDelayed
from models.escalation import Status, number_text
from models.messages import DeliveryResult, RequestOrder
from models.store.repositories import deliveries, escalations, systems
from models.store.session import Store
from models.webhook import call_id

PLAN = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Pauses between the attempts: ten of them in a good three days, as Standard Webhooks has it."""

_STOPPED = (Status.CANCELLED, Status.MERGED)

LONGEST_PAUSE = timedelta(hours=24)


@dataclass
class Requests:
    """Where cases speak to other systems."""

    store: Store
    caller: SystemCaller
    issuer: CreditIssuer

    @activity.defn(name="request")
    async def request(self, order: RequestOrder) -> DeliveryResult:
        """Ask another system for one thing.

        Outside changes: one call, or money in the ledger of credits; and the delivery's row in the
        ledger: attempted before it, ended after it. A second attempt is harmless: an ended row is
        only reported, and the other side counts an id once.

        Raises an error with the next pause of the plan when it must be tried again.
        """
        row = await self._begin(order)
        if row is None or row.status in DELIVERY_ENDED:
            status = row.status if row else DeliveryStatus.CANCELLED
            return DeliveryResult(status=status, detail=row.detail if row else None)
        try:
            await self._ask(order)
        except SystemUnknown as error:
            return await self._end(order, DeliveryStatus.FAILED, str(error))
        except NotTaken as error:
            return await self._not_taken(order, error, row.attempts)
        return await self._end(order, DeliveryStatus.SENT, None)

    async def _begin(self, order: RequestOrder) -> Delivery | None:
        """Write the attempt down; None when the case was stopped before the first one."""
        key = order.effect.key
        async with self.store.transaction() as connection:
            await deliveries.plan(connection, order.escalation_id, [order.effect], order.at)
            row = await deliveries.hold(connection, key)
            if row is not None and row.status in DELIVERY_ENDED:
                return row
            state = await escalations.state_of(connection, order.escalation_id)
            untried = row is None or row.attempts == 0
            if untried and state is not None and state.status in _STOPPED:
                why = f"The case is {state.status}."
                await deliveries.end(connection, key, DeliveryStatus.CANCELLED, why)
            else:
                await deliveries.attempt(connection, key, call_id(key))
            return await deliveries.hold(connection, key)

    async def _ask(self, order: RequestOrder) -> None:
        now = datetime.now(UTC)
        if order.effect.kind is EffectKind.STEP_CREDIT:
            await self.issuer.issue(order, now)
            return
        name = order.effect.target or ""
        address = self.caller.address_of(name)
        async with self.store.transaction() as connection:
            if await systems.wants_no_more(connection, name, address):
                raise NotTaken("That system asked for no more news (410).", for_good=True)
        try:
            await self.caller.call(name, news(order), now)
        except NotTaken as error:
            if error.no_more:
                async with self.store.transaction() as connection:
                    await systems.stop(connection, name, address)
            raise

    async def _not_taken(
        self, order: RequestOrder, error: NotTaken, attempts: int
    ) -> DeliveryResult:
        if error.for_good or attempts > len(PLAN):
            return await self._end(order, DeliveryStatus.FAILED, error.detail)
        async with self.store.transaction() as connection:
            await deliveries.postpone(connection, order.effect.key, error.detail)
        pause = max(PLAN[attempts - 1], min(error.wait or timedelta(0), LONGEST_PAUSE))
        raise ApplicationError(error.detail, type=DeliveryDelayed.code, next_retry_delay=pause)

    async def _end(
        self, order: RequestOrder, status: DeliveryStatus, detail: str | None
    ) -> DeliveryResult:
        async with self.store.transaction() as connection:
            await deliveries.end(connection, order.effect.key, status, detail)
        return DeliveryResult(status=status, detail=detail)


def news(order: RequestOrder) -> Call:
    """What a system is told of a case: that a step came, and how the case stands."""
    return Call(
        id=call_id(order.effect.key),
        body={
            "type": "escalation.step",
            "timestamp": order.at.isoformat(),
            "data": {
                "id": str(order.escalation_id),
                "number": number_text(order.number),
                "version": order.version,
                "step": order.effect.step,
                "status": order.status,
                "type": order.type,
                "severity": order.severity,
                "playbook": order.playbook,
                "customer_id": str(order.customer_id),
            },
        },
    )
