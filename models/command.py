"""Commands: what somebody wants to happen to an escalation. Words are carried by content id."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from models.actor import Actor
from models.delivery import DeliveryStatus
from models.duration import Duration
from models.escalation import EscalationType
from models.frozen import Frozen
from models.severity import Severity
from models.sla import ClockPlan
from models.text import Line, Slug


class CommandKind(StrEnum):
    """Every kind of command."""

    OPEN = "open"
    COMPLETE_STEP = "complete_step"
    SKIP_STEP = "skip_step"
    RECORD_MESSAGE = "record_message"
    ADD_NOTE = "add_note"
    ASSIGN = "assign"
    CHANGE = "change"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    CANCEL = "cancel"
    MOVE_CLOCK = "move_clock"
    TICK = "tick"
    END_EFFECT = "end_effect"


class Direction(StrEnum):
    """Which way a message went."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Author(StrEnum):
    """Who wrote a message. Only a human one answers a customer."""

    HUMAN = "human"
    BOT = "bot"
    AUTO_REPLY = "auto_reply"


class Visibility(StrEnum):
    """Who can read a message."""

    PUBLIC = "public"
    INTERNAL = "internal"


class Channel(StrEnum):
    """Which way a message came or went."""

    EMAIL = "email"
    CHAT = "chat"
    PHONE = "phone"
    SMS = "sms"
    OTHER = "other"


class Open(Frozen):
    """Open the escalation; all its facts are in the start argument."""

    kind: Literal[CommandKind.OPEN] = CommandKind.OPEN


class CompleteStep(Frozen):
    """A step is done, with one of its outcomes."""

    kind: Literal[CommandKind.COMPLETE_STEP] = CommandKind.COMPLETE_STEP
    step: Line
    outcome: Slug
    note_id: UUID | None = None
    fields_id: UUID | None = None
    filled: tuple[Slug, ...] = ()
    """Which fields were filled in; their words stay in PostgreSQL."""

    appointment_at: AwareDatetime | None = None
    """What a field that sets the appointment says."""

    subject_id: UUID | None = None
    body_id: UUID | None = None
    """The letter of an e-mail step, as the agent worded it."""


class SkipStep(Frozen):
    """A step is left out."""

    kind: Literal[CommandKind.SKIP_STEP] = CommandKind.SKIP_STEP
    step: Line
    reason_id: UUID | None = None


class RecordMessage(Frozen):
    """A message from or to the customer was seen."""

    kind: Literal[CommandKind.RECORD_MESSAGE] = CommandKind.RECORD_MESSAGE
    direction: Direction
    author: Author
    visibility: Visibility
    channel: Channel
    content_id: UUID
    sent_at: AwareDatetime | None = None
    """When it was written, if that is known. The clocks count from its arrival."""


class AddNote(Frozen):
    """A colleague writes something down."""

    kind: Literal[CommandKind.ADD_NOTE] = CommandKind.ADD_NOTE
    content_id: UUID


class Assign(Frozen):
    """Give the case to somebody, or to nobody."""

    kind: Literal[CommandKind.ASSIGN] = CommandKind.ASSIGN
    assignee_id: UUID | None
    only_if_free: bool = False
    """A claim: refused when somebody else has it."""


class Change(Frozen):
    """Correct facts of the case. Only what is given changes."""

    kind: Literal[CommandKind.CHANGE] = CommandKind.CHANGE
    severity: Severity | None = None
    type: EscalationType | None = None
    title_id: UUID | None = None
    appointment_at: AwareDatetime | None = None
    clocks: tuple[ClockPlan, ...] = ()
    """Deadlines of the new severity, computed before the rules run."""


class Resolve(Frozen):
    """The trouble is mended."""

    kind: Literal[CommandKind.RESOLVE] = CommandKind.RESOLVE
    note_id: UUID | None = None


class Reopen(Frozen):
    """It was not mended after all."""

    kind: Literal[CommandKind.REOPEN] = CommandKind.REOPEN
    reason_id: UUID | None = None
    clocks: tuple[ClockPlan, ...] = ()
    """New deadlines, computed before the rules run."""


class Cancel(Frozen):
    """Everything stops."""

    kind: Literal[CommandKind.CANCEL] = CommandKind.CANCEL
    reason_id: UUID | None = None


class MoveClock(Frozen):
    """A demonstration moved this escalation's own clock ahead."""

    kind: Literal[CommandKind.MOVE_CLOCK] = CommandKind.MOVE_CLOCK
    offset: Duration = timedelta(0)


class Tick(Frozen):
    """Time has come: whatever is due happens."""

    kind: Literal[CommandKind.TICK] = CommandKind.TICK


class EndEffect(Frozen):
    """A delivery ended."""

    kind: Literal[CommandKind.END_EFFECT] = CommandKind.END_EFFECT
    key: Line
    status: DeliveryStatus
    detail: Line | None = None


Requested = Annotated[
    Open
    | CompleteStep
    | SkipStep
    | RecordMessage
    | AddNote
    | Assign
    | Change
    | Resolve
    | Reopen
    | Cancel
    | MoveClock,
    Field(discriminator="kind"),
]
"""What can be asked for from outside."""

Command = Requested | Tick | EndEffect
"""What the rules decide on."""


class Operation(Frozen):
    """One accepted request on its way to the workflow, by update or by signal."""

    op_id: UUID
    actor: Actor
    command: Requested
    expected_version: Annotated[int, Field(ge=0)] | None = None
    """Refused when the escalation has another version (`If-Match`)."""
