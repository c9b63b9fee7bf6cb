"""Hand deliveries over, and write down how it went, before and after."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio import activity

from activities.letters import LetterDesk, NoAddress
from activities.ports import PostOffice, PostOfficeError
from domain.effects import still_true
from models.delivery import DELIVERY_ENDED, DeliveryStatus, EffectClass, Mail
from models.errors import DeliveryDelayed, StoreUnavailable
from models.escalation import Status
from models.messages import DeliveryOrder, DeliveryResult
from models.store.repositories import deliveries, escalations, mail, operations
from models.store.session import Store

_BEAT = 3.0
"""Seconds between two signs of life."""

_HELD_BACK = timedelta(seconds=1)
_HELD_TIMES = 30
"""How often at most an operation holds a page back that nobody has answered for a minute. After an
outage the engine answers it together with the page; one that hangs must not stop any page."""

_STORE_AWAY = timedelta(seconds=5)
MAIL_AWAY = timedelta(seconds=10)
"""How long a page waits when the mail server could not be reached for the first time. Each further
time it waits three times as long."""

MAIL_AWAY_AT_MOST = timedelta(minutes=10)

_STOPPED = (Status.CANCELLED, Status.MERGED)
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

        Raises DeliveryDelayed when it must be tried again: in a second when somebody is just acting
        on the case, in a few when PostgreSQL is away, and ever later when the mail server is.
        """
        try:
            async with _signs_of_life():
                return await self._hand_over(order)
        except StoreUnavailable as error:
            raise DeliveryDelayed(error.detail, again_after=_STORE_AWAY) from error

    async def _hand_over(self, order: DeliveryOrder) -> DeliveryResult:
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
            if state is not None and state.status in _STOPPED:
                why = f"The case is {state.status}."
                return DeliveryResult(status=DeliveryStatus.CANCELLED, detail=why)
            return None
        patient = _tries() <= _HELD_TIMES
        if await operations.in_flight(connection, order.escalation_id, however_old=patient):
            raise DeliveryDelayed("Somebody is just acting on it.", again_after=_HELD_BACK)
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
            tries = await deliveries.postpone(connection, order.effect.key, error.detail)
        # Not the workflow's own count: it has the tries at which nobody asked the mail server.
        pause = MAIL_AWAY * 3 ** min(max(tries - 1, 0), 6)
        raise DeliveryDelayed(error.detail, again_after=min(pause, MAIL_AWAY_AT_MOST))

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


def _tries() -> int:
    return activity.info().attempt if activity.in_activity() else 1


@asynccontextmanager
async def _signs_of_life() -> AsyncIterator[None]:
    """Tell Temporal that we are at it: of a worker that was killed nobody else would tell."""

    async def beat() -> None:
        while activity.in_activity():
            activity.heartbeat()
            await asyncio.sleep(_BEAT)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
