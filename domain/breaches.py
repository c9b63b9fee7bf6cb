"""What happens when a target is missed: as the policy declares it, in its order."""

from typing import assert_never

from domain import handing
from domain.story import MANAGERS, VP, Story
from models.delivery import EffectKind, RecipientKind
from models.event import Changed
from models.severity import Severity
from models.sla import BreachAction, Clock

WORSE = {
    Severity.LOW: Severity.MEDIUM,
    Severity.MEDIUM: Severity.HIGH,
    Severity.HIGH: Severity.CRITICAL,
}


def act(story: Story, clock: Clock) -> None:
    """Do what is declared for a miss of this clock, but for what moves the clocks themselves."""
    for action in _for(story, clock):
        if action.notify is not None:
            _notify(story, action, f"{clock.kind}#{clock.epoch}")
        if action.hand_to is not None:
            handing.hand_up(story, action.hand_to, None)


def severity_rises(story: Story, clock: Clock) -> bool:
    """Make the case more severe, if that is declared. Says whether it became so."""
    rises = any(action.severity == "up" for action in _for(story, clock))
    now = story.state.severity
    if not rises or now not in WORSE:
        return False
    story.tell(Changed(severity=WORSE[now], previous_severity=now))
    return True


def _for(story: Story, clock: Clock) -> list[BreachAction]:
    declared = story.book.policy.on_breach
    return [one for one in declared if not one.clocks or clock.kind in one.clocks]


def _notify(story: Story, action: BreachAction, told: str) -> None:
    match action.notify:
        case "managers":
            story.plan_effect(EffectKind.SLA_BREACH, MANAGERS, clock=told)
        case "vp":
            story.plan_effect(EffectKind.SLA_BREACH, VP, clock=told)
        case "owner":
            if story.owner.kind is RecipientKind.PERSON:
                story.plan_effect(EffectKind.SLA_BREACH, story.owner, clock=told)
        case None:
            return
        case never:
            assert_never(never)
