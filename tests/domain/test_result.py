"""How a case went: only when it is over, and without what was taken back."""

from datetime import timedelta
from uuid import UUID

from domain.adopting import preview
from domain.outcomes import OPEN_FOR_REOPENING
from domain.result import result
from models.command import (
    Author,
    Cancel,
    ChangePlaybook,
    Direction,
    Merge,
    Reopen,
    Resolve,
    Undo,
)
from models.playbook import PlaybookRef
from models.result import CaseResult, RunEnd
from tests.domain import cases
from tests.domain.cases import DAY, HOUR, MARCUS, MINUTE, REASON, SECOND, playbook
from tests.domain.world import World

CALL = cases.step("call", "ring", "reached!", "no-answer")
LOOK = cases.task("look", skip="with_reason")
MEND = cases.task("mend", "done -> resolve")


def went(world: World) -> CaseResult:
    """How it went. It must be over."""
    found = result(world.state, world.events)
    assert found is not None
    return found


def closed(world: World) -> CaseResult:
    """How it went, after all the time in which it can be reopened."""
    world.sleep(OPEN_FOR_REOPENING + MINUTE)
    return went(world)


def ends(found: CaseResult) -> dict[str, RunEnd]:
    """How each run ended."""
    return {one.run: one.ended_as for one in found.runs}


def test_a_case_has_no_result_before_it_is_over() -> None:
    world = World(LOOK, MEND)
    assert result(world.state, world.events) is None
    world.done("look")
    world.done("mend")
    assert result(world.state, world.events) is None
    world.sleep(OPEN_FOR_REOPENING - HOUR)
    assert result(world.state, world.events) is None
    assert closed(world).mended


def test_a_case_that_went_well() -> None:
    world = World(CALL, LOOK, MEND)
    world.sleep(10 * MINUTE)
    world.done("ring", "reached")
    world.done("look")
    world.sleep(10 * MINUTE)
    world.done("mend")
    found = closed(world)
    assert (found.mended, found.first_contact, found.sla_kept) == (True, True, True)
    assert not found.left
    assert found.took == 20 * MINUTE
    assert ends(found) == dict.fromkeys(("ring", "look", "mend"), RunEnd.DONE)
    assert [one.took for one in found.runs] == [10 * MINUTE, timedelta(0), 10 * MINUTE]


def test_a_case_that_came_back_was_not_mended_and_took_until_it_was() -> None:
    world = World(MEND)
    world.done("mend")
    world.sleep(DAY)
    world.do(Reopen())
    world.sleep(HOUR)
    world.do(Resolve())
    found = closed(world)
    assert (found.mended, found.first_contact) == (False, False)
    assert found.took == DAY + HOUR


def test_a_cancelled_case_says_nothing_of_its_playbook() -> None:
    world = World(LOOK, MEND)
    world.done("look")
    world.do(Cancel(), MARCUS)
    found = went(world)
    assert (found.left, found.mended, found.took) == (True, False, None)
    assert found.over_at == world.now
    assert ends(found) == {"look": RunEnd.DONE, "mend": RunEnd.DROPPED}


def test_a_case_that_was_merged_or_changed_its_playbook_says_nothing_of_it() -> None:
    double = World(LOOK, MEND)
    double.do(
        Merge(into_id=UUID(int=77), into_number=1001, into_customer_id=double.state.customer_id)
    )
    assert went(double).left
    changed = World(LOOK, MEND)
    document = playbook(MEND, slug="refund")
    ref = PlaybookRef(slug="refund", version=1, hash="refund")
    change = ChangePlaybook(playbook=ref, document=document, seen="-")
    plan = preview(changed.book, changed.state, change, changed.now)
    changed.do(change.model_copy(update={"seen": plan.token}), MARCUS)
    changed.do(Resolve())
    found = closed(changed)
    assert (found.left, found.mended, found.took) == (True, False, None)


def test_a_clock_that_was_missed_is_missed_though_it_was_set_anew_later() -> None:
    world = World(MEND)
    world.sleep(3 * DAY)
    world.do(Resolve())
    world.do(Reopen())
    world.do(Resolve())
    assert not closed(world).sla_kept


def test_skipped_is_what_somebody_chose_and_left_out_is_what_the_playbook_says() -> None:
    never = cases.task("never", when={"not": {"always": True}})
    world = World(LOOK, never, MEND)
    world.skipped("look")
    world.done("mend")
    found = closed(world)
    assert ends(found) == {
        "look": RunEnd.SKIPPED, "never": RunEnd.LEFT_OUT, "mend": RunEnd.DONE,
    }  # fmt: skip
    assert {one.run: one.reason_id for one in found.runs} == {
        "look": REASON, "never": None, "mend": None,
    }  # fmt: skip


def test_a_run_is_late_when_it_ended_after_it_was_due() -> None:
    world = World(cases.task("look", due={"within": "15m"}), MEND)
    world.sleep(16 * MINUTE)
    world.done("look")
    world.done("mend")
    assert {one.run: one.late for one in closed(world).runs} == {"look": True, "mend": False}


def test_what_was_taken_back_never_happened() -> None:
    world = World(CALL, LOOK, MEND)
    world.done("ring", "no-answer")
    world.skipped("look")
    skip = world.op_id
    world.sleep(SECOND)
    world.do(Undo(undone=skip))
    world.done("look")
    world.done("mend")
    found = closed(world)
    assert ends(found)["look"] is RunEnd.DONE
    assert [one.run for one in found.runs] == ["ring", "look", "mend"]


def test_more_than_one_contact_is_not_the_first_one() -> None:
    for said, first in (
        ((), True),
        ((cases.message(),), True),
        ((cases.message(), cases.message()), False),
        ((cases.message(), cases.message(Direction.INBOUND)), False),
        ((cases.message(), cases.message(Direction.INBOUND, thanks=True)), True),
        ((cases.message(), cases.message(Direction.INBOUND, Author.AUTO_REPLY)), True),
        ((cases.message(Direction.INBOUND), cases.message()), True),
    ):
        world = World(MEND)
        for one in said:
            world.do(one)
        world.done("mend")
        assert closed(world).first_contact is first, said


def test_a_promise_that_is_kept_after_the_solution_is_no_second_contact() -> None:
    world = World(CALL, MEND, cases.step("follow_up", "ask", "happy!"))
    world.done("ring", "reached")
    world.done("mend")
    world.sleep(2 * DAY)
    world.done("ask", "happy")
    assert closed(world).first_contact
