"""An oracle for deadlines: it walks a wall clock minute by minute and shares no code with them.

It is slow and simple on purpose. For each minute of UTC it asks the zone what the wall shows, and
looks into the calendar's own words whether that is open.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from models.calendar import Calendar

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _within(wall: str, span: str) -> bool:
    begin, _, end = span.partition("-")
    return begin <= wall < end


def _shows_open(calendar: Calendar, wall: datetime) -> bool:
    clock = f"{wall.hour:02}:{wall.minute:02}"
    if not any(_within(clock, span) for span in calendar.weekly.get(_DAYS[wall.weekday()], ())):  # type: ignore[call-overload]
        return False
    off = [day.closed for day in calendar.days_off if day.on == wall.date()]
    return not any(not spans or any(_within(clock, one) for one in spans) for spans in off)


def open_minutes(calendar: Calendar, begins_at: datetime, days: int) -> list[bool]:
    """Whether each minute is open, from an instant on."""
    zone = ZoneInfo(calendar.zone)
    first = int(begins_at.timestamp())
    return [
        _shows_open(calendar, datetime.fromtimestamp(first + 60 * minute, zone))
        for minute in range(days * 24 * 60)
    ]


def _next_open(minutes: list[bool], index: int) -> int:
    try:
        return minutes.index(True, index)
    except ValueError:
        return len(minutes)


def walk(
    minutes: list[bool],
    begins_at: datetime,
    start: datetime,
    target: timedelta,
    pauses: Sequence[tuple[datetime, datetime]],
) -> datetime | None:
    """The first second at which the target is used up; None when the minutes run out."""
    base = int(begins_at.timestamp())
    at = int(start.timestamp())
    left = int(target.total_seconds())
    stopped = [(int(begin.timestamp()), int(end.timestamp())) for begin, end in pauses]
    edges = {second // 60 for pair in stopped for second in pair}
    while left > 0:
        index = (at - base) // 60
        if index < len(minutes) and not minutes[index]:
            at = base + 60 * _next_open(minutes, index)
            continue
        if index >= len(minutes):
            return None
        length = 1 if at % 60 or left < 60 or at // 60 in edges else 60
        if not any(begin <= at < end for begin, end in stopped):
            left -= length
        at += length
    return datetime.fromtimestamp(at, UTC)
