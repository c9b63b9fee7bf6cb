"""Money and news that leave the house: once, in order, and openly when they do not."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from temporalio.client import Client

from config.settings import Settings
from models.delivery import Delivery, DeliveryStatus, EffectKind
from models.escalation import StepStatus, number_text
from models.playbook import Playbook
from models.step import Step
from models.store.repositories import credits as ledger, deliveries
from models.store.session import Store
from tests.activities.trap_listener import listening, said
from tests.api.problem import require_problem
from tests.desk import Desk
from tests.domain import cases
from tests.workflows.clockwork import Clockwork
from tests.workflows.openings import start_by
from worker import at_work
from workflows.client import Engine
from workflows.sandbox import strict_runner

NEVER = {"when": {"field": "text", "op": "mentions", "value": ["xyzzy"]}, "start": "suggest"}
HELD = timedelta(seconds=11)
"""A little longer than money is held back."""

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def book_of(*steps: Step) -> Playbook:
    return cases.playbook(*steps, slug=f"requests-{uuid4().hex[:8]}", triggers=NEVER)


PAY = (cases.step("credit", "pay", "paid+", "nothing"), cases.task("after"))


def usd(minor: int) -> dict[str, Any]:
    return {"minor": minor, "currency": "USD"}


class House:
    """A case of a playbook of its own, on the shared worker or another one."""

    def __init__(self, client: Client, store: Store, settings: Settings, clock: Clockwork) -> None:
        self.client = client
        self.store = store
        self.settings = settings
        self.clock = clock

    async def open(self, sarah: Desk, *steps: Step, queue: str | None = None) -> tuple[str, str]:
        """Open a case; its id and its number."""
        start = await start_by(sarah, self.store, book_of(*steps))
        assert start.opening is not None
        await Engine(self.client, queue or self.settings.task_queue).open(start)
        case = str(start.opening.escalation_id)
        await self.clock.settled(case)
        return case, number_text(start.opening.number)

    async def ledger(self, case: str, kind: EffectKind) -> list[Delivery]:
        """The deliveries of one kind."""
        async with self.store.transaction() as connection:
            found = await deliveries.of(connection, UUID(case))
        return [one for one in found if one.kind is kind]

    async def credits(self, case: str) -> list[tuple[int, bool]]:
        """What the ledger of credits has."""
        async with self.store.transaction() as connection:
            return [(one.minor, out) for one, out in await ledger.of(connection, UUID(case))]


@pytest.fixture
def house(client: Client, store: Store, settings: Settings, clockwork: Clockwork) -> House:
    """Where cases of these tests live."""
    return House(client, store, settings, clockwork)


async def test_a_credit_goes_out_once_after_ten_seconds(house: House, sarah: Desk) -> None:
    case, number = await house.open(sarah, *PAY)
    await sarah.done(number, "pay", "paid", amount=usd(4900))
    state = await house.clock.settled(case)
    assert [run.status for run in state.steps] == [StepStatus.RUNNING]
    assert await house.credits(case) == []
    state = await house.clock.ahead(case, HELD)
    assert [(run.id, run.status) for run in state.steps] == [
        ("pay", StepStatus.DONE),
        ("after", StepStatus.OPEN),
    ]
    assert await house.credits(case) == [(4900, True)]
    [sent] = await house.ledger(case, EffectKind.STEP_CREDIT)
    assert (sent.status, sent.channel) == (DeliveryStatus.SENT, "credit")
    told = [one["what"] for one in await sarah.timeline(number, at=state.version)]
    assert "Asked for $49 for the customer: Do pay." in told
    assert "Sent: money to the customer." in told


async def test_money_above_the_limit_waits_for_somebody_else_to_say_yes(
    house: House, sarah: Desk, marcus: Desk, priya: Desk
) -> None:
    case, number = await house.open(sarah, *PAY)
    asked = await sarah.done(number, "pay", "paid", amount=usd(30_000))
    assert asked["snapshot"]["step"]["id"] == "pay-approval"
    path = f"/cs/escalations/{number}/steps/pay-approval/completion"
    for desk in (sarah, marcus):
        require_problem(await desk.ask("POST", path, {"outcome": "yes"}), 403, "not-allowed")
    seen = await priya.case(number, at=asked["version"])
    card = next(one for one in seen["steps"] if one["id"] == "pay-approval")
    assert card["question"]["amount"] == usd(30_000)
    assert (card["question"]["asked_by"], card["owner"]) == ("Sarah Lind", "manager")
    await priya.done(number, "pay-approval", "yes")
    await house.clock.ahead(case, HELD)
    assert await house.credits(case) == [(30_000, True)]


async def test_money_that_is_taken_back_in_time_never_goes_out(house: House, sarah: Desk) -> None:
    case, number = await house.open(sarah, *PAY)
    given = await sarah.done(number, "pay", "paid", amount=usd(4900))
    undone = await sarah.post(f"/cs/escalations/{number}/undo", {"op_id": given["op_id"]})
    assert undone["snapshot"]["step"]["id"] == "pay"
    state = await house.clock.ahead(case, HELD)
    assert await house.credits(case) == []
    [row] = await house.ledger(case, EffectKind.STEP_CREDIT)
    assert row.status is DeliveryStatus.CANCELLED
    assert [run.status for run in state.steps] == [StepStatus.OPEN]


async def test_a_system_that_nobody_named_fails_openly(house: House, sarah: Desk) -> None:
    case, _ = await house.open(sarah, cases.step("webhook", "tell"), cases.task("after"))
    state = await house.clock.settled(case)
    assert [run.status for run in state.steps] == [StepStatus.FAILED, StepStatus.OPEN]
    [row] = await house.ledger(case, EffectKind.STEP_WEBHOOK)
    assert (row.status, row.detail) == (
        DeliveryStatus.FAILED,
        "The settings know no system `crm`.",
    )
    assert len(await house.ledger(case, EffectKind.STEP_FAILED)) == 1


async def test_news_arrive_in_order_under_one_id_although_the_first_attempt_fails_trap_49(
    house: House, sarah: Desk
) -> None:
    async with listening() as crm:
        crm.answer = lambda count: said(500 if count == 1 else 204)
        told = f'{{"crm": {{"url": "http://127.0.0.1:{crm.port}/", "secret": "{SECRET}"}}}}'
        queue = f"hooks-{uuid4().hex[:8]}"
        settings = house.settings.model_copy(
            update={"task_queue": queue, "webhooks": SecretStr(told), "outgoing_loopback": True}
        )
        steps = [cases.step("webhook", name, group="g") for name in ("first", "second")]
        async with at_work(house.client, house.store, settings, strict_runner()):
            case, _ = await house.open(sarah, *steps, cases.task("after"), queue=queue)
            state = await house.clock.settled(case)
    assert [run.status for run in state.steps[:2]] == [StepStatus.DONE, StepStatus.DONE]
    ids = [headers["webhook-id"] for headers, _ in crm.heard]
    assert len(ids) == 3
    assert ids[0] == ids[1] != ids[2]
    rows = await house.ledger(case, EffectKind.STEP_WEBHOOK)
    assert [(row.status, row.attempts) for row in rows] == [
        (DeliveryStatus.SENT, 2),
        (DeliveryStatus.SENT, 1),
    ]


async def test_a_system_that_is_gone_is_not_called_again(house: House, sarah: Desk) -> None:
    async with listening() as crm:
        crm.answer = lambda _: said(410)
        told = f'{{"crm": {{"url": "http://127.0.0.1:{crm.port}/", "secret": "{SECRET}"}}}}'
        queue = f"hooks-{uuid4().hex[:8]}"
        settings = house.settings.model_copy(
            update={"task_queue": queue, "webhooks": SecretStr(told), "outgoing_loopback": True}
        )
        steps = [cases.step("webhook", name) for name in ("first", "second")]
        async with at_work(house.client, house.store, settings, strict_runner()):
            case, _ = await house.open(sarah, *steps, cases.task("after"), queue=queue)
            state = await house.clock.settled(case)
        assert crm.visits == 1
    assert [run.status for run in state.steps[:2]] == [StepStatus.FAILED, StepStatus.FAILED]
