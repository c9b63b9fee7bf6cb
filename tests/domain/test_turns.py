"""Ways on by time and by role: timeouts, hand-ups, new owners, webhooks, and undo."""

from datetime import timedelta

import pytest

from domain.standing import standing
from models.actor import Role
from models.command import AddNote, Assign, HandUp, Pause, Reopen, Resolve, Resume, Undo
from models.delivery import DeliveryStatus, EffectKind, PendingEffect, RecipientKind
from models.errors import NobodyHigher, NotAllowed, UndoTooLate
from models.escalation import EscalationState, Status, StepStatus
from models.event import EffectBegun, EffectEnded, EffectPlanned, OwnerSilent
from models.messages import HouseRules
from tests.domain import cases
from tests.domain.cases import (
    BEN,
    DAY,
    HOUR,
    LIMITS,
    MARCUS,
    MINUTE,
    NOTE,
    PRIYA,
    SARAH,
    SECOND,
    step,
    task,
    usd,
)
from tests.domain.world import World

QUICK = {"remind_times": 1, "remind_every": "10m", "escalate_to": None}
UP = HandUp(reason_id=cases.REASON)
TOLD = HouseRules(credit_limits=LIMITS, tell_owners=True, owner_acts_within=15 * MINUTE)


# -- timeouts ----------------------------------------------------------------------------------


def test_a_step_that_nobody_does_goes_elsewhere_after_its_last_reminder_trap_62() -> None:
    late = task("a", due={"within": "1h"}, on_timeout={**QUICK, "go_to": "c"})
    world = World(late, task("b"), task("c"))
    world.sleep(HOUR + 10 * MINUTE - SECOND)
    assert world.open == ["a"]
    world.sleep(SECOND)
    assert world.run("a").status is StepStatus.FAILED
    assert world.open == ["c"]


@pytest.mark.parametrize(("role", "told"), [("senior", "seniors"), ("manager", "managers")])
def test_any_higher_role_is_told_of_an_overdue_step(role: str, told: str) -> None:
    world = World(task("a", due={"within": "1h"}, on_timeout={**QUICK, "escalate_to": role}))
    world.sleep(DAY)
    assert world.planned(EffectKind.STEP_OVERDUE) == [f"step_overdue to {told}"]


def test_two_steps_that_lead_to_each_other_by_time_come_to_rest_trap_43() -> None:
    to = {name: {**QUICK, "remind_times": 0, "go_to": name} for name in "ab"}
    first = task("a", due={"within": "0s"}, on_timeout=to["b"], repeat={"limit": 2})
    second = task("b", due={"within": "0s"}, on_timeout=to["a"], repeat={"limit": 2})
    world = World(first, second)
    assert [run.id for run in world.state.steps][:4] == ["a", "b", "a#2", "b#2"]
    assert world.open == ["how-does-it-end"]


def test_a_step_jumped_to_counts_its_runs_and_not_only_from_the_top_trap_61() -> None:
    world = World(task("a"), task("b", "ok", "again -> b"), task("c"))
    world.done("a")
    for run in ("b", "b#2"):
        world.done(run, "again")
    world.done("b#3", "again")
    assert world.open == ["c"], "three times is the limit; then it goes on below"


def test_a_timer_that_rings_late_looks_at_the_case_as_it_is_now_trap_33() -> None:
    world = World(task("a", due={"within": "1h"}, on_timeout={**QUICK, "go_to": "b"}), task("b"))
    world.outage(90 * MINUTE)
    world.done("a")
    world.sleep(DAY)
    assert world.run("a").status is StepStatus.DONE
    assert [run.id for run in world.state.steps] == ["a", "b"]


def test_an_outage_over_a_whole_chain_of_waits_loses_no_step_and_runs_none_twice_trap_28() -> None:
    steps = (
        step("webhook", "tell"),
        task("a", due={"within": "1h"}, on_timeout={**QUICK, "go_to": "ask"}),
        step("approval", "ask", "yes+", "no", due={"within": "1h"}),
        task("end"),
    )
    world = World(*steps)
    world.outage(2 * DAY)
    world.catch_up()
    world.sleep(2 * HOUR)
    assert [run.id for run in world.state.steps] == ["tell", "a", "ask", "end"]
    assert world.open == ["end"]


# -- hand-ups and new owners -------------------------------------------------------------------


