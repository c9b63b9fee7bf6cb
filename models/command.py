"""Commands: what somebody wants to happen to an escalation. Words are carried by content id."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from models.actor import Actor, Role
from models.delivery import DeliveryStatus
from models.duration import Duration
from models.escalation import EscalationType
from models.frozen import Frozen
from models.money import Money
from models.playbook import Playbook, PlaybookRef
from models.sentiment import Mood, Sentiment
from models.severity import Severity
from models.signal import SignalKind
from models.sla import ClockKind, ClockPlan
from models.text import Line, Slug


def _nothing(value: object) -> bool:
    """Left out of what is sent when it says nothing."""
    return not value


class CommandKind(StrEnum):
    """Every kind of command."""

    OPEN = "open"
    COMPLETE_STEP = "complete_step"
    SKIP_STEP = "skip_step"
    SNOOZE_STEP = "snooze_step"
    RECORD_MESSAGE = "record_message"
    ADD_NOTE = "add_note"
    ASSIGN = "assign"
    DELEGATE = "delegate"
    HAND_UP = "hand_up"
    CHANGE = "change"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    CANCEL = "cancel"
    MERGE = "merge"
    ABSORB = "absorb"
    CHANGE_PLAYBOOK = "change_playbook"
    UNDO = "undo"
    PAUSE = "pause"
    RESUME = "resume"
    MOVE_CLOCK = "move_clock"
    ACKNOWLEDGE = "acknowledge"
    SNOOZE_ALERT = "snooze_alert"
    TICK = "tick"
    END_EFFECT = "end_effect"
    NOTE_READING = "note_reading"


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
    """What a field that sets the appointment says, or a step that finds one."""

    amount: Money | None = None
    """How much a credit step gives."""

    subject_id: UUID | None = None
    body_id: UUID | None = None
    """The letter of an e-mail step, as the agent worded it."""


class SkipStep(Frozen):
    """A step is left out."""

    kind: Literal[CommandKind.SKIP_STEP] = CommandKind.SKIP_STEP
    step: Line
    reason_id: UUID | None = None


class SnoozeStep(Frozen):
    """Not now: a step is put off until a time, and comes back by itself."""

    kind: Literal[CommandKind.SNOOZE_STEP] = CommandKind.SNOOZE_STEP
    step: Line
    until: AwareDatetime
    """By the case's own clock."""

    reason_id: UUID | None = None
    """Why it may come back after its due time."""


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

    thanks: bool = False
    """It only says thank you: nobody waits for an answer to it."""

    signals: Annotated[tuple[SignalKind, ...], Field(max_length=20, exclude_if=_nothing)] = ()
    """Kinds of signal words that count in it."""


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

    lapses_after: Duration | None = None
    """A claim that nobody acts on: the case is free again after this long."""


class Delegate(Frozen):
    """Ask somebody else to say yes or no."""

    kind: Literal[CommandKind.DELEGATE] = CommandKind.DELEGATE
    step: Line
    to_id: UUID
    to_role: Role
    """The person's role when the request was accepted."""


class HandUp(Frozen):
    """Give the case to somebody higher: it waits in that role's queue."""

    kind: Literal[CommandKind.HAND_UP] = CommandKind.HAND_UP
    reason_id: UUID
    to: Role | None = None
    """Left out: the next role above."""


class Change(Frozen):
    """Correct facts of the case. Only what is given changes."""

    kind: Literal[CommandKind.CHANGE] = CommandKind.CHANGE
    severity: Severity | None = None
    type: EscalationType | None = None
    title_id: UUID | None = None
    appointment_at: AwareDatetime | None = None
    clocks: tuple[ClockPlan, ...] = ()
    """Deadlines of the new severity, for a case that does not carry its open hours (0.1.0)."""


class Resolve(Frozen):
    """The trouble is mended."""

    kind: Literal[CommandKind.RESOLVE] = CommandKind.RESOLVE
    note_id: UUID | None = None


class Reopen(Frozen):
    """It was not mended after all."""

    kind: Literal[CommandKind.REOPEN] = CommandKind.REOPEN
    reason_id: UUID | None = None
    clocks: tuple[ClockPlan, ...] = ()
    """New deadlines, for a case that does not carry its open hours (0.1.0)."""


class Cancel(Frozen):
    """Everything stops."""

    kind: Literal[CommandKind.CANCEL] = CommandKind.CANCEL
    reason_id: UUID | None = None


