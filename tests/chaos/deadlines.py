"""The deadlines of the standard policy, counted again on a wall clock, minute by minute.

Where all hours count it is addition. A case that became less severe goes on in business hours with
what is left of its target; what lies in a gap counts nowhere.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise

from activities.adapters.sla_files import load_library
from models.calendar import ALWAYS
from models.playbook import Playbook
from models.severity import Severity
from models.sla import ClockKind, Era, PolicyFile
from tests.domain.wall_walker import open_minutes
from upkeep.library import ANYWHERE, SLA_FOLDER

Gap = tuple[datetime, datetime]
"""A time in which nothing counts, half-open."""

DAYS = 21
"""Longer than 24 business hours, and a change of severity before them, ever take."""

_FAR = timedelta(days=400)


@cache
def standard() -> PolicyFile:
    """The policy as its owner wrote it."""
    [found] = load_library(SLA_FOLDER, ANYWHERE, datetime.now(UTC).date()).policies
    return found


def target_of(severity: Severity, kind: ClockKind, playbook: Playbook) -> timedelta | None:
    """How soon it is owed."""
    target, within = standard().targets[severity].of(kind), playbook.resolve_within
    if kind is ClockKind.RESOLUTION and target is not None and within is not None:
        return min(target, within)
    return target


def used_up(
    target: timedelta, start: datetime, eras: tuple[Era, ...], gaps: Iterable[Gap] = ()
) -> datetime | None:
    """When a target is used up; None when that is further away than we look."""
    left = target
    whole = eras or (Era(since=start, calendar=ALWAYS),)
    for era, following in pairwise((*whole, None)):
        assert era is not None
        since, until = max(start, era.since), following.since if following else start + _FAR
        for begin, end in _counting(era.calendar, since, until, tuple(gaps)):
            if left <= end - begin:
                return begin + left
            left -= end - begin
    return None


def _counting(
    calendar: str, since: datetime, until: datetime, gaps: tuple[Gap, ...]
) -> Iterator[Gap]:
    """The pieces that count between two instants: open, and in no gap."""
    pieces = [(since, until)] if calendar == ALWAYS else _open_after(calendar, since)
    for piece in pieces:
        begin, end = piece[0], min(piece[1], until)
        for gone, back in sorted(gaps):
            if gone < end and back > begin:
                if gone > begin:
                    yield begin, gone
                begin = max(begin, back)
        if begin < end:
            yield begin, end


def _open_after(calendar: str, since: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Every open minute from an instant on, the first one perhaps cut short."""
    midnight = since.replace(hour=0, minute=0, second=0, microsecond=0)
    for place, opened in enumerate(_open_from(calendar, midnight)):
        end = midnight + timedelta(minutes=place + 1)
        if opened and end > since:
            yield max(since, end - timedelta(minutes=1)), end


@cache
def _open_from(calendar: str, begins_at: datetime) -> list[bool]:
    library = load_library(SLA_FOLDER, ANYWHERE, begins_at.date())
    [found] = [one for one in library.calendars if one.slug == calendar]
    return open_minutes(found, begins_at, DAYS)
