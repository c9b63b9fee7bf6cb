"""Snoozes: not now. A step leaves what is to be done, comes back by itself, and is never lost."""

from datetime import timedelta
from typing import Any

import pytest

from domain.due import due
from domain.standing import standing
from domain.timeline import Teller, words_of
from models.actor import Role
from models.command import (
    Assign,
    Author,
    Delegate,
    Direction,
    HandUp,
    Pause,
    Resolve,
    Resume,
    SnoozeStep,
    Undo,
)
from models.delivery import EffectKind
from models.errors import (
    NotAllowed,
    ReasonRequired,
    SnoozeInvalid,
    StepAlreadyEnded,
    StepNotOpen,
    StepUnknown,
)
from models.escalation import Status, StepStatus
from models.event import ClockBreached, StepReminded, StepSnoozed, StepWoken, WakeCause
from tests.domain import cases
from tests.domain.cases import BEN, DAY, HOUR, MINUTE, NOON, PRIYA, SARAH, SECOND, step, task
from tests.domain.world import World


def later(run: str, length: timedelta, world: World, *, why: bool = False) -> SnoozeStep:
    """Put a step off for so long."""
    return SnoozeStep(step=run, until=world.now + length, reason_id=cases.REASON if why else None)


def of_two_hours(**opened: Any) -> World:
    """A case with one task that is due in two hours."""
    return World(task("a", due={"within": "2h"}), **opened)


def to_do(world: World) -> str | None:
    """What `next` would show of this case."""
    now = standing(world.state, world.book.playbook)
    assert (now.rank_at is None) == (now.step is None)
    return now.step.run if now.step else None


def test_a_step_that_is_put_off_is_not_to_be_done_until_its_time_and_then_it_is() -> None:
    world = of_two_hours()
    world.do(later("a", HOUR, world))
    assert to_do(world) is None
    world.sleep(HOUR - SECOND)
    assert to_do(world) is None
    world.sleep(SECOND)
    assert to_do(world) == "a"
    assert world.times(StepWoken) == [HOUR]
    assert world.run("a").woken_at == NOON + HOUR


def test_a_snooze_is_no_pause_due_time_and_clocks_go_on() -> None:
    world = of_two_hours()
    before = world.state
    world.do(later("a", 9 * HOUR, world, why=True))
    assert world.run("a").due_at == before.steps[0].due_at
    assert world.state.clocks == before.clocks
    world.sleep(8 * HOUR)
    assert len(world.facts(ClockBreached)) == 2


def test_each_snooze_is_a_line_in_the_timeline_with_its_step_and_reason_traps_52_63() -> None:
    world = of_two_hours()
    world.do(later("a", 3 * HOUR, world, why=True))
    world.do(later("a", 4 * HOUR, world, why=True))
    world.sleep(DAY)
    teller = Teller(world.book.playbook, {}, {"a": "Do a"})
    told = [one for one in world.events if isinstance(one.fact, StepSnoozed | StepWoken)]
    assert [teller.sentence(one) for one in told] == [
        "Put off until 2026-03-02 15:00 UTC: Do a.",
        "Put off until 2026-03-02 16:00 UTC: Do a.",
        "Back on the list: Do a.",
    ]
    assert [words_of(one) for one in told] == [cases.REASON, cases.REASON, None]
    assert {(one.fact.run, one.fact.step) for one in told if isinstance(one.fact, StepSnoozed)} == {
        ("a", "a")
    }


def test_of_two_runs_of_a_step_only_the_one_that_is_meant_is_put_off_trap_52() -> None:
    world = World(
        task("a", "done", "again -> a", due={"within": "2h"}), task("b", after={"step": "a"})
    )
    world.done("a", "again")
    with pytest.raises(StepAlreadyEnded):
        world.do(later("a", HOUR, world))
    world.do(later("a#2", HOUR, world))
    assert [fact.run for fact in world.facts(StepSnoozed)] == ["a#2"]


def test_beside_a_step_that_was_put_off_the_other_one_is_to_be_done() -> None:
    world = World(task("a", group="g"), task("b", group="g"))
    world.do(later("a", HOUR, world))
    assert to_do(world) == "b"


@pytest.mark.parametrize("length", [timedelta(0), -HOUR, 7 * DAY + SECOND])
def test_it_comes_back_in_the_future_and_within_a_week(length: timedelta) -> None:
    world = of_two_hours()
    with pytest.raises(SnoozeInvalid):
        world.do(later("a", length, world, why=True))


def test_beyond_its_due_time_it_takes_a_reason() -> None:
    world = of_two_hours()
    with pytest.raises(ReasonRequired):
        world.do(later("a", 2 * HOUR + SECOND, world))
    world.do(later("a", 2 * HOUR, world))
    world.do(later("a", 7 * DAY, world, why=True))


def test_a_question_is_not_put_off_beyond_its_end() -> None:
    world = World(
        step("approval", "ask", "yes+", "no", due={"within": "2h"}, expires_as="no"),
        assignee=PRIYA,
    )
    with pytest.raises(SnoozeInvalid):
        world.do(later("ask", 3 * HOUR, world, why=True), PRIYA)
    world.do(later("ask", 2 * HOUR, world), cases.PRIYA.model_copy(update={"id": cases.WORDS}))
    world.sleep(2 * HOUR)
    assert world.run("ask").status is StepStatus.FAILED


def test_only_an_open_step_is_put_off_and_only_by_who_may_do_it() -> None:
    world = World(task("a", owner="manager"), task("b"))
    with pytest.raises(StepNotOpen):
        world.do(later("b", MINUTE, world))
    with pytest.raises(StepUnknown):
        world.do(later("c", MINUTE, world))
    with pytest.raises(NotAllowed):
        world.do(later("a", MINUTE, world))
    world.do(later("a", MINUTE, world), PRIYA)


