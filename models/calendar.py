"""Calendars: which hours count, as a wall clock in one place shows them."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from models.frozen import Frozen
from models.text import Line, Slug

ALWAYS = "24/7"
"""The built-in calendar that is never closed."""

COMPANY = "company"
"""In a file: the zone, or the holidays, that the settings give."""

DAY = 24 * 60
"""Minutes of a day on a wall clock: `24:00`, which no clock shows and every rota has."""

_SPAN = re.compile(r"^(\d{2}):(\d{2})-(\d{2}):(\d{2})$")


def minutes_of(span: str) -> tuple[int, int]:
    """The first minute of a stretch of a day, and the first one after it."""
    found = _SPAN.match(span)
    if found is None:
        raise ValueError("must be two times of a day, such as 09:00-17:00")
    hour, minute, last_hour, last_minute = (int(part) for part in found.groups())
    begins, ends = hour * 60 + minute, last_hour * 60 + last_minute
    if minute > 59 or last_minute > 59 or begins > DAY or ends > DAY:
        raise ValueError("has a time that no day has; the last one is 24:00")
    if ends == 0:
        raise ValueError("ends before it begins; the end of a day is 24:00")
    if ends <= begins:
        raise ValueError("ends before it begins; a night is two: 22:00-24:00 and 00:00-06:00")
    return begins, ends


def _span(text: str) -> str:
    minutes_of(text)
    return text


WallSpan = Annotated[str, Field(max_length=11), AfterValidator(_span)]
"""A stretch of a day by the wall clock, half-open: `09:00-17:00`, or until `24:00`."""

CalendarName = Annotated[
    str, Field(pattern=r"^(24/7|[a-z0-9]+(-[a-z0-9]+)*)$", min_length=1, max_length=60)
]
"""The slug of a calendar, or `24/7`."""


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


WEEKDAYS = tuple(Weekday)
"""In the order of `date.weekday()`."""


class DayOff(Frozen):
    """A day, or a part of it, that is closed whatever the week says."""

    on: date
    name: Line
    """Why, as a receipt names it."""

    closed: Annotated[tuple[WallSpan, ...], Field(max_length=8)] = ()
    """Only these hours are closed. Left out: the whole day."""


class HolidaysOf(Frozen):
    """The public holidays of a country, or of a part of it."""

    country: Annotated[str, Field(pattern=r"^([A-Z]{2}|company)$")]
    """Two capital letters, such as DE; or `company`, which the settings give."""

    subdivision: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,4}$")] | None = None
    """A part of the country, such as BE for Berlin."""


class CompanyTime(Frozen):
    """What the settings say of the company's time: `zone: company` in a calendar means it."""

    zone: Line = "UTC"
    holidays: tuple[HolidaysOf, ...] = ()


Weekly = dict[Weekday, Annotated[tuple[WallSpan, ...], Field(max_length=24)]]
"""Any number of stretches for each day. A day that is left out is closed; overlaps count once."""


class CalendarFile(Frozen):
    """A calendar as people write it."""

    slug: Slug
    name: Line
    owner: Line
    """Who answers for it."""

    zone: Line
    """An IANA zone such as Europe/Berlin, never an offset; or `company`."""

    weekly: Weekly
    holidays: Annotated[tuple[HolidaysOf, ...], Field(max_length=20)] = ()
    feeds: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    """Names of iCal files beside this one."""

    days: Annotated[tuple[DayOff, ...], Field(max_length=400)] = ()
    """Days off that no feed knows."""

    @model_validator(mode="after")
    def _opens(self) -> "CalendarFile":
        if not any(self.weekly.values()):
            raise ValueError("is never open; give at least one day some hours")
        return self


class Calendar(Frozen):
    """A calendar with everything found out that it names. A version of it never changes."""

    slug: Slug
    name: Line
    owner: Line
    zone: Line
    weekly: Weekly
    days_off: tuple[DayOff, ...] = ()
    known_from: date
    known_until: date
    """Holidays are known from the one day to before the other."""


class CalendarVersion(Frozen):
    """One version of a calendar."""

    version: Annotated[int, Field(ge=1)]
    hash: Line
    calendar: Calendar

    @property
    def ref(self) -> str:
        """The version by name: `business@3`."""
        return f"{self.calendar.slug}@{self.version}"