def rank(world: World) -> int:
    """Whose queue the case stands in."""
    return standing(world.state, world.book.playbook).owner_rank


def test_a_case_goes_up_role_by_role_and_waits_for_one_of_them() -> None:
    world = World(task("a"))
    world.do(UP, SARAH)
    assert (world.state.assignee_id, world.state.handed_to, rank(world)) == (None, Role.SENIOR, 2)
    for agent in (SARAH, BEN):
        with pytest.raises(NotAllowed):
            world.done("a", by=agent)
        with pytest.raises(NotAllowed):
            world.do(Assign(assignee_id=agent.id), agent)
    world.do(UP, MARCUS)
    assert rank(world) == 3
    with pytest.raises(NobodyHigher):
        world.do(UP, PRIYA)
    world.do(Assign(assignee_id=PRIYA.id, only_if_free=True), PRIYA)
    assert rank(world) == 1, "it has an owner again"
    assert world.planned(EffectKind.HANDED_UP) == ["handed_up to seniors", "handed_up to managers"]


def test_the_owner_so_far_is_told_when_somebody_else_hands_the_case_up_trap_39() -> None:
    own = World(task("a"))
    own.do(UP, SARAH)
    assert own.planned(EffectKind.HANDED_OVER) == []
    other = World(task("a"))
    other.do(UP, MARCUS)
    assert other.planned(EffectKind.HANDED_OVER) == ["handed_over to person"]


def test_an_outcome_hands_the_case_up_and_it_goes_on_below() -> None:
    world = World(task("a", "fine", "lost -> up to manager"), task("b"))
    world.done("a", "lost")
    assert (world.state.handed_to, world.open, rank(world)) == (Role.MANAGER, ["b"], 3)


def test_every_hand_over_tells_the_new_owner_once_where_the_house_wants_it_trap_39() -> None:
    for rules, told in ((TOLD, ["handed_over to person"]), (cases.RULES, [])):
        world = World(task("a"), rules=rules)
        world.do(Assign(assignee_id=BEN.id), MARCUS)
        world.do(Assign(assignee_id=BEN.id), MARCUS)
        assert world.planned(EffectKind.HANDED_OVER) == told


def test_each_new_owner_has_time_of_their_own_to_begin_trap_56() -> None:
    world = World(task("a"), rules=TOLD)
    world.do(Assign(assignee_id=BEN.id), MARCUS)
    world.sleep(14 * MINUTE)
    world.do(Assign(assignee_id=SARAH.id), MARCUS)
    world.sleep(14 * MINUTE)
    assert world.facts(OwnerSilent) == []
    world.sleep(MINUTE)
    assert [fact.assignee_id for fact in world.facts(OwnerSilent)] == [SARAH.id]
    world.sleep(DAY)
    assert world.planned(EffectKind.OWNER_SILENT) == ["owner_silent to managers"]


def test_a_reopened_case_does_not_rest_with_an_owner_who_is_away_trap_55() -> None:
    """Nobody knows who is on shift. The owner is asked, and after the reminders the managers."""
    world = World(task("a"), task("b"), rules=TOLD)
    world.do(Assign(assignee_id=BEN.id), MARCUS)
    world.done("a", by=BEN)
    world.do(Resolve(), BEN)
    world.sleep(DAY)
    before = len(world.facts(EffectPlanned))
    world.do(Reopen(), MARCUS)
    world.sleep(DAY)
    told = [fact.effect for fact in world.facts(EffectPlanned)[before:]]
    assert [str(one.kind) for one in told if one.recipient.id == BEN.id][:2] == [
        "handed_over",
        "step_reminder",
    ]
    up = {one.kind for one in told if one.recipient.kind is RecipientKind.MANAGERS}
    assert up >= {EffectKind.STEP_OVERDUE, EffectKind.SLA_BREACH}


def test_a_reopened_case_that_is_taken_and_not_begun_is_free_again_trap_55() -> None:
    world = World(task("a"), assignee=None)
    world.do(Resolve(), PRIYA)
    world.do(Reopen(), PRIYA)
    world.do(Assign(assignee_id=None), PRIYA)
    world.do(Assign(assignee_id=SARAH.id, only_if_free=True, lapses_after=45 * MINUTE), SARAH)
    world.sleep(45 * MINUTE - SECOND)
    assert world.state.assignee_id == SARAH.id
    world.sleep(SECOND)
    assert world.state.assignee_id is None


