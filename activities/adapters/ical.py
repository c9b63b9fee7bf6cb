"""iCal feeds: days off out of a calendar file, or everything that is wrong with it, line by line.

Only what a list of days off needs is read: events of whole days or of wall times, and yearly
repeats that end. A time is one of the calendar's own wall clock: it names no zone, or that one.
Whatever has no end, closes nothing, or is more than a list of days off, is refused rather than half
understood. A hostile file costs next to nothing: sizes are bounded before anything is read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import NamedTuple

from activities.adapters.yaml_tree import MAX_BYTES, Flaw
from models.calendar import DayOff

MAX_EVENTS = 400
MAX_DAYS = 1_000
MAX_REPEATS = 50
MAX_LENGTH = 31
"""Days of one event."""

_DATE = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_WALL = re.compile(r"^(\d{8})T(\d{2})(\d{2})(\d{2})$")
_REFUSED = ("RDATE", "EXDATE", "EXRULE", "DURATION", "RECURRENCE-ID")
_ONCE = ("DTSTART", "DTEND", "RRULE")
_MIDNIGHT = "00:00"


class _Wrong(Exception):
    """A line that is not taken."""

    def __init__(self, line: int, what: str, mend: str = "") -> None:
        super().__init__(what)
        self.flaw = Flaw(line, (), what, mend)


class _Line(NamedTuple):
    """One property of an event."""

    number: int
    value: str = ""
    parameters: str = ""
    """As they stand between name and value, such as `VALUE=DATE;TZID=Europe/Berlin`."""

    def parameter(self, name: str) -> str:
        """The value of one, without quotes; empty when it is not there."""
        for one in self.parameters.split(";"):
            key, _, value = one.partition("=")
            if key.strip().upper() == name:
                return value.strip().strip('"')
        return ""


@dataclass
class _Event:
    """One event, as its lines come."""

    number: int
    told: dict[str, _Line] = field(default_factory=dict)

    def line(self, name: str, otherwise: str = "") -> _Line:
        """A property, or what stands for it."""
        return self.told.get(name, _Line(self.number, otherwise))


class _Moment(NamedTuple):
    """A date, or a date with a time of the wall, such as `12:00`."""

    on: date
    at: str | None


def read_ical(text: str, zone: str) -> tuple[tuple[DayOff, ...], tuple[Flaw, ...]]:
    """The days off of a feed, whose times are those of a zone such as Europe/Berlin.

    None, and the first flaw, when it is not taken.
    """
    days: list[DayOff] = []
    try:
        if len(text.encode("utf-8", "replace")) > MAX_BYTES:
            raise _Wrong(1, f"is larger than {MAX_BYTES // 1024} kB", "Make it shorter.")
        for number, event in enumerate(_events(text), start=1):
            if number > MAX_EVENTS:
                raise _Wrong(event.number, f"has more than {MAX_EVENTS} events")
            days += _days_of(event, zone)
            if len(days) > MAX_DAYS:
                raise _Wrong(event.number, f"has more than {MAX_DAYS} days off")
    except _Wrong as wrong:
        return (), (wrong.flaw,)
    return tuple(days), ()


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers; one that begins with a blank goes on with the one before."""
    number, line = 1, ""
    for count, raw in enumerate(text.splitlines(), start=1):
        if raw[:1] in (" ", "\t"):
            line += raw[1:]
            continue
        if line:
            yield number, line
        number, line = count, raw
    if line:
        yield number, line


def _events(text: str) -> Iterator[_Event]:
    event: _Event | None = None
    inside: list[str] = []
    for number, line in _lines(text):
        name, _, value = line.partition(":")
        name, _, parameters = name.partition(";")
        name, upper = name.upper(), value.strip().upper()
        if name == "BEGIN":
            inside.append(upper)
            if upper == "VEVENT":
                event = _Event(number)
        elif name == "END":
            if not inside or inside.pop() != upper:
                raise _Wrong(number, f"ends {upper} and never began it")
            if upper == "VEVENT" and event is not None:
                yield event
                event = None
        elif event is not None and inside[-1] == "VEVENT":
            if name in _ONCE and name in event.told:
                raise _Wrong(number, f"has {name} twice")
            event.told.setdefault(name, _Line(number, value.strip(), parameters))
    if not text.strip().upper().startswith("BEGIN:VCALENDAR") or inside:
        raise _Wrong(1, "is not a whole iCal file", "It runs from BEGIN:VCALENDAR to its END.")


