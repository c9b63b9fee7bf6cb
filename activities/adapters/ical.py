"""iCal feeds: days off out of a calendar file, or everything that is wrong with it, line by line.

Only what a list of days off needs is read: events of whole days or of wall times, and yearly
repeats that end. Whatever has no end, or is more than a list of days off, is refused rather than
half understood. A hostile file costs next to nothing: sizes are bounded before anything is read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from pydantic import ValidationError

from activities.adapters.yaml_tree import MAX_BYTES, Flaw
from models.calendar import DayOff

MAX_EVENTS = 400
MAX_DAYS = 1_000
MAX_REPEATS = 50
MAX_LENGTH = 31
"""Days of one event."""

_DATE = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_WALL = re.compile(r"^(\d{8})T(\d{2})(\d{2})\d{2}$")
_REFUSED = ("RDATE", "EXDATE", "EXRULE", "DURATION")


class _Wrong(Exception):
    """A line that is not taken."""

    def __init__(self, line: int, what: str, mend: str = "") -> None:
        super().__init__(what)
        self.flaw = Flaw(line, (), what, mend)


@dataclass
class _Event:
    """One event, as its lines come."""

    line: int
    told: dict[str, tuple[int, str]] = field(default_factory=dict)


def read_ical(text: str) -> tuple[tuple[DayOff, ...], tuple[Flaw, ...]]:
    """The days off of a feed; none, and the first flaw, when it is not taken."""
    days: list[DayOff] = []
    try:
        if len(text.encode("utf-8", "replace")) > MAX_BYTES:
            raise _Wrong(1, f"is larger than {MAX_BYTES // 1024} kB", "Make it shorter.")
        for number, event in enumerate(_events(text), start=1):
            if number > MAX_EVENTS:
                raise _Wrong(event.line, f"has more than {MAX_EVENTS} events")
            days += _days_of(event)
            if len(days) > MAX_DAYS:
                raise _Wrong(event.line, f"has more than {MAX_DAYS} days off")
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
            event.told.setdefault(name.partition(";")[0], (number, value.strip()))
    if not text.strip().upper().startswith("BEGIN:VCALENDAR") or inside:
        raise _Wrong(1, "is not a whole iCal file", "It runs from BEGIN:VCALENDAR to its END.")


def _days_of(event: _Event) -> Iterator[DayOff]:
    if event.told.get("STATUS", (0, ""))[1].upper() == "CANCELLED":
        return
    for name in _REFUSED:
        if name in event.told:
            raise _Wrong(event.told[name][0], f"has {name}, which is not read here")
    line, begins = event.told.get("DTSTART", (event.line, ""))
    _, ends = event.told.get("DTEND", (event.line, ""))
    name = _words(event.told.get("SUMMARY", (event.line, "A day off"))[1])
    first, from_minute = _moment(line, begins)
    last, until_minute = _moment(line, ends) if ends else (first + timedelta(days=1), None)
    if from_minute is None and until_minute is None:
        last -= timedelta(days=1)
    if not timedelta(0) <= last - first < timedelta(days=MAX_LENGTH):
        raise _Wrong(line, f"ends before it begins, or is longer than {MAX_LENGTH} days")
    for start in _repeats(event, first):
        for number in range((last - first).days + 1):
            closed = _span(number, (last - first).days, from_minute, until_minute)
            try:
                yield DayOff(on=start + timedelta(days=number), name=name, closed=closed)
            except ValidationError:
                raise _Wrong(line, "has times that no day has") from None


def _span(
    number: int, last: int, from_minute: str | None, until_minute: str | None
) -> tuple[str, ...]:
    begin = from_minute if number == 0 and from_minute else "00:00"
    end = until_minute if number == last and until_minute else "24:00"
    return () if (begin, end) == ("00:00", "24:00") else (f"{begin}-{end}",)


def _moment(line: int, value: str) -> tuple[date, str | None]:
    """A date, or a date with a time of the wall."""
    wall = _WALL.match(value)
    found = _DATE.match(wall.group(1) if wall else value)
    if found is None:
        mend = "Take a date such as 20261225, or a local time such as 20261224T120000."
        raise _Wrong(line, f"`{value[:40]}` is no date, or a time of another zone", mend)
    try:
        on = date(*(int(part) for part in found.groups()))
    except ValueError:
        raise _Wrong(line, f"`{value[:40]}` is a date that no year has") from None
    return on, f"{wall.group(2)}:{wall.group(3)}" if wall else None


def _repeats(event: _Event, first: date) -> list[date]:
    line, rule = event.told.get("RRULE", (event.line, ""))
    if not rule:
        return [first]
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    if parts.pop("FREQ", "") != "YEARLY" or parts.pop("INTERVAL", "1") != "1":
        raise _Wrong(line, "repeats in another way than yearly", "Write each day out.")
    count, until = parts.pop("COUNT", ""), parts.pop("UNTIL", "")
    if parts and set(parts) - {"WKST"}:
        raise _Wrong(line, f"repeats by {min(parts)}, which is not read", "Write each day out.")
    if not count and not until:
        raise _Wrong(line, "repeats without end", "Give it an UNTIL or a COUNT.")
    times = int(count) if count.isdigit() and len(count) < 4 else None
    if until:
        times = int(until[:4]) - first.year + 1 if _DATE.match(until[:8]) else None
    if times is None or not 0 < times <= MAX_REPEATS:
        raise _Wrong(line, f"repeats more than {MAX_REPEATS} times, or never")
    found = [_in_year(first, first.year + number) for number in range(times)]
    last = _moment(line, until[:8])[0] if until else date.max
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
