"""Another playbook for a case that runs: what was done and what was promised stays."""

import pytest

from domain.adopting import preview
from domain.evolve import fold
from domain.timeline import Teller
from models.command import ChangePlaybook, CompleteStep, Operation, Reopen, Resolve
from models.errors import (
    EscalationClosed,
    NotAllowed,
    NotInThisStatus,
    PlaybookNotAdoptable,
    PreviewStale,
)
from models.escalation import StepStatus
from models.event import ClockBreached, PlaybookChanged
from models.messages import EscalationStart, Life
from models.sla import ClockKind
from tests.domain import cases
from tests.domain.cases import DAY, HOUR, MARCUS, NOON, PRIYA, SARAH, playbook, step, task
from tests.domain.changes import adopt, fates, other, plan_of, version
from tests.domain.world import World
from workflows.life import LivingCase

THREE = (task("a"), task("b"), task("c"))


# -- another version ---------------------------------------------------------------------------


def test_what_was_done_stays_done_and_what_is_open_goes_on_with_its_due_time() -> None:
    world = World(*THREE)
    world.done("a")
    before = world.run("b")
    new = version(task("a", title="A"), task("b", title="B"), task("c"), task("d"))
    assert fates(world, new) == {"a": "stays", "b": "goes_on", "c": "later", "d": "later"}
    adopt(world, new)
    assert world.run("b") == before
    assert world.book.step("b").title == "B"
    assert str(world.state.playbook) == "rescue@2"
    for name in ("b", "c", "d"):
        assert world.open == [name]
        world.done(name)
    assert world.open == ["how-does-it-end"]


def test_a_step_that_is_no_more_vanishes_and_the_next_one_opens() -> None:
    world = World(*THREE)
    world.done("a")
    new = version(task("a"), task("c"))
    assert fates(world, new) == {"a": "stays", "b": "vanishes", "c": "new"}
    adopt(world, new)
    assert world.run("b").status is StepStatus.CANCELLED
    assert world.open == ["c"]


def test_a_new_step_that_the_case_is_past_is_left_out_and_nothing_is_done_twice() -> None:
    world = World(*THREE)
    world.done("a")
    world.done("b")
    new = version(task("a"), task("x"), task("b"), task("y"), task("c"), task("d"))
    told = fates(world, new)
    assert (told["x"], told["y"], told["c"], told["d"]) == ("passed", "passed", "goes_on", "later")
    adopt(world, new)
    assert world.open == ["c"]
    world.done("c")
    assert world.open == ["d"]
    world.done("d")
    assert world.open == ["how-does-it-end"]


def test_steps_in_another_order_are_not_done_again() -> None:
    world = World(*THREE)
    world.done("a")
    world.done("b")
    adopt(world, version(task("a"), task("c"), task("b")))
    world.done("c")
    assert world.open == ["how-does-it-end"]


def test_a_jump_back_after_the_change_plays_the_steps_below_again() -> None:
    back = task("c", "done", "again -> a")
    world = World(task("a"), task("b"), back)
    world.done("a")
    world.done("b")
    adopt(world, version(task("a"), task("b"), back, task("d")))
    world.done("c", "again")
    world.done("a#2")
    assert world.open == ["b#2"]


def test_a_step_of_another_kind_begins_anew() -> None:
    world = World(*THREE)
    new = version(step("call", "a", "reached!"), task("b"))
    assert fates(world, new) == {"a": "vanishes", "a#2": "new", "b": "later"}
    adopt(world, new)
    assert world.open == ["a#2"]
    assert world.run("a").status is StepStatus.CANCELLED


def test_a_case_whose_steps_are_all_done_goes_on_with_what_is_new() -> None:
    world = World(task("a"))
    world.done("a")
    assert world.open == ["how-does-it-end"]
    adopt(world, version(task("a"), task("b")))
    assert world.open == ["b"]


def test_an_earlier_version_can_be_taken_up_again() -> None:
    world = World(*THREE)
    adopt(world, version(task("a"), task("d")))
    adopt(world, version(*THREE, number=3))
    world.done("a")
    assert world.open == ["b"]
    assert [one.version for one in world.state.earlier] == [1, 2]


def test_a_reopened_case_is_played_by_the_version_that_it_took_up() -> None:
    world = World(*THREE)
    world.done("a")
    adopt(world, version(task("a"), task("z")))
    world.do(Resolve())
    world.do(Reopen())
    world.done("a#2")
    assert world.open == ["z#2"]


# -- another playbook --------------------------------------------------------------------------


def test_a_tighter_playbook_moves_the_deadline_of_the_solution() -> None:
    world = World(*THREE)
    adopt(world, other(task("x"), resolve_within="2h"))
    assert world.clock(ClockKind.RESOLUTION).due_at == NOON + 2 * HOUR


