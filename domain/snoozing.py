"""Snoozes: a step is put off until a time, and comes back by itself. Nothing else waits with it.

A snooze is no pause: the step's due time and every clock go on. It ends at its time, when the
customer writes, or when the case changes hands. Only what would nag waits: reminders of a step that
is overdue come when the step does.
"""

from datetime import datetime, timedelta

from domain.story import Story
from models.command import SnoozeStep
from models.errors import ReasonRequired, SnoozeInvalid
from models.escalation import Status, StepRun
from models.event import StepSnoozed, StepWoken, WakeCause
from models.step import Approval, Step

LONGEST = timedelta(days=7)
"""How long a step can be put off at most."""

LAST_CHANCE = timedelta(days=7)
"""How long after its due time a promised step of a resolved case is given up, openly."""

AWAKE_FOR = timedelta(days=1)
"""How long a promise that was put off is there at least before it is given up."""


def require(story: Story, run: StepRun, step: Step, command: SnoozeStep) -> None:
    """Let a snooze pass, or raise SnoozeInvalid or ReasonRequired with the latest time."""
    until, due_at = command.until, run.due_at
    if until <= story.now:
        raise SnoozeInvalid("That time has passed. Choose one that lies ahead.")
    if until > story.now + LONGEST:
        raise SnoozeInvalid(f"That is too long: a step can wait until {_say(story.now + LONGEST)}.")
    if due_at is None:
        return
    if isinstance(step, Approval) and until > due_at:
        raise SnoozeInvalid(f"That is too long: this question ends at {_say(due_at)}.")
    if story.state.status is Status.RESOLVED and until > due_at + LAST_CHANCE:
        latest = _say(due_at + LAST_CHANCE)
        raise SnoozeInvalid(f"That is too long: we promised this. It can wait until {latest}.")
    if until > due_at and command.reason_id is None:
        raise ReasonRequired(f"The step is due {_say(due_at)}. Say why it can wait longer.")


def snooze(story: Story, run: StepRun, step: Step, command: SnoozeStep) -> None:
    """Put the step off. One that is put off already gets another time."""
    story.tell(
        StepSnoozed(run=run.id, step=step.id, until=command.until, reason_id=command.reason_id)
    )


def wake(story: Story, cause: WakeCause, only: str | None = None) -> None:
    """Everything that was put off is to be done now, or only one run of it."""
    for run in story.state.steps:
        if run.snoozed_until is not None and only in (None, run.id):
            story.tell(StepWoken(run=run.id, step=run.step, cause=cause))


def tick(story: Story, *, promised_only: bool) -> None:
    """Bring back what has slept long enough."""
    for run in story.state.steps:
        if run.promised or not promised_only:
            at = run.snoozed_until
            if at is not None and at <= story.now:
                story.tell(StepWoken(run=run.id, step=run.step, cause=WakeCause.TIME))


def give_up_at(run: StepRun) -> datetime | None:
    """When a promise of a resolved case is given up: a week late, and never while it sleeps."""
    if run.due_at is None:
        return None
    awake = run.snoozed_until or run.woken_at
    last_chance = run.due_at + LAST_CHANCE
    return max(last_chance, awake + AWAKE_FOR) if awake is not None else last_chance


def _say(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
