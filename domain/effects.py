"""Effects: what leaves the house. Begun when its time has come, ended once, never forgotten."""

from domain import steps
from domain.story import MANAGERS, Story
from models.command import EndEffect
from models.delivery import (
    DeliveryStatus,
    EffectClass,
    EffectKind,
    PendingEffect,
    RecipientKind,
)
from models.escalation import StepStatus
from models.event import EffectBegun, EffectEnded


def tick(story: Story) -> None:
    """Begin the hand-over of every effect whose time has come."""
    for effect in story.state.effects:
        if not effect.begun and effect.not_before <= story.now:
            story.tell(EffectBegun(key=effect.key))


def end(story: Story, command: EndEffect) -> None:
    """A hand-over ended. One that failed falls back to the managers, once."""
    effect = next((one for one in story.state.effects if one.key == command.key), None)
    if effect is None:
        return
    story.tell(EffectEnded(key=effect.key, status=command.status, detail=command.detail))
    went_wrong = command.status in (DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN)
    if went_wrong and effect.effect_class is EffectClass.LETTER:
        story.plan_effect(
            EffectKind.LETTER_FAILED, MANAGERS, step=effect.step, fallback_of=effect.key
        )
    elif went_wrong and effect.recipient.kind is not RecipientKind.MANAGERS:
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
    """Cancel what has not begun: notices always, letters to the customer only when told so."""
    for effect in story.state.effects:
        if not effect.begun and (letters or effect.effect_class is EffectClass.PAGE):
            story.tell(EffectEnded(key=effect.key, status=DeliveryStatus.CANCELLED, detail=why))
