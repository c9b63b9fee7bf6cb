"""Ends and beginnings anew: resolve, promises, reopen, cancel, close."""

import pytest

from models.command import Author, Cancel, Change, Direction, Reopen, Resolve
from models.delivery import DeliveryStatus
from models.errors import EscalationClosed, NotInThisStatus
from models.escalation import EscalationType, Status, StepStatus
from models.event import (
    ClockBreached,
    ClocksSet,
    ClockWarned,
    EffectPlanned,
    Resolved,
    StepEnded,
    StepReminded,
)
from models.severity import Severity
from models.sla import ClockKind
from models.step import Step
from tests.domain.cases import DAY, HOUR, MARCUS, NOON, PRIYA, SECOND, WORDS, message, step, task
from tests.domain.world import World

RESOLUTION = ClockKind.RESOLUTION
FIX = task("fix", "fixed -> resolve", "done")
ASK_24H = step("follow_up", "ask-24h", "happy!", after={"step": "fix", "delay": "24h"})
ASK_7D = step("follow_up", "ask-7d", "happy!", after={"step": "fix", "delay": "7d"})


def mended(*more: Step) -> World:
    """A case that is resolved at noon, with follow-ups after a day and after a week."""
    world = World(task("call"), FIX, ASK_24H, ASK_7D, *more)
    world.done("call")
    world.done("fix", "fixed")
    return world


# -- resolve -----------------------------------------------------------------------------------


def test_resolving_cancels_open_work_and_keeps_what_was_promised() -> None:
    world = World(task("call"), task("bill", after={"step": "call", "delay": "1h"}), FIX, ASK_24H)
    world.done("call")
    world.do(Resolve())
    assert world.run("bill").status is StepStatus.CANCELLED
    assert world.state.run("fix") is None
    assert world.waiting == ["ask-24h"]
    [ended] = [fact for fact in world.facts(StepEnded) if fact.run == "bill"]
    assert ended.why == "The case is resolved."


def test_an_outcome_that_resolves_does_all_that_resolving_does_once_trap_48() -> None:
    world = mended()
    assert len(world.facts(Resolved)) == 1
    assert world.clock(RESOLUTION).met_at == NOON
    assert world.state.closes_at == NOON + 14 * DAY


def test_follow_ups_come_after_a_day_and_after_a_week_to_the_second() -> None:
    world = mended()
    assert [run.opens_at for run in world.state.steps if run.promised] == [
        NOON + DAY,
        NOON + 7 * DAY,
    ]
    world.sleep(DAY - SECOND)
    assert world.open == []
    world.sleep(SECOND)
    assert world.open == ["ask-24h"]
    world.done("ask-24h", "happy")
    world.sleep(6 * DAY)
    assert world.open == ["ask-7d"]


def test_a_promise_below_a_step_that_never_came_counts_from_the_resolving() -> None:
    world = World(task("call"), task("bill"), FIX, ASK_24H)
    world.sleep(HOUR)
    world.do(Resolve())
    assert world.run("ask-24h").opens_at == NOON + 25 * HOUR


def test_only_promises_can_be_worked_on_in_a_resolved_case() -> None:
    world = mended(task("file-it"))
    assert world.state.run("file-it") is None
    world.sleep(DAY)
    world.done("ask-24h", "happy")
    assert world.open == []


def test_what_a_promise_leads_to_is_watched_like_a_promise() -> None:
    """`Not happy` leads back to work: it is reminded, and the case does not close over it."""
    ask = step("follow_up", "ask", "bad -> fix", after={"step": "fix", "delay": "24h"})
    world = World(FIX, ask)
    world.done("fix", "fixed")
    world.sleep(DAY)
    world.done("ask", "bad")
    assert world.open == ["fix#2"]
    world.sleep(5 * HOUR)
    assert [fact.run for fact in world.facts(StepReminded)] == ["fix#2"] * 3
    world.done("fix#2")
    assert world.waiting == ["ask#2"]
    world.sleep(DAY)
    world.done("ask#2", "bad")
    assert world.open == ["fix#3"]


def test_a_notice_that_was_promised_is_not_taken_back_when_the_case_is_resolved() -> None:
    """Otherwise its step would run for ever, and the case would never close."""
    world = World(step("notify", "tell", promised=True), task("a"), postman=lambda effect: None)
    world.state = world.state.model_copy(
        update={
            "effects": tuple(one.model_copy(update={"begun": False}) for one in world.state.effects)
        }
    )
    world.do(Resolve())
    assert world.run("tell").status is StepStatus.RUNNING
    world.end(world.state.effects[0], DeliveryStatus.SENT)
    world.sleep(30 * DAY)
    assert world.stands(Status.CLOSED)


def test_a_thank_you_neither_reopens_nor_starts_a_clock_traps_20_46() -> None:
    world = mended()
    world.do(message(Direction.INBOUND, thanks=True))
    world.do(message(Direction.INBOUND, Author.AUTO_REPLY))
    assert world.stands(Status.RESOLVED)
    assert not [clock for clock in world.state.clocks if clock.running]


@pytest.mark.parametrize(
    "change",
    [
        Change(severity=Severity.CRITICAL),
        Change(type=EscalationType.OTHER),
        Change(title_id=WORDS),
        Change(title_id=WORDS, appointment_at=NOON),
    ],
)
def test_of_a_resolved_case_nothing_changes_but_its_appointment_trap_19(change: Change) -> None:
    world = mended()
    before = world.state
    with pytest.raises(NotInThisStatus):
        world.do(change, MARCUS)
    assert world.state is before


