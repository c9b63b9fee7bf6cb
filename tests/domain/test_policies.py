"""What a policy declares: hours, warnings, next responses, misses, notices, reopening."""

from datetime import timedelta

import pytest

from models.command import (
    Assign,
    Author,
    Cancel,
    Change,
    Direction,
    Pause,
    Reopen,
    Resolve,
    Resume,
    Visibility,
)  # fmt: skip
from models.delivery import DeliveryStatus, EffectKind
from models.escalation import Status
from models.event import (
    Assigned,
    Changed,
    ClockBreached,
    ClockMet,
    ClockWarned,
    EffectBegun,
    EffectEnded,
    EffectPlanned,
    HandedUp,
)  # fmt: skip
from models.severity import Severity
from models.sla import ClockKind, SlaPolicy
from tests.domain import cases
from tests.domain.calendars import utc
from tests.domain.cases import DAY, HOUR, MARCUS, MINUTE, NOON, PRIYA, message, task
from tests.domain.policies import HOUSE, RICH, book, policy
from tests.domain.world import World

FIRST, NEXT, RESOLUTION = ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION
HEARD = message(Direction.INBOUND)
ONLY_WARNINGS = policy(
    warnings=[{"at_percent": 50}, {"at_percent": 75}, {"before": "30m"}], on_breach=[]
)


def world(terms: SlaPolicy = HOUSE, *steps: object, **given: object) -> World:
    """A case with open hours."""
    of = cases.playbook(*steps) if steps else cases.RESCUE  # type: ignore[arg-type]
    return World(pinned=book(of, terms), **given)  # type: ignore[arg-type]


# -- hours -------------------------------------------------------------------------------------


def test_business_hours_count_for_what_is_not_bad_and_all_hours_for_what_is_trap_6() -> None:
    low, high = world(severity=Severity.LOW), world(severity=Severity.HIGH)
    assert low.clock(FIRST).due_at == utc("2026-03-02 16:00")
    assert low.clock(RESOLUTION).due_at == utc("2026-03-09 12:00")
    assert low.clock(RESOLUTION).calendar == "shop@1"
    assert high.clock(RESOLUTION).due_at == NOON + 8 * HOUR
    assert high.clock(RESOLUTION).calendar == "24/7"


def test_deadlines_are_instants_with_a_zone_trap_11() -> None:
    """A screen only counts down to them; it never has to guess a zone."""
    for clock in world(severity=Severity.LOW).state.clocks:
        assert clock.due_at.utcoffset() == clock.warn_at.utcoffset() == timedelta(0)


def test_another_severity_keeps_the_time_used_and_counts_the_rest_anew_trap_16() -> None:
    friday = utc("2026-03-06 15:00")  # an hour before closing time in Berlin
    case = world(severity=Severity.LOW, received_at=friday, now=friday)
    case.sleep_until(utc("2026-03-08 12:00"))  # Sunday
    case.do(Change(severity=Severity.CRITICAL), MARCUS)
    assert case.clock(RESOLUTION).due_at == case.now + 3 * HOUR
    assert case.clock(FIRST).due_at == friday + 15 * MINUTE
    [changed] = case.facts(Changed)
    assert (changed.previous_severity, changed.severity) == (Severity.LOW, Severity.CRITICAL)


def test_a_step_may_count_in_the_policys_hours() -> None:
    due = {"within": "4h", "open_hours": True}
    case = world(HOUSE, task("a", due=due), severity=Severity.LOW)
    assert case.run("a").due_at == utc("2026-03-02 16:00")
    case.done("a")
    evening = utc("2026-03-02 15:30")
    late = world(HOUSE, task("a", due=due), severity=Severity.LOW, now=evening)
    assert late.run("a").due_at == utc("2026-03-03 11:30")


# -- warnings ----------------------------------------------------------------------------------


def test_warnings_go_out_at_each_level_once_trap_38() -> None:
    case = world(ONLY_WARNINGS)
    case.do(message())
    case.sleep(DAY)
    assert case.times(ClockWarned) == [4 * HOUR, 6 * HOUR, 7.5 * HOUR]
    assert [fact.level for fact in case.facts(ClockWarned)] == [1, 2, 3]
    assert len(case.planned(EffectKind.SLA_WARNING)) == 3


def test_levels_that_fall_together_or_come_late_page_once_trap_35() -> None:
    case = world(ONLY_WARNINGS)
    case.outage(DAY)
    case.catch_up()
    assert [fact.clock for fact in case.facts(ClockWarned)] == [FIRST, FIRST] + [RESOLUTION] * 3
    assert len(case.planned(EffectKind.SLA_WARNING)) == 2


