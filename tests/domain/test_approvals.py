"""Approvals: who may say yes, to whom the question can go, and what happens when nobody answers."""

from typing import Any

import pytest

from models.actor import Actor, Role
from models.command import Delegate, Resolve
from models.delivery import EffectKind
from models.errors import NotAllowed, StepNotOpen
from models.escalation import Status, StepStatus
from models.step import Step
from tests.domain.cases import BEN, HOUR, MARCUS, MINUTE, NOON, PRIYA, SARAH, step, task
from tests.domain.random_work import MONA
from tests.domain.world import World


def ask(*outcomes: str, **given: Any) -> Step:
    """A question to a senior, for two hours."""
    told = {"approver": "senior", "due": {"within": "2h"}, **given}
    return step("approval", "ask", *(outcomes or ("yes+ -> good", "no -> bad")), **told)


def asked(*outcomes: str, **given: Any) -> World:
    """Sarah asks, and two ways lead on."""
    world = World(task("begin"), ask(*outcomes, **given), task("good"), task("bad"))
    world.done("begin")
    return world


def test_an_approval_leads_on_by_its_answer() -> None:
    for outcome, leads in (("yes", "good"), ("no", "bad")):
        world = asked()
        world.done("ask", outcome, MARCUS)
        assert world.open == [leads]


def test_the_role_is_asked_and_the_case_stays_with_its_owner() -> None:
    world = asked()
    assert world.planned(EffectKind.APPROVAL_ASKED) == ["approval_asked to seniors"]
    world.done("ask", "yes", MARCUS)
    assert world.state.assignee_id == SARAH.id


@pytest.mark.parametrize("who", [SARAH, BEN])
def test_an_agent_does_not_answer(who: Actor) -> None:
    with pytest.raises(NotAllowed):
        asked().done("ask", "yes", who)


def test_whoever_asked_does_not_answer_whatever_their_role() -> None:
    world = World(task("begin"), ask("yes+", "no"), assignee=MARCUS)
    world.done("begin", by=MARCUS)
    for outcome in ("yes", "no"):
        with pytest.raises(NotAllowed, match="somebody else must say"):
            world.done("ask", outcome, MARCUS)
    with pytest.raises(NotAllowed, match="somebody else must say"):
        world.skipped("ask", MARCUS)
    world.done("ask", "yes", PRIYA)
    assert world.run("ask").status is StepStatus.DONE


def test_an_approval_that_opens_later_was_asked_by_whoever_did_the_step_before_it() -> None:
    world = World(task("begin"), ask("yes+", "no", after={"delay": "1h"}))
    world.done("begin", by=PRIYA)
    world.sleep(HOUR)
    assert world.run("ask").asked_by == PRIYA.id
    with pytest.raises(NotAllowed):
        world.done("ask", "yes", PRIYA)


def test_a_question_is_handed_to_another_person_and_any_of_the_role_can_still_answer() -> None:
    world = asked()
    assert PRIYA.id is not None
    world.do(Delegate(step="ask", to_id=PRIYA.id, to_role=Role.MANAGER), MARCUS)
    assert world.run("ask").asked_of == PRIYA.id
    assert world.planned(EffectKind.APPROVAL_ASKED)[1:] == ["approval_asked to person"]
    world.done("ask", "yes", MARCUS)
    assert world.open == ["good"]


@pytest.mark.parametrize(
    ("by", "to"),
    [(MARCUS, BEN), (MARCUS, SARAH), (SARAH, MARCUS)],
    ids=["too low", "the asker", "by the asker"],
)
def test_a_question_is_not_handed_to_whoever_may_not_answer_it(by: Actor, to: Actor) -> None:
    assert to.id is not None
    assert to.role is not None
    with pytest.raises(NotAllowed):
        asked().do(Delegate(step="ask", to_id=to.id, to_role=to.role), by)


def test_the_asker_is_not_asked_even_when_their_role_is_high_enough() -> None:
    world = World(task("begin"), ask("yes+", "no"), assignee=PRIYA)
    world.done("begin", by=PRIYA)
    assert PRIYA.id is not None
    with pytest.raises(NotAllowed, match="asked for it"):
        world.do(Delegate(step="ask", to_id=PRIYA.id, to_role=Role.MANAGER), MARCUS)


def test_only_questions_are_handed_on() -> None:
    world = World(task("begin"))
    assert MARCUS.id is not None
    with pytest.raises(StepNotOpen, match="yes or a no"):
        world.do(Delegate(step="begin", to_id=MARCUS.id, to_role=Role.SENIOR), PRIYA)


def test_nobody_waits_for_an_answer_for_ever_trap_62() -> None:
    world = asked()
    world.sleep(HOUR)
    assert world.planned(EffectKind.STEP_REMINDER) == ["step_reminder to seniors"]
    world.sleep(HOUR)
    run = world.run("ask")
    assert (run.status, run.outcome, run.ended_at) == (StepStatus.FAILED, "no", NOON + 2 * HOUR)
    assert world.open == ["bad"]
    assert world.planned(EffectKind.STEP_GIVEN_UP) == ["step_given_up to managers"]


def test_silence_can_lead_somewhere_of_its_own_trap_62() -> None:
    world = asked("yes+ -> good", "no -> bad", "late", expires_as="late")
    world.sleep(2 * HOUR)
    assert world.run("ask").outcome == "late"
    assert world.open == ["good"], "it goes on below"
    other = asked(on_timeout={"go_to": "bad", "escalate_to": None, "remind_times": 0})
    other.sleep(2 * HOUR)
    assert other.open == ["bad"]
    assert other.planned(EffectKind.STEP_REMINDER, EffectKind.STEP_GIVEN_UP) == []


def test_an_answer_a_moment_before_the_end_counts_and_one_after_it_does_not() -> None:
    world = asked()
    world.sleep(2 * HOUR - MINUTE)
    world.done("ask", "yes", MARCUS)
    world.sleep(HOUR)
    assert world.open == ["good"]
    late = asked()
    late.outage(3 * HOUR)
    late.done("ask", "yes", MARCUS)  # nobody was there to end it, so the answer is good
    assert late.open == ["good"]


def test_a_resolved_case_asks_nobody_any_more() -> None:
    world = asked()
    world.do(Resolve(), MONA)
    assert world.stands(Status.RESOLVED)
    assert world.run("ask").status is StepStatus.CANCELLED
