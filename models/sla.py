"""SLA: how soon we owe an answer, and the clocks that keep us honest."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from models.duration import Duration
from models.frozen import Frozen
from models.severity import Severity
from models.text import Line, Slug


class ClockKind(StrEnum):
    """What a clock counts to."""

    FIRST_RESPONSE = "first_response"
    RESOLUTION = "resolution"


class Targets(Frozen):
    """How soon, for one severity."""

    first_response: Duration
    resolution: Duration


class SlaPolicy(Frozen):
    """How soon we owe an answer and a solution. Versioned, and pinned to the running escalation."""

    slug: Slug
    version: Annotated[int, Field(ge=1)]
    name: Line
    targets: dict[Severity, Targets]
    calendar: Literal["24/7"] = "24/7"
    """Which hours count. In this version all hours do."""

    warn_before: Duration = timedelta(minutes=30)
    """How long before the target the warning goes out; half the target when that is shorter."""

    reopen: Literal["fresh"] = "fresh"
    """A reopened case gets its whole resolution target anew, counted from the reopening."""


class ClockPlan(Frozen):
    """One deadline, computed once. Its instants are UTC and are never recomputed on replay."""

    kind: ClockKind
    started_at: AwareDatetime
    target: Duration
    due_at: AwareDatetime
    warn_at: AwareDatetime
    calendar: Literal["24/7"] = "24/7"
    policy: Line
    """Slug and version of the policy that set it: `standard@1`."""

    why: Line
    """The deadline explained in one sentence."""


class Clock(ClockPlan):
    """One SLA target of one escalation, as it stands."""

    epoch: Annotated[int, Field(ge=1)] = 1
    """Counts the recomputations: a notice belongs to one epoch and never to a later one."""

    warned_at: AwareDatetime | None = None
    breached_at: AwareDatetime | None = None
    met_at: AwareDatetime | None = None
    stopped_at: AwareDatetime | None = None
    """When the case ended before the target was met."""

    @property
    def running(self) -> bool:
        """Neither met nor stopped."""
        return self.met_at is None and self.stopped_at is None