def test_a_new_owner_who_does_anything_has_begun() -> None:
    world = World(task("a"), rules=TOLD)
    world.do(Assign(assignee_id=BEN.id), MARCUS)
    world.do(NOTE, BEN)
    world.sleep(HOUR)
    assert world.facts(OwnerSilent) == []


def test_a_question_beside_an_agents_step_does_not_hide_it() -> None:
    due = {"within": "10m"}
    world = World(step("approval", "ask", "yes+", "no", group="g", due=due), task("a", group="g"))
    where = standing(world.state, world.book.playbook)
    assert where.step is not None
    assert (where.step.run, where.owner_rank) == ("a", 1)
    world.done("a")
    assert rank(world) == 3


# -- webhooks ----------------------------------------------------------------------------------


def test_news_of_a_case_to_one_system_wait_for_each_other_and_other_systems_do_not() -> None:
    held: list[PendingEffect] = []

    def slow(effect: PendingEffect) -> DeliveryStatus | None:
        if effect.kind is EffectKind.STEP_WEBHOOK and effect.key not in [o.key for o in held]:
            held.append(effect)
        return None

    names = {"one": "crm", "two": "crm", "three": "bills"}
    steps = [step("webhook", name, target=to, group="g") for name, to in names.items()]
    world = World(*steps, task("end"), postman=slow)
    assert [effect.step for effect in held] == ["one", "three"]
    world.end(held[0], DeliveryStatus.SENT)
    assert [effect.step for effect in held] == ["one", "three", "two"]
    for effect in held[1:]:
        world.end(effect, DeliveryStatus.SENT)
    assert world.open == ["end"]


def test_one_that_fails_does_not_hold_the_next_one_back_trap_29() -> None:
    def broken(effect: PendingEffect) -> DeliveryStatus | None:
        one = effect.step == "one" and effect.kind is EffectKind.STEP_WEBHOOK
        return DeliveryStatus.FAILED if one else DeliveryStatus.SENT

    world = World(step("webhook", "one"), step("webhook", "two"), task("end"), postman=broken)
    assert [run.status for run in world.state.steps[:2]] == [StepStatus.FAILED, StepStatus.DONE]
    assert world.planned(EffectKind.STEP_FAILED) == ["step_failed to managers"]


def test_a_notice_that_reaches_nobody_of_the_role_goes_to_the_managers() -> None:
    def gone(effect: PendingEffect) -> DeliveryStatus | None:
        role = str(effect.recipient.kind) == "seniors"
        return DeliveryStatus.FAILED if role else DeliveryStatus.SENT

    world = World(step("approval", "ask", "yes+", "no", approver="senior"), postman=gone)
    world.sleep(MINUTE)
    told = world.planned(EffectKind.APPROVAL_ASKED)
    assert told == ["approval_asked to seniors", "approval_asked to managers"]


def test_whoever_answered_is_not_asked_after_it_at_any_instant_trap_31() -> None:
    for minutes in range(0, 120, 10):
        world = World(task("begin"), step("approval", "ask", "yes+", "no", due={"within": "2h"}))
        world.done("begin")
        world.sleep(timedelta(minutes=minutes))
        world.outage(5 * SECOND)
        before = len(world.events)
        world.done("ask", "yes", PRIYA)
        world.sleep(DAY)
        about = {fact.effect.key: fact.effect.step for fact in world.facts(EffectPlanned)}
        later = [one.fact for one in world.events[before:]]
        begun = [about[one.key] for one in later if isinstance(one, EffectBegun)]
        assert "ask" not in begun


# -- undo --------------------------------------------------------------------------------------


def stands(state: EscalationState) -> dict[str, object]:
    """Everything but the number, the trace and what is on its way."""
    return state.model_dump(exclude={"version", "trace", "effects"})


def test_whatever_is_done_can_be_taken_back_within_ten_seconds() -> None:
    jump = task("a", "ok", "back -> a after 1h", "up -> resolve")
    for outcome in ("ok", "back", "up"):
        world = World(jump, task("b"), assignee=None)
        before = stands(world.state)
        world.done("a", outcome)
        world.sleep(10 * SECOND)
        world.do(Undo(undone=world.op_id))
        assert stands(world.state) == before
        world.done("a", "ok")
        assert world.open == ["b"]