class Merge(Frozen):
    """The case is another one's double: it goes on there."""

    kind: Literal[CommandKind.MERGE] = CommandKind.MERGE
    into_id: UUID
    into_number: Annotated[int, Field(ge=1)]
    into_customer_id: UUID
    """Whose case the other one is, as it was when the request was accepted."""

    reason_id: UUID | None = None
    """Why cases of two customers are one."""


class Absorb(Frozen):
    """Take in a case that was merged into this one. Only the engine asks for it."""

    kind: Literal[CommandKind.ABSORB] = CommandKind.ABSORB
    from_id: UUID
    from_number: Annotated[int, Field(ge=1)]
    received_at: AwareDatetime
    """When the customer turned to us with that one."""

    customer_waits: bool = False
    """The customer spoke last there: the answer is owed here now."""

    breached: tuple[ClockKind, ...] | None = None
    """Of which misses that one has told. Left out: of every one."""

    signals: tuple[SignalKind, ...] = ()
    """Kinds of signal words that the customer used there."""

    unread: tuple[UUID, ...] = ()
    """Their words that nobody has read there."""

    churn_risk: Annotated[float | None, Field(ge=0, le=1)] = None
    sentiment: Sentiment | None = None
    mood: Mood | None = None


class ChangePlaybook(Frozen):
    """The case goes on by another playbook, or by another version of its own."""

    kind: Literal[CommandKind.CHANGE_PLAYBOOK] = CommandKind.CHANGE_PLAYBOOK
    playbook: PlaybookRef
    document: Playbook
    """What that version says: the case is pinned to it from then on."""

    seen: Line
    """The token of the preview that was looked at."""


class Undo(Frozen):
    """Take back what an operation did a moment ago."""

    kind: Literal[CommandKind.UNDO] = CommandKind.UNDO
    undone: UUID
    """The operation to take back."""


class Pause(Frozen):
    """Put the case on hold."""

    kind: Literal[CommandKind.PAUSE] = CommandKind.PAUSE
    reason_id: UUID | None = None
    until: AwareDatetime | None = None
    """When it goes on by itself. Left out: as late as the policy allows."""


class Resume(Frozen):
    """The case goes on."""

    kind: Literal[CommandKind.RESUME] = CommandKind.RESUME


class Acknowledge(Frozen):
    """Somebody saw an alert: it is over."""

    kind: Literal[CommandKind.ACKNOWLEDGE] = CommandKind.ACKNOWLEDGE
    alert: Annotated[int, Field(ge=1)]
    """Its place among the alerts of the case."""


class SnoozeAlert(Frozen):
    """Not now: an alert comes back later."""

    kind: Literal[CommandKind.SNOOZE_ALERT] = CommandKind.SNOOZE_ALERT
    alert: Annotated[int, Field(ge=1)]
    until: AwareDatetime
    """By the case's own clock."""


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


class NoteReading(Frozen):
    """A customer's words were read, or nobody can read them."""

    kind: Literal[CommandKind.NOTE_READING] = CommandKind.NOTE_READING
    content_id: UUID
    sentiment: Sentiment | None = None
    predicted: Annotated[float | None, Field(ge=0, le=1)] = None
    churn_risk: Annotated[float | None, Field(ge=0, le=1)] = None
    again: bool = False
    """Somebody else is to read them, too."""

    second: bool = False
    """Somebody else has read what was read last."""


Requested = Annotated[
    Open
    | CompleteStep
    | SkipStep
    | SnoozeStep
    | RecordMessage
    | AddNote
    | Assign
    | Delegate
    | HandUp
    | Change
    | Resolve
    | Reopen
    | Cancel
    | Merge
    | Absorb
    | ChangePlaybook
    | Undo
    | Pause
    | Resume
    | Acknowledge
    | SnoozeAlert
    | MoveClock,
    Field(discriminator="kind"),
]
"""What can be asked for from outside."""

Command = Requested | Tick | EndEffect | NoteReading
"""What the rules decide on."""


class Operation(Frozen):
    """One accepted request on its way to the workflow, by update or by signal."""

    op_id: UUID
    actor: Actor
    command: Requested
    expected_version: Annotated[int, Field(ge=0)] | None = None
    """Refused when the escalation has another version (`If-Match`)."""
