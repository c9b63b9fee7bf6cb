"""Money for a customer: how much, who may give it alone, and when it goes out.

The agent says how much. Up to their own limit it goes out ten seconds later, and until then it can
be taken back; above it a manager must say yes first. The limit is for all the money of a case, as
it was on the day on which the case was opened.
"""

from domain import clocks, steps
from domain.story import CUSTOMER, Story
from models.command import CompleteStep
from models.delivery import EffectKind
from models.errors import AmountRefused, FieldRequired
from models.escalation import StepRun, StepStatus
from models.event import StepReturned, StepStarted
from models.money import Money
from models.playbook import credit_approval, credit_approval_id
from models.step import Credit, Outcome


def ask(story: Story, run: StepRun, step: Credit, outcome: Outcome, command: CompleteStep) -> None:
    """Ask for money: it is granted at once up to the actor's limit. Raises AmountRefused."""
    amount = _checked(step, command.amount)
    story.tell(
        StepStarted(
            run=run.id,
            step=step.id,
            outcome=outcome.id,
            amount=amount,
            note_id=command.note_id,
            fields_id=command.fields_id,
        )
    )
    if outcome.contact:
        clocks.answered(story)
    given = _given(story, amount.currency)
    if given <= story.book.rules.credit_limits.of(story.actor.role, amount.currency):
        grant(story, run)
        return
    approval = credit_approval(step)
    approval_id = steps.next_id(story.state, approval)
    steps.open_run(story, approval_id, approval, promised=run.promised)


def _given(story: Story, currency: str) -> int:
    """All the money of this case, the amount just asked for included: many small ones are one."""
    counts = (StepStatus.DONE, StepStatus.RUNNING)
    amounts = [run.amount for run in story.state.steps if run.status in counts]
    return sum(one.minor for one in amounts if one is not None and one.currency == currency)


def _checked(step: Credit, amount: Money | None) -> Money:
    if amount is None:
        raise FieldRequired("Say how much money the customer gets, such as 49.00 USD.")
    if amount.currency != step.at_most.currency:
        raise AmountRefused(f"This step gives {step.at_most.currency}, not {amount.currency}.")
    if amount.minor < 1:
        raise AmountRefused("The amount must be more than nothing.")
    if amount.minor > step.at_most.minor:
        raise AmountRefused(f"This step gives {step.at_most} at most, not {amount}.")
    return amount


def grant(story: Story, run: StepRun) -> None:
    """The money goes out in ten seconds."""
    asked = story.state.run(run.id) or run
    story.plan_effect(EffectKind.STEP_CREDIT, CUSTOMER, step=run.id, amount=asked.amount)


def give_back(story: Story, run: StepRun, why: str) -> None:
    """The money does not go out, and the step is the agent's again."""
    step = story.book.step(run.step)
    due_at = steps.due_from(story, step, promised=run.promised)
    story.tell(
        StepReturned(
            run=run.id,
            step=step.id,
            due_at=due_at,
            remind_at=steps.first_reminder(story, due_at, step),
            why=why,
        )
    )


def waiting_for(story: Story, approval: StepRun) -> StepRun | None:
    """The credit run that waits for this approval, if it is one of those that are built in."""
    for step in story.book.playbook.steps:
        if isinstance(step, Credit) and credit_approval_id(step.id) == approval.step:
            run = steps.latest_run(story.state, step.id)
            return run if run is not None and run.status is StepStatus.RUNNING else None
    return None
