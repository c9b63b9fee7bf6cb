"""Ways through a playbook: onward, back, forward, round in a circle, left out, and to the end."""

from datetime import timedelta

import pytest

from models.command import Change, Reopen, Resolve
from models.delivery import DeliveryStatus
from models.errors import SkipForbidden
from models.escalation import Status, StepStatus
from models.event import StepEnded
from models.playbook import LAST_STEP, Playbook
from models.severity import Severity
from models.step import StepKind
from tests.domain import cases
from tests.domain.cases import DAY, HOUR, MARCUS, MINUTE, NOON, PRIYA, SECOND, playbook, step, task
from tests.domain.world import World, none_end

LOW = {"field": "severity", "op": "is", "value": "low"}


def test_a_whole_rescue_is_lived_from_the_first_call_to_the_last_promise() -> None:
    world = World()
    world.sleep(5 * MINUTE)
    world.done("call-now", "reached")
    assert world.run("tell-managers").status is StepStatus.DONE
    world.done("check-bill", "right")
    world.done("make-offer", "accepted")
    world.done("write-letter", "sent")
    assert world.stands(Status.RESOLVED)
    assert world.waiting == ["ask-24h"]
    world.sleep(DAY)
    world.done("ask-24h", "happy")
    assert world.waiting == ["ask-7d"]
    world.sleep(6 * DAY)
    world.done("ask-7d", "happy")
    world.sleep(30 * DAY)
    assert world.stands(Status.CLOSED)
    closed = world.events[-1]
    assert closed.fact.fact == "closed"
    assert closed.at == NOON + 5 * MINUTE + 14 * DAY


@pytest.mark.parametrize("kind", ["call", "email", "offer", "follow_up", "task"])
def test_each_kind_of_step_that_a_person_does_is_opened_due_and_done(kind: str) -> None:
    world = World(step(kind, "it", "done!", after=None, due={"within": "1h"}), task("next"))
    assert world.run("it").kind == StepKind(kind)
    assert world.run("it").due_at == NOON + HOUR
    world.done("it")
    assert world.open == ["next"]


def test_a_step_that_does_not_say_when_it_is_due_is_due_in_four_hours() -> None:
    assert World(task("a")).run("a").due_at == NOON + 4 * HOUR


# -- later -------------------------------------------------------------------------------------


def test_a_step_with_a_delay_waits_so_long_after_the_one_above_it() -> None:
    world = World(task("a"), task("b", after={"delay": "30m"}))
    world.sleep(HOUR)
    world.done("a")
    assert world.waiting == ["b"]
    world.sleep(30 * MINUTE - SECOND)
    assert world.open == []
    world.sleep(SECOND)
    assert world.open == ["b"]
    assert world.run("b").opened_at == NOON + 90 * MINUTE


def test_steps_that_follow_the_same_step_open_together() -> None:
    world = World(task("a"), task("b"), task("c", after={"step": "a"}))
    world.done("a")
    assert world.open == ["b", "c"]
    world.done("c")
    world.done("b")
    assert world.open == [LAST_STEP]


def test_a_wait_that_ended_during_an_outage_opens_once_trap_28() -> None:
    world = World(task("a"), task("b", after={"delay": "30m"}))
    world.done("a")
    world.outage(5 * DAY)
    world.catch_up()
    assert world.open == ["b"]
    assert world.run("b").due_at == world.now + 4 * HOUR


# -- conditions --------------------------------------------------------------------------------


def test_a_step_whose_condition_is_not_true_is_left_out_and_says_why() -> None:
    world = World(task("a"), task("b", when=LOW), task("c"))
    world.done("a")
    assert world.open == ["c"]
    [left_out] = [fact for fact in world.facts(StepEnded) if fact.run == "b"]
    assert left_out.status is StepStatus.SKIPPED
    assert left_out.why == "Not needed: it is not so that how bad it is is low."


def test_a_condition_is_asked_when_the_turn_comes_and_not_when_the_case_was_opened() -> None:
    world = World(task("a"), task("b", when=LOW), task("c"))
    world.do(Change(severity=Severity.LOW), MARCUS)
    world.done("a")
    assert world.open == ["b"]


def test_a_jump_leads_past_a_step_whose_condition_is_not_true() -> None:
    world = World(task("a", "done -> c"), task("b"), task("c", when=LOW), task("d"))
    world.done("a")
    assert world.run("c").status is StepStatus.SKIPPED
    assert world.open == ["d"]


def test_the_first_step_of_a_reopened_case_is_asked_its_condition_too() -> None:
    first = {"field": "reopened", "op": "at_most", "value": 0}
    world = World(task("a", when=first), task("b"))
    world.do(Resolve())
    world.do(Reopen())
    assert world.run("a#2").status is StepStatus.SKIPPED
    assert world.open == ["b"]


# -- jumps -------------------------------------------------------------------------------------


def test_no_answer_calls_again_after_a_while_and_at_the_limit_goes_on_below_trap_61() -> None:
    call = step("call", "call", "reached!", "no -> call after 30m", repeat={"limit": 3})
    world = World(call, task("write"))
    for run in ("call", "call#2"):
        world.done(run, "no")
        assert world.open == []
        world.sleep(30 * MINUTE - SECOND)
        assert world.open == []
        world.sleep(SECOND)
    assert world.open == ["call#3"]
    world.done("call#3", "no")
    assert world.open == ["write"]
    assert world.run("call").went_to == "call"
    assert world.run("call#3").went_to is None


def test_a_step_that_does_not_say_how_often_runs_three_times() -> None:
    world = World(task("a", "again -> a"), task("b"))
    for run in ("a", "a#2", "a#3"):
        world.done(run, "again")
    assert world.open == ["b"]


