"""What leaves the house when a step opens: a notice, a call of another system, a question."""

from typing import assert_never

from domain.story import MANAGERS, SYSTEM, VP, Story
from models.delivery import EffectKind, Recipient
from models.step import (
    Approval,
    Call,
    Credit,
    EmailStep,
    FollowUp,
    Notify,
    OfferStep,
    Schedule,
    Step,
    Task,
    Webhook,
)


def plan_what_leaves(story: Story, run_id: str, step: Step) -> None:
    """Plan what a run sends by itself, now that it is open. Of most kinds that is nothing."""
    match step:
        case Notify():
            story.plan_effect(EffectKind.STEP_NOTICE, _audience(story, step), step=run_id)
        case Webhook():
            story.plan_effect(EffectKind.STEP_WEBHOOK, SYSTEM, step=run_id, target=step.target)
        case Approval():
            story.plan_effect(EffectKind.APPROVAL_ASKED, story.of_role(step.approver), step=run_id)
        case Call() | EmailStep() | OfferStep() | FollowUp() | Task() | Schedule() | Credit():
            pass  # people do these, and what they send leaves when they are done
        case never:
            assert_never(never)


def _audience(story: Story, step: Notify) -> Recipient:
    return {"assignee": story.owner, "managers": MANAGERS, "vp": VP}[step.to]