def test_a_letter_that_is_taken_back_never_leaves_and_a_skip_is_open_again() -> None:
    world = World(step("email", "write", "sent! -> resolve"), task("b"))
    world.done("write", "sent")
    world.do(Undo(undone=world.op_id))
    world.sleep(DAY)
    assert next(fact.status for fact in world.facts(EffectEnded)) is DeliveryStatus.CANCELLED
    assert not [key for key in world.facts(EffectBegun) if "/step_letter/" in key.key]
    world.skipped("write")
    world.do(Undo(undone=world.op_id))
    assert world.open == ["write"]


def test_money_and_the_question_for_it_can_be_taken_back() -> None:
    for cents in (100, 30_000):
        world = World(step("credit", "pay", "paid+"), task("b"))
        world.done("pay", "paid", amount=usd(cents))
        world.do(Undo(undone=world.op_id))
        assert world.open == ["pay"]
        assert world.state.effects == ()


def test_what_has_left_the_house_cannot_be_taken_back() -> None:
    world = World(task("a"), step("notify", "tell"), task("b"))
    world.done("a")
    with pytest.raises(UndoTooLate, match="left the house"):
        world.do(Undo(undone=world.op_id))


def test_what_the_undone_cancelled_is_planned_anew() -> None:
    world = World(step("approval", "may-we", "yes+", "no"), task("b"))
    [question] = world.state.effects
    world.do(Resolve(), MARCUS)
    assert not world.state.effects
    world.do(Undo(undone=world.op_id), MARCUS)
    [again] = world.state.effects
    assert again.key != question.key
    assert again.model_dump(exclude={"key"}) == question.model_dump(exclude={"key"})
    world.sleep(10 * SECOND)
    assert [key.key for key in world.facts(EffectBegun)] == [again.key]


def test_a_step_that_the_engine_ended_meanwhile_is_not_brought_back() -> None:
    world = World(step("webhook", "tell"), task("b"), postman=lambda _: None)
    [news] = world.state.effects
    assert news.begun
    world.do(Resolve(), MARCUS)
    op_id = world.op_id
    world.end(news, DeliveryStatus.SENT)
    with pytest.raises(UndoTooLate, match="something else"):
        world.do(Undo(undone=op_id), MARCUS)


def test_after_ten_seconds_or_something_later_it_stays_done() -> None:
    late = World(task("a"), task("b"))
    late.done("a")
    op_id = late.op_id
    late.sleep(11 * SECOND)
    with pytest.raises(UndoTooLate, match="ten seconds"):
        late.do(Undo(undone=op_id))
    later = World(task("a"), task("b"), task("c"))
    later.done("a")
    op_id = later.op_id
    later.done("b")
    with pytest.raises(UndoTooLate, match="after it"):
        later.do(Undo(undone=op_id))


def test_a_note_and_a_refusal_in_between_change_nothing() -> None:
    world = World(task("a"), task("b"))
    world.done("a")
    op_id = world.op_id
    world.do(AddNote(content_id=cases.WORDS), BEN)
    world.do(Undo(undone=op_id))
    assert world.open == ["a"]


def test_only_whoever_did_it_or_a_lead_takes_it_back_and_only_once() -> None:
    world = World(task("a"), task("b"))
    world.done("a")
    op_id = world.op_id
    with pytest.raises(NotAllowed):
        world.do(Undo(undone=op_id), BEN)
    world.do(Undo(undone=op_id), MARCUS)
    assert world.stands(Status.OPEN)
    with pytest.raises(UndoTooLate):
        world.do(Undo(undone=op_id), MARCUS)


def test_a_new_owners_time_stands_still_while_the_case_is_on_hold() -> None:
    world = World(task("a"), rules=TOLD)
    world.do(Assign(assignee_id=BEN.id), MARCUS)
    world.sleep(10 * MINUTE)
    world.do(Pause(reason_id=cases.REASON), MARCUS)
    world.sleep(DAY)
    world.do(Resume(), MARCUS)
    world.sleep(4 * MINUTE)
    assert world.facts(OwnerSilent) == []
    world.sleep(MINUTE)
    assert [fact.assignee_id for fact in world.facts(OwnerSilent)] == [BEN.id]
