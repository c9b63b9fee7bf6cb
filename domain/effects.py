"""Effects: what leaves the house. Begun when its time has come, ended once, never forgotten."""

from typing import assert_never

from domain import steps
from domain.story import MANAGERS, Story
from models.command import EndEffect
from models.delivery import (
    DeliveryStatus,
    Effect,
    EffectClass,
    EffectKind,
    PendingEffect,
    RecipientKind,
)
from models.escalation import EscalationState, StepStatus
from models.event import EffectBegun, EffectEnded


def tick(story: Story) -> None:
    """Begin the hand-over of every effect whose time has come, if it still means anything."""
    for effect in story.state.effects:
        if effect.begun or effect.not_before > story.now:
            continue
        if still_true(story.state, effect):
            story.tell(EffectBegun(key=effect.key))
        else:
            _cancel(story, effect, "Not needed any more: somebody acted first.")


def still_true(state: EscalationState, effect: Effect) -> bool:
    """Whether the occasion of a delivery still holds: its clock runs, its step has not ended."""
    match effect.kind:
        case EffectKind.SLA_WARNING | EffectKind.SLA_BREACH:
            clocks = state.clocks
            return any(one.running and effect.clock == f"{one.kind}#{one.epoch}" for one in clocks)
        case EffectKind.STEP_REMINDER | EffectKind.STEP_OVERDUE | EffectKind.STEP_NOTICE:
            run = state.run(effect.step or "")
            return run is not None and not run.ended
        case EffectKind.STEP_LETTER | EffectKind.LETTER_FAILED | EffectKind.PROMISE_MISSED:
            return True
        case never:
            assert_never(never)


def end(story: Story, command: EndEffect) -> None:
    """A hand-over ended. One that failed falls back to the managers, once, while it is true.

    Of a breach they are told anyway; a second notice of the same one would be noise (trap 35).
    """
    effect = next((one for one in story.state.effects if one.key == command.key), None)
    if effect is None:
        return
    story.tell(EffectEnded(key=effect.key, status=command.status, detail=command.detail))
    went_wrong = command.status in (DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN)
    told_anyway = (
        effect.recipient.kind is RecipientKind.MANAGERS or effect.kind is EffectKind.SLA_BREACH
    )
    if went_wrong and effect.effect_class is EffectClass.LETTER:
        story.plan_effect(
            EffectKind.LETTER_FAILED, MANAGERS, step=effect.step, fallback_of=effect.key
        )
    elif went_wrong and not told_anyway and still_true(story.state, effect):
        story.plan_effect(
            effect.kind, MANAGERS, step=effect.step, clock=effect.clock, fallback_of=effect.key
        )
    elif effect.kind is EffectKind.STEP_NOTICE:
        _end_notice(story, effect, command.status)


def _end_notice(story: Story, effect: PendingEffect, status: DeliveryStatus) -> None:
    """A notify step is done when its notice was handed over."""
    run = story.state.run(effect.step or "")
    if run is None or run.ended:
        return
    step = story.book.playbook.step(run.step)
    if status is DeliveryStatus.SENT:
        steps.end(story, run.id, step, StepStatus.DONE, why="The notice was handed over.")
    else:
        steps.end(story, run.id, step, StepStatus.FAILED, why="The notice could not be sent.")
    steps.advance(story)


def take_back(story: Story, *, letters: bool, why: str) -> None:
    """Cancel what has not begun: all that is no longer true, or everything, letters included."""
    for effect in story.state.effects:
        if not effect.begun and (letters or not still_true(story.state, effect)):
            _cancel(story, effect, why)


def _cancel(story: Story, effect: Effect, why: str) -> None:
    story.tell(EffectEnded(key=effect.key, status=DeliveryStatus.CANCELLED, detail=why))