def test_the_limit_counts_anew_after_a_reopening_trap_45() -> None:
    call = step("call", "call", "reached!", "no -> call after 30m", repeat={"limit": 2})
    world = World(call, task("write"))
    world.done("call", "no")
    world.sleep(30 * MINUTE)
    world.done("call#2", "no")
    world.sleep(MINUTE)
    world.do(Resolve())
    world.sleep(DAY)
    world.do(Reopen())
    world.done("call#3", "no")
    assert world.waiting == ["call#4"]
    world.sleep(30 * MINUTE)
    world.done("call#4", "no")
    assert world.open == ["write#2"]


def test_a_jump_forward_leaves_out_what_lies_between() -> None:
    world = World(task("a", "far -> c"), task("b"), task("c"), task("d"))
    world.done("a", "far")
    assert world.open == ["c"]
    world.done("c")
    assert world.open == ["d"]
    assert world.state.run("b") is None


def test_a_jump_back_plays_the_steps_below_again_as_runs_of_their_own() -> None:
    world = World(task("a"), task("b"), task("c", "done", "back -> a"), task("d"))
    for run in ("a", "b"):
        world.done(run)
    world.done("c", "back")
    assert world.open == ["a#2"]
    world.done("a#2")
    assert world.open == ["b#2"]
    world.done("b#2")
    world.done("c#2")
    assert world.open == ["d"]


def test_a_jump_to_a_step_that_is_open_does_not_open_it_twice_trap_52() -> None:
    world = World(task("a"), task("b", "over -> c"), task("c", after={"step": "a"}))
    world.done("a")
    world.done("b", "over")
    assert world.open == ["c"]


@pytest.mark.parametrize(("wait", "opens"), [("", 0 * HOUR), (" after 2h", 2 * HOUR)])
def test_a_jump_to_a_step_that_waits_gives_it_a_new_time_trap_51(
    wait: str, opens: timedelta
) -> None:
    late = task("c", after={"step": "a", "delay": "24h"})
    world = World(task("a"), task("b", f"over -> c{wait}"), late)
    world.done("a")
    world.done("b", "over")
    world.sleep(opens)
    assert world.open == ["c"]
    world.sleep(3 * DAY)
    assert [run.id for run in world.state.steps if run.step == "c"] == ["c"]


def test_a_step_that_outlasts_a_jump_back_is_not_done_twice() -> None:
    ask = step("follow_up", "ask", "happy!", after={"step": "a", "delay": "24h"})
    world = World(task("a"), task("b", "done", "back -> a", after={"step": "a"}), ask)
    world.done("a")
    world.done("b", "back")
    world.sleep(HOUR)
    world.done("a#2")
    world.done("b#2")
    world.sleep(DAY)
    world.done("ask", "happy")
    world.sleep(10 * DAY)
    assert [run.id for run in world.state.steps if run.step == "ask"] == ["ask"]


# -- notices and ends --------------------------------------------------------------------------


def test_a_notify_step_is_done_when_its_notice_was_handed_over() -> None:
    world = World(step("notify", "tell", to="vp"), task("next"), postman=none_end)
    assert world.with_status(StepStatus.RUNNING) == ["tell"]
    world.end(world.state.effects[0], DeliveryStatus.SENT)
    assert world.run("tell").status is StepStatus.DONE
    assert world.open == ["next"]


@pytest.mark.parametrize("status", [DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN])
def test_a_notice_that_cannot_be_handed_over_falls_back_and_then_fails_openly(
    status: DeliveryStatus,
) -> None:
    world = World(step("notify", "tell", to="vp"), task("next"), postman=none_end)
    world.end(world.state.effects[0], status)
    assert world.planned() == ["step_notice to vp", "step_notice to managers"]
    assert world.run("tell").status is StepStatus.RUNNING
    world.end(world.state.effects[0], status)
    assert world.run("tell").status is StepStatus.FAILED
    assert world.open == ["next"]


@pytest.mark.parametrize(
    ("to", "recipient"), [("assignee", "person"), ("managers", "managers"), ("vp", "vp")]
)
def test_a_notice_goes_to_whom_the_step_names(to: str, recipient: str) -> None:
    assert World(step("notify", "tell", to=to)).planned() == [f"step_notice to {recipient}"]


def test_when_all_steps_have_ended_somebody_is_asked_how_it_ends_trap_62() -> None:
    world = World(task("a"))
    world.done("a")
    assert world.open == [LAST_STEP]
    with pytest.raises(SkipForbidden):
        world.skipped(LAST_STEP)
    world.done(LAST_STEP, "solved")
    assert world.stands(Status.RESOLVED)


def test_whoever_wants_to_begin_again_at_the_end_can_do_so_as_often_as_needed() -> None:
    world = World(task("a", repeat={"limit": 1}))
    for lap in ("", "#2", "#3", "#4", "#5"):
        world.done(f"a{lap}")
        assert world.open == [f"{LAST_STEP}{lap}"]
        world.done(f"{LAST_STEP}{lap}", "again")
    assert world.open == ["a#6"]


def test_a_playbook_of_which_nothing_is_needed_asks_at_once_how_it_ends() -> None:
    assert World(task("a", when=LOW), task("b", when=LOW)).open == [LAST_STEP]


LONG = playbook(*(task(f"s{n}", when=LOW) for n in range(30)))


@pytest.mark.parametrize("book", [LONG, cases.RESCUE])
def test_thirty_steps_that_are_left_out_at_once_come_to_rest(book: Playbook) -> None:
    assert len(World(book=book).open) == 1


def test_only_a_person_who_may_can_end_the_case_by_an_outcome() -> None:
    world = World(task("a", "fixed -> resolve", owner="manager"))
    world.done("a", "fixed", PRIYA)
    assert world.stands(Status.RESOLVED)
