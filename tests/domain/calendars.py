"""Calendars for tests, in a few words."""

from datetime import UTC, date, datetime, timedelta

from domain.business_hours import materialise, window_for
from domain.open_hours import by_slug
from domain.sla_clock import Course, count
from models.calendar import ALWAYS, WEEKDAYS, Calendar, DayOff, WallSpan
from models.hours import OpenHours
from models.sla import Era

WORK = dict.fromkeys(WEEKDAYS[:5], ("09:00-17:00",))
"""Monday to Friday, nine to five."""

ROUND = dict.fromkeys(WEEKDAYS, ("00:00-24:00",))
"""Every hour of every day, by the wall clock."""


def utc(text: str) -> datetime:
    """`2026-03-02 12:00` as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def daily(*spans: WallSpan) -> dict[object, tuple[str, ...]]:
    """The same hours every day."""
    return dict.fromkeys(WEEKDAYS, spans)


def calendar(
    weekly: object = WORK, zone: str = "UTC", days_off: tuple[DayOff, ...] = (), slug: str = "shop"
) -> Calendar:
    """A calendar."""
    return Calendar.model_validate(
        {
            "slug": slug,
            "name": "The shop",
            "owner": "us",
            "zone": zone,
            "weekly": weekly,
            "days_off": days_off,
            "known_from": date(2020, 1, 1),
            "known_until": date(2040, 1, 1),
        }
    )


def hours(of: Calendar, around: datetime) -> OpenHours:
    """The open hours of a calendar that a case of that time carries."""
    return materialise(of, f"{of.slug}@1", *window_for(around))


def course(of: Calendar | None, start: datetime, *gaps: tuple[datetime, datetime]) -> Course:
    """A clock's course through one calendar; through all hours when there is none."""
    name = of.slug if of else ALWAYS
    known = by_slug([hours(of, start)] if of else [])
    return Course(known, start, (Era(since=start, calendar=name),), gaps)


def due(
    of: Calendar | None, start: str, target: timedelta, *gaps: tuple[str, str]
) -> datetime | None:
    """When a target is used up."""
    stops = [(utc(begin), utc(end)) for begin, end in gaps]
    return count(course(of, utc(start), *stops), target).due_at
