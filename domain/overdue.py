"""Overdue steps: reminded a few times, then somebody higher is told. Nobody is left waiting."""

from datetime import datetime, timedelta

from domain import steps
from domain.story import MANAGERS, Story
from models.delivery import EffectKind
from models.escalation import EscalationState, Status, StepRun, StepStatus
from models.event import StepReminded

LAST_CHANCE = timedelta(days=7)
"""How long after its due time a promised step of a resolved case is given up, openly."""


def tick(story: Story, *, promised_only: bool) -> None:
    """Open waiting runs, remind overdue ones, and give up promises that nobody kept."""
    for run in story.state.steps:
        if promised_only and not run.promised:
            continue
        if run.status is StepStatus.WAITING and _at_or_before(run.opens_at, story.now):
            steps.open_run(story, run.id, story.book.playbook.step(run.step))
    for run in story.state.steps:
        if promised_only and not run.promised:
            continue
        if run.status is StepStatus.OPEN and _at_or_before(run.remind_at, story.now):
            _remind(story, run)
    if story.state.status is Status.RESOLVED:
        _give_up(story)


def give_up_at(run: StepRun, status: Status) -> datetime | None:
    """When an open promise of a resolved case is given up; a case in work never gives up."""
    open_promise = run.promised and run.status is StepStatus.OPEN
    if status is not Status.RESOLVED or not open_promise or run.due_at is None:
        return None
    return run.due_at + LAST_CHANCE


def _remind(story: Story, run: StepRun) -> None:
    """One reminder. After the last one the managers are told, and then it is quiet."""
    rule = story.book.playbook.step(run.step).on_timeout
    count = run.reminders + 1
    if count <= rule.remind_times:
        next_at = story.now + rule.remind_every
        if count == rule.remind_times and rule.escalate_to is None:
            story.tell(StepReminded(run=run.id, count=count, remind_at=None))
        else:
            story.tell(StepReminded(run=run.id, count=count, remind_at=next_at))
        story.plan_effect(EffectKind.STEP_REMINDER, story.owner, step=run.id)
        return
    story.tell(StepReminded(run=run.id, count=count, remind_at=None))
    story.plan_effect(EffectKind.STEP_OVERDUE, MANAGERS, step=run.id)


def _give_up(story: Story) -> None:
    for run in story.state.steps:
        when = give_up_at(run, story.state.status)
        if when is not None and when <= story.now:
            step = story.book.playbook.step(run.step)
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
            run.remind_at if run.status is StepStatus.OPEN else None,
            give_up_at(run, state.status),
        )
        if at is not None
    ]
    return min(found, default=None)


def _at_or_before(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now
