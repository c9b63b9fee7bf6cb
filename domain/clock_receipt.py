"""The receipt of a deadline: which time counted, which did not, and why. From course and target."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from domain.open_hours import Hours
from domain.sla_clock import Course, count, counting, merged
from models.calendar import ALWAYS
from models.clock_receipt import ClockReceipt, LineKind, ReceiptLine, ShiftLine
from models.hours import OpenHours
from models.sla import ClockPlan, Era, Pause


def receipt(
    course: Course, clock: ClockPlan, pauses: tuple[Pause, ...], until: datetime | None
) -> ClockReceipt:
    """What the deadline of a clock is made of.

    `until` is when the clock was met, stopped or put on hold: the receipt ends there, and there is
    no deadline on it. None while it runs: it ends at the deadline, and what counted is the target.
    """
    counted = count(course, clock.target)
    end = counted.due_at if until is None else until
    spans = counted.spans if until is None else counting(course)
    lines: list[ReceiptLine] = []
    at, total = course.start, timedelta(0)
    for span in spans:
        ends_at = span.ends_at if end is None else min(span.ends_at, end)
        if end is not None and span.begins_at >= end:
            break
        lines += _between(course, pauses, at, span.begins_at)
        lines.append(
            ReceiptLine(
                kind=LineKind.COUNTED,
                from_at=span.begins_at,
                until_at=ends_at,
                calendar=span.calendar,
                guessed=span.guessed,
            )
        )
        at, total = ends_at, total + (ends_at - span.begins_at)
    if end is not None:
        lines += _between(course, pauses, at, end)
    return ClockReceipt(
        kind=clock.kind,
        policy=clock.policy,
        calendars=tuple(dict.fromkeys(_ref(course.hours, era) for era in course.eras)),
        zone=_zone(course),
        started_at=course.start,
        target=clock.target,
        due_at=counted.due_at if until is None else None,
        counted=total,
        lines=tuple(lines),
        shifts=tuple(_shifts(course, end or at)),
    )


def _between(
    course: Course, pauses: tuple[Pause, ...], since: datetime, until: datetime
) -> list[ReceiptLine]:
    """Why a stretch of time did not count: on hold, a day off, or closed."""
    lines: list[ReceiptLine] = []
    for begin, end, calendar in _eras(course, since, until):
        for gap_begin, gap_end, paused in _paused(course, begin, end):
            if paused:
                reason = _reason(pauses, gap_begin)
                kind = LineKind.PAUSED
                lines.append(_line(kind, gap_begin, gap_end, course, calendar, reason=reason))
            else:
                hours = course.hours.get(calendar)
                for a, b, name in _days_off(hours, gap_begin, gap_end):
                    kind = LineKind.HOLIDAY if name else LineKind.CLOSED
                    lines.append(_line(kind, a, b, course, calendar, name=name))
    return lines


def _line(
    kind: LineKind,
    begin: datetime,
    end: datetime,
    course: Course,
    calendar: str,
    *,
    name: str | None = None,
    reason: UUID | None = None,
) -> ReceiptLine:
    hours = course.hours.get(calendar)
    return ReceiptLine(
        kind=kind,
        from_at=begin,
        until_at=end,
        calendar=hours.calendar if hours else ALWAYS,
        name=name,
        reason_id=reason,
        guessed=hours is not None and begin >= hours.ends_at and kind is not LineKind.PAUSED,
    )


def _eras(
    course: Course, since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime, str]]:
    ends = [*(era.since for era in course.eras[1:]), until]
    for number, (era, end) in enumerate(zip(course.eras, ends, strict=True)):
        begin = max(since, era.since if number else since)
        if begin < min(end, until):
            yield begin, min(end, until), era.calendar


def _paused(
    course: Course, since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime, bool]]:
    at = since
    for begin, end in merged(course.gaps):
        begin, end = max(begin, at), min(end, until)
        if begin < end:
            if at < begin:
                yield at, begin, False
            yield begin, end, True
            at = end
    if at < until:
        yield at, until, False


def _days_off(
    hours: OpenHours | None, since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime, str | None]]:
    at = since
    for skip in hours.skips if hours else ():
        begin = hours.begins_at + timedelta(seconds=skip.after) if hours else at
        end = min(begin + timedelta(seconds=skip.length), until)
        begin = max(begin, at)
        if begin < end:
            if at < begin:
                yield at, begin, None
            yield begin, end, skip.name
            at = end
    if at < until:
        yield at, until, None


def _shifts(course: Course, until: datetime) -> Iterator[ShiftLine]:
    for name in dict.fromkeys(era.calendar for era in course.eras):
        hours = course.hours.get(name)
        for shift in hours.shifts if hours else ():
            at = hours.begins_at + timedelta(seconds=shift.after) if hours else until
            if hours and course.start < at < until:
                yield ShiftLine(at=at, by=shift.by, zone=hours.zone)


def _reason(pauses: tuple[Pause, ...], at: datetime) -> UUID | None:
    return next((one.reason_id for one in pauses if one.from_at <= at and not _over(one, at)), None)


def _over(pause: Pause, at: datetime) -> bool:
    return pause.ended_at is not None and pause.ended_at <= at


def _ref(hours: Hours, era: Era) -> str:
    return era.calendar if era.calendar == ALWAYS else hours[era.calendar].calendar


def _zone(course: Course) -> str:
    known = [course.hours[era.calendar].zone for era in course.eras if era.calendar != ALWAYS]
    return known[-1] if known else "UTC"
