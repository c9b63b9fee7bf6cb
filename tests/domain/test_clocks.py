"""Clocks: how a case begins, what counts as a first answer, warnings, misses, changed severity."""

from datetime import datetime, timedelta
from itertools import product

import pytest

from domain.standing import due_first
from models.command import (
    Author,
    Cancel,
    Change,
    Channel,
    Command,
    Direction,
    RecordMessage,
    Resolve,
    Visibility,
)
from models.delivery import DeliveryStatus, EffectKind
from models.escalation import Status
from models.event import (
    Changed,
    ClockBreached,
    ClockMet,
    ClocksSet,
    ClockWarned,
    EffectPlanned,
    EscalationOpened,
    StepOpened,
)
from models.severity import Severity
from models.sla import ClockKind
from tests.domain import cases
from tests.domain.cases import DAY, HOUR, MINUTE, NOON, SECOND, message, step, task
from tests.domain.world import World, none_end

FIRST, RESOLUTION = ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION


def test_a_case_begins_opened_with_its_clocks_and_its_first_step() -> None:
    world = World()
    assert [type(event.fact) for event in world.events] == [
        EscalationOpened,
        ClocksSet,
        StepOpened,
    ]
    assert [event.seq for event in world.events] == [1, 2, 3]
    assert {event.op_id for event in world.events} == {world.opening.op_id}
    assert world.stands(Status.OPEN)
    assert world.open == ["call-now"]
    assert world.run("call-now").due_at == NOON + 15 * MINUTE


def test_clocks_count_from_the_moment_the_customer_turned_to_us() -> None:
    world = World(received_at=NOON - 10 * MINUTE)
    assert world.clock(FIRST).due_at == NOON + 20 * MINUTE
    assert world.clock(RESOLUTION).due_at == NOON - 10 * MINUTE + 8 * HOUR


def test_a_playbook_tightens_the_solution_and_never_loosens_it() -> None:
    short = World(book=cases.playbook(task("a"), resolve_within="2h"))
    long = World(book=cases.playbook(task("a"), resolve_within="90h"))
    assert short.clock(RESOLUTION).due_at == NOON + 2 * HOUR
    assert long.clock(RESOLUTION).due_at == NOON + 8 * HOUR


# -- first answer ------------------------------------------------------------------------------

MATRIX = list(product(Author, Visibility, Direction, Channel))


@pytest.mark.parametrize(("author", "visibility", "direction", "channel"), MATRIX)
def test_only_a_persons_public_word_to_the_customer_is_a_first_answer_traps_26_27(
    author: Author, visibility: Visibility, direction: Direction, channel: Channel
) -> None:
    world = World()
    world.do(message(direction, author, visibility, channel))
    answered = (author, visibility, direction) == (
        Author.HUMAN,
        Visibility.PUBLIC,
        Direction.OUTBOUND,
    )
    assert (world.clock(FIRST).met_at is not None) == answered
    assert (world.state.first_response_at is not None) == answered
    assert world.clock(RESOLUTION).running


@pytest.mark.parametrize(("outcome", "answered"), [("reached", True), ("no-answer", False)])
def test_a_call_is_a_first_answer_when_it_reached_the_customer_trap_26(
    outcome: str, answered: bool
) -> None:
    world = World()
    world.done("call-now", outcome)
    assert (world.clock(FIRST).met_at is not None) == answered
    assert world.state.touches == int(answered)


def test_a_skipped_step_answers_nobody() -> None:
    world = World(task("a", "done!"))
    world.skipped("a")
    assert world.clock(FIRST).running


@pytest.mark.parametrize(
    ("sent", "touches", "customer_last"),
    [
        ([message()], 1, False),
        ([message(), message(Direction.INBOUND)], 2, True),
        ([message(visibility=Visibility.INTERNAL)], 0, True),
        ([message(), message(Direction.INBOUND, Author.AUTO_REPLY)], 1, False),
        ([message(author=Author.AUTO_REPLY)], 0, True),
        ([message(author=Author.BOT)], 1, True),
    ],
)
def test_a_robot_takes_nobodys_turn_traps_24_27(
    sent: list[RecordMessage], touches: int, customer_last: bool
) -> None:
    world = World()
    for one in sent:
        world.do(one)
    assert world.state.touches == touches
    assert world.state.customer_spoke_last is customer_last


def test_the_first_answer_is_given_only_once() -> None:
    world = World()
    world.do(message())
    world.sleep(MINUTE)
    world.do(message())
    world.done("call-now", "reached")
    assert len(world.facts(ClockMet)) == 1
    assert world.state.first_response_at == NOON


