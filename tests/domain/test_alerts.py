"""Alerts: one for each occasion, whatever comes twice; gone when it is seen or no longer true."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain import alerts
from domain.story import Story
from models import event as ev
from models.actor import ENGINE, Actor, Person, Role
from models.alert import Alert, AlertFor, AlertKind
from models.command import (
    Acknowledge,
    AddNote,
    Pause,
    Resolve,
    Resume,
    SnoozeAlert,
    Undo,
)
from models.errors import AlertUnknown, NotAllowed, SnoozeInvalid
from models.sentiment import Mood
from models.signal import SignalKind
from tests.domain import cases
from tests.domain.alerted import RULES, alerted, kinds, read, writes
from tests.domain.cases import BEN, DAY, HOUR, MARCUS, MINUTE, PRIYA, SARAH
from tests.domain.policies import HOUSE, book as pinned
from tests.domain.world import World


def test_a_clock_that_warns_and_breaches_alerts_the_owner_then_the_managers() -> None:
    world = alerted()
    world.sleep_until(world.state.clocks[0].warn_at)
    [warning] = alerts.live(world.state)
    assert (warning.kind, warning.audience) == (AlertKind.SLA_WARNING, AlertFor.OWNER)
    assert warning.occasion.startswith("first_response#1")
    assert warning.due_at == world.state.clocks[0].due_at
    world.sleep_until(world.state.clocks[0].due_at)
    first = [one for one in alerts.live(world.state) if one.occasion.startswith("first_response")]
    assert [(one.kind, one.audience) for one in first] == [
        (AlertKind.SLA_BREACH, AlertFor.MANAGERS)
    ]


def test_an_answer_ends_the_alert_about_its_clock() -> None:
    world = alerted()
    world.sleep_until(world.state.clocks[0].warn_at)
    world.do(cases.message())
    assert AlertKind.SLA_WARNING not in kinds(world)


def test_an_overdue_step_alerts_once_and_until_it_is_done() -> None:
    world = alerted()
    remind_at = world.run("own").remind_at
    assert remind_at is not None
    world.sleep_until(remind_at)
    overdue = [one for one in alerts.live(world.state) if one.kind is AlertKind.OVERDUE_STEP]
    assert [(one.step, one.audience) for one in overdue] == [("own", AlertFor.OWNER)]
    assert overdue[0].due_at == world.run("own").due_at
    world.sleep(2 * DAY)
    raised = [one for one in world.state.alerts if one.kind is AlertKind.OVERDUE_STEP]
    assert len(raised) == 1
    world.done("own")
    assert AlertKind.OVERDUE_STEP not in kinds(world)


def test_the_third_touch_is_for_the_seniors() -> None:
    world = alerted()
    writes(world)
    world.do(cases.message())
    assert AlertKind.TOUCHES not in kinds(world)
    writes(world)
    [found] = [one for one in alerts.live(world.state) if one.kind is AlertKind.TOUCHES]
    assert found.audience is AlertFor.SENIORS


@pytest.mark.parametrize(("value", "expected"), [(500_000, 0), (500_001, 1)])
def test_more_than_five_thousand_a_year_is_for_the_managers(value: int, expected: int) -> None:
    book = cases.book_of(cases.RESCUE, RULES)
    facts = book.facts.model_copy(update={"customer_annual_value": value})
    world = World(pinned=book.model_copy(update={"facts": facts}))
    found = [one for one in alerts.live(world.state) if one.kind is AlertKind.HIGH_VALUE]
    assert [one.audience for one in found] == [AlertFor.MANAGERS] * expected


def test_a_case_of_before_there_were_alerts_has_none_and_nobody_reads_its_words() -> None:
    world = World(cases.task("own"))
    writes(world, SignalKind.CANCEL)
    world.sleep(2 * DAY)
    assert world.state.alerts == ()
    assert world.state.unread == ()
    assert world.state.signals == ()


def test_who_saw_an_alert_ends_it_and_may_say_so_twice() -> None:
    world = alerted()
    writes(world, SignalKind.CANCEL)
    [told] = world.do(Acknowledge(alert=1), BEN)
    assert told == ev.AlertSeen(alert=1)
    assert world.do(Acknowledge(alert=1), BEN) == []
    assert kinds(world) == []
    assert world.state.alerts[0].seen_by == BEN.id
    writes(world)
    assert AlertKind.SIGNAL_WORDS not in kinds(world)


def test_an_alert_that_is_put_off_comes_back_by_itself_and_lasts_as_long_again() -> None:
    world = alerted()
    writes(world, SignalKind.CANCEL)
    until = world.now + HOUR
    world.do(SnoozeAlert(alert=1, until=until), BEN)
    [alert] = alerts.live(world.state)
    assert not alerts.showing(alert, world.now + 59 * MINUTE)
    world.sleep_until(until)
    alert = next(one for one in alerts.live(world.state) if one.n == 1)
    assert alert.snoozed_until is None
    assert alerts.showing(alert, until)
    assert alerts.showing(alert, until + DAY - timedelta(seconds=1))
    assert not alerts.showing(alert, until + DAY)


@pytest.mark.parametrize("wait", [-HOUR, timedelta(0), 8 * DAY])
def test_an_alert_cannot_be_put_off_into_the_past_or_for_ever(wait: timedelta) -> None:
    world = alerted()
    writes(world, SignalKind.CANCEL)
    with pytest.raises(SnoozeInvalid):
        world.do(SnoozeAlert(alert=1, until=world.now + wait), BEN)


def test_an_alert_that_was_seen_cannot_be_put_off() -> None:
    world = alerted()
    writes(world, SignalKind.CANCEL)
    world.do(Acknowledge(alert=1), BEN)
    with pytest.raises(SnoozeInvalid):
        world.do(SnoozeAlert(alert=1, until=world.now + HOUR), BEN)


def test_an_alert_that_is_not_there_is_said_so() -> None:
    with pytest.raises(AlertUnknown):
        alerted().do(Acknowledge(alert=7), PRIYA)


def test_a_case_raises_a_hundred_alerts_at_most() -> None:
    world = alerted()
    worse = world.state.model_copy(update={"mood": Mood(drops=tuple(range(150)))})
    story = Story(world.book, worse, world.now, ENGINE, None)
    alerts.watch(story)
    alerts.watch(story)
    assert [one.n for one in story.state.alerts] == list(range(1, 101))


def test_what_is_resolved_alerts_nobody_of_the_trouble_that_was() -> None:
    world = alerted()
    writes(world, SignalKind.CANCEL)
    world.do(Resolve(), PRIYA)
    assert kinds(world) == []


def test_alerts_and_what_was_read_do_not_keep_a_step_from_being_taken_back() -> None:
    world = alerted(cases.task("own"), cases.task("next"))
    words = writes(world, SignalKind.CANCEL)
    world.done("own")
    done = world.op_id
    read(world, words, -0.9)
    world.do(Acknowledge(alert=1), BEN)
    world.do(AddNote(content_id=cases.WORDS))
    world.do(Undo(undone=done))
    assert not world.run("own").ended
    assert world.state.alerts[0].seen_at is not None


def _may(actor: Actor, audience: AlertFor) -> bool:
    world = alerted()
    alert = Alert(
        n=1,
        kind=AlertKind.HIGH_VALUE,
        occasion="value",
        audience=audience,
        raised_at=world.now,
        expires_at=world.now + DAY,
    )
    world.state = world.state.model_copy(update={"alerts": (alert,)})
    try:
        world.do(Acknowledge(alert=1), actor)
    except NotAllowed:
        return False
    return True


def test_an_alert_is_answered_by_those_whom_it_concerns_or_by_who_is_above() -> None:
    """Sarah has the case; Ben is an agent beside her, Marcus a senior, Priya a manager."""
    told = {
        audience: [_may(one, audience) for one in (SARAH, BEN, MARCUS, PRIYA)]
        for audience in AlertFor
    }
    assert told == {
        AlertFor.OWNER: [True, False, True, True],
        AlertFor.SENIORS: [False, False, True, True],
        AlertFor.MANAGERS: [False, False, False, True],
        AlertFor.RETENTION: [True, True, True, True],
    }


def test_an_alert_is_listed_for_those_whom_it_concerns() -> None:
    def person(role: Role, n: int) -> Person:
        return Person(id=UUID(int=n), email=f"p{n}@demo.test", name="P", role=role)

    team = [person(role, n) for n, role in enumerate(Role)]
    alert = Alert(
        n=1,
        kind=AlertKind.HIGH_VALUE,
        occasion="value",
        audience=AlertFor.OWNER,
        raised_at=cases.NOON,
        expires_at=cases.NOON + DAY,
    )

    def listed(
        audience: AlertFor, owner: UUID | None, keeps: bool, rank: int = 1, *, seniors: bool = True
    ) -> list[Role]:
        one = alert.model_copy(update={"audience": audience})
        return [
            who.role
            for who in team
            if alerts.concerns(one, who, owner, rank=rank, keeps_customers=keeps, seniors=seniors)
        ]

    mine = team[0].id
    assert listed(AlertFor.OWNER, mine, keeps=True) == [Role.AGENT]
    assert listed(AlertFor.OWNER, None, keeps=True) == [Role.AGENT, Role.SENIOR, Role.MANAGER]
    assert listed(AlertFor.OWNER, None, keeps=True, rank=2) == [Role.SENIOR, Role.MANAGER]
    assert listed(AlertFor.SENIORS, mine, keeps=True) == [Role.SENIOR]
    assert Role.MANAGER in listed(AlertFor.SENIORS, mine, keeps=True, seniors=False)
    assert listed(AlertFor.MANAGERS, mine, keeps=True) == [Role.MANAGER]
    assert listed(AlertFor.RETENTION, mine, keeps=False) == []
    workers = [role for role in Role if role is not Role.ADMIN]
    assert listed(AlertFor.RETENTION, mine, keeps=True) == workers


def test_a_hold_moves_a_clock_and_alerts_nobody_anew_of_what_was_missed() -> None:
    world = World(
        pinned=pinned(cases.playbook(cases.task("own")), HOUSE).model_copy(update={"rules": RULES})
    )
    world.sleep_until(world.state.clocks[0].due_at)
    raised = [one.occasion for one in world.state.alerts if one.kind is AlertKind.SLA_BREACH]
    assert raised
    for _ in range(3):
        world.do(Pause(reason_id=cases.REASON), PRIYA)
        world.sleep(MINUTE)
        world.do(Resume(), PRIYA)
    again = [one.occasion for one in world.state.alerts if one.kind is AlertKind.SLA_BREACH]
    assert again == raised
