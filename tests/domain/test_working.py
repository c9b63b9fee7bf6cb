"""People at work: steps in order, once, by those who may; skips, hand-offs, versions, races."""

import pytest

from models.actor import ENGINE, Actor, Role
from models.command import Assign, Change, Command, CompleteStep, Resolve, SkipStep
from models.errors import (
    AlreadyAssigned,
    FieldRequired,
    NotAllowed,
    NotInThisStatus,
    OutcomeUnknown,
    ReasonRequired,
    RightnowError,
    SkipForbidden,
    StepAlreadyEnded,
    StepNotOpen,
    StepUnknown,
    VersionMismatch,
)
from models.escalation import StepStatus
from models.event import Assigned, EffectPlanned, StepEnded
from models.playbook import LAST_STEP
from models.severity import Severity
from tests.domain import cases
from tests.domain.cases import ALEX, BEN, HOUR, MARCUS, MINUTE, NOON, PRIYA, SARAH, step, task
from tests.domain.world import World, none_end


def refused_with(world: World, command: Command, by: Actor = SARAH) -> RightnowError:
    """The error of a command, which changes nothing."""
    before, count = world.state, len(world.events)
    with pytest.raises(RightnowError) as refused:
        world.do(command, by)
    assert world.state is before
    assert len(world.events) == count
    return refused.value


def test_a_step_before_its_turn_is_refused_and_the_answer_names_the_one_to_do() -> None:
    error = refused_with(World(), CompleteStep(step="make-offer", outcome="accepted"))
    assert type(error) is StepNotOpen
    assert error.detail == "It is not yet the turn of make-offer. To do now: call-now."


def test_a_step_that_waits_is_not_to_be_done_yet() -> None:
    world = World(task("a"), step("follow_up", "ask", "happy!"))
    world.done("a")
    assert world.waiting == ["ask"]
    error = refused_with(world, CompleteStep(step="ask", outcome="happy"))
    assert type(error) is StepNotOpen


@pytest.mark.parametrize("name", ["no-such-step", "call-now#2", LAST_STEP])
def test_a_step_that_there_is_not_is_unknown(name: str) -> None:
    error = refused_with(World(), CompleteStep(step=name, outcome="reached"))
    assert type(error) is StepUnknown


def test_what_the_engine_is_at_no_person_can_finish_or_skip() -> None:
    world = World(step("notify", "tell"), postman=none_end)
    assert world.with_status(StepStatus.RUNNING) == ["tell"]
    for command in (
        CompleteStep(step="tell", outcome="done"),
        SkipStep(step="tell", reason_id=cases.REASON),
    ):
        assert type(refused_with(world, command, PRIYA)) is StepNotOpen


def test_the_second_to_finish_a_step_hears_who_was_faster_and_when() -> None:
    world = World(task("a"), task("b"))
    world.sleep(HOUR)
    world.done("a", by=MARCUS)
    error = refused_with(world, CompleteStep(step="a", outcome="done"))
    assert type(error) is StepAlreadyEnded
    assert error.detail == f"The step a was done by person {MARCUS.id} at 2026-03-02 13:00 UTC."
    mine = refused_with(world, CompleteStep(step="a", outcome="done"), MARCUS)
    assert "by you at" in mine.detail


def test_what_the_engine_ended_is_not_put_down_to_a_person() -> None:
    world = World(step("notify", "tell"), task("a"))
    error = refused_with(world, CompleteStep(step="tell", outcome="done"))
    assert error.detail == "The step tell was done by the engine at 2026-03-02 12:00 UTC."


def test_an_outcome_that_the_step_does_not_have_is_refused_with_those_it_has() -> None:
    error = refused_with(World(), CompleteStep(step="call-now", outcome="happy"))
    assert type(error) is OutcomeUnknown
    assert "reached, no-answer" in error.detail


@pytest.mark.parametrize(("filled", "fine"), [((), False), (("why",), True), (("what",), False)])
def test_required_fields_are_filled_in_and_unknown_ones_refused(
    filled: tuple[str, ...], fine: bool
) -> None:
    asked = [{"id": "why", "label": "Why", "required": True}]
    world = World(task("a", fields=asked), task("b"))
    command = CompleteStep(step="a", outcome="done", filled=filled)
    if fine:
        world.do(command)
        assert world.open == ["b"]
    else:
        assert type(refused_with(world, command)) is FieldRequired


def test_a_letter_comes_with_its_completion_and_only_an_outcome_with_contact_sends_it() -> None:
    world = World(step("email", "letter", "sent!", "not-sent"), task("b"))
    bare = CompleteStep(step="letter", outcome="sent")
    assert type(refused_with(world, bare)) is FieldRequired
    world.do(CompleteStep(step="letter", outcome="not-sent"))
    assert world.planned() == []