# -- reopen ------------------------------------------------------------------------------------


def test_reopening_sets_a_fresh_deadline_and_pages_nobody_at_once_traps_18_22() -> None:
    world = mended()
    world.sleep(12 * DAY)
    before = len(world.events)
    world.do(Reopen())
    told = [event.fact for event in world.events[before:]]
    assert not [f for f in told if isinstance(f, EffectPlanned | ClockWarned | ClockBreached)]
    clock = world.clock(RESOLUTION)
    assert (clock.epoch, clock.due_at) == (2, world.now + 8 * HOUR)
    assert clock.running
    assert world.state.reopened == 1
    world.sleep(7.5 * HOUR)
    assert [fact.epoch for fact in world.facts(ClockWarned)] == [2]


def test_a_reopened_case_plays_its_playbook_again_as_runs_of_their_own() -> None:
    world = mended()
    world.do(Reopen())
    assert world.open == ["call#2"]
    world.done("call#2")
    assert world.open == ["fix#2"]
    world.done("fix#2", "fixed")
    assert world.stands(Status.RESOLVED)


def test_follow_ups_that_still_wait_are_neither_lost_nor_doubled_by_a_reopening_trap_45() -> None:
    world = mended()
    world.sleep(HOUR)
    world.do(Reopen())
    world.done("call#2")
    world.done("fix#2", "fixed")
    assert world.waiting == ["ask-24h", "ask-7d"]
    world.sleep(DAY)
    world.done("ask-24h", "happy")
    world.sleep(6 * DAY)
    world.done("ask-7d", "happy")
    world.sleep(DAY)
    asked = [run.id for run in world.state.steps if run.promised]
    assert asked == ["ask-24h", "ask-7d"]


def test_follow_ups_that_were_done_are_promised_anew_after_the_second_mending_trap_45() -> None:
    world = mended()
    world.sleep(DAY)
    world.done("ask-24h", "happy")
    world.sleep(DAY)
    world.do(Reopen())
    world.do(Resolve())
    assert world.waiting == ["ask-7d", "ask-24h#2"]
    assert world.run("ask-24h#2").opens_at == NOON + 3 * DAY


def test_reopening_does_not_open_a_first_step_that_is_still_open_again() -> None:
    world = World(task("call", promised=True), FIX)
    world.do(Resolve())
    world.do(Reopen())
    assert world.open == ["call"]
    world.done("call")
    assert world.open == ["fix"]


def test_a_severity_changed_after_a_reopening_counts_from_the_reopening() -> None:
    world = mended()
    world.sleep(DAY)
    world.do(Reopen())
    world.sleep(HOUR)
    world.do(Change(severity=Severity.LOW), MARCUS)
    assert world.clock(RESOLUTION).due_at == NOON + DAY + 40 * HOUR
    assert world.clock(RESOLUTION).epoch == 3


def test_a_case_can_be_reopened_again_and_again() -> None:
    world = mended()
    for lap in (2, 3, 4):
        world.do(Reopen())
        assert world.open == [f"call#{lap}"]
        assert world.clock(RESOLUTION).epoch == lap
        world.do(Resolve())
    assert world.state.reopened == 3
    assert len(world.facts(ClocksSet)) == 4


def test_only_a_resolved_case_can_be_reopened() -> None:
    world = World()
    with pytest.raises(NotInThisStatus):
        world.do(Reopen())


# -- cancel ------------------------------------------------------------------------------------


@pytest.mark.parametrize("resolved", [False, True])
def test_cancelling_stops_everything_promises_included(resolved: bool) -> None:
    world = (
        mended() if resolved else World(task("call"), ASK_24H.model_copy(update={"after": None}))
    )
    if not resolved:
        world.done("call")
    world.do(Cancel(), PRIYA)
    assert world.stands(Status.CANCELLED)
    assert all(run.ended for run in world.state.steps)
    assert not [clock for clock in world.state.clocks if clock.running]
    count = len(world.events)
    world.sleep(90 * DAY)
    assert len(world.events) == count


def test_after_the_end_nothing_can_be_done_and_the_answer_says_what_to_do() -> None:
    world = mended()
    world.sleep(90 * DAY)
    assert world.stands(Status.CLOSED)
    with pytest.raises(EscalationClosed) as refused:
        world.do(Reopen())
    assert "Open a new case" in refused.value.detail


# -- close -------------------------------------------------------------------------------------


def test_a_resolved_case_closes_after_fourteen_days() -> None:
    world = World(task("a"))
    world.do(Resolve())
    world.sleep(14 * DAY - SECOND)
    assert world.stands(Status.RESOLVED)
    world.sleep(SECOND)
    assert world.stands(Status.CLOSED)


def test_a_case_does_not_close_before_its_last_promise_is_kept() -> None:
    late = step("follow_up", "ask-30d", "happy!", after={"step": "fix", "delay": "30d"})
    world = World(FIX, late)
    world.done("fix", "fixed")
    world.sleep(31 * DAY)
    assert world.stands(Status.RESOLVED)
    assert world.open == ["ask-30d"]
    world.done("ask-30d", "happy")
    assert world.stands(Status.CLOSED)
    assert world.events[-1].at == NOON + 31 * DAY


def test_a_reopened_case_does_not_close_and_its_fourteen_days_begin_anew() -> None:
    world = World(task("a"))
    world.do(Resolve())
    world.sleep(13 * DAY)
    world.do(Reopen())
    world.sleep(30 * DAY)
    assert world.stands(Status.OPEN)
    world.do(Resolve())
    assert world.state.closes_at == world.now + 14 * DAY