# -- warnings and misses -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("severity", "kind", "warned", "missed"),
    [
        (Severity.CRITICAL, FIRST, 7.5 * MINUTE, 15 * MINUTE),
        (Severity.HIGH, FIRST, 15 * MINUTE, 30 * MINUTE),
        (Severity.MEDIUM, FIRST, 90 * MINUTE, 2 * HOUR),
        (Severity.LOW, FIRST, 3.5 * HOUR, 4 * HOUR),
        (Severity.CRITICAL, RESOLUTION, 3.5 * HOUR, 4 * HOUR),
        (Severity.HIGH, RESOLUTION, 7.5 * HOUR, 8 * HOUR),
        (Severity.MEDIUM, RESOLUTION, 23.5 * HOUR, 24 * HOUR),
        (Severity.LOW, RESOLUTION, 39.5 * HOUR, 40 * HOUR),
    ],
)
def test_a_warning_comes_half_an_hour_before_or_at_half_of_a_short_target(
    severity: Severity, kind: ClockKind, warned: timedelta, missed: timedelta
) -> None:
    world = World(severity=severity)
    world.sleep(3 * DAY)
    told = {
        (event.fact.fact, event.fact.clock): event.at - NOON
        for event in world.events
        if isinstance(event.fact, ClockWarned | ClockBreached)
    }
    assert told["clock_warned", kind] == warned
    assert told["clock_breached", kind] == missed


def test_each_clock_warns_once_and_is_missed_once_however_long_it_takes_trap_35() -> None:
    world = World()
    world.sleep(60 * DAY)
    assert [fact.clock for fact in world.facts(ClockWarned)] == [FIRST, RESOLUTION]
    assert [fact.clock for fact in world.facts(ClockBreached)] == [FIRST, RESOLUTION]
    assert world.planned(EffectKind.SLA_WARNING) == ["sla_warning to person"] * 2
    assert sorted(world.planned(EffectKind.SLA_BREACH)) == sorted(
        ["sla_breach to managers", "sla_breach to person"] * 2
    )


def test_a_second_before_its_time_nothing_happens() -> None:
    world = World()
    world.sleep(15 * MINUTE - SECOND)
    assert not world.facts(ClockWarned)
    world.sleep(SECOND)
    assert len(world.facts(ClockWarned)) == 1


def test_after_a_long_outage_the_warning_comes_before_the_miss_and_each_once_trap_28() -> None:
    world = World()
    world.outage(DAY)
    world.catch_up()
    rang = [(f.fact, f.clock) for f in world.facts(ClockWarned, ClockBreached)]
    assert rang == [
        ("clock_warned", FIRST),
        ("clock_breached", FIRST),
        ("clock_warned", RESOLUTION),
        ("clock_breached", RESOLUTION),
    ]
    world.sleep(30 * DAY)
    assert len(world.facts(ClockWarned, ClockBreached)) == 4


def test_a_miss_in_a_case_that_nobody_has_is_told_to_the_managers_once_trap_30() -> None:
    world = World(assignee=None)
    world.sleep(HOUR)
    assert world.planned(EffectKind.SLA_WARNING) == ["sla_warning to managers"]
    assert world.planned(EffectKind.SLA_BREACH) == ["sla_breach to managers"]


@pytest.mark.parametrize(
    ("after", "late"), [(30 * MINUTE - SECOND, False), (30 * MINUTE, True), (HOUR, True)]
)
def test_an_answer_at_the_deadline_itself_is_late(after: timedelta, late: bool) -> None:
    """Intervals are half-open: at its deadline a target is used up."""
    for pass_time in (World.sleep, World.outage):
        world = World()
        pass_time(world, after)
        world.do(message())
        assert [fact.late for fact in world.facts(ClockMet)] == [late]
        assert len(world.facts(ClockBreached)) == int(late)


@pytest.mark.parametrize("end", [Resolve(), Cancel()])
def test_a_miss_during_an_outage_is_on_record_though_a_command_was_faster_than_the_timer(
    end: Command,
) -> None:
    world = World()
    world.outage(HOUR)
    told = world.do(end, cases.PRIYA)
    missed = [fact for fact in told if isinstance(fact, ClockBreached)]
    assert [(fact.clock, fact.epoch) for fact in missed] == [(FIRST, 1)]
    assert not world.planned(EffectKind.SLA_BREACH)


# -- severity ----------------------------------------------------------------------------------


