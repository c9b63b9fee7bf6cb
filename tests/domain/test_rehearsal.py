"""A rehearsal: under its own rules a case tells its own story, under others what they would do.

That any life under its own rules tells what is on record is held in `test_state_machine.py`.
"""

from datetime import timedelta
from typing import Any

import pytest

from domain.countdowns import on_record
from domain.rehearsal import rehearse, relive
from domain.rehearsal_sums import SlaSums
from models.command import AddNote, Cancel, Direction, Pause, Reopen, Resolve, Resume, Undo
from models.delivery import DeliveryStatus
from models.escalation import Status
from models.event import ClockBreached, Resolved
from models.messages import Book
from models.rehearsal import CaseRehearsal, Countdown, LeftOut, PastCase
from models.severity import Severity
from models.sla import ClockKind, SlaPolicy
from tests.domain import cases
from tests.domain.calendars import hours
from tests.domain.cases import HOUR, MINUTE, NOON, step, task
from tests.domain.policies import HOUSE, SHOP, book, policy
from tests.domain.world import World, none_end

FIRST, NEXT, WHOLE = (
    ClockKind.FIRST_RESPONSE,
    ClockKind.NEXT_RESPONSE,
    ClockKind.RESOLUTION,
)
CALL = step("call", "call", "reached!", "nobody")
WRITE = task("write")
TARGETS: dict[str, dict[str, Any]] = {
    str(one): {"first_response": "30m", "next_response": "1h", "resolution": "8h"}
    for one in Severity
}


def world(terms: SlaPolicy = HOUSE, **given: Any) -> World:
    """A case with a call and a task."""
    return World(pinned=book(cases.playbook(CALL, WRITE), terms), **given)


def past(of: World, pinned: Book | None = None) -> PastCase:
    """What is on record of a case."""
    return PastCase(
        book=pinned or of.book, opening=of.opening, events=tuple(of.events), text="Nobody came"
    )


def rehearsed(of: World, terms: SlaPolicy) -> CaseRehearsal:
    """The case under other rules. Under its own ones there is no difference."""
    same = rehearse(past(of), of.book.policy, of.book.hours or ())
    assert isinstance(same, CaseRehearsal)
    assert same.before == same.after
    assert same.changes == ()
    known = (hours(SHOP, NOON),) if terms.calendars else ()
    told = rehearse(past(of), terms, known)
    assert isinstance(told, CaseRehearsal)
    return told


def clock(told: CaseRehearsal, kind: ClockKind) -> tuple[Countdown, Countdown]:
    """A target as it was, and as it would have been."""
    found = [
        next(one for one in side.told if one.kind is kind) for side in (told.before, told.after)
    ]
    return found[0], found[1]


def quicker(**first: str) -> SlaPolicy:
    """The rules of the house with other targets."""
    return policy(targets={name: {**told, **first} for name, told in TARGETS.items()})


def test_a_tighter_target_would_have_been_missed() -> None:
    case = world()
    case.sleep(20 * MINUTE)
    case.done("call", "reached")
    case.do(Resolve())
    told = rehearsed(case, quicker(first_response="15m"))
    then, now = clock(told, FIRST)
    assert (then.due_at, then.misses) == (NOON + 30 * MINUTE, 0)
    assert (now.due_at, now.misses) == (NOON + 15 * MINUTE, 1)
    assert told.after.notices == told.before.notices + 2, "managers and owner hear of the miss"


def test_a_looser_target_would_have_been_kept() -> None:
    case = world()
    case.sleep(50 * MINUTE)
    case.done("call", "reached")
    case.do(Cancel(), cases.PRIYA)
    then, now = clock(rehearsed(case, quicker(first_response="1h")), FIRST)
    assert (then.misses, now.misses) == (1, 0)
    assert (then.warnings, now.warnings) == (1, 1)


def test_hours_of_a_calendar_move_a_deadline_to_the_next_morning() -> None:
    case = world(received_at=NOON + 3 * HOUR + 50 * MINUTE, now=NOON + 4 * HOUR)
    case.done("call", "reached")
    case.do(Resolve())
    then, now = clock(rehearsed(case, quicker(calendar="shop")), FIRST)
    assert then.due_at == NOON + 4 * HOUR + 20 * MINUTE
    assert now.due_at == NOON + timedelta(days=1) - 4 * HOUR + 20 * MINUTE, "ten minutes are used"


