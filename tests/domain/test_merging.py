"""Merges: the double ends and stays quiet, and the other case takes it in with its earlier time."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain import alerts
from domain.due import due
from domain.evolve import fold
from domain.timeline import Teller, case_of
from models.actor import ENGINE
from models.alert import AlertKind, AlertRules
from models.command import Absorb, Cancel, Direction, Merge, Pause, Resolve, SnoozeStep
from models.delivery import DeliveryStatus, EffectKind, PendingEffect
from models.errors import EscalationClosed, MergeRefused, NotAllowed, ReasonRequired
from models.escalation import Status, StepStatus
from models.event import (
    Absorbed,
    ClockBreached,
    ClocksMoved,
    ClockWarned,
    EffectBegun,
    EffectEnded,
    EffectPlanned,
    StepEnded,
)
from models.messages import HouseRules
from models.sentiment import Mood
from models.severity import Severity
from models.signal import SignalKind
from models.sla import ClockKind
from tests.domain import cases
from tests.domain.cases import DAY, HOUR, MINUTE, NOON, PRIYA, SARAH, step, task
from tests.domain.policies import book, policy
from tests.domain.world import World, none_end
from workflows.orders import join

FIRST, NEXT, RESOLUTION = ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION
OTHER = Merge(into_id=UUID(int=77), into_number=1001, into_customer_id=UUID(int=9002))
STRANGER = OTHER.model_copy(update={"into_customer_id": UUID(int=1)})
WHY = "The case goes on in E-1001."


def absorb(received_at: datetime, number: int = 1043, **given: Any) -> Absorb:
    """Take in a case with which the customer turned to us then."""
    return Absorb(from_id=UUID(int=number), from_number=number, received_at=received_at, **given)


def heard(*signals: SignalKind, words: UUID) -> World:
    """A case in which the customer wrote that, and nobody has read it yet."""
    world = World(task("a"), rules=HouseRules(alerts=AlertRules()), postman=none_end)
    said = cases.message(Direction.INBOUND).model_copy(
        update={"content_id": words, "signals": signals}
    )
    world.do(said)
    return world


def test_a_threat_and_words_that_nobody_read_go_on_in_the_other_case() -> None:
    words, own = UUID(int=616), UUID(int=617)
    double = heard(SignalKind.CANCEL, words=words)
    double.do(OTHER)
    [effect] = [one for one in double.state.effects if one.kind is EffectKind.CASE_JOINED]
    order = join(double.state, effect, double.now)
    assert (order.signals, order.unread) == ((SignalKind.CANCEL,), (words,))
    survivor = heard(words=own)
    mood = Mood(points=(-0.5,), heard=1, felt=1, best=-0.5, lowest=-0.5)
    given: dict[str, Any] = {"unread": (own, words), "churn_risk": 0.7, "mood": mood}
    taken = absorb(NOON, signals=order.signals, **given)
    survivor.do(taken, ENGINE)
    assert survivor.state.unread == (own, words)
    assert survivor.state.churn_risk == 0.7
    assert survivor.state.mood == mood
    assert [one.kind for one in alerts.live(survivor.state)] == [AlertKind.SIGNAL_WORDS]
    assert survivor.do(taken, ENGINE) == []


def test_a_case_of_a_house_without_alerts_takes_no_signals_over() -> None:
    world = World(task("a"))
    world.do(absorb(NOON, signals=(SignalKind.CANCEL,), unread=(UUID(int=5),)), ENGINE)
    assert (world.state.signals, world.state.unread, world.state.alerts) == ((), (), ())


# -- the case that ends ------------------------------------------------------------------------


def test_a_merged_case_is_over_and_everything_planned_for_it_is_cancelled_openly() -> None:
    world = World(task("a"), step("follow_up", "ask"), task("b", group="g"), task("c", group="g"))
    world.done("a")
    world.do(OTHER)
    assert world.stands(Status.MERGED)
    assert (world.state.merged_into, world.state.merged_into_number) == (UUID(int=77), 1001)
    assert world.with_status(StepStatus.OPEN, StepStatus.WAITING) == []
    assert {run.status for run in world.state.steps} == {StepStatus.DONE, StepStatus.CANCELLED}
    assert not [clock for clock in world.state.clocks if not clock.ended]


def test_no_notice_leaves_for_a_merged_case_trap_21() -> None:
    world = World(task("a", due={"within": "1h"}))
    world.do(OTHER)
    world.sleep(60 * DAY)
    assert not world.facts(ClockWarned, ClockBreached)
    assert world.planned() == ["case_joined to system"]
    assert due(world.state) is None


def test_what_had_not_left_yet_is_taken_back() -> None:
    def slow(effect: PendingEffect) -> DeliveryStatus | None:
        return DeliveryStatus.SENT if effect.kind is EffectKind.CASE_JOINED else None

    world = World(step("email", "letter", "sent!"), task("b"), postman=slow)
    world.done("letter", "sent")
    world.do(OTHER)
    [ended] = [one for one in world.facts(EffectEnded) if "step_letter" in one.key]
    assert (ended.status, ended.detail) == (DeliveryStatus.CANCELLED, WHY)


@pytest.mark.parametrize("last", [OTHER, Cancel()])
def test_money_that_has_left_is_on_its_way_when_everything_stops(last: Merge | Cancel) -> None:
    world = World(cases.step("credit", "give", "yes+", "no"), postman=none_end)
    world.done("give", "yes", PRIYA, amount=cases.usd(1_000))
    world.sleep(MINUTE)
    world.do(last, PRIYA)
    [ended] = [one for one in world.facts(StepEnded) if one.run == "give"]
    assert (ended.status, ended.why) == (StepStatus.DONE, "The money is on its way.")


def test_money_that_has_not_left_is_not_needed_when_everything_stops() -> None:
    world = World(cases.step("credit", "give", "yes+", "no"))
    world.done("give", "yes", PRIYA, amount=cases.usd(1_000))
    world.do(Cancel(), PRIYA)
    assert world.run("give").status is StepStatus.CANCELLED


def test_the_other_case_is_asked_once_and_the_life_ends_after_its_answer() -> None:
    world = World(task("a"), postman=none_end)
    world.do(OTHER)
    [asked] = world.state.effects
    assert (asked.kind, asked.begun) == (EffectKind.CASE_JOINED, True)
    world.end(asked, DeliveryStatus.SENT)
    assert world.state.effects == ()
    assert not [one for one in world.planned() if "merge_refused" in one]


def test_when_the_other_case_cannot_the_timeline_says_so_and_the_managers_hear() -> None:
    world = World(task("a"), postman=none_end)
    world.do(OTHER)
    world.end(world.state.effects[0], DeliveryStatus.FAILED)
    assert world.planned(EffectKind.MERGE_REFUSED) == ["merge_refused to managers"]
    [page] = world.state.effects
    assert page.begun
    teller = Teller(world.book.playbook, {}, {})
    told = [
        teller.sentence(one)
        for one in world.events
        if isinstance(one.fact, EffectPlanned | EffectBegun | EffectEnded)
    ]
    assert told[:3] == [
        "Will ask the other case to take this one in.",
        "Asks the other case to take this one in.",
        "The other case could not take this one in.",
    ]


def test_a_case_is_not_merged_into_itself() -> None:
    world = World(task("a"))
    with pytest.raises(MergeRefused):
        world.do(OTHER.model_copy(update={"into_id": world.state.id}))


def test_cases_of_two_customers_take_a_manager_and_a_reason() -> None:
    world = World(task("a"))
    for who in (SARAH, cases.MARCUS):
        with pytest.raises(NotAllowed):
            world.do(STRANGER, who)
    with pytest.raises(ReasonRequired):
        world.do(STRANGER, PRIYA)
    world.do(STRANGER.model_copy(update={"reason_id": cases.REASON}), PRIYA)
    assert world.stands(Status.MERGED)


def test_a_merged_case_takes_nothing_in() -> None:
    world = World(task("a"))
    world.do(OTHER)
    with pytest.raises(EscalationClosed):
        world.do(absorb(NOON), ENGINE)


# -- the case that goes on ---------------------------------------------------------------------


def pinned(merge: str = "earliest", severity: Severity = Severity.HIGH) -> World:
    """A case with open hours and this rule."""
    terms = policy(merge=merge)
    return World(pinned=book(cases.playbook(task("a")), terms), severity=severity)


def test_the_earliest_time_of_the_two_counts_and_the_log_says_so_trap_21() -> None:
    world = pinned()
    world.do(absorb(NOON - 20 * MINUTE), ENGINE)
    assert world.state.received_at == NOON - 20 * MINUTE
    assert world.clock(FIRST).due_at == NOON + 10 * MINUTE
    assert world.clock(RESOLUTION).due_at == NOON + 8 * HOUR - 20 * MINUTE
    [event] = [one for one in world.events if isinstance(one.fact, Absorbed)]
    assert Teller(world.book.playbook, {}, {}).sentence(event) == (
        "Took in E-1043, which is the same matter. Its time counts from 2026-03-02 11:40 UTC."
    )
    assert case_of(event) == 1043
    assert fold(world.events) == world.state


def test_a_policy_may_keep_its_own_time() -> None:
    world = pinned(merge="own")
    before = world.state.clocks
    world.do(absorb(NOON - 20 * MINUTE), ENGINE)
    assert world.state.clocks == before
    assert world.state.received_at == NOON
    assert world.state.absorbed == (1043,)


@pytest.mark.parametrize("later", [timedelta(0), MINUTE, DAY])
def test_a_case_that_came_later_moves_no_deadline(later: timedelta) -> None:
    world = pinned()
    before = world.state.clocks
    world.do(absorb(NOON + later), ENGINE)
    assert world.state.clocks == before
    assert not world.facts(ClocksMoved)


@pytest.mark.parametrize("severity", list(Severity))
@pytest.mark.parametrize("back", [MINUTE, 3 * HOUR, 2 * DAY, 40 * DAY])
def test_no_deadline_comes_later_or_lies_before_its_start(
    severity: Severity, back: timedelta
) -> None:
    world = pinned(severity=severity)
    before = {clock.kind: clock.due_at for clock in world.state.clocks}
    world.do(absorb(NOON - back), ENGINE)
    for clock in world.state.clocks:
        assert clock.started_at <= clock.due_at <= before[clock.kind]


def test_what_is_late_by_the_earlier_time_is_shown_and_pages_nobody_again() -> None:
    world = pinned()
    world.do(absorb(NOON - 10 * HOUR), ENGINE)
    assert {clock.kind for clock in world.state.clocks if clock.breached_at} == {FIRST, RESOLUTION}
    assert world.planned(EffectKind.SLA_BREACH, EffectKind.SLA_WARNING) == []


def test_a_miss_that_the_other_case_never_told_is_told_here() -> None:
    world = pinned()
    world.do(absorb(NOON - 10 * HOUR, breached=(FIRST,)), ENGINE)
    assert {clock.kind for clock in world.state.clocks if clock.breached_at} == {FIRST, RESOLUTION}
    told = [one.effect.clock for one in world.facts(EffectPlanned)]
    assert told
    assert {(one or "").partition("#")[0] for one in told} == {RESOLUTION}
    assert EffectKind.SLA_BREACH in {one.effect.kind for one in world.facts(EffectPlanned)}


def test_the_other_case_hears_which_misses_were_told() -> None:
    world = World(task("a"), postman=none_end)
    world.sleep(HOUR)
    assert world.clock(FIRST).breached_at is not None
    world.do(OTHER)
    joined = next(one for one in world.state.effects if one.kind is EffectKind.CASE_JOINED)
    assert join(world.state, joined, world.now).breached == (FIRST,)


def test_a_first_answer_that_was_given_stays_given() -> None:
    world = pinned()
    world.do(cases.message())
    met = world.clock(FIRST)
    world.do(absorb(NOON - HOUR), ENGINE)
    assert world.clock(FIRST) == met


def test_a_case_of_0_1_0_takes_another_one_in_by_the_rules_alone() -> None:
    world = World(task("a"))
    assert world.book.hours is None
    world.do(absorb(NOON - 20 * MINUTE), ENGINE)
    assert world.clock(FIRST).due_at == NOON + 10 * MINUTE


def test_the_same_case_is_taken_in_once() -> None:
    world = pinned()
    world.do(absorb(NOON - MINUTE), ENGINE)
    assert world.do(absorb(NOON - MINUTE), ENGINE) == []
    assert world.state.absorbed == (1043,)


def test_a_resolved_case_takes_a_double_in_and_one_that_is_over_does_not() -> None:
    world = pinned()
    world.do(Resolve())
    clocks = world.state.clocks
    world.do(absorb(NOON - HOUR), ENGINE)
    assert world.state.absorbed == (1043,)
    assert world.state.clocks == clocks
    world.do(Cancel(), PRIYA)
    with pytest.raises(EscalationClosed):
        world.do(absorb(NOON - HOUR, 1044), ENGINE)


def asked_there() -> Absorb:
    """Take in a case in which the customer waits for an answer."""
    return absorb(NOON + MINUTE, customer_waits=True)


def test_a_question_that_nobody_answered_there_is_owed_an_answer_here() -> None:
    world = pinned()
    world.do(cases.message())
    world.sleep(HOUR)
    world.do(asked_there(), ENGINE)
    assert world.state.customer_spoke_last
    assert world.clock(NEXT).started_at == world.now
    assert not world.clock(NEXT).ended
    assert fold(world.events) == world.state


def test_a_case_that_brings_no_question_leaves_the_turn_where_it_was() -> None:
    world = pinned()
    world.do(cases.message())
    world.do(absorb(NOON + MINUTE), ENGINE)
    assert not world.state.customer_spoke_last
    assert NEXT not in {clock.kind for clock in world.state.clocks}


def test_a_question_there_ends_a_hold_and_wakes_what_was_put_off() -> None:
    world = pinned()
    world.do(SnoozeStep(step="a", until=NOON + 2 * HOUR, reason_id=cases.REASON))
    world.do(Pause(reason_id=cases.REASON), PRIYA)
    world.do(asked_there(), ENGINE)
    assert world.stands(Status.OPEN)
    assert world.run("a").snoozed_until is None


def test_a_case_that_was_resolved_meanwhile_opens_again_for_a_question() -> None:
    world = pinned()
    world.do(cases.message())
    world.do(Resolve())
    world.sleep(HOUR)
    world.do(asked_there(), ENGINE)
    assert world.stands(Status.OPEN)
    assert world.open == ["a#2"]
    assert not world.clock(NEXT).ended
    assert not world.clock(RESOLUTION).ended
    assert world.planned(EffectKind.SLA_BREACH) == []
    assert world.do(asked_there(), ENGINE) == []
    assert world.state.reopened == 1
    assert fold(world.events) == world.state


def test_the_other_case_hears_whether_the_customer_waits() -> None:
    for answers, waits in (((), True), ((cases.message(),), False)):
        world = World(task("a"), postman=none_end)
        for said in answers:
            world.do(said)
        world.do(OTHER)
        assert join(world.state, world.state.effects[0], world.now).customer_waits is waits


def test_only_the_engine_has_a_case_taken_in() -> None:
    world = pinned()
    for who in (SARAH, PRIYA, cases.CUSTOMER, cases.SYSTEM):
        with pytest.raises(NotAllowed):
            world.do(absorb(NOON), who)
