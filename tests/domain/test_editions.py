"""Editions: what changed in the engine's own rules, and that older cases go on as they began."""

from datetime import timedelta

import pytest

from models.actor import ENGINE
from models.command import (
    Absorb,
    Assign,
    Author,
    Change,
    Command,
    Direction,
    Merge,
    Pause,
    RecordMessage,
    Reopen,
    Resolve,
    Resume,
)
from models.delivery import EffectKind
from models.edition import NEWEST, Edition
from models.errors import NotInThisStatus
from models.escalation import Status
from models.event import ClockBreached, ClockMet, Closed, OwnerSilent, Reopened
from models.messages import HouseRules
from models.severity import Severity
from models.sla import ClockKind, ReopenRule, SlaPolicy
from tests.domain import cases
from tests.domain.cases import DAY, HOUR, MARCUS, MINUTE, NOON, PRIYA, SARAH, SECOND, message
from tests.domain.policies import HOUSE, RICH, book, policy
from tests.domain.world import World

FIRST, NEXT, RESOLUTION = ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION
HEARD = message(Direction.INBOUND)


def world(terms: SlaPolicy = HOUSE, *, rules: HouseRules | None = None, **given: object) -> World:
    """A case of the newest edition, unless its rules say another."""
    pinned = book(cases.RESCUE, terms)
    pinned = pinned.model_copy(update={"rules": rules or HouseRules(edition=NEWEST)})
    return World(pinned=pinned, **given)  # type: ignore[arg-type]


def hold(until: timedelta) -> Pause:
    """On hold until so long after noon."""
    return Pause(reason_id=cases.REASON, until=NOON + until)


def running(case: World) -> set[ClockKind]:
    """What is owed."""
    return {clock.kind for clock in case.state.clocks if clock.running}


# -- the customer answers to a solution ---------------------------------------------------------


@pytest.mark.parametrize("rule", ReopenRule)
def test_what_a_customer_answers_to_a_solution_opens_the_case_again_traps_20_39(
    rule: ReopenRule,
) -> None:
    case = world(policy(reopen=rule))
    case.do(message())
    case.do(Assign(assignee_id=SARAH.id), PRIYA)
    case.do(Resolve())
    case.sleep(DAY)
    case.do(HEARD, cases.SYSTEM)
    assert case.stands(Status.OPEN)
    assert case.open
    assert case.clock(NEXT).running
    case.sleep(20 * DAY)
    assert not case.facts(Closed)


def test_its_owner_is_told_who_did_not_record_the_answer_themselves_trap_39() -> None:
    case = world(rules=HouseRules(edition=NEWEST, tell_owners=True))
    case.do(Assign(assignee_id=SARAH.id))
    case.do(Resolve())
    case.do(HEARD, cases.SYSTEM)
    assert len(case.planned(EffectKind.HANDED_OVER)) == 1


@pytest.mark.parametrize(
    "said",
    [
        message(Direction.INBOUND, thanks=True),
        message(Direction.INBOUND, Author.AUTO_REPLY),
        message(Direction.OUTBOUND),
    ],
)
def test_thanks_robots_and_our_own_words_open_nothing_traps_20_46(said: RecordMessage) -> None:
    case = world()
    case.do(Resolve())
    case.do(said)
    assert case.stands(Status.RESOLVED)


def test_a_case_of_the_first_edition_stays_resolved_whatever_comes() -> None:
    case = world(rules=HouseRules())
    case.do(Resolve())
    case.do(HEARD)
    assert case.stands(Status.RESOLVED)


# -- what is owed after a reopening -------------------------------------------------------------


@pytest.mark.parametrize("rule", ReopenRule)
def test_who_waits_when_a_case_is_opened_again_is_owed_an_answer(rule: ReopenRule) -> None:
    """Also when nobody ever gave the first one: the solution ended that clock."""
    for answered in (False, True):
        case = world(policy(reopen=rule))
        if answered:
            case.do(message())
            case.do(HEARD)
        case.sleep(5 * MINUTE)
        case.do(Resolve(), MARCUS)
        case.sleep(HOUR)
        case.do(Reopen(), MARCUS)
        assert NEXT in running(case)
        assert case.clock(NEXT).started_at == case.now
        case.do(message())
        assert case.clock(NEXT).met_at == case.now
        case.do(HEARD)
        assert NEXT in running(case)


def test_who_does_not_wait_is_owed_no_answer_after_a_reopening() -> None:
    case = world()
    case.do(message())
    case.do(Resolve(), MARCUS)
    case.do(Reopen(), MARCUS)
    assert running(case) == {RESOLUTION}


def test_before_the_first_answer_no_second_one_is_owed_traps_24_25() -> None:
    case = world()
    case.do(HEARD)
    assert running(case) == {FIRST, RESOLUTION}


