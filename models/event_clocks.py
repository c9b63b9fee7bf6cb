"""Events about clocks: deadlines that were set, moved, warned of, missed and met."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from models.frozen import Frozen
from models.sla import ClockKind, ClockPlan


def _is_first(level: int) -> bool:
    return level == 1


class ClocksSet(Frozen):
    """Deadlines were set, or set anew; the earlier ones no longer count."""

    fact: Literal["clocks_set"] = "clocks_set"
    clocks: tuple[ClockPlan, ...]


class ClocksMoved(Frozen):
    """Clocks go on after they stood still: later, and with what was warned and missed before."""

    fact: Literal["clocks_moved"] = "clocks_moved"
    clocks: tuple[ClockPlan, ...]


class ClockWarned(Frozen):
    """A target is near."""

    fact: Literal["clock_warned"] = "clock_warned"
    clock: ClockKind
    epoch: int
    due_at: AwareDatetime
    level: Annotated[int, Field(ge=1, exclude_if=_is_first)] = 1
    """Which of its warnings it is."""


class ClockBreached(Frozen):
    """A target was missed."""

    fact: Literal["clock_breached"] = "clock_breached"
    clock: ClockKind
    epoch: int
    due_at: AwareDatetime


class ClockMet(Frozen):
    """What a clock counts to has happened."""

    fact: Literal["clock_met"] = "clock_met"
    clock: ClockKind
    late: bool


ClockFact = ClocksSet | ClocksMoved | ClockWarned | ClockBreached | ClockMet