# -- skipping ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "reason", "error"),
    [
        ("free", False, None),
        ("free", True, None),
        ("with_reason", False, ReasonRequired),
        ("with_reason", True, None),
        ("never", False, SkipForbidden),
        ("never", True, SkipForbidden),
    ],
)
def test_a_step_says_whether_it_may_be_skipped_and_whether_it_wants_a_reason(
    rule: str, reason: bool, error: type[RightnowError] | None
) -> None:
    world = World(task("a", skip=rule), task("b"))
    command = SkipStep(step="a", reason_id=cases.REASON if reason else None)
    if error is not None:
        assert type(refused_with(world, command)) is error
        return
    world.do(command)
    assert world.run("a").status is StepStatus.SKIPPED
    assert world.run("a").note_id == command.reason_id
    assert world.open == ["b"]


# -- who ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("owner", "may"),
    [
        (Role.AGENT, [SARAH, MARCUS, PRIYA]),
        (Role.SENIOR, [MARCUS, PRIYA]),
        (Role.MANAGER, [PRIYA]),
    ],
)
@pytest.mark.parametrize("by", [SARAH, MARCUS, PRIYA, ALEX])
def test_a_step_is_done_or_skipped_by_its_owners_rank_and_above(
    owner: Role, may: list[Actor], by: Actor
) -> None:
    for command in (
        CompleteStep(step="a", outcome="done"),
        SkipStep(step="a", reason_id=cases.REASON),
    ):
        world = World(task("a", owner=owner), task("b"), assignee=None)
        if by in may:
            world.do(command, by)
            assert world.open == ["b"]
        else:
            assert type(refused_with(world, command, by)) is NotAllowed


def test_whoever_works_on_a_free_case_has_it_from_then_on() -> None:
    world = World(task("a"), task("b"), assignee=None)
    world.done("a", by=BEN)
    assert world.state.assignee_id == BEN.id
    assert [fact.assignee_id for fact in world.facts(Assigned)] == [BEN.id]
    error = refused_with(world, CompleteStep(step="b", outcome="done"))
    assert type(error) is NotAllowed


def test_a_senior_who_helps_does_not_take_the_case_away() -> None:
    world = World(task("a"), task("b"))
    world.done("a", by=MARCUS)
    assert world.state.assignee_id == SARAH.id


def test_of_two_who_claim_one_case_the_first_has_it_and_the_second_hears_so() -> None:
    world = World(assignee=None)
    world.do(Assign(assignee_id=BEN.id, only_if_free=True), BEN)
    late = refused_with(world, Assign(assignee_id=SARAH.id, only_if_free=True))
    assert type(late) is AlreadyAssigned
    assert world.do(Assign(assignee_id=BEN.id, only_if_free=True), BEN) == []
    assert world.state.assignee_id == BEN.id


def test_a_hand_off_names_the_old_owner_and_the_new_trap_63() -> None:
    world = World()
    world.do(Assign(assignee_id=BEN.id))
    [fact] = world.facts(Assigned)
    assert (fact.previous_id, fact.assignee_id) == (SARAH.id, BEN.id)


def test_the_page_goes_to_whoever_has_the_case_when_it_is_due_trap_40() -> None:
    world = World()
    world.do(Assign(assignee_id=BEN.id))
    world.sleep(15 * MINUTE)
    to = {fact.effect.recipient.id for fact in world.facts(EffectPlanned)}
    assert to == {BEN.id}


# -- versions ----------------------------------------------------------------------------------


def test_a_command_for_a_version_that_is_past_is_refused_and_names_both() -> None:
    world = World()
    world.do(cases.NOTE, version=3)
    before = world.state
    with pytest.raises(VersionMismatch) as refused:
        world.do(Resolve(), version=3)
    assert "version 3; it is 4 now" in refused.value.detail
    assert world.state is before


def test_the_status_is_checked_before_the_version_and_the_version_before_the_person() -> None:
    world = World()
    with pytest.raises(VersionMismatch):
        world.do(Change(severity=Severity.LOW), SARAH, version=99)
    world.do(Resolve())
    with pytest.raises(NotInThisStatus):
        world.do(Resolve(), ALEX, version=99)


def test_the_second_of_two_letters_sent_for_one_step_is_refused_trap_42() -> None:
    world = World(step("email", "letter", "sent!"), task("b"))
    world.done("letter", "sent")
    with pytest.raises(StepAlreadyEnded):
        world.done("letter", "sent")
    assert world.planned() == ["step_letter to customer"]
    assert len([fact for fact in world.facts(StepEnded) if fact.run == "letter"]) == 1


def test_the_engine_may_finish_any_step() -> None:
    world = World(task("a", owner=Role.MANAGER), task("b"))
    world.done("a", by=ENGINE)
    assert world.run("a").ended_by == ENGINE
    assert world.run("a").ended_at == NOON