def test_a_draft_says_itself_which_clocks_a_pause_stops() -> None:
    case = world()
    case.do(Pause(reason_id=cases.REASON, until=NOON + 5 * HOUR), cases.PRIYA)
    case.sleep(2 * HOUR)
    case.do(Resume(), cases.PRIYA)
    case.done("call", "reached")
    case.do(Resolve())
    told = rehearsed(case, policy(pauses={"stops": ["resolution"], "longest": "1h"}))
    then, now = clock(told, FIRST)
    assert (then.due_at, then.misses) == (NOON + 2 * HOUR + 30 * MINUTE, 0)
    assert (now.due_at, now.misses) == (NOON + 30 * MINUTE, 1)
    assert told.long_pause, "five hours were asked for"


@pytest.mark.parametrize("ends", [True, False])
def test_whether_a_reply_ends_a_pause_is_up_to_the_draft(ends: bool) -> None:
    rules = [policy(pauses={"ends_on_reply": one}) for one in (not ends, ends)]
    case = world(rules[0])
    case.do(Pause(reason_id=cases.REASON, until=NOON + 5 * HOUR), cases.PRIYA)
    case.sleep(HOUR)
    case.do(cases.message(Direction.INBOUND), cases.PRIYA)
    case.sleep(9 * HOUR)
    case.do(Resolve())
    then, now = clock(rehearsed(case, rules[1]), WHOLE)
    assert {then.due_at, now.due_at} == {NOON + 9 * HOUR, NOON + 13 * HOUR}
    assert (now.due_at < then.due_at) is ends


def test_another_rule_for_reopenings_is_another_target() -> None:
    case = world()
    case.done("call", "reached")
    case.sleep(HOUR)
    case.do(Resolve())
    case.sleep(HOUR)
    case.do(Reopen(), cases.PRIYA)
    case.do(Resolve())
    changes = rehearsed(case, policy(reopen="resume")).changes
    assert [(one.kind, bool(one.before), bool(one.after)) for one in changes] == [
        (WHOLE, True, True),
        (WHOLE, True, False),
    ]
    assert changes[0].after is not None
    assert changes[0].after.due_at == NOON + 9 * HOUR, "the hour in which it was resolved is back"


def test_a_miss_that_makes_the_case_worse_moves_the_other_clocks() -> None:
    case = world()
    case.sleep(HOUR)
    case.done("call", "reached")
    case.do(Resolve())
    told = rehearsed(case, policy(on_breach=[{"severity": "up"}]))
    assert clock(told, WHOLE)[1].due_at == NOON + 4 * HOUR, "critical from half past twelve on"
    assert clock(told, FIRST)[1].misses == 1


def test_a_next_answer_is_owed_where_the_draft_says_so() -> None:
    targets = {
        name: {key: value for key, value in told.items() if key != "next_response"}
        for name, told in TARGETS.items()
    }
    case = world(policy(targets=targets))
    case.done("call", "reached")
    case.do(cases.message(Direction.INBOUND), cases.SARAH)
    case.sleep(2 * HOUR)
    case.do(cases.message())
    case.do(Resolve())
    (change,) = rehearsed(case, quicker()).changes
    assert (change.kind, change.before) == (NEXT, None)
    assert change.after is not None
    assert change.after.misses == 1


def test_while_the_engine_was_away_a_draft_is_as_late_as_the_record() -> None:
    case = world()
    case.outage(HOUR)
    case.done("call", "reached")
    case.do(Resolve())
    told = rehearsed(case, quicker(first_response="50m"))
    then, now = clock(told, FIRST)
    assert (then.misses, then.warnings) == (1, 0), "somebody was faster than the engine"
    assert (now.misses, now.warnings) == (1, 0)


