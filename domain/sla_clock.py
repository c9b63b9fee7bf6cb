"""When an answer is owed. Computed once, as UTC instants; never again on replay.

The deadline is the first instant at which the target is used up. A warning goes out 30 minutes
before it, or at half of the target when the target is not longer than that. In this version all
hours count (24/7), and each deadline says so.
"""

from datetime import UTC, datetime, timedelta

from models.duration import say_duration
from models.messages import ClockQuestion
from models.sla import ClockKind, ClockPlan, SlaPolicy

_NAME = {ClockKind.FIRST_RESPONSE: "First answer", ClockKind.RESOLUTION: "Solution"}


def plan(question: ClockQuestion) -> tuple[ClockPlan, ...]:
    """The deadlines of a case: first response and resolution.

    Both count from `received_at`; after a reopening only the resolution counts anew, from the
    reopening (policy `fresh`), so that a reopened case is never late at once (trap 18).
    """
    targets = question.policy.targets[question.severity]
    resolution = targets.resolution
    if question.resolve_within_seconds is not None:
        resolution = min(resolution, timedelta(seconds=question.resolve_within_seconds))
    if question.reopened_at is not None:
        return (_one(question, ClockKind.RESOLUTION, question.reopened_at, resolution),)
    start = question.received_at
    return (
        _one(question, ClockKind.FIRST_RESPONSE, start, targets.first_response),
        _one(question, ClockKind.RESOLUTION, start, resolution),
    )


def warn_before(target: timedelta, policy: SlaPolicy) -> timedelta:
    """How long before its end a target warns: half of it when it is not longer than the setting."""
    return policy.warn_before if target > policy.warn_before else target / 2


def _one(question: ClockQuestion, kind: ClockKind, start: datetime, target: timedelta) -> ClockPlan:
    start = start.astimezone(UTC)
    due_at = start + target
    why = (
        f"{_NAME[kind]} is owed {say_duration(target)} after {start:%Y-%m-%d %H:%M} UTC"
        f" ({question.severity}, all hours count)."
    )
    return ClockPlan(
        kind=kind,
        started_at=start,
        target=target,
        due_at=due_at,
        warn_at=due_at - warn_before(target, question.policy),
        calendar=question.policy.calendar,
        policy=f"{question.policy.slug}@{question.policy.version}",
        why=why,
    )
