"""Reminders: a few, then the managers once, then quiet. Nobody is left waiting, nobody flooded."""

from typing import Any

import pytest

from models.command import Assign, Reopen, Resolve
from models.delivery import EffectKind
from models.escalation import Status, StepStatus
from models.event import EffectPlanned, StepEnded, StepReminded
from tests.domain import cases
from tests.domain.cases import DAY, HOUR, MINUTE, NOON, SECOND, step, task
from tests.domain.world import World

REMINDER, OVERDUE = EffectKind.STEP_REMINDER, EffectKind.STEP_OVERDUE


def one_task(**on_timeout: Any) -> World:
    """A case with one task that is due in an hour."""
    return World(task("a", due={"within": "1h"}, on_timeout=on_timeout))


def test_a_step_is_reminded_when_due_and_every_half_hour_three_times_then_the_managers_once() -> (
    None
):
    """Traps 35 and 36: each reminder is sent, each once, and then it is quiet."""
    world = one_task()
    world.sleep(60 * DAY)
    assert world.times(StepReminded) == [HOUR, 1.5 * HOUR, 2 * HOUR, 2.5 * HOUR]
    assert world.planned(REMINDER, OVERDUE) == [
        "step_reminder to person",
        "step_reminder to person",
        "step_reminder to person",
        "step_overdue to managers",
    ]
    assert world.open == ["a"]
    assert world.run("a").remind_at is None


def test_a_second_before_it_is_due_nobody_is_reminded() -> None:
    world = one_task()
    world.sleep(HOUR - SECOND)
    assert not world.facts(StepReminded)


def test_each_reminder_has_a_key_of_its_own_trap_36() -> None:
    world = one_task()
    world.sleep(DAY)
    keys = [fact.effect.key for fact in world.facts(EffectPlanned)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"remind_times": 0}, ["step_overdue"]),
        ({"remind_times": 1}, ["step_reminder", "step_overdue"]),
        ({"remind_times": 2, "escalate_to": None}, ["step_reminder", "step_reminder"]),
        ({"remind_times": 0, "escalate_to": None}, []),
    ],
)
def test_a_step_says_how_often_it_reminds_and_whether_the_managers_hear(
    rule: dict[str, Any], told: list[str]
) -> None:
    world = one_task(**rule)
    world.sleep(30 * DAY)
    assert [one.partition(" ")[0] for one in world.planned(REMINDER, OVERDUE)] == told


def test_after_a_long_outage_one_reminder_goes_out_and_the_others_in_their_time_trap_35() -> None:
    world = one_task()
    world.outage(10 * HOUR)
    world.catch_up()
    assert world.times(StepReminded) == [10 * HOUR]
    world.sleep(DAY)
    assert world.times(StepReminded) == [10 * HOUR, 10.5 * HOUR, 11 * HOUR, 11.5 * HOUR]


def test_a_step_that_was_done_reminds_nobody_trap_31() -> None:
    world = World(task("a", due={"within": "1h"}), task("b", due={"within": "90h"}))
    world.sleep(HOUR)
    world.done("a")
    world.sleep(DAY)
    assert world.planned(REMINDER, OVERDUE) == ["step_reminder to person"]


def test_each_reminder_goes_to_whoever_has_the_case_by_then_trap_40() -> None:
    """Each repeat reads the case anew; when nobody has it, the managers hear."""
    world = one_task()
    world.sleep(HOUR)
    world.do(Assign(assignee_id=cases.BEN.id))
    world.sleep(30 * MINUTE)
    world.do(Assign(assignee_id=None), cases.BEN)
    world.sleep(30 * MINUTE)
    to = [
        fact.effect.recipient for fact in world.facts(EffectPlanned) if fact.effect.kind is REMINDER
    ]
    assert [one.id for one in to] == [cases.SARAH.id, cases.BEN.id, None]


def test_resolving_ends_the_reminders_of_open_work_trap_17() -> None:
    world = one_task()
    world.do(Resolve())
    world.sleep(13 * DAY)
    assert not world.facts(StepReminded)


def test_a_promise_that_nobody_keeps_is_given_up_a_week_late_and_the_managers_hear() -> None:
    world = World(task("a", "fixed -> resolve"), step("follow_up", "ask", due={"within": "4h"}))
    world.done("a", "fixed")
    world.sleep(14 * DAY - SECOND)
    assert world.times(StepReminded) == [28 * HOUR, 28.5 * HOUR, 29 * HOUR, 29.5 * HOUR]
    assert world.run("ask").status is StepStatus.FAILED
    [ended] = [fact for fact in world.facts(StepEnded) if fact.run == "ask"]
    assert ended.why == "Nobody did it in time. The managers know."
    assert world.run("ask").ended_at == NOON + 28 * HOUR + 7 * DAY
    assert world.planned(EffectKind.PROMISE_MISSED) == ["promise_missed to managers"]
    world.sleep(SECOND)
    assert world.stands(Status.CLOSED)


def test_a_promise_of_a_case_in_work_is_never_given_up() -> None:
    world = World(task("a"), step("follow_up", "ask"))
    world.done("a")
    world.sleep(90 * DAY)
    assert world.open == ["ask"]


def test_a_case_that_is_reopened_reminds_anew_for_its_new_run_trap_36() -> None:
    world = one_task()
    world.sleep(DAY)
    world.do(Resolve())
    world.do(Reopen())
    world.sleep(DAY)
    runs = [fact.run for fact in world.facts(StepReminded)]
    assert runs == ["a"] * 4 + ["a#2"] * 4
