"""A calendar cut into open hours: the one place where a time zone is asked.

Openness is read from the wall clock alone: a wall time that occurs twice counts twice, a missing
one not at all, and no edge is ever moved. Stretches that overlap count once; days off beat hours.
It runs at the edge, when a case is opened or a calendar published, and never in a workflow: what
comes out are UTC instants, which a case carries for good (docs/decisions/0006-open-hours.md).
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from models.calendar import DAY, WEEKDAYS, Calendar, DayOff, minutes_of
from models.hours import OpenHours, Shift, Skip

WINDOW = timedelta(days=400)
"""How far ahead the hours of a case are known."""

_LOOK_EVERY = timedelta(hours=3)
_SECOND = timedelta(seconds=1)
Stretch = tuple[int, int]
"""Half-open, in whole seconds or in minutes of a day."""


def window_for(received_at: datetime) -> tuple[datetime, datetime]:
    """The window of a case: from a week before the month it began in, for some 400 days.

    Cases of one month share it, so that their hours are stored once.
    """
    first = received_at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    begins_at = first - timedelta(days=7)
    return begins_at, begins_at + timedelta(days=7 + 31) + WINDOW


def materialise(calendar: Calendar, ref: str, begins_at: datetime, ends_at: datetime) -> OpenHours:
    """The open hours of a calendar from one instant to before another, both whole seconds."""
    zone = ZoneInfo(calendar.zone)
    off, week = _off(calendar), _week(calendar)
    opened: list[Stretch] = []
    skips: list[Skip] = []
    shifts: list[Shift] = []
    before = 0
    for since, until, offset in _steady(zone, begins_at, ends_at):
        if since > 0:
            shifts.append(Shift(after=since, by=offset - before))
        before = offset
        for day in _dates(begins_at, since, until, offset):
            hours, days_off = week[day.weekday()], off.get(day, [])
            here = _midnight(begins_at, day, offset), since, until
            closed = union(span for one in days_off for span in _closed(one))
            opened += _clipped(without(hours, closed), *here)
            skips += _skipped(hours, days_off, *here)
    return OpenHours(
        calendar=ref,
        name=calendar.name,
        zone=calendar.zone,
        begins_at=begins_at,
        lengths=_lengths(union(opened)),
        window=_seconds(ends_at - begins_at),
        skips=tuple(sorted(skips, key=lambda skip: (skip.after, skip.name))),
        shifts=tuple(shifts),
    )


def by_the_wall(calendar: Calendar, first: date, days: int) -> Iterator[list[Stretch]]:
    """What is open on each of so many dates, in minutes of a day as every wall clock has them.

    No zone is asked: it costs a thousandth of `materialise`, and is a few hours off in a year.
    """
    off, week = _off(calendar), _week(calendar)
    for number in range(days):
        day = first + timedelta(days=number)
        hours = week[day.weekday()]
        shut = union(span for one in off.get(day, ()) for span in _closed(one))
        yield without(hours, shut) if shut else hours


def _off(calendar: Calendar) -> dict[date, list[DayOff]]:
    off: dict[date, list[DayOff]] = {}
    for one in calendar.days_off:
        off.setdefault(one.on, []).append(one)
    return off


def _week(calendar: Calendar) -> list[list[Stretch]]:
    return [
        union(minutes_of(span) for span in calendar.weekly.get(weekday, ())) for weekday in WEEKDAYS
    ]


def _skipped(
    hours: list[Stretch], days_off: list[DayOff], midnight: int, since: int, until: int
) -> Iterator[Skip]:
    """The hours of a day that its days off took away, each with its name."""
    for one in days_off:
        missed = without(hours, without([(0, DAY)], union(_closed(one))))
        for begin, end in _clipped(missed, midnight, since, until):
            yield Skip(after=begin, length=end - begin, name=one.name)


def union(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time, in order, with nothing twice."""
    found: list[Stretch] = []
    for begin, end in sorted(stretches):
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((begin, end))
    return found


def without(stretches: Iterable[Stretch], closed: list[Stretch]) -> list[Stretch]:
    """What is left of stretches when others, in order, are taken out."""
    left: list[Stretch] = []
    for begin, end in stretches:
        for shut, again in closed:
            if again <= begin or shut >= end:
                continue
            if shut > begin:
                left.append((begin, shut))
            begin = max(begin, again)
        if begin < end:
            left.append((begin, end))
    return left


def _closed(day: DayOff) -> list[Stretch]:
    return [minutes_of(span) for span in day.closed] or [(0, DAY)]


def _steady(
    zone: ZoneInfo, begins_at: datetime, ends_at: datetime
) -> Iterator[tuple[int, int, int]]:
    """The window in parts in which the zone's offset stays: since, until, offset in seconds."""
    since, offset = begins_at, _offset(zone, begins_at)
    at = begins_at
    while at < ends_at:
        later = min(at + _LOOK_EVERY, ends_at)
        if later < ends_at and _offset(zone, later) != offset:
            turned = _turn(zone, at, later, offset)
            yield _seconds(since - begins_at), _seconds(turned - begins_at), offset
            since, offset = turned, _offset(zone, turned)
            later = turned
        at = later
    yield _seconds(since - begins_at), _seconds(ends_at - begins_at), offset


def _turn(zone: ZoneInfo, early: datetime, late: datetime, offset: int) -> datetime:
    """The first second at which the offset is another one than before."""
    while late - early > _SECOND:
        middle = early + timedelta(seconds=_seconds(late - early) // 2)
        early, late = (middle, late) if _offset(zone, middle) == offset else (early, middle)
    return late


def _offset(zone: ZoneInfo, at: datetime) -> int:
    offset = at.astimezone(zone).utcoffset()
    return _seconds(offset) if offset is not None else 0


def _dates(begins_at: datetime, since: int, until: int, offset: int) -> Iterator[date]:
    """Every date that the wall shows in a part of the window."""
    first = (begins_at + timedelta(seconds=since + offset)).date()
    last = (begins_at + timedelta(seconds=until - 1 + offset)).date()
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _midnight(begins_at: datetime, day: date, offset: int) -> int:
    """Where the wall shows 00:00 of a date, or would, in seconds of the window."""
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(seconds=offset)
    return _seconds(at - begins_at)


def _clipped(
    minutes: Iterable[Stretch], midnight: int, since: int, until: int
) -> Iterator[Stretch]:
    for begin, end in minutes:
        clipped = max(since, midnight + begin * 60), min(until, midnight + end * 60)
        if clipped[0] < clipped[1]:
            yield clipped


def _lengths(opened: list[Stretch]) -> tuple[int, ...]:
    lengths: list[int] = []
    at = 0
    for begin, end in opened:
        lengths += [begin - at, end - begin]
        at = end
    return tuple(lengths)


def _seconds(length: timedelta) -> int:
    return length.days * 86_400 + length.seconds
