"""Steps before an appointment: known, unknown, moved earlier, later, or after the call was done."""

from datetime import datetime

import pytest

from models.command import Change, CompleteStep, Resolve
from models.escalation import Status, StepStatus
from models.event import EscalationOpened, StepEnded, StepOpened, StepWaiting
from tests.domain import cases
from tests.domain.cases import DAY, HOUR, MINUTE, NOON, SARAH, SECOND, step, task
from tests.domain.world import World, none_end

VISIT = NOON + 3 * DAY
FIX = task("fix", "fixed -> resolve")
BEFORE = step("call", "call-before", "reached!", after={"before_appointment": "1h"})
PROMISED = BEFORE.model_copy(update={"promised": True})


def rescheduled(world: World, at: datetime) -> None:
    """The appointment moves."""
    world.do(Change(appointment_at=at))


def test_a_step_before_an_appointment_opens_so_long_before_it() -> None:
    world = World(task("a"), BEFORE, appointment_at=VISIT)
    world.done("a")
    world.sleep_until(VISIT - HOUR - SECOND)
    assert world.waiting == ["call-before"]
    world.sleep(SECOND)
    assert world.open == ["call-before"]


def test_a_step_before_an_appointment_never_opens_before_its_turn() -> None:
    world = World(task("a"), BEFORE, appointment_at=NOON + 2 * HOUR)
    world.sleep(90 * MINUTE)
    assert world.state.run("call-before") is None
    world.done("a")
    assert world.open == ["call-before"]


def test_without_an_appointment_the_step_is_left_out_and_comes_back_when_one_is_known() -> None:
    world = World(task("a"), BEFORE, task("c"))
    world.done("a")
    [left_out] = [fact for fact in world.facts(StepEnded) if fact.run == "call-before"]
    assert left_out.why == "No appointment is known."
    rescheduled(world, VISIT)
    assert world.waiting == ["call-before#2"]
    assert world.open == ["c"]


@pytest.mark.parametrize("moved", [VISIT - DAY, VISIT + DAY])
def test_an_appointment_that_moves_takes_the_waiting_step_with_it_trap_51(
    moved: datetime,
) -> None:
    world = World(task("a"), BEFORE, appointment_at=VISIT)
    world.done("a")
    rescheduled(world, moved)
    world.sleep(30 * DAY)
    assert world.times(StepOpened)[-1] == moved - HOUR - NOON
    assert [run.id for run in world.state.steps if run.step == "call-before"] == ["call-before"]


def test_an_appointment_that_moves_close_or_into_the_past_opens_the_waiting_step_now() -> None:
    for moved in (NOON + MINUTE, NOON - DAY):
        world = World(task("a"), BEFORE, appointment_at=VISIT)
        world.done("a")
        rescheduled(world, moved)
        assert world.open == ["call-before"]


def test_an_appointment_that_moves_after_the_call_was_done_is_called_about_again() -> None:
    world = World(task("a"), BEFORE, appointment_at=VISIT)
    world.done("a")
    world.sleep_until(VISIT - HOUR)
    world.done("call-before", "reached")
    rescheduled(world, VISIT + DAY)
    assert world.waiting == ["call-before#2"]
    rescheduled(world, VISIT + 2 * DAY)
    assert len(world.facts(StepWaiting)) == 3
    assert world.run("call-before#2").opens_at == VISIT + 2 * DAY - HOUR


def test_the_same_appointment_again_and_one_that_is_past_call_for_nothing_new() -> None:
    done = {"id": "when", "label": "When", "kind": "moment", "sets": "appointment_at"}
    world = World(task("a", fields=[done]), BEFORE, task("c", fields=[done]), appointment_at=VISIT)
    world.done("a", appointment_at=VISIT)
    world.sleep_until(VISIT - HOUR)
    world.done("call-before", "reached")
    world.done("c", appointment_at=VISIT)
    assert world.state.run("call-before#2") is None
    rescheduled(world, NOON)
    assert world.state.run("call-before#2") is None


def test_a_step_that_is_open_stays_open_when_the_appointment_moves() -> None:
    world = World(task("a"), BEFORE, appointment_at=NOON + 30 * MINUTE)
    world.done("a")
    rescheduled(world, VISIT)
    assert world.open == ["call-before"]


def test_a_notice_under_way_is_not_planned_again_when_the_appointment_moves() -> None:
    tell = step("notify", "tell", after={"before_appointment": "1h"})
    world = World(task("a"), tell, appointment_at=NOON, postman=none_end)
    world.done("a")
    rescheduled(world, VISIT)
    assert world.run("tell").status is StepStatus.RUNNING


def test_a_promised_call_follows_the_appointment_after_the_case_was_resolved() -> None:
    world = World(FIX, PROMISED, appointment_at=VISIT)
    world.done("fix", "fixed")
    rescheduled(world, VISIT + DAY)
    assert world.run("call-before").opens_at == VISIT + DAY - HOUR


def test_a_moved_appointment_brings_back_no_step_that_nobody_promised_in_a_resolved_case() -> None:
    world = World(task("a"), BEFORE, appointment_at=VISIT)
    world.done("a")
    world.do(Resolve())
    rescheduled(world, VISIT + DAY)
    assert all(run.ended for run in world.state.steps)
    world.sleep(14 * DAY)
    assert world.stands(Status.CLOSED)


def test_a_moved_appointment_brings_back_no_step_whose_condition_is_not_true() -> None:
    picky = step(
        "call",
        "call-before",
        "reached!",
        after={"before_appointment": "1h"},
        when={"field": "severity", "op": "is", "value": "low"},
    )
    world = World(task("a"), picky, task("c"), appointment_at=VISIT)
    world.done("a")
    rescheduled(world, VISIT + DAY)
    assert world.open == ["c"]
    assert world.waiting == []


@pytest.mark.parametrize("at", [cases.LONG_AGO, cases.FAR_AWAY])
def test_an_appointment_at_the_edge_of_the_calendar_breaks_nothing(at: datetime) -> None:
    world = World(BEFORE, task("c"), appointment_at=at)
    assert isinstance(world.events[0].fact, EscalationOpened)
    rescheduled(world, VISIT)
    rescheduled(world, at)
    world.sleep(10 * DAY)


def test_a_command_that_moves_the_appointment_and_ends_the_case_does_both() -> None:
    when = {"id": "when", "label": "When", "kind": "moment", "sets": "appointment_at"}
    world = World(task("fix", "fixed -> resolve", fields=[when]), PROMISED)
    world.do(CompleteStep(step="fix", outcome="fixed", appointment_at=VISIT), SARAH)
    assert world.stands(Status.RESOLVED)
    assert world.waiting == ["call-before"]
