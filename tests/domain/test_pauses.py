"""Pauses: clocks stand still, with a reason and an end, and get exactly that time back."""

from datetime import timedelta

import pytest

from domain.clock_plans import course_of
from domain.clock_receipt import receipt
from models.command import Change, Direction, Pause, Reopen, Resolve, Resume
from models.delivery import EffectKind
from models.errors import NotAllowed, NotInThisStatus, PauseInvalid, ReasonRequired
from models.escalation import Status
from models.event import ClockBreached, ClockMet, ClocksMoved, ClocksSet, ClockWarned, Resumed
from models.severity import Severity
from models.sla import ClockKind
from tests.domain import cases
from tests.domain.calendars import utc
from tests.domain.cases import DAY, HOUR, MARCUS, MINUTE, NOON, SARAH, message
from tests.domain.policies import HOUSE, RICH, book, policy
from tests.domain.world import World

FIRST, NEXT, RESOLUTION = ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION
HOLD = Pause(reason_id=cases.REASON)


def world(terms: object = HOUSE, **given: object) -> World:
    """A case with open hours."""
    pinned = book(cases.RESCUE, terms if terms is not None else None)  # type: ignore[arg-type]
    return World(pinned=pinned, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("terms", [HOUSE, None])
def test_a_paused_clock_stands_still_and_gets_its_time_back_trap_13(terms: object) -> None:
    """Also in a case of 0.1.0, which carries no open hours."""
    case = world(terms)
    case.sleep(10 * MINUTE)
    case.do(HOLD, MARCUS)
    case.sleep(5 * HOUR)
    assert not case.facts(ClockWarned, ClockBreached)
    case.do(Resume(), MARCUS)
    assert case.clock(FIRST).due_at == NOON + 30 * MINUTE + 5 * HOUR
    assert case.clock(RESOLUTION).due_at == NOON + 13 * HOUR
    case.sleep(4 * MINUTE)
    assert not case.facts(ClockWarned)
    case.sleep(MINUTE)
    assert [fact.clock for fact in case.facts(ClockWarned)] == [FIRST]


def test_a_pause_outside_the_hours_takes_nothing_and_one_inside_exactly_itself_trap_13() -> None:
    case = world(severity=Severity.LOW)
    before = case.clock(RESOLUTION).due_at
    case.sleep_until(utc("2026-03-02 18:00"))  # closed since 17:00 in Berlin
    case.do(HOLD, MARCUS)
    case.sleep_until(utc("2026-03-03 07:30"))
    case.do(Resume(), MARCUS)
    assert case.clock(RESOLUTION).due_at == before
    case.sleep_until(utc("2026-03-03 09:00"))
    case.do(HOLD, MARCUS)
    case.sleep(2 * HOUR)
    case.do(Resume(), MARCUS)
    whole = receipt(
        course_of(case.book.hours or (), case.state, case.clock(RESOLUTION), case.now),
        case.clock(RESOLUTION),
        case.state.pauses,
        None,
    )
    assert (whole.counted, whole.due_at) == (40 * HOUR, case.clock(RESOLUTION).due_at)


def test_a_pause_has_a_reason_a_person_and_an_end_trap_14() -> None:
    case = world()
    with pytest.raises(ReasonRequired):
        case.do(Pause(), MARCUS)
    with pytest.raises(NotAllowed):
        case.do(HOLD, SARAH)
    with pytest.raises(NotInThisStatus):
        case.do(Resume(), MARCUS)
    case.do(Pause(reason_id=cases.REASON, until=NOON + DAY), MARCUS)
    pause = case.state.pause
    assert pause is not None
    assert (pause.by, pause.reason_id, pause.until) == (MARCUS.id, cases.REASON, NOON + DAY)
    assert case.stands(Status.PAUSED)


@pytest.mark.parametrize("until", [NOON, NOON - DAY, NOON + 7 * DAY + MINUTE])
def test_a_pause_in_the_past_or_longer_than_its_policy_allows_is_refused(until: object) -> None:
    case = world()
    with pytest.raises(PauseInvalid):
        case.do(Pause(reason_id=cases.REASON, until=until), MARCUS)  # type: ignore[arg-type]
    assert case.stands(Status.OPEN)


@pytest.mark.parametrize("late", [timedelta(0), 3 * HOUR])
def test_a_pause_ends_by_itself_at_its_time_even_during_an_outage_trap_28(
    late: timedelta,
) -> None:
    case = world()
    case.do(Pause(reason_id=cases.REASON, until=NOON + 2 * HOUR), MARCUS)
    case.outage(2 * HOUR + late)
    case.catch_up()
    assert case.stands(Status.OPEN)
    assert case.clock(FIRST).due_at == NOON + 2 * HOUR + 30 * MINUTE
    [resumed] = case.facts(Resumed)
    assert resumed.ended_at == NOON + 2 * HOUR


def test_a_pause_without_an_end_lasts_as_long_as_the_policy_allows() -> None:
    case = world(RICH)
    case.do(HOLD, MARCUS)
    case.sleep(3 * DAY - MINUTE)
    assert case.stands(Status.PAUSED)
    case.sleep(MINUTE)
    assert case.stands(Status.OPEN)


def test_a_pause_after_a_pause_leaves_no_gap_and_counts_nothing_twice_trap_15() -> None:
    case = world()
    case.do(Pause(reason_id=cases.REASON, until=NOON + HOUR), MARCUS)
    case.sleep(30 * MINUTE)
    case.do(Pause(reason_id=cases.WORDS, until=NOON + 3 * HOUR), MARCUS)
    case.sleep(3 * HOUR)
    assert case.clock(RESOLUTION).due_at == NOON + 11 * HOUR
    assert case.run("call-now").due_at == NOON + 3 * HOUR + 15 * MINUTE
    assert [one.reason_id for one in case.state.pauses] == [cases.REASON, cases.WORDS]


@pytest.mark.parametrize("during", [True, False])
@pytest.mark.parametrize("terms", [HOUSE, None])
def test_another_severity_keeps_the_time_that_was_paused_trap_15(
    during: bool, terms: object
) -> None:
    case = world(terms)
    case.do(HOLD, MARCUS)
    case.sleep(HOUR)
    if during:
        case.do(Change(severity=Severity.CRITICAL), MARCUS)
        case.sleep(HOUR)
        assert not case.clock(RESOLUTION).running
        case.do(Resume(), MARCUS)
    else:
        case.sleep(HOUR)
        case.do(Resume(), MARCUS)
        case.do(Change(severity=Severity.CRITICAL), MARCUS)
    assert case.clock(RESOLUTION).due_at == NOON + 2 * HOUR + 4 * HOUR
    assert case.clock(FIRST).due_at == NOON + 2 * HOUR + 15 * MINUTE


def test_a_clock_that_the_pause_does_not_stop_runs_on() -> None:
    case = world(RICH)
    case.do(HOLD, MARCUS)
    case.sleep(HOUR)
    assert [fact.clock for fact in case.facts(ClockBreached)] == [FIRST]


def test_what_was_warned_or_missed_before_a_pause_is_not_told_again_traps_35_36() -> None:
    case = world()
    case.sleep(40 * MINUTE)
    assert len(case.facts(ClockWarned)) == len(case.facts(ClockBreached)) == 1
    case.do(HOLD, MARCUS)
    case.sleep(HOUR)
    case.do(Resume(), MARCUS)
    case.sleep(HOUR)
    assert [fact.clock for fact in case.facts(ClockBreached)] == [FIRST]
    case.do(message())
    assert [fact.late for fact in case.facts(ClockMet)] == [True]


def test_an_answer_during_a_pause_is_in_time() -> None:
    case = world(policy(pauses={"ends_on_reply": False}))
    case.do(HOLD, MARCUS)
    case.sleep(2 * HOUR)
    case.do(message())
    assert [(fact.clock, fact.late) for fact in case.facts(ClockMet)] == [(FIRST, False)]


def test_the_customers_reply_ends_the_pause_and_thanks_do_not_trap_14() -> None:
    case = world()
    case.do(message())
    case.do(HOLD, MARCUS)
    case.sleep(2 * HOUR)
    case.do(message(Direction.INBOUND, thanks=True))
    assert case.stands(Status.PAUSED)
    case.do(message(Direction.INBOUND))
    assert case.stands(Status.OPEN)
    assert case.clock(NEXT).due_at == NOON + 3 * HOUR


def test_a_case_that_is_resolved_on_hold_has_no_pause_left() -> None:
    case = world()
    case.do(HOLD, MARCUS)
    case.sleep(HOUR)
    case.do(Resolve(), MARCUS)
    assert case.state.pause is None
    case.do(Reopen(), MARCUS)
    assert case.clock(RESOLUTION).due_at == NOON + 9 * HOUR


def test_reminders_of_a_paused_case_wait_and_its_steps_get_the_time_back() -> None:
    case = world()
    case.sleep(5 * MINUTE)
    case.do(HOLD, MARCUS)
    case.sleep(DAY)
    assert not case.planned(EffectKind.STEP_REMINDER)
    case.do(Resume(), MARCUS)
    assert case.run("call-now").due_at == NOON + DAY + 15 * MINUTE
    assert case.run("call-now").remind_at == NOON + DAY + 15 * MINUTE


def test_a_new_epoch_belongs_to_each_recomputation_trap_33() -> None:
    case = world()
    case.do(HOLD, MARCUS)
    case.do(Resume(), MARCUS)
    assert case.clock(FIRST).epoch == 2
    assert len(case.facts(ClocksMoved)) == len(case.facts(ClocksSet)) == 1
