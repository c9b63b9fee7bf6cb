"""Deliveries: letters held for ten seconds, pages at once, failures told once, nothing stale."""

from datetime import timedelta

import pytest

from domain.due import due
from domain.effects import still_true
from models.command import Cancel, Resolve
from models.delivery import DeliveryStatus, EffectKind, PendingEffect
from models.event import EffectBegun, EffectEnded
from tests.domain.cases import HOUR, MINUTE, NOON, PRIYA, SECOND, step, task
from tests.domain.world import World, none_end

FAILED, UNKNOWN, SENT = DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN, DeliveryStatus.SENT


def with_a_letter() -> World:
    """A case whose letter was sent at noon, and is held back."""
    world = World(step("email", "letter", "sent!"), task("next"), postman=none_end)
    world.done("letter", "sent")
    return world


def only(world: World, kind: EffectKind) -> PendingEffect:
    """The one delivery of this kind that has not ended."""
    [found] = [effect for effect in world.state.effects if effect.kind is kind]
    return found


def test_a_miss_is_told_although_its_clock_has_only_moved_since() -> None:
    world = World(task("a"), postman=none_end)
    world.sleep(HOUR)
    page = next(one for one in world.state.effects if one.kind is EffectKind.SLA_BREACH)
    clock = next(one for one in world.state.clocks if one.kind == "first_response")
    moved = clock.model_copy(update={"epoch": 2, "set_in": 1})
    anew = clock.model_copy(update={"epoch": 2})
    met = moved.model_copy(update={"met_at": NOON})
    for then, told in ((clock, True), (moved, True), (anew, False), (met, False)):
        state = world.state.model_copy(update={"clocks": (then,)})
        assert still_true(state, page) is told


def test_a_letter_leaves_ten_seconds_after_it_was_sent() -> None:
    world = with_a_letter()
    deadline = due(world.state)
    assert deadline is not None
    assert (deadline.at, deadline.what) == (NOON + 10 * SECOND, "send step letter")
    world.sleep(10 * SECOND - timedelta(microseconds=1))
    assert not world.facts(EffectBegun)
    world.sleep(timedelta(microseconds=1))
    assert only(world, EffectKind.STEP_LETTER).begun


def test_a_letter_that_is_held_back_does_not_leave_when_the_case_is_cancelled() -> None:
    world = with_a_letter()
    world.do(Cancel(), PRIYA)
    assert [fact.status for fact in world.facts(EffectEnded)] == [DeliveryStatus.CANCELLED]
    world.sleep(HOUR)
    assert not world.facts(EffectBegun)


def test_a_letter_that_is_held_back_still_leaves_when_the_case_is_resolved() -> None:
    world = with_a_letter()
    world.do(Resolve())
    world.sleep(10 * SECOND)
    assert only(world, EffectKind.STEP_LETTER).begun


def test_a_letter_that_is_on_its_way_cannot_be_taken_back() -> None:
    world = with_a_letter()
    world.sleep(10 * SECOND)
    world.do(Cancel(), PRIYA)
    letter = only(world, EffectKind.STEP_LETTER)
    world.end(letter, SENT)
    assert world.state.effects == ()


@pytest.mark.parametrize("status", [FAILED, UNKNOWN])
def test_a_letter_that_did_not_arrive_is_not_sent_again_and_the_managers_hear(
    status: DeliveryStatus,
) -> None:
    world = with_a_letter()
    world.sleep(10 * SECOND)
    letter = only(world, EffectKind.STEP_LETTER)
    world.end(letter, status)
    assert world.planned() == ["step_letter to customer", "letter_failed to managers"]
    assert only(world, EffectKind.LETTER_FAILED).fallback_of == letter.key


@pytest.mark.parametrize("end", [Cancel(), Resolve()])
def test_a_letter_that_fails_after_the_end_is_still_told(end: Cancel | Resolve) -> None:
    world = with_a_letter()
    world.sleep(10 * SECOND)
    world.do(end, PRIYA)
    world.end(only(world, EffectKind.STEP_LETTER), UNKNOWN)
    assert only(world, EffectKind.LETTER_FAILED).begun


@pytest.mark.parametrize("status", [FAILED, UNKNOWN])
def test_a_page_that_fails_falls_back_to_the_managers_once_trap_29(status: DeliveryStatus) -> None:
    world = World(postman=none_end)
    world.sleep(15 * MINUTE)
    warning = only(world, EffectKind.SLA_WARNING)
    world.end(warning, status)
    second = only(world, EffectKind.SLA_WARNING)
    assert second.fallback_of == warning.key
    assert second.begun
    world.end(second, status)
    assert world.planned(EffectKind.SLA_WARNING) == [
        "sla_warning to person",
        "sla_warning to managers",
    ]


def test_of_one_miss_the_managers_hear_once_also_when_the_owner_cannot_be_reached_trap_35() -> None:
    world = World(postman=none_end)
    world.sleep(30 * MINUTE)
    for effect in world.state.effects:
        if effect.kind is EffectKind.SLA_BREACH:
            world.end(effect, FAILED)
    assert sorted(world.planned(EffectKind.SLA_BREACH)) == [
        "sla_breach to managers",
        "sla_breach to person",
    ]


def test_a_reminder_that_fails_after_its_step_was_done_falls_back_to_nobody_trap_31() -> None:
    world = World(task("a", due={"within": "5m"}), task("b"), postman=none_end)
    world.sleep(5 * MINUTE)
    reminder = only(world, EffectKind.STEP_REMINDER)
    world.done("a")
    world.end(reminder, FAILED)
    assert world.planned(EffectKind.STEP_REMINDER) == ["step_reminder to person"]


def test_a_page_that_had_not_begun_when_somebody_acted_is_taken_back_traps_31_33() -> None:
    world = World(task("a", due={"within": "5m"}), task("b"), postman=none_end)
    world.sleep(5 * MINUTE)
    reminder = only(world, EffectKind.STEP_REMINDER)
    held = reminder.model_copy(update={"begun": False})
    world.state = world.state.model_copy(update={"effects": (held,)})
    world.done("a")
    assert world.state.effects == ()
    assert world.facts(EffectEnded)[-1].status is DeliveryStatus.CANCELLED


def test_the_end_of_a_delivery_counts_once_and_of_an_unknown_one_never() -> None:
    world = World(postman=none_end)
    world.sleep(15 * MINUTE)
    warning = only(world, EffectKind.SLA_WARNING)
    world.end(warning, SENT)
    assert world.end(warning, FAILED) == []
    assert world.end(warning.model_copy(update={"key": "x/1/sla_warning/vp"}), SENT) == []


def test_a_key_names_case_number_occasion_and_recipient() -> None:
    world = with_a_letter()
    planned = next(one for one in world.events if one.fact.fact == "effect_planned")
    key = only(world, EffectKind.STEP_LETTER).key
    assert key == f"{world.state.id}/{planned.seq}/step_letter/customer"
