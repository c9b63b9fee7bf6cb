"""Overdue steps: reminded a few times, then somebody higher is told. Nobody is left waiting."""

from datetime import datetime

from domain import approvals, outcomes, snoozing, steps
from domain.story import MANAGERS, Story
from models.actor import Role
from models.delivery import EffectKind
from models.escalation import EscalationState, Status, StepRun, StepStatus
from models.event import StepEnded, StepReminded
from models.step import Approval, Jump, Step


def tick(story: Story, *, promised_only: bool) -> None:
    """Open waiting runs, wake sleeping ones, remind overdue ones, and give up lost promises."""
    for run in story.state.steps:
        if promised_only and not run.promised:
            continue
        if run.status is StepStatus.WAITING and _at_or_before(run.opens_at, story.now):
            steps.open_run(story, run.id, story.book.step(run.step))
    snoozing.tick(story, promised_only=promised_only)
    for run in story.state.steps:
        if promised_only and not run.promised:
            continue
        now = story.state.run(run.id)  # another one's end may have changed it
        if now and now.for_now and _at_or_before(now.remind_at, story.now):
            _remind(story, now)
    if story.state.status is Status.RESOLVED:
        _give_up(story)


def give_up_at(run: StepRun, status: Status) -> datetime | None:
    """When an open promise of a resolved case is given up; a case in work never gives up."""
    open_promise = run.promised and run.status is StepStatus.OPEN
    return snoozing.give_up_at(run) if status is Status.RESOLVED and open_promise else None


def _remind(story: Story, run: StepRun) -> None:
    """One reminder. After the last one somebody higher is told, or another step runs instead."""
    step = story.book.step(run.step)
    if isinstance(step, Approval):
        approvals.look_after(story, run, step)
        return
    rule = step.on_timeout
    count = run.reminders + 1
    if count <= rule.remind_times:
        next_at = steps.remind_at(story, story.now + rule.remind_every)
        if count == rule.remind_times and rule.escalate_to is None and rule.go_to is None:
            story.tell(StepReminded(run=run.id, count=count, remind_at=None))
        else:
            story.tell(StepReminded(run=run.id, count=count, remind_at=next_at))
        story.plan_effect(EffectKind.STEP_REMINDER, story.owner, step=run.id)
    elif rule.go_to is not None:
        _go_elsewhere(story, run, step, Jump(go_to=rule.go_to))
    else:
        told = story.of_role(rule.escalate_to or Role.MANAGER)
        story.tell(StepReminded(run=run.id, count=count, remind_at=None))
        story.plan_effect(EffectKind.STEP_OVERDUE, told, step=run.id)


def _go_elsewhere(story: Story, run: StepRun, step: Step, jump: Jump) -> None:
    """Nobody did the step: another one runs instead, while it may run once more."""
    again = steps.jump_target(story, step, jump)
    story.tell(
        StepEnded(
            run=run.id,
            step=step.id,
            kind=step.kind,
            status=StepStatus.FAILED,
            went_to=again.id if again else None,
            why="Nobody did it in time.",
        )
    )
    if step.on_timeout.escalate_to is not None:
        told = story.of_role(step.on_timeout.escalate_to)
        story.plan_effect(EffectKind.STEP_GIVEN_UP, told, step=run.id)
    outcomes.lead_on(story, step, jump, again)


def _give_up(story: Story) -> None:
    for run in story.state.steps:
        when = give_up_at(run, story.state.status)
        if when is not None and when <= story.now:
            step = story.book.step(run.step)
            why = "Nobody did it in time. The managers know."
            steps.end(story, run.id, step, StepStatus.FAILED, why=why)
            story.plan_effect(EffectKind.PROMISE_MISSED, MANAGERS, step=run.id)


def next_at(state: EscalationState, *, promised_only: bool) -> datetime | None:
    """The next instant at which `tick` has something to do with a step."""
    found = [
        at
        for run in state.steps
        if (run.promised or not promised_only) and not run.ended
        for at in (
            run.opens_at if run.status is StepStatus.WAITING else None,
            run.remind_at if run.for_now else None,
            run.snoozed_until,
            give_up_at(run, state.status),
        )
        if at is not None
    ]
    return min(found, default=None)


def _at_or_before(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now
