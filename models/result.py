"""A result: how a case went, and how each of its steps went, once the case is over."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from models.frozen import Frozen
from models.playbook import PlaybookRef
from models.text import Line, Slug

Took = Annotated[timedelta, Field(ge=timedelta(0))]


class RunEnd(StrEnum):
    """How a run of a step ended."""

    DONE = "done"
    SKIPPED = "skipped"
    """Somebody left it out, by their own choice."""

    LEFT_OUT = "left_out"
    """The playbook left it out: its condition was not true, or no appointment was known."""

    FAILED = "failed"
    DROPPED = "dropped"
    """It was no longer needed."""


class RunResult(Frozen):
    """How one run of one step went."""

    run: Line
    step: Slug
    ended_as: RunEnd
    late: bool
    """It ended after it was due."""

    took: Took | None
    """From its opening to its end; empty when it never opened."""

    reason_id: UUID | None = None
    """Why it was skipped, in somebody's words."""


class CaseResult(Frozen):
    """How a case went. It is over: nothing here changes any more."""

    escalation_id: UUID
    playbook: PlaybookRef
    over_at: AwareDatetime
    left: bool
    """It did not go by one playbook to the end: cancelled, merged into another case, or gone on by
    another playbook or version. It says nothing about any of them."""

    mended: bool
    """It was resolved, and nobody reopened it in all the time in which that could be done."""

    first_contact: bool
    """It was mended, and until then we had to turn to the customer once at most."""

    sla_kept: bool
    """No clock was missed, not even one that was set anew later."""

    took: Took | None
    """From when the customer turned to us to when it was resolved for good."""

    runs: tuple[RunResult, ...]
