"""Events about steps: opened, moved, reminded of and ended."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from models.actor import Role
from models.escalation import StepStatus
from models.frozen import Frozen
from models.money import Money
from models.playbook import PlaybookRef
from models.step import StepKind
from models.text import Line, Slug


def _nothing(value: object) -> bool:
    """Left out of what is stored: it says nothing."""
    return not value


class StepWaiting(Frozen):
    """A step will open later."""

    fact: Literal["step_waiting"] = "step_waiting"
    run: Line
    step: Slug
    kind: StepKind
    promised: bool
    opens_at: AwareDatetime
    of: Annotated[PlaybookRef | None, Field(exclude_if=_nothing)] = None
    """The playbook whose promise it is, when the case goes by another one now."""

    owner: Annotated[Role | None, Field(exclude_if=_nothing)] = None


class StepOpened(Frozen):
    """A step is to be done now."""

    fact: Literal["step_opened"] = "step_opened"
    run: Line
    step: Slug
    kind: StepKind
    promised: bool
    by_engine: bool
    due_at: AwareDatetime
    remind_at: AwareDatetime | None
    asked_by: UUID | None = None
    """Of an approval: who asked for it, and cannot answer it."""

    of: Annotated[PlaybookRef | None, Field(exclude_if=_nothing)] = None
    """The playbook whose promise it is, when the case goes by another one now."""

    owner: Annotated[Role | None, Field(exclude_if=_nothing)] = None


class StepStarted(Frozen):
    """A person said how a step is to end, and the engine is at it now."""

    fact: Literal["step_started"] = "step_started"
    run: Line
    step: Slug
    outcome: Slug
    amount: Money | None = None
    note_id: UUID | None = None
    fields_id: UUID | None = None


class StepReturned(Frozen):
    """A step that the engine was at is a person's again."""

    fact: Literal["step_returned"] = "step_returned"
    run: Line
    step: Slug
    due_at: AwareDatetime
    remind_at: AwareDatetime | None
    why: Line


class StepDelegated(Frozen):
    """Somebody else was asked to say yes or no."""

    fact: Literal["step_delegated"] = "step_delegated"
    run: Line
    step: Slug
    to_id: UUID


class StepSnoozed(Frozen):
    """A step was put off: it is not to be done now. Its due time and all clocks stay."""

    fact: Literal["step_snoozed"] = "step_snoozed"
    run: Line
    step: Slug
    until: AwareDatetime
    reason_id: UUID | None = None


class WakeCause(StrEnum):
    """Why a step that was put off is to be done now."""

    TIME = "time"
    REPLY = "reply"
    """The customer wrote."""

    HANDED = "handed"
    """The case changed hands: what one person put off, another one did not."""


class StepWoken(Frozen):
    """A step that was put off is to be done now."""

    fact: Literal["step_woken"] = "step_woken"
    run: Line
    step: Slug
    cause: WakeCause


class StepCarried(Frozen):
    """A promise of another playbook goes on, as that one says; or as the case's own says again."""

    fact: Literal["step_carried"] = "step_carried"
    run: Line
    step: Slug
    of: PlaybookRef | None
    owner: Role | None
    """The role that may do it, at least."""


class StepMoved(Frozen):
    """An open step has more time, because the case was on hold."""

    fact: Literal["step_moved"] = "step_moved"
    run: Line
    due_at: AwareDatetime
    remind_at: AwareDatetime | None


class StepReminded(Frozen):
    """A step is overdue and its owner was reminded."""

    fact: Literal["step_reminded"] = "step_reminded"
    run: Line
    count: int
    remind_at: AwareDatetime | None
    """When the next one goes out; none left when empty."""


class StepEnded(Frozen):
    """A step was done, left out, failed, or is no longer needed."""

    fact: Literal["step_ended"] = "step_ended"
    run: Line
    step: Slug
    kind: StepKind
    status: StepStatus
    outcome: Slug | None = None
    contact: bool = False
    note_id: UUID | None = None
    went_to: Slug | None = None
    fields_id: UUID | None = None
    why: Line | None = None
    """Why the engine ended it."""


StepTurn = StepStarted | StepReturned | StepDelegated | StepSnoozed | StepWoken | StepCarried
"""A run neither opens nor ends."""

StepFact = StepWaiting | StepOpened | StepMoved | StepReminded | StepEnded | StepTurn
