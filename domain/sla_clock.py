"""When an answer is owed: a target counted off open hours and pauses. Pure, in whole instants.

The deadline is the first instant at which the target is used up. When that is closing time, it is
closing time and not the next opening; when it is the start of a pause, the pause's start; a target
of nothing is due at its start. Pauses are half-open, a union, in any order. Time that was counted
stays counted when the hours change: only what is left counts in the new ones (Plain's rule).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from domain.clock_words import CLOCK_NAMES
from domain.open_hours import HORIZON, Hours, Span, spans
from models.calendar import ALWAYS
from models.duration import say_duration
from models.messages import ClockQuestion
from models.severity import Severity
from models.sla import ClockKind, ClockPlan, Era, PolicyTerms, SlaPolicy

Gap = tuple[datetime, datetime]
"""A pause, half-open."""


class Count(NamedTuple):
    """A target counted off."""

    due_at: datetime | None
    """None when it is not used up within the horizon."""

    spans: tuple[Span, ...]
    """What counted, in order. It adds up to the target when there is a deadline."""


class Course(NamedTuple):
    """What a clock runs through: when it began, which hours count, and when it stood still."""

    hours: Hours
    start: datetime
    eras: tuple[Era, ...]
    gaps: tuple[Gap, ...] = ()


def count(course: Course, target: timedelta) -> Count:
    """Count a target off. At most `HORIZON` far, so it always ends."""
    left = target
    if left <= timedelta(0):
        return Count(course.start, ())
    found: list[Span] = []
    for span in counting(course):
        if span.ends_at - span.begins_at >= left:
            due_at = span.begins_at + left
            return Count(due_at, (*found, span._replace(ends_at=due_at)))
        found.append(span)
        left -= span.ends_at - span.begins_at
    return Count(None, tuple(found))


def counting(course: Course) -> Iterator[Span]:
    """The time that counts, in order, up to the horizon."""
    limit = course.start + HORIZON
    gaps = merged(course.gaps)
    ends = [*(era.since for era in course.eras[1:]), limit]
    for era, until in zip(course.eras, ends, strict=True):
        for span in spans(course.hours, era.calendar, max(era.since, course.start)):
            if span.begins_at >= min(until, limit):
                break
            yield from _without(span._replace(ends_at=min(span.ends_at, until, limit)), gaps)


def merged(gaps: Iterable[Gap]) -> list[Gap]:
    """The same pauses, in order, with nothing twice."""
    found: list[Gap] = []
    for begin, end in sorted(gaps):
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        elif begin < end:
            found.append((begin, end))
    return found


def _without(span: Span, gaps: Sequence[Gap]) -> Iterator[Span]:
    begins_at = span.begins_at
    for shut, again in gaps:
        if again <= begins_at or shut >= span.ends_at:
            continue
        if shut > begins_at:
            yield span._replace(begins_at=begins_at, ends_at=shut)
        begins_at = again
    if begins_at < span.ends_at:
        yield span._replace(begins_at=begins_at)


def draw(
    course: Course, policy: SlaPolicy, kind: ClockKind, severity: Severity, target: timedelta
) -> ClockPlan:
    """The deadline and warnings of one clock. One that is never used up is due at the horizon."""
    end = course.start + HORIZON
    due_at = count(course, target).due_at or end
    first, *later = warnings(course, policy, target)
    return ClockPlan(
        kind=kind,
        started_at=course.start,
        target=target,
        due_at=due_at,
        warn_at=first,
        later_warnings=tuple(later),
        calendar=_calendar(course),
        policy=policy.ref,
        why=_why(course, kind, severity, target),
        eras=course.eras if _worth_telling(course.eras) else (),
    )


def warnings(course: Course, policy: PolicyTerms, target: timedelta) -> list[datetime]:
    """When each warning goes out, in order: each level is a part of the target, counted off."""
    parts = {_part(level.before, level.at_percent, target) for level in policy.levels}
    return [count(course, part).due_at or course.start + HORIZON for part in sorted(parts)]


def _part(before: timedelta | None, at_percent: int | None, target: timedelta) -> timedelta:
    """How much of the target is used up when a level warns; half when the target is too short."""
    if before is None:
        return target * (at_percent or 0) / 100
    return target - before if target > before else target / 2


def _worth_telling(eras: tuple[Era, ...]) -> bool:
    return len(eras) > 1 or any(era.calendar != ALWAYS for era in eras)


def _calendar(course: Course) -> str:
    name = course.eras[-1].calendar
    return name if name == ALWAYS else course.hours[name].calendar


def _why(course: Course, kind: ClockKind, severity: Severity, target: timedelta) -> str:
    start = f"{course.start:%Y-%m-%d %H:%M} UTC"
    told = f"{CLOCK_NAMES[kind]} is owed {say_duration(target)} after {start} ({severity}, "
    name = course.eras[-1].calendar
    if name == ALWAYS:
        return f"{told}all hours count)."
    hours = course.hours[name]
    return f"{told}{hours.name[:50]} in {hours.zone} count)."


def plan(question: ClockQuestion) -> tuple[ClockPlan, ...]:
    """The deadlines of a case of version 0.1.0, in which all hours count.

    Both count from `received_at`; after a reopening only the resolution counts anew, from the
    reopening, so that a reopened case is never late at once (trap 18).
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


def _one(question: ClockQuestion, kind: ClockKind, start: datetime, target: timedelta) -> ClockPlan:
    start = start.astimezone(UTC)
    course = Course({}, start, (Era(since=start, calendar=ALWAYS),))
    return draw(course, question.policy, kind, question.severity, target)