def test_a_warning_counts_in_the_hours_of_its_clock_trap_12() -> None:
    """Half an hour of work before the end, not half an hour before nine in the morning."""
    friday = utc("2026-03-06 14:15")
    case = world(severity=Severity.MEDIUM, received_at=friday, now=friday)
    assert case.clock(FIRST).due_at == utc("2026-03-09 08:15")
    assert case.clock(FIRST).warn_at == utc("2026-03-06 15:45")


# -- what counts as a response -----------------------------------------------------------------


def test_the_next_response_is_owed_only_while_the_customer_spoke_last_trap_24() -> None:
    case = world(HOUSE, task("a"))
    case.do(message())
    assert NEXT not in {clock.kind for clock in case.state.clocks}
    case.sleep(HOUR)
    case.do(HEARD)
    case.sleep(10 * MINUTE)
    case.do(HEARD)  # it was asked before: the deadline stays
    assert case.clock(NEXT).due_at == NOON + 2 * HOUR
    case.do(message())
    assert case.clock(NEXT).met_at == case.now
    case.sleep(3 * HOUR)
    assert NEXT not in [fact.clock for fact in case.facts(ClockBreached)]
    case.do(HEARD)
    assert (case.clock(NEXT).epoch, case.clock(NEXT).running) == (2, True)
    case.sleep(2 * HOUR)
    assert NEXT in [fact.clock for fact in case.facts(ClockBreached)]


def test_no_next_response_is_owed_before_the_first_trap_25() -> None:
    case = world()
    case.do(HEARD)
    assert {clock.kind for clock in case.state.clocks} == {FIRST, RESOLUTION}


@pytest.mark.parametrize("author", Author)
@pytest.mark.parametrize("visibility", Visibility)
@pytest.mark.parametrize("direction", Direction)
def test_only_a_persons_public_words_answer_the_customer_traps_26_27(
    direction: Direction, visibility: Visibility, author: Author
) -> None:
    case = world()
    case.do(message())
    case.do(HEARD)
    case.do(message(direction, author, visibility))
    answers = (Direction.OUTBOUND, Author.HUMAN, Visibility.PUBLIC)
    assert case.clock(NEXT).running is ((direction, author, visibility) != answers)


@pytest.mark.parametrize("author", [Author.BOT, Author.AUTO_REPLY])
def test_a_robot_starts_no_clock_and_ends_none_trap_27(author: Author) -> None:
    case = world()
    case.do(message())
    case.do(message(Direction.INBOUND, author))
    assert NEXT not in {clock.kind for clock in case.state.clocks}


def test_thanks_start_no_clock_and_a_solution_stops_it_trap_20() -> None:
    case = world()
    case.do(message())
    case.do(message(Direction.INBOUND, thanks=True))
    assert NEXT not in {clock.kind for clock in case.state.clocks}
    assert case.state.customer_spoke_last is False
    case.do(HEARD)
    case.do(Resolve())
    case.do(message(Direction.INBOUND, thanks=True))
    case.sleep(DAY)
    assert case.stands(Status.RESOLVED)
    assert case.clock(NEXT).stopped_at == NOON
    assert not case.facts(ClockBreached)


# -- misses ------------------------------------------------------------------------------------


def test_what_a_miss_brings_about_is_declared() -> None:
    case = world(RICH, severity=Severity.HIGH)
    case.sleep(30 * MINUTE)
    assert case.planned(EffectKind.SLA_BREACH) == ["sla_breach to managers", "sla_breach to person"]
    assert case.state.severity is Severity.CRITICAL
    assert case.clock(RESOLUTION).due_at == NOON + 4 * HOUR
    assert case.clock(FIRST).epoch == 1, "what was missed stays missed"
    case.sleep(4 * HOUR)
    assert [fact.to for fact in case.facts(HandedUp)] == ["manager"]
    assert case.state.assignee_id is None
    case.do(Assign(assignee_id=PRIYA.id), PRIYA)
    assert case.state.assignee_id == PRIYA.id
    assert case.facts(Assigned)


def test_a_miss_that_makes_the_case_worse_pages_for_itself_only() -> None:
    """Another clock that is late by the new targets is noted, and wakes nobody."""
    rises = policy(on_breach=[{"notify": "managers"}, {"severity": "up"}])
    case = world(rises, severity=Severity.MEDIUM)
    case.do(message())
    case.sleep(30 * DAY)
    assert case.planned(EffectKind.SLA_BREACH) == ["sla_breach to managers"]
    assert case.state.severity is Severity.HIGH


def test_no_notice_leaves_at_midnight_unless_the_case_is_urgent_trap_12() -> None:
    late = utc("2026-03-06 15:30")  # Friday, half an hour before closing time
    for severity, begins in ((Severity.LOW, "2026-03-09 08:00"), (Severity.HIGH, "2026-03-06")):
        step = task("a", due={"within": "1h"})
        case = world(RICH, step, severity=severity, received_at=late, now=late)
        case.sleep(4 * DAY)
        first = next(
            one.at for one in case.events
            if isinstance(one.fact, EffectBegun) and "step_reminder" in one.fact.key
        )  # fmt: skip
        assert f"{first:%Y-%m-%d %H:%M}".startswith(begins)
    reminders = [one for one in case.facts(EffectPlanned) if "step_reminder" in one.effect.key]
    assert reminders


