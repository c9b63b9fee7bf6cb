"""Approvals: somebody of a role says yes or no, or nobody does in time, and the case goes on.

The one who asked never answers. An approver can hand the question to another person of the role,
or of a higher one; whoever else has the role can still answer it, so that nobody waits for one
person's return.
"""

from domain import credit, outcomes, snoozing, steps
from domain.story import Story, person
from models.actor import Actor
from models.command import Delegate
from models.delivery import EffectKind, Recipient
from models.errors import NotAllowed, StepNotOpen
from models.escalation import StepRun, StepStatus
from models.event import StepDelegated, StepEnded, StepReminded, WakeCause
from models.step import Approval, Jump, Outcome, Step


def require_not_own(actor: Actor, run: StepRun) -> None:
    """Nobody says yes to their own question. Raises NotAllowed."""
    if run.asked_by is not None and run.asked_by == actor.id:
        raise NotAllowed("You asked for this, so somebody else must say yes or no.")


def delegate(story: Story, run: StepRun, step: Step, command: Delegate) -> None:
    """Hand the question to another person. Raises NotAllowed for one who may not answer it."""
    if not isinstance(step, Approval):
        raise StepNotOpen("Only a question that needs a yes or a no can be handed on.")
    if command.to_role.rank < step.approver.rank:
        raise NotAllowed(f"This needs a {step.approver}. Hand it to one, or to somebody higher.")
    if command.to_id == run.asked_by:
        raise NotAllowed("That person asked for it, so somebody else must say yes or no.")
    if command.to_id == run.asked_of:
        return
    story.tell(StepDelegated(run=run.id, step=step.id, to_id=command.to_id))
    snoozing.wake(story, WakeCause.HANDED, only=run.id)
    story.plan_effect(EffectKind.APPROVAL_ASKED, person(command.to_id), step=run.id)


def asked(story: Story, run: StepRun, step: Approval) -> Recipient:
    """Who is to answer."""
    return person(run.asked_of) if run.asked_of else story.of_role(step.approver)


def look_after(story: Story, run: StepRun, step: Approval) -> None:
    """Remind once, half way; when it is due, end it without an answer and go on."""
    if run.due_at is not None and run.due_at > story.now:
        story.tell(StepReminded(run=run.id, count=run.reminders + 1, remind_at=run.due_at))
        story.plan_effect(EffectKind.STEP_REMINDER, asked(story, run, step), step=run.id)
        return
    expire(story, run, step)


def expire(story: Story, run: StepRun, step: Approval) -> None:
    """Nobody answered in time: it counts as the outcome that the playbook says, mostly a no."""
    rule, outcome = step.on_timeout, step.expiry
    jump = step.on_outcome.get(outcome.id) if outcome else None
    if rule.go_to is not None:
        jump = Jump(go_to=rule.go_to)
    again = steps.jump_target(story, step, jump)
    story.tell(
        StepEnded(
            run=run.id,
            step=step.id,
            kind=step.kind,
            status=StepStatus.FAILED,
            outcome=outcome.id if outcome else None,
            went_to=again.id if again else None,
            why="Nobody answered in time.",
        )
    )
    if rule.escalate_to is not None:
        story.plan_effect(EffectKind.STEP_GIVEN_UP, story.of_role(rule.escalate_to), step=run.id)
    if not answered(story, run, outcome):
        outcomes.lead_on(story, step, jump, again)


def answered(story: Story, run: StepRun, outcome: Outcome | None) -> bool:
    """Carry the answer to the credit step that asked for it. False when there is none."""
    asking = credit.waiting_for(story, run)
    if asking is None:
        return False
    if outcome is not None and outcome.grants:
        credit.grant(story, asking)
    else:
        credit.give_back(story, asking, "Nobody said yes to it. Choose another way.")
    steps.advance(story)
    return True
