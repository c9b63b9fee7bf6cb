"""Walking through open hours: pure arithmetic on UTC instants, without any time zone."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from models.calendar import ALWAYS
from models.hours import OpenHours

HORIZON = timedelta(days=1_100)
"""How far a deadline is looked for. A policy that needs longer is refused at publication."""

_WEEK = timedelta(days=7)
_LOOK_BACK = 9
"""Weeks among which an ordinary one, without days off, is looked for."""


class Span(NamedTuple):
    """Open time, half-open."""

    begins_at: datetime
    ends_at: datetime
    calendar: str
    """Slug and version, or `24/7`."""

    guessed: bool = False
    """Beyond the hours that the case knows: its last ordinary week repeats."""


Hours = Mapping[str, OpenHours]
"""Open hours by the slug of their calendar."""


def by_slug(hours: Sequence[OpenHours]) -> Hours:
    """The open hours of a book, to be looked up."""
    return {one.slug: one for one in hours}


def spans(hours: Hours, calendar: str, since: datetime) -> Iterator[Span]:
    """Open time from an instant on, in order, without end unless it never opens again."""
    if calendar == ALWAYS:
        yield Span(since, since + 2 * HORIZON, ALWAYS)
        return
    known = hours[calendar]
    for begins_at, ends_at in _known(known):
        if ends_at > since:
            yield Span(max(begins_at, since), ends_at, known.calendar)
    week = _ordinary_week(known)
    for count in range(2 * HORIZON // _WEEK if week else 0):
        for begins_at, ends_at in week:
            later = Span(
                begins_at + count * _WEEK, ends_at + count * _WEEK, known.calendar, guessed=True
            )
            if later.ends_at > since:
                yield later._replace(begins_at=max(later.begins_at, since))


def is_open(hours: Hours, calendar: str, at: datetime) -> bool:
    """Whether an instant counts."""
    first = next(spans(hours, calendar, at), None)
    return first is not None and first.begins_at <= at


def _known(hours: OpenHours) -> Iterator[tuple[datetime, datetime]]:
    at = hours.begins_at
    lengths = iter(hours.lengths)
    for closed in lengths:
        begins_at = at + timedelta(seconds=closed)
        at = begins_at + timedelta(seconds=next(lengths, 0))
        yield begins_at, at


def _ordinary_week(hours: OpenHours) -> list[tuple[datetime, datetime]]:
    """The latest known week without days off, moved to where the known hours end.

    When all of the latest weeks have days off, the latest that is open at all.
    """
    second = timedelta(seconds=1)
    skipped = [
        (
            hours.begins_at + skip.after * second,
            hours.begins_at + (skip.after + skip.length) * second,
        )
        for skip in hours.skips
    ]
    spare: list[tuple[datetime, datetime]] = []
    for back in range(1, _LOOK_BACK + 1):
        since, until = hours.ends_at - back * _WEEK, hours.ends_at - (back - 1) * _WEEK
        week = [
            (max(begin, since) + back * _WEEK, min(end, until) + back * _WEEK)
            for begin, end in _known(hours)
            if begin < until and end > since
        ]
        if week and not any(begin < until and end > since for begin, end in skipped):
            return week
        spare = spare or week
    return spare