def test_a_new_severity_moves_the_clocks_and_the_log_has_old_and_new_trap_16() -> None:
    world = World(severity=Severity.LOW)
    world.do(Change(severity=Severity.HIGH), cases.MARCUS)
    [changed] = world.facts(Changed)
    assert (changed.previous_severity, changed.severity) == (Severity.LOW, Severity.HIGH)
    assert world.clock(FIRST).due_at == NOON + 30 * MINUTE
    assert world.clock(RESOLUTION).due_at == NOON + 8 * HOUR
    assert world.clock(FIRST).epoch == world.clock(RESOLUTION).epoch == 2


def test_a_clock_that_was_met_stays_met_whatever_the_severity_becomes() -> None:
    world = World()
    world.do(message())
    world.do(Change(severity=Severity.CRITICAL), cases.MARCUS)
    assert world.clock(FIRST).met_at == NOON
    assert world.clock(FIRST).epoch == 1
    assert world.clock(RESOLUTION).epoch == 2
    world.sleep(2 * HOUR)
    assert not [fact for fact in world.facts(ClockWarned) if fact.clock is FIRST]


def test_each_epoch_of_a_clock_has_its_own_warning_traps_33_36() -> None:
    world = World()
    world.sleep(20 * MINUTE)
    world.do(Change(severity=Severity.LOW), cases.MARCUS)
    world.sleep(5 * HOUR)
    rang = [(f.fact, f.epoch) for f in world.facts(ClockWarned, ClockBreached) if f.clock is FIRST]
    assert rang == [("clock_warned", 1), ("clock_warned", 2), ("clock_breached", 2)]
    keys = [fact.effect.clock for fact in world.facts(EffectPlanned) if fact.effect.clock]
    assert keys[:2] == ["first_response#1", "first_response#2"]


def test_the_same_severity_again_moves_no_clock() -> None:
    world = World()
    assert world.do(Change(severity=Severity.HIGH), cases.MARCUS) == []


def test_a_page_for_a_clock_that_was_set_anew_is_not_sent_trap_17() -> None:
    """It fell back to the managers in the very moment in which the severity changed."""
    world = World(postman=none_end)
    world.sleep(15 * MINUTE)
    warning = next(one for one in world.state.effects if one.kind is EffectKind.SLA_WARNING)
    world.do(Change(severity=Severity.LOW), cases.MARCUS)
    told = world.end(warning, DeliveryStatus.FAILED)
    assert [type(fact).__name__ for fact in told] == ["EffectEnded"]


# -- the end -----------------------------------------------------------------------------------


def test_resolving_stops_every_clock_and_nothing_grows_after_it_traps_19_20() -> None:
    world = World()
    world.sleep(10 * MINUTE)
    world.do(Resolve())
    assert world.clock(RESOLUTION).met_at == NOON + 10 * MINUTE
    assert world.clock(FIRST).stopped_at == NOON + 10 * MINUTE
    world.do(message(Direction.INBOUND, thanks=True))
    world.sleep(30 * DAY)
    assert not world.facts(ClockWarned, ClockBreached)


def test_a_warning_that_fails_after_the_case_was_resolved_pages_nobody_else_trap_31() -> None:
    world = World(postman=none_end)
    world.sleep(15 * MINUTE)
    warning = next(one for one in world.state.effects if one.kind is EffectKind.SLA_WARNING)
    world.do(Resolve())
    world.end(warning, DeliveryStatus.FAILED)
    assert world.planned(EffectKind.SLA_WARNING) == ["sla_warning to person"]


def test_the_deadline_is_explained_in_a_sentence() -> None:
    world = World(step("call", "call", "reached!"))
    assert world.clock(FIRST).why == (
        "First answer is owed 30 minutes after 2026-03-02 12:00 UTC (high, all hours count)."
    )
    assert world.clock(FIRST).policy == "standard@1"
    assert isinstance(world.clock(FIRST).due_at, datetime)


@pytest.mark.parametrize(
    ("step", "clock", "first"),
    [(None, None, None), (1, None, 1), (None, 2, 2), (1, 2, 1), (2, 1, 1)],
)
def test_what_is_due_first_is_the_sooner_of_step_and_clock(
    step: int | None, clock: int | None, first: int | None
) -> None:
    """The queue is ranked by it, and the card counts down to it."""

    def at(hours: int | None) -> datetime | None:
        return NOON + hours * HOUR if hours is not None else None

    due_at = at(clock)
    running = World().clock(FIRST).model_copy(update={"due_at": due_at}) if due_at else None
    assert due_first(at(step), running) == at(first)