def test_a_notice_of_a_target_that_ends_with_the_day_leaves_at_closing_time_trap_12() -> None:
    start = utc("2026-03-06 12:00")
    case = world(RICH, severity=Severity.LOW, received_at=start, now=start)
    case.sleep(4 * HOUR)
    [breach] = [one for one in case.events if isinstance(one.fact, ClockBreached)]
    assert breach.at == utc("2026-03-06 16:00")
    told = [one.fact.effect for one in case.events if isinstance(one.fact, EffectPlanned)]
    assert {one.not_before for one in told if one.kind is EffectKind.SLA_BREACH} == {breach.at}


def test_a_notice_that_waits_for_the_morning_survives_a_pause_in_between() -> None:
    late = utc("2026-03-06 15:45")
    nightly = policy(notices={"calendar": "shop", "urgent": []})
    case = world(nightly, severity=Severity.HIGH, received_at=late, now=late)
    case.sleep(45 * MINUTE)  # missed after closing time, on a Friday
    assert case.facts(ClockBreached)
    case.do(Pause(reason_id=cases.REASON), MARCUS)
    case.sleep(HOUR)
    case.do(Resume(), MARCUS)
    case.sleep(3 * DAY)
    missed = [
        one.at
        for one in case.events
        if isinstance(one.fact, EffectBegun) and "sla_breach" in one.fact.key
    ]
    assert min(missed) == utc("2026-03-09 08:00")


def test_no_page_leaves_for_a_deadline_that_was_replaced_trap_17() -> None:
    late = utc("2026-03-06 15:55")
    nightly = policy(notices={"calendar": "shop", "urgent": []})
    case = world(nightly, severity=Severity.HIGH, received_at=late, now=late)
    case.sleep(20 * MINUTE)  # warned after closing time, on a Friday
    planned = {one.effect.key for one in case.facts(EffectPlanned) if one.effect.clock}
    assert len(planned) == 1
    case.do(Change(severity=Severity.LOW), MARCUS)
    case.sleep(3 * DAY)
    assert not planned & {one.key for one in case.facts(EffectBegun)}
    ended = {one.key: one.status for one in case.facts(EffectEnded)}
    assert [ended[key] for key in planned] == [DeliveryStatus.CANCELLED]


# -- the end, and after it ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "running", "due_at"),
    [
        ("fresh", RESOLUTION, 20 * HOUR + 8 * HOUR),
        ("resume", RESOLUTION, 20 * HOUR + 6 * HOUR),
        ("follow_up_only", NEXT, 20 * HOUR + HOUR),
    ],
)
def test_what_a_reopening_does_to_the_clocks_is_declared_traps_18_22(
    rule: str, running: ClockKind, due_at: timedelta
) -> None:
    case = world(policy(reopen=rule))
    case.do(message())
    case.sleep(2 * HOUR)
    case.do(Resolve())
    case.sleep(18 * HOUR)
    case.do(Reopen())
    assert [clock.kind for clock in case.state.clocks if clock.running] == [running]
    assert case.clock(running).due_at == NOON + due_at


@pytest.mark.parametrize("rule", ["fresh", "resume", "follow_up_only"])
def test_a_reopening_pages_nobody_at_once_trap_18(rule: str) -> None:
    case = world(policy(reopen=rule))
    case.do(message())
    case.sleep(9 * HOUR)  # late already
    case.do(Resolve())
    before = len(case.facts(EffectPlanned))
    case.sleep(DAY)
    case.do(Reopen())
    told = [fact.effect.kind for fact in case.facts(EffectPlanned)[before:]]
    assert EffectKind.SLA_WARNING not in told
    assert EffectKind.SLA_BREACH not in told


def test_a_case_that_ended_has_no_timers_of_any_policy_left_trap_17() -> None:
    case = world(RICH, severity=Severity.LOW)
    case.do(Cancel(), PRIYA)
    case.sleep(30 * DAY)
    assert not case.facts(ClockWarned, ClockBreached)
    assert not case.state.effects


def test_the_end_freezes_every_clock_with_its_values_traps_19_23() -> None:
    """What a closed case is measured by is written with the very event that resolves it."""
    case = world()
    case.do(message())
    case.do(HEARD)
    case.sleep(HOUR)
    case.do(Resolve())
    stood = case.state.clocks
    assert all(clock.ended for clock in stood)
    assert [(fact.clock, fact.late) for fact in case.facts(ClockMet)][-1] == (RESOLUTION, False)
    case.sleep(13 * DAY)
    assert case.state.clocks == stood
