"""Hand deliveries over, and write down how it went, before and after."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio import activity

from activities.letters import LetterDesk, NoAddress
from activities.ports import PostOffice, PostOfficeError
from domain.effects import still_true
from models.delivery import DELIVERY_ENDED, DeliveryStatus, EffectClass, Mail
from models.errors import DeliveryDelayed
from models.escalation import Status
from models.messages import DeliveryOrder, DeliveryResult
from models.store.repositories import deliveries, escalations, mail, operations
from models.store.session import Store

_LOST = "It was handed over and the answer was lost. A person checks whether it arrived."


@dataclass
class Deliveries:
    """Where every word leaves the house."""

    store: Store
    post_office: PostOffice
    desk: LetterDesk

    @activity.defn(name="deliver")
    async def deliver(self, order: DeliveryOrder) -> DeliveryResult:
        """Hand one delivery over.

        Outside changes: one letter, and the delivery's row in the ledger: attempted before the
        hand-over, ended after it. A second attempt is harmless: an ended row is only reported; a
        page goes out again under the same Message-ID; a letter to a customer whose hand-over was
        cut off is not sent again but marked unknown, for a person to check.

        Raises DeliveryDelayed when the mail server is away, to be tried again.
        """
        ready = await self._begin(order)
        if isinstance(ready, DeliveryResult):
            return ready
        try:
            await self.post_office.hand_over(ready)
        except PostOfficeError as error:
            return await self._failed(order, error)
        return await self._end(order, DeliveryStatus.SENT, None, ready)

    async def _begin(self, order: DeliveryOrder) -> Mail | DeliveryResult:
        """Write the attempt down and word the letter; or say why there is nothing to hand over."""
        effect = order.effect
        async with self.store.transaction() as connection:
            await deliveries.plan(connection, order.escalation_id, [effect], order.at)
            row = await deliveries.hold(connection, effect.key)
            if row is not None and row.status in DELIVERY_ENDED:
                return DeliveryResult(status=row.status, detail=row.detail)
            cut_off = row is not None and row.status is DeliveryStatus.ATTEMPTED
            if cut_off and effect.effect_class is EffectClass.LETTER:
                await deliveries.end(connection, effect.key, DeliveryStatus.UNKNOWN, _LOST)
                return DeliveryResult(status=DeliveryStatus.UNKNOWN, detail=_LOST)
            taken_back = await self._taken_back(connection, order)
            if taken_back is not None:
                await deliveries.end(connection, effect.key, taken_back.status, taken_back.detail)
                return taken_back
            try:
                letter = await self.desk.word(connection, order)
            except NoAddress as error:
                await deliveries.end(connection, effect.key, DeliveryStatus.FAILED, str(error))
                return DeliveryResult(status=DeliveryStatus.FAILED, detail=str(error))
            await deliveries.attempt(connection, effect.key, letter.message_id)
        return letter

    async def _taken_back(
        self, connection: AsyncConnection, order: DeliveryOrder
    ) -> DeliveryResult | None:
        """Why a hand-over must not begin any more; None when it may.

        Raises DeliveryDelayed while an acknowledgement is accepted and may still be refused.
        """
        effect = order.effect
        if effect.effect_class is EffectClass.LETTER:
            state = await escalations.state_of(connection, order.escalation_id)
            if state is not None and state.status is Status.CANCELLED:
                why = "The case was cancelled."
                return DeliveryResult(status=DeliveryStatus.CANCELLED, detail=why)
            return None
        if await operations.in_flight(connection, order.escalation_id):
            raise DeliveryDelayed("Somebody is just acting on it.")
        # Read after that question: whatever was in flight before it is on record by now.
        state = await escalations.state_of(connection, order.escalation_id)
        if state is None or state.version < order.version or still_true(state, effect):
            return None
        why = "Not needed any more: somebody acted first."
        return DeliveryResult(status=DeliveryStatus.SUPPRESSED, detail=why)

    async def _failed(self, order: DeliveryOrder, error: PostOfficeError) -> DeliveryResult:
        letter = order.effect.effect_class is EffectClass.LETTER
        if error.permanent:
            return await self._end(order, DeliveryStatus.FAILED, error.detail)
        if error.handed_over and letter:
            return await self._end(order, DeliveryStatus.UNKNOWN, _LOST)
        async with self.store.transaction() as connection:
            await deliveries.postpone(connection, order.effect.key, error.detail)
        raise DeliveryDelayed(error.detail)

    async def _end(
        self,
        order: DeliveryOrder,
        status: DeliveryStatus,
        detail: str | None,
        letter: Mail | None = None,
    ) -> DeliveryResult:
        async with self.store.transaction() as connection:
            await deliveries.end(connection, order.effect.key, status, detail)
            if letter is not None:
                await mail.join_thread(
                    connection, [letter.message_id.strip("<>")], order.escalation_id
                )
        return DeliveryResult(status=status, detail=detail)