def _days_of(event: _Event, zone: str) -> Iterator[DayOff]:
    if event.line("STATUS").value.upper() == "CANCELLED":
        return
    for name in _REFUSED:
        if name in event.told:
            raise _Wrong(event.told[name].number, f"has {name}, which is not read here")
    name = _words(event.line("SUMMARY", "A day off").value)
    first, last = _ends(event, zone)
    length = (last.on - first.on).days
    if not 0 <= length < MAX_LENGTH:
        what = f"ends before it begins, or is longer than {MAX_LENGTH} days"
        raise _Wrong(event.line("DTSTART").number, what)
    for start in _repeats(event, first.on):
        for number in range(length + 1):
            begin = first.at if number == 0 else None
            end = last.at if number == length else None
            closed = f"{begin or _MIDNIGHT}-{end or '24:00'}" if begin or end else None
            yield DayOff(
                on=start + timedelta(days=number), name=name, closed=(closed,) if closed else ()
            )


def _ends(event: _Event, zone: str) -> tuple[_Moment, _Moment]:
    """The first and the last day of an event, both within it; no time is the day's own end."""
    line = event.line("DTSTART")
    first = _moment(line, zone)
    day = timedelta(days=1)
    if "DTEND" not in event.told:
        if first.at is not None:
            raise _Wrong(line.number, "has a time and no end: it closes nothing", "Add its DTEND.")
        return first, first
    line = event.told["DTEND"]
    last = _moment(line, zone)
    if (first.at is None) != (last.at is None):
        raise _Wrong(line.number, "has a time and the event's other end has none, or the reverse")
    if last == first and last.at is not None:
        raise _Wrong(line.number, "is when the event begins: it closes nothing")
    if last.on == first.on and last.at is not None and first.at is not None and last.at < first.at:
        raise _Wrong(line.number, "ends before it begins")
    if last.at in (None, _MIDNIGHT):  # the end of a day is the beginning of the next one
        last = _Moment(last.on - day, None)
    return _Moment(first.on, None if first.at == _MIDNIGHT else first.at), last


def _moment(line: _Line, zone: str) -> _Moment:
    wall = _WALL.match(line.value)
    on = _date(line, wall.group(1) if wall else line.value)
    told = line.parameter("VALUE").upper()
    if told not in ("", "DATE-TIME" if wall else "DATE"):
        raise _Wrong(line.number, f"is no {told[:20]}", "Take a date, or a date with a time.")
    if wall is None:
        return _Moment(on, None)
    named = line.parameter("TZID")
    if named not in ("", zone):
        mend = f"Write its times as a clock in {zone} shows them."
        raise _Wrong(line.number, f"has times of `{named[:60]}`, and not of {zone}", mend)
    hour, minute, second = wall.groups()[1:]
    if hour > "23" or minute > "59":
        raise _Wrong(line.number, f"`{line.value}` has a time that no day has")
    if second != "00":
        raise _Wrong(line.number, f"`{line.value}` has seconds", "Take whole minutes.")
    return _Moment(on, f"{hour}:{minute}")


def _date(line: _Line, digits: str) -> date:
    found = _DATE.match(digits)
    if found is None:
        mend = "Take a date such as 20261225, or a local time such as 20261224T120000."
        what = f"`{line.value[:40]}` is no date, or a time of another zone"
        raise _Wrong(line.number, what, mend)
    year, month, day = (int(part) for part in found.groups())
    try:
        return date(year if MINYEAR < year < MAXYEAR else 0, month, day)
    except ValueError:
        what = f"`{line.value[:40]}` is a date that no year has"
        raise _Wrong(line.number, what) from None


def _repeats(event: _Event, first: date) -> list[date]:
    rule = event.line("RRULE")
    line = rule.number
    if not rule.value:
        return [first]
    parts = dict(part.partition("=")[::2] for part in rule.value.upper().split(";"))
    if parts.pop("FREQ", "") != "YEARLY" or parts.pop("INTERVAL", "1") != "1":
        raise _Wrong(line, "repeats in another way than yearly", "Write each day out.")
    count, until = parts.pop("COUNT", ""), parts.pop("UNTIL", "")
    if parts and set(parts) - {"WKST"}:
        raise _Wrong(line, f"repeats by {min(parts)}, which is not read", "Write each day out.")
    if not count and not until:
        raise _Wrong(line, "repeats without end", "Give it an UNTIL or a COUNT.")
    times = int(count) if count.isdecimal() and len(count) < 4 else None
    if until:
        times = int(until[:4]) - first.year + 1 if _DATE.match(until[:8]) else None
    if times is None or not 0 < times <= MAX_REPEATS:
        raise _Wrong(line, f"repeats more than {MAX_REPEATS} times, or never")
    found = [_in_year(first, first.year + number) for number in range(times)]
    last = _date(rule, until[:8]) if until else date.max
    return [one for one in found if one is not None and one <= last]


def _in_year(day: date, year: int) -> date | None:
    """The same day of another year; none when that year has no such day."""
    try:
        return day.replace(year=year)
    except ValueError:
        return None


def _words(summary: str) -> str:
    plain = summary.replace("\\n", " ").replace("\\", "").strip()
    return " ".join("".join(one for one in plain if one.isprintable()).split())[:80] or "A day off"
