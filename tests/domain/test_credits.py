"""Credits: how much, who gives it alone, and that it goes out once or openly not at all."""

from typing import Any

import pytest

from models.actor import Actor
from models.command import Cancel, Direction, Resolve
from models.delivery import DeliveryStatus, EffectKind, PendingEffect
from models.errors import AmountRefused, FieldRequired, NotAllowed
from models.escalation import Status, StepStatus
from models.event import ClockMet, EffectEnded
from models.money import CreditLimits, Money
from models.sla import ClockKind
from tests.domain.cases import (
    CUSTOMER,
    HOUR,
    LIMITS,
    MARCUS,
    MINUTE,
    NOON,
    PRIYA,
    SARAH,
    SECOND,
    message,
    playbook,
    step,
    task,
    usd,
)
from tests.domain.policies import HOUSE, book
from tests.domain.random_work import MONA
from tests.domain.world import World


def paying(*outcomes: str, **given: Any) -> World:
    pay = step("credit", "pay", *(outcomes or ("paid+", "nothing")), due={"within": "1h"})
    return World(pay, task("after"), **given)


def test_an_amount_within_the_limit_goes_out_after_ten_seconds() -> None:
    world = paying()
    world.done("pay", "paid", amount=usd(5_000))
    world.sleep(10 * SECOND - SECOND)
    assert world.run("pay").status is StepStatus.RUNNING
    world.sleep(SECOND)
    run = world.run("pay")
    assert (run.status, run.outcome, run.amount) == (StepStatus.DONE, "paid", usd(5_000))
    assert world.open == ["after"]
    assert world.planned(EffectKind.STEP_CREDIT) == ["step_credit to customer"]


@pytest.mark.parametrize(
    ("who", "alone"), [(SARAH, 5_000), (MARCUS, 20_000), (PRIYA, 50_000)], ids=str
)
def test_each_role_has_a_limit_and_above_it_a_manager_is_asked(who: Actor, alone: int) -> None:
    within = paying()
    within.done("pay", "paid", who, amount=usd(alone))
    assert within.planned(EffectKind.STEP_CREDIT)
    above = paying()
    above.done("pay", "paid", who, amount=usd(alone + 1))
    assert above.planned(EffectKind.STEP_CREDIT) == []
    assert above.open == ["pay", "pay-approval"]
    with pytest.raises(NotAllowed):
        above.done("pay-approval", "yes", who)
    above.done("pay-approval", "yes", MONA)
    above.sleep(10 * SECOND)
    assert above.run("pay").status is StepStatus.DONE


def test_many_small_amounts_of_one_case_count_as_one() -> None:
    pay = step("credit", "pay", "paid+", "nothing")
    world = World(pay, task("more", "no", "yes -> pay"))
    world.done("pay", "paid", amount=usd(3_000))
    world.sleep(MINUTE)
    world.done("more", "yes")
    world.done("pay#2", "paid", amount=usd(2_001))
    assert world.open == ["pay#2", "pay-approval"]
    world.done("pay-approval", "no", PRIYA)
    world.done("pay#2", "paid", amount=usd(2_000))
    world.sleep(MINUTE)
    assert world.run("pay#2").status is StepStatus.DONE


@pytest.mark.parametrize("answer", ["no", None])
def test_money_that_nobody_says_yes_to_is_the_agents_to_decide_again(answer: str | None) -> None:
    world = paying()
    world.done("pay", "paid", amount=usd(30_000))
    if answer is None:
        world.sleep(4 * HOUR)
    else:
        world.done("pay-approval", answer, PRIYA)
    assert world.planned(EffectKind.STEP_CREDIT) == []
    run = world.run("pay")
    assert (run.status, run.amount, run.outcome) == (StepStatus.OPEN, None, None)
    assert run.due_at == world.now + HOUR
    world.done("pay", "paid", amount=usd(30_000))
    assert world.open == ["pay", "pay-approval#2"]


@pytest.mark.parametrize(
    ("amount", "error"),
    [
        (None, FieldRequired),
        (usd(0), AmountRefused),
        (usd(-5), AmountRefused),
        (usd(100_001), AmountRefused),
        (Money(minor=10, currency="EUR"), AmountRefused),
    ],
)
def test_an_amount_that_the_step_does_not_give_is_refused(
    amount: Money | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        paying().done("pay", "paid", amount=amount)


def test_limits_are_of_one_currency_and_other_money_is_always_asked_for() -> None:
    assert LIMITS.of(SARAH.role, "EUR") == 0
    assert LIMITS.of(None, "USD") == 0
    assert CreditLimits().of(PRIYA.role, "USD") == 0


def test_an_outcome_that_does_not_grant_needs_no_amount_and_sends_no_money() -> None:
    world = paying()
    world.done("pay", "nothing")
    assert world.open == ["after"]
    assert world.planned(EffectKind.STEP_CREDIT) == []


def test_money_that_did_not_go_out_is_told_and_the_step_is_a_persons_again() -> None:
    def refused(effect: PendingEffect) -> DeliveryStatus | None:
        credit = effect.kind is EffectKind.STEP_CREDIT
        return DeliveryStatus.FAILED if credit else DeliveryStatus.SENT

    world = paying(postman=refused)
    world.done("pay", "paid", amount=usd(100))
    world.sleep(MINUTE)
    assert world.run("pay").status is StepStatus.OPEN
    assert world.planned(EffectKind.STEP_FAILED) == ["step_failed to managers"]


def test_a_step_that_came_back_was_opened_when_it_came_back() -> None:
    world = paying(postman=lambda _: DeliveryStatus.FAILED)
    world.done("pay", "paid", amount=usd(100))
    world.sleep(MINUTE)
    assert world.run("pay").opened_at == NOON + 10 * SECOND


def test_money_is_an_answer_when_its_outcome_says_so() -> None:
    pinned = book(playbook(step("credit", "pay", "paid!+"), task("after")), HOUSE)
    world = World(pinned=pinned)
    world.do(message())
    world.do(message(Direction.INBOUND), CUSTOMER)
    world.done("pay", "paid", amount=usd(100))
    met = [fact.clock for fact in world.facts(ClockMet)]
    assert met == [ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE]


def test_money_that_was_granted_goes_out_although_the_case_is_resolved_meanwhile() -> None:
    world = paying()
    world.done("pay", "paid", amount=usd(100))
    world.do(Resolve())
    assert world.run("pay").status is StepStatus.DONE
    world.sleep(10 * SECOND)
    ends = [fact.status for fact in world.facts(EffectEnded)]
    assert ends == [DeliveryStatus.SENT]


def test_no_money_goes_out_of_a_case_that_is_cancelled_or_that_waits_for_a_yes() -> None:
    cancelled = paying()
    cancelled.done("pay", "paid", amount=usd(100))
    cancelled.do(Cancel(), PRIYA)
    cancelled.sleep(MINUTE)
    assert [fact.status for fact in cancelled.facts(EffectEnded)] == [DeliveryStatus.CANCELLED]
    waiting = paying()
    waiting.done("pay", "paid", amount=usd(30_000))
    waiting.do(Resolve())
    assert waiting.stands(Status.RESOLVED)
    assert [run.status for run in waiting.state.steps] == [StepStatus.CANCELLED] * 2


def test_what_the_outcome_leads_to_comes_after_the_money() -> None:
    world = paying("paid+ -> resolve", "nothing")
    world.done("pay", "paid", amount=usd(100))
    assert world.stands(Status.OPEN)
    world.sleep(10 * SECOND)
    assert world.stands(Status.RESOLVED)
