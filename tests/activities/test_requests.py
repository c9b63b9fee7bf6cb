"""Requests: the plan of attempts, and what ends them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from temporalio.exceptions import ApplicationError

from activities.adapters.credit_ledger import CreditLedger
from activities.ports import Call, NotTaken
from activities.requests import PLAN, Requests
from models.delivery import (
    DeliveryStatus,
    EffectClass,
    EffectKind,
    PendingEffect,
    Recipient,
    RecipientKind,
)
from models.escalation import EscalationType, Status
from models.messages import RequestOrder
from models.money import Money
from models.severity import Severity
from models.store.repositories import credits as ledger, deliveries
from models.store.session import Store
from models.webhook import call_id
from tests.desk import Desk

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class System:
    """Another system that answers as it is told, and counts."""

    def __init__(self, answer: NotTaken | None = None) -> None:
        self.answer = answer
        self.calls: list[Call] = []

    def address_of(self, name: str) -> str:
        """Anywhere."""
        return f"https://{name}.test/{id(self)}"

    async def call(self, name: str, call: Call, now: datetime) -> None:
        """Take it or not."""
        self.calls.append(call)
        if self.answer is not None:
            raise self.answer

    async def issue(self, order: RequestOrder, now: datetime) -> None:
        """The same, for money."""
        await self.call("pay", Call(order.effect.key, {}), now)


@pytest_asyncio.fixture
async def order(sarah: Desk) -> RequestOrder:
    """A request about a new case."""
    opened = await sarah.open_case()
    seen = await sarah.case(opened["number"], at=opened["version"])
    return _order(opened["escalation_id"], seen)


def _order(case: str, seen: dict[str, Any]) -> RequestOrder:
    effect = PendingEffect(
        key=f"{case}/77/step_webhook/system",
        kind=EffectKind.STEP_WEBHOOK,
        effect_class=EffectClass.REQUEST,
        recipient=Recipient(kind=RecipientKind.SYSTEM),
        not_before=NOW,
        step="tell",
        target="crm",
    )
    return RequestOrder(
        escalation_id=UUID(case),
        number=1042,
        effect=effect,
        customer_id=UUID(seen["customer"]["id"]),
        type=EscalationType.OTHER,
        severity=Severity.HIGH,
        status=Status.OPEN,
        playbook="general@1",
        at=NOW,
        version=77,
    )


def at_work(store: Store, system: System) -> Requests:
    return Requests(store, system, system)


async def test_each_attempt_names_the_next_pause_of_the_plan_and_the_last_one_ends_it(
    store: Store, order: RequestOrder
) -> None:
    system = System(NotTaken("The other system said 500."))
    pauses = []
    for _ in PLAN:
        with pytest.raises(ApplicationError) as caught:
            await at_work(store, system).request(order)
        pauses.append(caught.value.next_retry_delay)
    assert tuple(pauses) == PLAN
    assert timedelta(days=3) < sum(PLAN, timedelta(0)) < timedelta(days=4)
    result = await at_work(store, system).request(order)
    assert result.status is DeliveryStatus.FAILED
    assert {call.id for call in system.calls} == {system.calls[0].id}
    assert await at_work(store, system).request(order) == result
    assert len(system.calls) == len(PLAN) + 1, "what has ended is only reported"


@pytest.mark.parametrize(
    ("asked", "pause"),
    [
        (timedelta(hours=1), timedelta(hours=1)),
        (timedelta(seconds=1), PLAN[0]),
        (timedelta(days=30), timedelta(hours=24)),
    ],
)
async def test_a_system_that_asks_us_to_wait_is_waited_for_up_to_a_day(
    store: Store, order: RequestOrder, asked: timedelta, pause: timedelta
) -> None:
    system = System(NotTaken("The other system said 429.", wait=asked))
    with pytest.raises(ApplicationError) as caught:
        await at_work(store, system).request(order)
    assert caught.value.next_retry_delay == pause


async def test_a_system_that_is_gone_is_not_called_for_the_next_case_either(
    store: Store, order: RequestOrder
) -> None:
    system = System(NotTaken("The other system said 410.", for_good=True, no_more=True))
    for seq in (77, 78):
        key = f"{order.escalation_id}/{seq}/step_webhook/system"
        effect = order.effect.model_copy(update={"key": key})
        result = await at_work(store, system).request(order.model_copy(update={"effect": effect}))
        assert result.status is DeliveryStatus.FAILED
    assert len(system.calls) == 1


async def test_news_carry_ids_and_states_and_no_words(store: Store, order: RequestOrder) -> None:
    system = System()
    assert (await at_work(store, system).request(order)).status is DeliveryStatus.SENT
    [call] = system.calls
    told = call.body["data"]
    assert isinstance(told, dict)
    assert set(told) == {
        "id", "number", "version", "step", "status", "type", "severity", "playbook", "customer_id",
    }  # fmt: skip
    async with store.transaction() as connection:
        rows = {one.key: one for one in await deliveries.of(connection, order.escalation_id)}
    row = rows[order.effect.key]
    assert (row.channel, row.attempts, row.message_id) == ("webhook", 1, call.id)


async def test_a_cancelled_case_tells_nobody_that_was_not_told_yet(
    store: Store, order: RequestOrder, marcus: Desk
) -> None:
    done = await marcus.post(f"/cs/escalations/{order.escalation_id}/cancellation", {})
    await marcus.case(str(order.escalation_id), at=done["version"])
    system = System()
    result = await at_work(store, system).request(order)
    assert result.status is DeliveryStatus.CANCELLED
    assert system.calls == []


async def test_money_that_is_noted_as_paid_is_not_asked_for_again(
    store: Store, order: RequestOrder
) -> None:
    system = System()
    key = order.effect.key.replace("step_webhook/system", "step_credit/customer")
    amount = Money(minor=2500, currency="EUR")
    effect = order.effect.model_copy(update={"key": key, "amount": amount})
    credit = order.model_copy(update={"effect": effect})
    for _ in range(2):
        await CreditLedger(store, system, "pay").issue(credit, NOW)
    assert [call.id for call in system.calls] == [call_id(key)]
    async with store.transaction() as connection:
        assert await ledger.of(connection, order.escalation_id) == ((amount, True),)
