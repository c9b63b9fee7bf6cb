"""Which deadlines a case has: from its book and its state, without asking anything else."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from domain.open_hours import HORIZON, by_slug
from domain.sla_clock import Course, Gap, count, draw
from models.calendar import ALWAYS
from models.escalation import EscalationState
from models.hours import OpenHours
from models.messages import Book
from models.severity import Severity
from models.sla import Clock, ClockKind, ClockPlan, Era


def first_clocks(book: Book, severity: Severity, received_at: datetime) -> tuple[ClockPlan, ...]:
    """The deadlines that a case begins with. Both count from when the customer turned to us."""
    kinds = (ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION)
    plans = (fresh(book, severity, kind, received_at) for kind in kinds)
    return tuple(plan for plan in plans if plan is not None)


def fresh(
    book: Book, severity: Severity, kind: ClockKind, start: datetime, gaps: tuple[Gap, ...] = ()
) -> ClockPlan | None:
    """A clock that begins now, with its whole target. None when the policy has no such target."""
    target = target_of(book, severity, kind)
    if target is None:
        return None
    start = start.astimezone(UTC)
    eras = (Era(since=start, calendar=book.policy.calendar_for(severity)),)
    way = Course(by_slug(book.hours or ()), start, eras, gaps)
    return draw(way, book.policy, kind, severity, target)


def anew(book: Book, state: EscalationState, clock: Clock, now: datetime) -> ClockPlan:
    """A clock that goes on: with the target and the hours of the case's severity as it is now.

    What was counted before stays counted (Plain's rule), and so does every pause (trap 15).
    """
    severity = state.severity
    target = target_of(book, severity, clock.kind)
    way = course_of(book.hours or (), state, clock, now)
    calendar = book.policy.calendar_for(severity)
    if way.eras[-1].calendar != calendar:
        since = max(now, clock.started_at)
        kept = tuple(era for era in way.eras if era.since < since)
        way = way._replace(eras=(*kept, Era(since=since, calendar=calendar)))
    return draw(way, book.policy, clock.kind, severity, clock.target if target is None else target)


def course_of(
    hours: Sequence[OpenHours], state: EscalationState, clock: Clock, now: datetime
) -> Course:
    """What a clock of this case runs through. A pause that has not ended lasts until now."""
    start = clock.started_at
    eras = clock.eras or (Era(since=start, calendar=ALWAYS),)
    return Course(by_slug(hours), start, eras, gaps_of(state, clock.kind, now))


def gaps_of(state: EscalationState, kind: ClockKind, now: datetime) -> tuple[Gap, ...]:
    """The pauses in which clocks of this kind stood still."""
    return tuple(
        (pause.from_at, pause.ended_at or now) for pause in state.pauses if kind in pause.stops
    )


def target_of(book: Book, severity: Severity, kind: ClockKind) -> timedelta | None:
    """How soon it is owed. A playbook may tighten the resolution, and never loosens it."""
    target = book.policy.targets[severity].of(kind)
    within = book.playbook.resolve_within
    if kind is ClockKind.RESOLUTION and within is not None and target is not None:
        return min(target, within)
    return target


def step_due_at(
    book: Book, state: EscalationState, within: timedelta, opened_at: datetime, *, held: bool
) -> datetime:
    """By when a step is due that counts in the policy's hours; not while its case is `held`."""
    calendar = book.policy.calendar_for(state.severity)
    gaps = tuple((one.from_at, one.ended_at or opened_at) for one in state.pauses) if held else ()
    eras = (Era(since=opened_at, calendar=calendar),)
    way = Course(by_slug(book.hours or ()), opened_at, eras, gaps)
    return count(way, within).due_at or opened_at + HORIZON