def test_a_looser_playbook_warns_and_is_missed_anew() -> None:
    world = World(book=playbook(*THREE, resolve_within="2h"))
    world.sleep(3 * HOUR)
    assert world.clock(ClockKind.RESOLUTION).breached_at is not None
    adopt(world, version(*THREE))
    clock = world.clock(ClockKind.RESOLUTION)
    assert (clock.due_at, clock.warned_at, clock.breached_at) == (NOON + 8 * HOUR, None, None)
    world.sleep(6 * HOUR)
    assert world.clock(ClockKind.RESOLUTION).breached_at == NOON + 8 * HOUR
    missed = [one for one in world.facts(ClockBreached) if one.clock is ClockKind.RESOLUTION]
    assert [one.due_at for one in missed] == [NOON + 2 * HOUR, NOON + 8 * HOUR]


def test_a_miss_that_no_tick_has_told_is_noted_before_the_target_grows() -> None:
    world = World(book=playbook(*THREE, resolve_within="2h"))
    world.outage(3 * HOUR)
    adopt(world, version(*THREE))
    [missed] = [one for one in world.facts(ClockBreached) if one.clock is ClockKind.RESOLUTION]
    assert missed.due_at == NOON + 2 * HOUR
    assert world.clock(ClockKind.RESOLUTION).breached_at is None


def test_a_deadline_that_has_passed_by_the_new_playbook_too_is_missed_once() -> None:
    world = World(book=playbook(*THREE, resolve_within="2h"))
    world.sleep(5 * HOUR)
    adopt(world, version(*THREE, resolve_within="4h"))
    missed = [one for one in world.facts(ClockBreached) if one.clock is ClockKind.RESOLUTION]
    assert len(missed) == 1
    assert world.clock(ClockKind.RESOLUTION).breached_at == NOON + 2 * HOUR


# -- asking ------------------------------------------------------------------------------------


def test_it_is_refused_when_the_case_moved_since_the_preview() -> None:
    world = World(*THREE)
    new = version(task("a"), task("b"), task("d"))
    seen = new.model_copy(update={"seen": plan_of(world, new).token})
    world.done("a")
    with pytest.raises(PreviewStale):
        world.do(seen, MARCUS)
    with pytest.raises(PreviewStale):
        world.do(new, MARCUS)
    adopt(world, new)


def test_what_changes_nothing_about_the_plan_does_not_make_it_stale() -> None:
    world = World(*THREE)
    new = version(task("a"))
    seen = new.model_copy(update={"seen": plan_of(world, new).token})
    world.do(cases.NOTE)
    world.sleep(HOUR)
    world.do(seen, MARCUS)


def test_the_version_that_it_has_is_no_change() -> None:
    world = World(*THREE)
    same = ChangePlaybook(playbook=cases.REF, document=world.book.playbook, seen="-")
    with pytest.raises(PlaybookNotAdoptable):
        plan_of(world, same)


def test_seniors_and_above_change_playbooks_and_only_of_cases_in_work() -> None:
    world = World(*THREE)
    with pytest.raises(NotAllowed):
        world.do(version(task("a")), SARAH)
    adopt(world, version(task("a"), task("e")))
    world.do(Resolve(), PRIYA)
    with pytest.raises(NotInThisStatus):
        world.do(version(task("a"), number=3), PRIYA)
    world.sleep(20 * DAY)
    with pytest.raises(EscalationClosed):
        world.do(version(task("a"), number=3), PRIYA)


def test_the_timeline_says_it_and_still_knows_the_words_of_the_other_playbook() -> None:
    world = World(task("a", "well"), step("follow_up", "ask"))
    world.done("a", "well")
    before = world.book.playbook
    adopt(world, other(task("x")))
    teller = Teller(world.book.playbook, {}, {}, (before,))
    told = [teller.sentence(one) for one in world.events]
    assert "Goes on by the playbook refund@1 instead of rescue@1." in told
    assert "Stays, because it was promised: ask." in told
    assert "Done: a. well." in told
    assert fold(world.events) == world.state


def test_the_change_outlives_a_new_run_of_the_workflow() -> None:
    world = World(task("a"), step("follow_up", "ask"))
    case = LivingCase(EscalationStart(book=world.book, opening=world.opening), NOON)
    done = CompleteStep(step="a", outcome="done")
    change = other(task("x"))
    for command in (done, change):
        asked: CompleteStep | ChangePlaybook = command
        if isinstance(command, ChangePlaybook):
            plan = preview(case.book, case.state, command, NOON)
            asked = command.model_copy(update={"seen": plan.token})
        world.operations += 1
        operation = Operation(op_id=world.op_id, actor=PRIYA, command=asked)
        receipt = case.take(operation, NOON)
        assert case.take(operation, NOON) == receipt
    life = Life.model_validate_json(case.carried().model_dump_json())
    again = LivingCase(EscalationStart(book=life.book, life=life), NOON)
    assert again.book == case.book
    assert again.book.playbook.slug == "refund"
    assert [one.step.id for one in again.book.kept] == ["ask"]
    assert any(isinstance(one.fact, PlaybookChanged) for one in again.outbox)
