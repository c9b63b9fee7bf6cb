"""Open hours: a calendar as UTC instants, which is what a case carries instead of a time zone."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, Field

from models.frozen import Frozen
from models.text import Line

Seconds = Annotated[int, Field(ge=0)]


class Skip(Frozen):
    """Hours that the week has and that did not count."""

    after: Seconds
    """Seconds from the beginning of the window."""

    length: Seconds
    name: Line
    """Why: the name of a holiday."""


class Shift(Frozen):
    """The clocks of the zone were put forward or back."""

    after: Seconds
    """Seconds from the beginning of the window."""

    by: int
    """Seconds forward; back when negative."""


class OpenHours(Frozen):
    """The open hours of one calendar version within a window. Half-open, in UTC, for good.

    A newer time zone database, an edited calendar or a new holiday changes none of it.
    """

    calendar: Line
    """Slug and version: `business@3`."""

    name: Line
    zone: Line
    """For showing times; nothing is computed from it."""

    begins_at: AwareDatetime
    lengths: tuple[Seconds, ...]
    """Seconds closed, open, closed, open, and so on from `begins_at`."""

    window: Seconds
    """How many seconds are known. After them the last ordinary week repeats."""

    skips: tuple[Skip, ...] = ()
    shifts: tuple[Shift, ...] = ()

    @property
    def slug(self) -> str:
        """The calendar without its version."""
        return self.calendar.partition("@")[0]

    @property
    def ends_at(self) -> datetime:
        """Until when the hours are known."""
        return self.begins_at + timedelta(seconds=self.window)
