"""The receipt of a deadline: what counted, what did not, and why."""

from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime

from models.duration import Duration
from models.frozen import Frozen
from models.sla import ClockKind
from models.text import Line


class LineKind(StrEnum):
    """What a stretch of time was to a clock."""

    COUNTED = "counted"
    CLOSED = "closed"
    """Outside the hours."""

    HOLIDAY = "holiday"
    """Within the hours of the week, and a day off."""

    PAUSED = "paused"


class ReceiptLine(Frozen):
    """One stretch of time, half-open, and what it was to the clock."""

    kind: LineKind
    from_at: AwareDatetime
    until_at: AwareDatetime
    calendar: Line
    """The calendar version that was asked: `business@3`, or `24/7`."""

    name: Line | None = None
    """The name of a holiday."""

    reason_id: UUID | None = None
    """Why the case was on hold."""

    guessed: bool = False
    """Beyond the hours that the case knows: its last ordinary week was taken again."""


class ShiftLine(Frozen):
    """The clocks of the zone were put forward or back within the time of the receipt."""

    at: AwareDatetime
    by: int
    """Seconds forward; back when negative."""

    zone: Line


class ClockReceipt(Frozen):
    """How a deadline came about. What counted adds up to the target, to the microsecond."""

    kind: ClockKind
    policy: Line
    calendars: tuple[Line, ...]
    """Every calendar version that was asked."""

    zone: Line
    """The zone to show its times in."""

    started_at: AwareDatetime
    target: Duration
    due_at: AwareDatetime | None
    """None while it stands still, and when nothing within three years adds up to it."""

    counted: timedelta
    """The sum of what counted, as far as the receipt goes."""

    lines: tuple[ReceiptLine, ...]
    shifts: tuple[ShiftLine, ...]
