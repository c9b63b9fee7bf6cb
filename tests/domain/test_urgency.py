"""Urgency: what moves a case up the queue, and why it comes first, in one sentence."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from domain.reading import grade
from domain.standing import standing
from domain.urgency import explain, urgency
from models.command import Assign
from models.escalation import EscalationState, EscalationType
from models.money import Money
from models.severity import Severity
from models.urgency import Mind, Pull
from tests.domain import cases
from tests.domain.cases import BEN, HOUR, MARCUS, MINUTE, NOON, SARAH
from tests.domain.world import World

VALUE = Money(minor=420_000, currency="USD")
QUIET = {
    "severity": Severity.LOW,
    "customer_spoke_last": False,
    "type": EscalationType.OTHER,
}


def a_case(**facts: Any) -> EscalationState:
    """A low one in which nothing presses, but for these facts."""
    return World().state.model_copy(update={**QUIET, **facts})


def ahead(state: EscalationState, mind: Mind | None = None) -> timedelta:
    """How much earlier than its deadline the case is ranked."""
    return NOON - urgency(state, NOON, mind).rank_at


@pytest.mark.parametrize(
    ("facts", "mind", "expected"),
    [
        ({}, Mind(), 0),
        ({"severity": Severity.CRITICAL}, Mind(), 240),
        ({"severity": Severity.HIGH}, Mind(), 120),
        ({"severity": Severity.MEDIUM}, Mind(), 60),
        ({"customer_annual_value": 99_999}, Mind(), 0),
        ({"customer_annual_value": 100_000}, Mind(), 30),
        ({"customer_annual_value": 500_000}, Mind(), 60),
        ({}, Mind(churn_risk=0.24), 0),
        ({}, Mind(churn_risk=0.25), 30),
        ({}, Mind(churn_risk=0.5), 60),
        ({"type": EscalationType.CANCEL_THREAT}, Mind(), 60),
        ({"type": EscalationType.CANCEL_THREAT}, Mind(churn_risk=0.1), 60),
        ({}, Mind(sentiment=-0.49), 0),
        ({}, Mind(sentiment=-0.5), 30),
        ({"customer_spoke_last": True}, Mind(), 30),
        ({"reopened": 1}, Mind(), 60),
        ({"reopened": 3}, Mind(), 60),
        ({"severity": Severity.HIGH, "reopened": 1}, Mind(sentiment=-1), 210),
    ],
)
def test_each_reason_moves_a_case_up_by_so_many_minutes(
    facts: dict[str, Any], mind: Mind, expected: int
) -> None:
    assert ahead(a_case(**facts), mind) == expected * MINUTE


@given(
    due=st.tuples(*[st.integers(0, 3000)] * 2),
    value=st.tuples(*[st.integers(0, 10**6)] * 2),
    later=st.integers(0, 10_000),
)
def test_the_order_of_two_cases_does_not_change_while_nothing_happens(
    due: tuple[int, int], value: tuple[int, int], later: int
) -> None:
    """A queue that is sorted by a stored instant must stay sorted."""
    one, other = (
        urgency(a_case(customer_annual_value=much), NOON + minutes * MINUTE)
        for minutes, much in zip(due, value, strict=True)
    )
    now = NOON + later * MINUTE
    if one.rank_at < other.rank_at:
        assert one.score(now) >= other.score(now)
    elif one.rank_at == other.rank_at:
        assert one.score(now) == other.score(now)


def test_it_presses_fully_from_its_turn_on_and_not_at_all_a_day_before() -> None:
    found = urgency(a_case(), NOON)
    assert [found.score(NOON - hours * HOUR) for hours in (48, 24, 12, 0, -5)] == [
        0,
        0,
        50,
        100,
        100,
    ]


def test_the_queue_is_ranked_by_it() -> None:
    world = World()
    world.state = world.state.model_copy(update={"customer_annual_value": 500_000})
    poorer = world.state.model_copy(update={"customer_annual_value": 0})
    playbook = world.book.playbook
    richer_at, poorer_at = (standing(one, playbook).rank_at for one in (world.state, poorer))
    assert richer_at is not None
    assert poorer_at is not None
    assert poorer_at - richer_at == HOUR


def test_a_sentence_says_the_time_and_the_two_strongest_reasons() -> None:
    state = a_case(severity=Severity.CRITICAL, customer_annual_value=500_000, reopened=1)
    found = urgency(state, NOON)
    told = explain(found, NOON - 46 * MINUTE, name="Doug", value=VALUE)
    assert told == "It is due in 46 minutes, it is a bad one, and $4,200 a year are at stake."
    late = explain(urgency(a_case(), NOON), NOON + HOUR, name="Doug", value=None)
    assert late == "It is 1 hour late."
    waits = explain(urgency(a_case(customer_spoke_last=True), NOON), NOON, name="Doug", value=None)
    assert waits == "It is due in 0 seconds, and Doug waits for our answer."


@pytest.mark.parametrize("pull", Pull)
def test_every_reason_has_words_that_a_child_can_read(pull: Pull) -> None:
    pressing: dict[Pull, dict[str, Any]] = {
        Pull.SEVERITY: {"severity": Severity.CRITICAL},
        Pull.MONEY: {"customer_annual_value": 500_000},
        Pull.WAITING: {"customer_spoke_last": True},
        Pull.REOPENED: {"reopened": 1},
    }
    mind = Mind(
        churn_risk=1.0 if pull is Pull.CHURN_RISK else None,
        sentiment=-1.0 if pull is Pull.SENTIMENT else None,
    )
    found = urgency(a_case(**pressing.get(pull, {})), NOON, mind)
    assert [one.pull for one in found.head_starts] == [pull]
    told = explain(found, NOON - HOUR, name="Doug", value=VALUE)
    assert told.startswith("It is due in 1 hour, and ")
    assert grade(told) <= 6


class Claimed(World):
    """A case that Sarah took from the queue a moment ago."""

    def __init__(self) -> None:
        super().__init__(cases.task("look"), cases.task("mend"), assignee=None)
        claim = Assign(assignee_id=SARAH.id, only_if_free=True, lapses_after=45 * MINUTE)
        self.do(claim, SARAH)


def test_a_claim_that_nobody_acts_on_lapses_and_the_case_is_free_again() -> None:
    world = Claimed()
    world.sleep(44 * MINUTE)
    assert world.state.assignee_id == SARAH.id
    world.sleep(MINUTE)
    assert world.state.assignee_id is None
    assert world.state.claimed_until is None
    again = Assign(assignee_id=BEN.id, only_if_free=True, lapses_after=45 * MINUTE)
    world.do(again, BEN)
    assert world.state.assignee_id == BEN.id


def test_a_claim_holds_once_its_owner_has_begun() -> None:
    world = Claimed()
    world.done("look", "done", by=SARAH)
    assert world.state.claimed_until is None
    world.sleep(90 * MINUTE)
    assert world.state.assignee_id == SARAH.id


def test_what_others_do_is_no_sign_that_the_owner_is_at_work() -> None:
    world = Claimed()
    world.do(cases.message(), MARCUS)
    assert world.state.claimed_until is not None
    world.sleep(HOUR)
    assert world.state.assignee_id is None


def test_a_case_that_is_given_to_somebody_does_not_lapse() -> None:
    world = Claimed()
    world.do(Assign(assignee_id=BEN.id), MARCUS)
    world.sleep(3 * HOUR)
    assert world.state.assignee_id == BEN.id


def test_a_claim_of_a_resolved_case_lapses_too() -> None:
    world = World(cases.task("look", "done -> resolve"), cases.step("follow_up", "ask"))
    world.done("look")
    world.do(Assign(assignee_id=None), MARCUS)
    world.do(Assign(assignee_id=SARAH.id, only_if_free=True, lapses_after=MINUTE), SARAH)
    world.sleep(MINUTE)
    assert world.state.assignee_id is None
