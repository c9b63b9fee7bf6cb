"""The end of a delivery: it arrived, or it openly did not, and what becomes of its step."""

from domain import credit, outcomes, steps
from domain.effects import still_true
from domain.story import MANAGERS, Story
from models.command import EndEffect
from models.delivery import (
    DeliveryStatus,
    EffectClass,
    EffectKind,
    PendingEffect,
    RecipientKind,
)
from models.escalation import StepRun, StepStatus
from models.event import EffectEnded


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
    if effect.kind is EffectKind.CASE_JOINED:
        if command.status is not DeliveryStatus.SENT:
            story.plan_effect(EffectKind.MERGE_REFUSED, MANAGERS, fallback_of=effect.key)
    elif effect.effect_class is EffectClass.REQUEST:
        _end_request(story, effect, command.status)
    elif went_wrong and effect.effect_class is EffectClass.LETTER:
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
    step = story.book.step(run.step)
    if status is DeliveryStatus.SENT:
        steps.end(story, run.id, step, StepStatus.DONE, why="The notice was handed over.")
    else:
        steps.end(story, run.id, step, StepStatus.FAILED, why="The notice could not be sent.")
    steps.advance(story)


def _end_request(story: Story, effect: PendingEffect, status: DeliveryStatus) -> None:
    """A webhook or credit step is done when the other system took it. If not, managers know."""
    run = story.state.run(effect.step or "")
    live = run if run is not None and run.status is StepStatus.RUNNING else None
    if status is not DeliveryStatus.SENT and status is not DeliveryStatus.CANCELLED:
        story.plan_effect(
            EffectKind.STEP_FAILED, MANAGERS, step=effect.step, fallback_of=effect.key
        )
    if live is None:
        return
    if effect.kind is EffectKind.STEP_CREDIT:
        _end_credit(story, live, status)
        return
    step = story.book.step(live.step)
    if status is DeliveryStatus.SENT:
        steps.end(story, live.id, step, StepStatus.DONE, why="The other system knows.")
    else:
        why = "The other system could not be told. The managers know."
        steps.end(story, live.id, step, StepStatus.FAILED, why=why)
    steps.advance(story)


def _end_credit(story: Story, run: StepRun, status: DeliveryStatus) -> None:
    """Money that went out ends its step, as the agent chose. If not, the step is theirs again."""
    if status is not DeliveryStatus.SENT:
        credit.give_back(story, run, "The money did not go out. The managers know.")
        return
    step = story.book.step(run.step)
    outcome = next(one for one in step.outcomes if one.id == run.outcome)
    jump, again = outcomes.reach(story, run, step, outcome, run)
    outcomes.lead_on(story, step, jump, again, run.note_id)
