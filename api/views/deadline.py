"""Deadlines as callers see them: each clock with its receipt."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime

from api.views.escalation import ClockView, clock_view
from domain.clock_plans import course_of
from domain.clock_receipt import receipt
from models.clock_receipt import LineKind
from models.escalation import EscalationState
from models.frozen import Frozen
from models.hours import OpenHours
from models.sla import Clock


class ReceiptLineView(Frozen):
    """One stretch of time, and what it was to the clock."""

    kind: LineKind
    from_at: AwareDatetime
    until_at: AwareDatetime
    seconds: float
    calendar: str
    name: str | None
    """The name of a holiday."""

    reason: str | None
    """Why the case was on hold."""

    guessed: bool
    """Beyond the hours that the case knows: its last ordinary week was taken again."""


class ShiftView(Frozen):
    """The clocks of the zone were put forward or back."""

    at: AwareDatetime
    seconds: int
    """Forward; back when negative."""

    zone: str


class ReceiptView(Frozen):
    """How a deadline came about. While the clock runs, what counted is the target."""

    target_seconds: float
    counted_seconds: float
    calendars: tuple[str, ...]
    zone: str
    """The zone in which the calendar is written; for showing times."""

    lines: tuple[ReceiptLineView, ...]
    shifts: tuple[ShiftView, ...]


class DeadlineView(ClockView):
    """One clock with its receipt."""

    receipt: ReceiptView


class DeadlinePage(Frozen):
    """Each clock with its explanation."""

    items: tuple[DeadlineView, ...]
    now: AwareDatetime
    """The case's own time."""


def deadline_view(
    state: EscalationState,
    clock: Clock,
    hours: tuple[OpenHours, ...],
    reasons: dict[UUID, str],
    now: datetime,
) -> DeadlineView:
    """A clock and its receipt, counted anew from what the case is pinned to."""
    way = course_of(hours, state, clock, now)
    until = clock.met_at or clock.stopped_at or clock.paused_at
    found = receipt(way, clock, state.pauses, until)
    lines = tuple(
        ReceiptLineView(
            **line.model_dump(exclude={"reason_id"}),
            seconds=(line.until_at - line.from_at).total_seconds(),
            reason=reasons.get(line.reason_id) if line.reason_id else None,
        )
        for line in found.lines
    )
    told = ReceiptView(
        target_seconds=found.target.total_seconds(),
        counted_seconds=found.counted.total_seconds(),
        calendars=found.calendars,
        zone=found.zone,
        lines=lines,
        shifts=tuple(
            ShiftView(at=shift.at, seconds=shift.by, zone=shift.zone) for shift in found.shifts
        ),
    )
    return DeadlineView(**dict(clock_view(clock, now)), receipt=told)
