"""When a case was on hold, told once more: from its events alone, by nobody's state.

A pause is half-open and ends at its `until`, when somebody lets the case go on, when the customer
writes, or when the case is resolved or over; another one may follow without a gap.
"""

from datetime import datetime
from uuid import UUID

from models import event as ev
from models.event import Event
from tests.chaos.deadlines import Gap

_Stand = tuple[tuple[Gap, ...], Gap | None]


class Holds:
    """The pauses of one case, event by event."""

    def __init__(self) -> None:
        self.over: tuple[Gap, ...] = ()
        self.running: Gap | None = None
        """Since when it is on hold, and until when at most."""

        self._stood: dict[UUID, _Stand] = {}

    def look_at(self, event: Event) -> None:
        """What an event changes."""
        if event.op_id is not None:
            self._stood.setdefault(event.op_id, (self.over, self.running))
        match event.fact:
            case ev.Paused(until=until):
                self._end(event.at)
                self.running = event.at, until
            case ev.Resumed() | ev.Resolved() | ev.Cancelled() | ev.Merged() | ev.Closed():
                self._end(event.at)
            case ev.Undone(undone=op_id):
                self.over, self.running = self._stood.get(op_id, (self.over, self.running))
            case _:
                pass

    def gaps(self, now: datetime) -> tuple[Gap, ...]:
        """When nothing counted until now."""
        if self.running is None:
            return self.over
        since, until = self.running
        return (*self.over, (since, min(until, now)))

    def _end(self, at: datetime) -> None:
        self.over, self.running = self.gaps(at), None