def test_whoever_has_a_case_that_is_opened_again_has_the_time_of_a_new_owner_trap_18() -> None:
    rules = HouseRules(edition=NEWEST, owner_acts_within=15 * MINUTE)
    case = world(rules=rules)
    case.do(Assign(assignee_id=SARAH.id), PRIYA)
    case.sleep(5 * MINUTE)
    case.do(Resolve(), MARCUS)
    case.sleep(2 * DAY)
    case.do(Reopen(), MARCUS)
    case.sleep(15 * MINUTE - SECOND)
    assert not case.facts(OwnerSilent)
    case.sleep(SECOND)
    assert case.facts(OwnerSilent)
    case = world(rules=rules)
    case.do(Assign(assignee_id=SARAH.id), PRIYA)
    case.do(Resolve(), SARAH)
    case.do(Reopen(), SARAH)
    case.sleep(DAY)
    assert not case.facts(OwnerSilent)  # who opens it again is at it


# -- time acts before people --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "late"), [(message(), True), (Resolve(), True), (hold(13 * HOUR), None)]
)
def test_a_pause_ends_when_it_was_to_though_somebody_was_faster_than_the_timer_trap_28(
    command: Command, late: bool | None
) -> None:
    case = world(severity=Severity.CRITICAL)
    case.do(hold(HOUR), MARCUS)
    case.outage(12 * HOUR)
    case.do(command, MARCUS)
    assert case.state.pauses[0].ended_at == NOON + HOUR
    assert FIRST in {fact.clock for fact in case.facts(ClockBreached)}
    if late is not None:
        assert case.facts(ClockMet)[0].late is late
    assert {event.actor.kind for event in case.events if event.fact.fact == "resumed"} == {"engine"}


def test_who_lets_a_case_go_on_after_its_time_gets_no_more_of_it() -> None:
    case = world()
    case.do(hold(HOUR), MARCUS)
    case.outage(12 * HOUR)
    case.do(Resume(), MARCUS)
    assert case.state.pauses[0].ended_at == NOON + HOUR
    with pytest.raises(NotInThisStatus):
        case.do(Resume(), MARCUS)


@pytest.mark.parametrize("command", [hold(20 * HOUR), Change(severity=Severity.MEDIUM)])
def test_a_miss_is_acted_on_though_a_command_came_before_the_timer(command: Command) -> None:
    case = world(RICH)
    case.outage(9 * HOUR)
    case.do(command, MARCUS)
    assert [fact.clock for fact in case.facts(ClockBreached)][:2] == [FIRST, RESOLUTION]
    assert case.planned(EffectKind.SLA_BREACH).count("sla_breach to managers") == 2
    assert case.state.handed_to == "manager"


@pytest.mark.parametrize("paused", [False, True])
def test_a_case_on_hold_counts_from_the_earlier_one_that_it_takes_in_traps_13_21(
    *, paused: bool
) -> None:
    case = world()
    if paused:
        case.do(hold(DAY), MARCUS)
    case.sleep(HOUR)
    earlier = NOON - 10 * MINUTE
    case.do(Absorb(from_id=cases.WORDS, from_number=7, received_at=earlier), ENGINE)
    if paused:
        case.do(Resume(), MARCUS)
    rest = HOUR if paused else timedelta(0)
    assert case.clock(RESOLUTION).due_at == earlier + 8 * HOUR + rest


def test_a_command_under_which_the_miss_is_over_pages_nobody() -> None:
    case = world()
    case.outage(9 * HOUR)
    case.do(Merge(into_id=cases.WORDS, into_number=7, into_customer_id=case.state.customer_id))
    assert len(case.facts(ClockBreached)) == 2
    assert not case.planned(EffectKind.SLA_BREACH)


def test_a_miss_that_was_told_is_told_once_whatever_the_severity_becomes_trap_35() -> None:
    case = world()
    case.sleep(31 * MINUTE)
    before = case.planned(EffectKind.SLA_BREACH)
    assert before
    case.do(Change(severity=Severity.CRITICAL), MARCUS)
    case.sleep(MINUTE)
    assert case.planned(EffectKind.SLA_BREACH) == before
    assert case.clock(FIRST).breached_at is not None


def test_a_target_that_a_higher_severity_has_passed_already_is_news() -> None:
    case = world()
    case.sleep(20 * MINUTE)
    case.do(Change(severity=Severity.CRITICAL), MARCUS)
    assert case.planned(EffectKind.SLA_BREACH)


@pytest.mark.parametrize("edition", Edition)
def test_nothing_is_told_of_a_command_that_is_refused(edition: Edition) -> None:
    case = world(rules=HouseRules(edition=edition))
    case.do(hold(HOUR), MARCUS)
    case.outage(2 * HOUR)
    version = case.state.version
    with pytest.raises(NotInThisStatus):
        case._decide(Reopen(), MARCUS, None)
    assert case.state.version == version


def test_a_case_of_the_first_edition_goes_on_as_it_began() -> None:
    case = world(rules=HouseRules())
    case.do(hold(HOUR), MARCUS)
    case.outage(12 * HOUR)
    case.do(message())
    assert [fact.late for fact in case.facts(ClockMet)] == [False]
    case = world(RICH, rules=HouseRules())
    case.outage(9 * HOUR)
    case.do(hold(20 * HOUR), MARCUS)
    assert not case.planned(EffectKind.SLA_BREACH)
    case = world(rules=HouseRules())
    case.do(Resolve())
    case.do(Reopen(), MARCUS)
    case.do(message())
    case.do(HEARD)
    assert NEXT not in running(case)
    assert case.facts(Reopened) == [Reopened(reason_id=None)]
