"""Traps that no other test is about: each is a complaint about another system (docs/traps.md)."""

import pytest

from domain import alerts
from domain.timeline import Teller
from models.actor import Actor
from models.alert import AlertKind, AlertRules
from models.command import (
    AddNote,
    Assign,
    Cancel,
    Change,
    CompleteStep,
    Direction,
    HandUp,
    Pause,
    Reopen,
    Requested,
    Resolve,
    Resume,
    SkipStep,
    SnoozeAlert,
    Undo,
)
from models.delivery import DeliveryStatus, EffectKind, PendingEffect
from models.errors import StepAlreadyEnded, StepNotOpen
from models.escalation import Status, StepStatus
from models.event import StepReminded
from models.messages import HouseRules
from models.severity import Severity
from tests.domain import cases
from tests.domain.cases import DAY, HOUR, MARCUS, MINUTE, NOON, PRIYA, SARAH, step, task
from tests.domain.policies import HOUSE, book
from tests.domain.world import World

HALF = 30 * MINUTE


def test_who_takes_a_case_and_forgets_it_is_reminded_and_a_pause_mutes_that_trap_34() -> None:
    pinned = book(cases.playbook(task("a", due={"within": "1h"})), HOUSE)
    world = World(pinned=pinned, assignee=None)
    world.do(Assign(assignee_id=SARAH.id, only_if_free=True, lapses_after=45 * MINUTE), SARAH)
    world.sleep(45 * MINUTE)
    assert world.state.assignee_id is None, "taken and not begun: it is anybody's again"
    world.do(Assign(assignee_id=SARAH.id), PRIYA)
    world.sleep(20 * MINUTE)
    assert len(world.facts(StepReminded)) == 1
    world.do(Pause(reason_id=cases.REASON, until=world.now + 5 * HOUR), MARCUS)
    world.sleep(5 * HOUR - MINUTE)
    assert len(world.facts(StepReminded)) == 1, "nobody is nagged about a case on hold"
    world.sleep(2 * HOUR)
    assert len(world.facts(StepReminded)) == 4, "and then it goes on where it was"


def test_a_time_set_by_hand_is_reminded_like_one_that_was_counted_trap_37() -> None:
    before = step("call", "call-before", "reached!", after={"before_appointment": "1h"})
    counted = World(before, task("b"), appointment_at=NOON + DAY)
    by_hand = World(before, task("b"), appointment_at=NOON + 9 * DAY)
    by_hand.do(Change(appointment_at=NOON + DAY))
    told = []
    for world in (counted, by_hand):
        world.sleep(3 * DAY)
        run = world.run("call-before")
        told.append((run.opened_at, run.due_at, run.reminders, world.planned()))
    assert told[0] == told[1]
    assert "step_reminder to person" in told[0][3]


def test_what_is_asked_of_one_run_is_never_done_to_another_trap_52() -> None:
    world = World(
        step("call", "call", "reached!", "nobody -> call after 10m", repeat={"limit": 3}), task("b")
    )
    world.done("call", "nobody")
    for asked in ("call", "call#2"):
        with pytest.raises((StepAlreadyEnded, StepNotOpen)):
            world.do(CompleteStep(step=asked, outcome="reached"))
    world.sleep(10 * MINUTE)
    with pytest.raises(StepAlreadyEnded):
        world.do(SkipStep(step="call", reason_id=cases.REASON))
    assert world.run("call#2").status is StepStatus.OPEN, "the screen was of the first call"


@pytest.mark.parametrize("fate", [None, DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN])
def test_a_notice_that_is_lost_does_not_stop_the_next_one_trap_53(
    fate: DeliveryStatus | None,
) -> None:
    def lose(effect: PendingEffect) -> DeliveryStatus | None:
        return fate if effect.kind is EffectKind.STEP_REMINDER else DeliveryStatus.SENT

    world = World(task("a", due={"within": "1h"}), postman=lose)
    world.sleep(DAY)
    assert world.times(StepReminded) == [HOUR, HOUR + HALF, 2 * HOUR, 2 * HOUR + HALF]
    assert "step_overdue to managers" in world.planned()


EVERYTHING: list[tuple[Requested, Actor]] = [
    (AddNote(content_id=cases.WORDS), SARAH),
    (cases.message(), SARAH),
    (cases.message(Direction.INBOUND), SARAH),
    (HandUp(reason_id=cases.REASON), SARAH),
    (Assign(assignee_id=MARCUS.id), PRIYA),
    (Change(severity=Severity.CRITICAL), PRIYA),
    (Change(appointment_at=NOON + DAY), PRIYA),
    (Pause(reason_id=cases.REASON, until=NOON + HOUR), PRIYA),
    (Resume(), PRIYA),
    (SkipStep(step="a", reason_id=cases.REASON), PRIYA),
    (CompleteStep(step="b", outcome="done"), PRIYA),
    (Resolve(), PRIYA),
    (Reopen(), PRIYA),
    (Cancel(), PRIYA),
]


def test_whatever_somebody_does_is_a_line_of_the_timeline_trap_63() -> None:
    world = World(pinned=book(cases.playbook(task("a"), task("b"), task("c")), HOUSE))
    teller = Teller(world.book.playbook, {}, {})
    for command, who in EVERYTHING:
        world.do(command, who)
        if isinstance(command, Resolve):
            world.do(Undo(undone=world.op_id), who)
            world.do(command, who)
        told = [event for event in world.events if event.op_id == world.op_id]
        assert told, f"{command.kind} left no trace"
        assert told[0].actor == who
        assert all(teller.sentence(event) for event in told)
    assert world.stands(Status.CANCELLED)


def test_an_alert_that_is_put_off_stays_so_when_the_case_comes_back_trap_41() -> None:
    pinned = cases.book_of(cases.RESCUE, HouseRules(alerts=AlertRules()))
    facts = pinned.facts.model_copy(update={"customer_annual_value": 10**9})
    world = World(pinned=pinned.model_copy(update={"facts": facts}))
    until = world.now + 2 * DAY

    def shown() -> list[AlertKind]:
        live = [one for one in alerts.live(world.state) if alerts.showing(one, world.now)]
        return [one.kind for one in live if one.kind is AlertKind.HIGH_VALUE]

    assert shown()
    number = next(one.n for one in world.state.alerts if one.kind is AlertKind.HIGH_VALUE)
    world.do(SnoozeAlert(alert=number, until=until), PRIYA)
    for _ in range(2):
        world.do(Resolve(), PRIYA)
        world.sleep(HOUR)
        world.do(Reopen(), PRIYA)
        assert not shown()
    world.sleep_until(until)
    assert shown() == [AlertKind.HIGH_VALUE]