def test_what_was_taken_back_is_taken_back_under_other_rules_too() -> None:
    case = world()
    case.sleep(31 * MINUTE)
    case.done("call", "reached")
    case.do(Undo(undone=case.op_id), cases.SARAH)
    case.do(Resolve())
    then, now = clock(rehearsed(case, quicker(first_response="1h")), FIRST)
    assert (then.misses, now.misses) == (1, 0)
    case = world()
    case.sleep(29 * MINUTE)
    case.done("call", "reached")
    case.do(Undo(undone=case.op_id), cases.SARAH)
    case.sleep(HOUR)
    case.do(Resolve())
    then, now = clock(rehearsed(case, quicker(first_response="1h")), FIRST)
    assert (then.misses, now.misses) == (1, 1), "the answer was no answer"


def test_a_note_in_between_keeps_nothing_from_being_taken_back_anew() -> None:
    case = world()
    case.sleep(29 * MINUTE)
    case.done("call", "reached")
    done = case.op_id
    case.do(AddNote(content_id=cases.WORDS))
    case.do(Undo(undone=done), cases.SARAH)
    case.sleep(HOUR)
    case.do(Resolve())
    then, now = clock(rehearsed(case, quicker(first_response="1h")), FIRST)
    assert (then.misses, now.misses) == (1, 1)


def test_a_solution_taken_back_leaves_the_case_on_hold_as_it_was() -> None:
    case = world()
    case.do(Pause(reason_id=cases.REASON, until=NOON + 5 * HOUR), cases.PRIYA)
    case.do(Resolve(), cases.PRIYA)
    case.do(Undo(undone=case.op_id), cases.PRIYA)
    assert case.stands(Status.PAUSED)
    assert case.state.resolved_at is None
    case.sleep(5 * HOUR)
    assert case.stands(Status.OPEN), "the pause ends when it was to"
    assert case.clock(FIRST).due_at == NOON + 5 * HOUR + 30 * MINUTE


def test_a_miss_noted_by_a_solution_on_its_way_pages_nobody() -> None:
    give = step("credit", "give", "given+ -> resolve")
    pinned = book(cases.playbook(give), HOUSE).model_copy(update={"rules": cases.RULES})
    case = World(pinned=pinned, severity=Severity.CRITICAL, postman=none_end)
    case.done("give", "given", amount=cases.usd(100))
    case.sleep(11 * cases.SECOND)
    (money,) = (one for one in case.state.effects if one.amount is not None)
    case.outage(5 * HOUR)
    told = case.end(money, DeliveryStatus.SENT)
    assert [type(one) for one in told if isinstance(one, ClockBreached | Resolved)] == [
        ClockBreached,
        ClockBreached,
        Resolved,
    ]
    assert on_record(case.events).notices == 0
    assert relive(case.book, case.events) == on_record(case.events)


def test_a_case_whose_own_rules_do_not_tell_its_story_is_left_out() -> None:
    case = world()
    case.do(Resolve())
    other = case.book.model_copy(update={"policy": quicker(first_response="5m")})
    told = rehearse(past(case, other), HOUSE, case.book.hours or ())
    assert isinstance(told, LeftOut)
    assert told.number == "E-1042"


def test_many_cases_are_added_up() -> None:
    sums = SlaSums()
    for minutes in (5, 20, 40):
        case = world()
        case.sleep(minutes * MINUTE)
        case.done("call", "reached")
        case.do(Resolve())
        sums.add(rehearsed(case, quicker(first_response="15m")))
    sums.add(LeftOut(number="E-7", why="its words were erased"))
    told = sums.told()
    first = next(one for one in told.clocks if one.kind is FIRST)
    assert (told.cases, len(told.changed), len(told.left_out)) == (3, 3, 1)
    assert (first.targets_before, first.earlier, first.later) == (3, 3, 0)
    assert (first.missed_before, first.missed_after, first.newly_missed) == (1, 2, 1)
    assert first.no_longer_missed == 0
    assert told.notices_after > told.notices_before


def test_a_case_of_0_1_0_is_rehearsed_as_well() -> None:
    case = World(CALL, WRITE)
    assert case.book.hours is None
    case.sleep(20 * MINUTE)
    case.done("call", "reached")
    case.do(Resolve())
    then, now = clock(rehearsed(case, quicker(first_response="15m")), FIRST)
    assert (then.misses, now.misses) == (0, 1)