def test_whoever_puts_a_step_of_a_free_case_off_has_the_case() -> None:
    world = of_two_hours(assignee=None)
    world.do(later("a", HOUR, world))
    assert world.state.assignee_id == SARAH.id


def test_nobody_is_reminded_of_what_was_put_off_until_it_is_back() -> None:
    world = of_two_hours()
    world.do(later("a", 5 * HOUR, world, why=True))
    world.sleep(5 * HOUR - SECOND)
    assert not world.facts(StepReminded)
    world.sleep(SECOND)
    assert world.times(StepReminded) == [5 * HOUR]


def test_a_step_that_was_put_off_can_be_done_all_the_same() -> None:
    world = of_two_hours()
    world.do(later("a", HOUR, world))
    world.done("a")
    assert world.run("a").snoozed_until is None
    world.sleep(DAY)
    assert not world.facts(StepWoken)


def test_the_customer_wakes_what_was_put_off_and_a_robot_or_thanks_do_not() -> None:
    world = of_two_hours()
    world.do(later("a", HOUR, world))
    world.do(cases.message(Direction.INBOUND, Author.AUTO_REPLY))
    world.do(cases.message(Direction.INBOUND, thanks=True))
    world.do(cases.message())
    assert to_do(world) is None
    world.do(cases.message(Direction.INBOUND))
    assert to_do(world) == "a"
    assert [fact.cause for fact in world.facts(StepWoken)] == [WakeCause.REPLY]


@pytest.mark.parametrize(
    "command",
    [Assign(assignee_id=BEN.id), Assign(assignee_id=None), HandUp(reason_id=cases.REASON)],
)
def test_what_one_person_put_off_the_next_one_sees(command: Assign | HandUp) -> None:
    world = of_two_hours()
    world.do(later("a", HOUR, world))
    world.do(command)
    assert to_do(world) == "a"
    assert [fact.cause for fact in world.facts(StepWoken)] == [WakeCause.HANDED]


def test_a_question_that_was_put_off_is_there_for_whoever_is_asked_instead() -> None:
    asked = step("approval", "ask", "yes+", "no", due={"within": "2h"}, expires_as="no")
    world = World(asked, assignee=PRIYA)
    mona = PRIYA.model_copy(update={"id": cases.WORDS})
    world.do(later("ask", HOUR, world), mona)
    world.do(Delegate(step="ask", to_id=cases.REASON, to_role=Role.MANAGER), mona)
    assert to_do(world) == "ask"


def test_a_promise_that_was_put_off_comes_back_in_a_case_that_was_resolved_meanwhile() -> None:
    world = World(task("a"), step("follow_up", "ask", due={"within": "4h"}))
    world.done("a")
    world.sleep(DAY)
    world.do(later("ask", 3 * HOUR, world))
    world.do(Resolve())
    assert world.run("ask").status is StepStatus.OPEN
    assert to_do(world) is None
    world.sleep(3 * HOUR)
    assert to_do(world) == "ask"


def test_a_promise_is_not_given_up_while_it_sleeps_nor_on_the_day_it_comes_back() -> None:
    world = World(task("a"), step("follow_up", "ask", due={"within": "1h"}))
    world.done("a")
    world.sleep(DAY)
    world.sleep(6 * DAY)
    world.do(later("ask", 7 * DAY, world, why=True))
    world.do(Resolve())
    world.sleep(7 * DAY)
    assert to_do(world) == "ask"
    world.sleep(DAY - SECOND)
    assert world.run("ask").status is StepStatus.OPEN
    world.sleep(SECOND)
    assert world.run("ask").status is StepStatus.FAILED
    assert world.planned(EffectKind.PROMISE_MISSED)


def test_in_a_resolved_case_a_promise_is_not_put_off_beyond_its_last_chance() -> None:
    world = World(task("a"), step("follow_up", "ask", due={"within": "1h"}))
    world.done("a")
    world.sleep(DAY)
    world.do(Resolve())
    world.sleep(2 * DAY)
    with pytest.raises(SnoozeInvalid):
        world.do(later("ask", 6 * DAY, world, why=True))
    world.do(later("ask", 5 * DAY, world, why=True))


def test_after_an_outage_it_comes_back_at_once_and_once() -> None:
    world = of_two_hours()
    world.do(later("a", HOUR, world))
    world.outage(10 * HOUR)
    world.catch_up()
    assert world.times(StepWoken) == [10 * HOUR]
    assert to_do(world) == "a"


def test_in_a_case_on_hold_it_sleeps_until_the_case_goes_on() -> None:
    world = of_two_hours()
    world.do(later("a", HOUR, world))
    world.do(Pause(reason_id=cases.REASON), PRIYA)
    world.sleep(3 * HOUR)
    assert not world.facts(StepWoken)
    world.do(Resume(), PRIYA)
    assert world.times(StepWoken) == [3 * HOUR]
    assert to_do(world) == "a"


def test_a_snooze_can_be_taken_back_for_ten_seconds() -> None:
    world = of_two_hours()
    world.do(later("a", HOUR, world))
    world.do(Undo(undone=world.op_id))
    assert to_do(world) == "a"
    deadline = due(world.state)
    assert deadline is not None
    assert "wake" not in deadline.what


def test_a_case_that_is_over_has_nothing_asleep() -> None:
    world = of_two_hours()
    world.do(later("a", HOUR, world))
    world.do(Resolve())
    world.sleep(20 * DAY)
    assert world.stands(Status.CLOSED)
    assert not world.facts(StepWoken)
