"""Effects: what leaves the house. Begun when its time has come, ended once, never forgotten."""

from typing import assert_never

from domain.story import Story
from models.delivery import DeliveryStatus, Effect, EffectClass, EffectKind
from models.escalation import EscalationState, Status, StepRun
from models.event import EffectBegun, EffectEnded
from models.sla import Clock

_TOLD_OF_MERGED = (EffectKind.MERGE_REFUSED, EffectKind.LETTER_FAILED, EffectKind.STEP_FAILED)


_OF_A_RUN = (
    EffectKind.STEP_CREDIT,
    EffectKind.STEP_WEBHOOK,
    EffectKind.STEP_NOTICE,
    EffectKind.APPROVAL_ASKED,
)


def tick(story: Story) -> None:
    """Begin the hand-over of every effect whose time has come, if it still means anything."""
    for effect in story.state.effects:
        if effect.begun or effect.not_before > story.now or waits(story.state, effect):
            continue
        if still_true(story.state, effect):
            story.tell(EffectBegun(key=effect.key))
        else:
            _cancel(story, effect, "Not needed any more: somebody acted first.")


def still_true(state: EscalationState, effect: Effect) -> bool:
    """Whether the occasion of a delivery still holds: its clock runs, its step has not ended.

    Of a case that goes on in another one nobody is told anything but what went wrong (trap 21).
    """
    if state.status is Status.MERGED and effect.effect_class is EffectClass.PAGE:
        return effect.kind in _TOLD_OF_MERGED
    match effect.kind:
        case EffectKind.SLA_BREACH:
            return any(_is_missed(clock, effect) for clock in state.clocks)
        case EffectKind.SLA_WARNING:
            clocks = state.clocks
            return any(one.running and effect.clock == f"{one.kind}#{one.epoch}" for one in clocks)
        case EffectKind.STEP_OVERDUE | EffectKind.STEP_NOTICE | EffectKind.STEP_WEBHOOK:
            run = state.run(effect.step or "")
            return run is not None and not run.ended
        case EffectKind.STEP_REMINDER:
            run = state.run(effect.step or "")
            return run is not None and not run.ended and run.snoozed_until is None
        case EffectKind.APPROVAL_ASKED:
            run = state.run(effect.step or "")
            return run is not None and not run.ended and _is_asked(run, effect)
        case EffectKind.HANDED_UP:
            return state.assignee_id is None and state.handed_to is not None
        case (
            EffectKind.STEP_LETTER
            | EffectKind.LETTER_FAILED
            | EffectKind.PROMISE_MISSED
            | EffectKind.HANDED_OVER
            | EffectKind.OWNER_SILENT
            | EffectKind.STEP_CREDIT
            | EffectKind.STEP_GIVEN_UP
            | EffectKind.STEP_FAILED
            | EffectKind.CASE_JOINED
            | EffectKind.MERGE_REFUSED
        ):
            return True
        case never:
            assert_never(never)


def _is_missed(clock: Clock, effect: Effect) -> bool:
    """Whether it is this clock's miss. One that has only moved since was missed all the same."""
    kind, _, epoch = (effect.clock or "").partition("#")
    if kind != clock.kind or clock.ended:
        return False
    if int(epoch) == clock.epoch and clock.running:
        return True
    return clock.breached_at is not None and int(epoch) >= (clock.set_in or clock.epoch)


def _is_asked(run: StepRun, effect: Effect) -> bool:
    """Whether an approval is still asked of the same one."""
    return effect.recipient.id == run.asked_of or effect.fallback_of is not None


def waits(state: EscalationState, effect: Effect) -> bool:
    """Whether an earlier request to the same system comes first: a case's news stay in order."""
    if effect.kind is not EffectKind.STEP_WEBHOOK:
        return False
    first = next((one for one in state.effects if one.target == effect.target), effect)
    return first.key != effect.key


def take_back(story: Story, *, letters: bool, why: str) -> None:
    """Cancel what has not begun: all that is no longer true, or everything, letters included."""
    for effect in story.state.effects:
        if not effect.begun and (letters or not still_true(story.state, effect)):
            _cancel(story, effect, why)


def take_back_of(story: Story, run_id: str, why: str) -> None:
    """Cancel what has not begun of one step run, money included."""
    for effect in story.state.effects:
        if effect.step == run_id and not effect.begun and effect.kind in _OF_A_RUN:
            _cancel(story, effect, why)


def _cancel(story: Story, effect: Effect, why: str) -> None:
    story.tell(EffectEnded(key=effect.key, status=DeliveryStatus.CANCELLED, detail=why))
