"""Events: what happened to an escalation, numbered without gaps, and never changed."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from models.actor import Actor
from models.command import Author, Channel, Direction, Visibility
from models.delivery import DeliveryStatus, Effect
from models.duration import Duration
from models.escalation import EscalationType, Source, StepStatus
from models.frozen import Frozen
from models.playbook import PlaybookRef
from models.severity import Severity
from models.sla import ClockKind, ClockPlan
from models.step import StepKind
from models.text import Line, Slug


class EscalationOpened(Frozen):
    """The case began."""

    fact: Literal["escalation_opened"] = "escalation_opened"
    id: UUID
    number: int
    type: EscalationType
    severity: Severity
    source: Source
    team: Slug
    customer_id: UUID
    title_id: UUID
    description_id: UUID | None
    reasons_id: UUID | None
    playbook: PlaybookRef
    received_at: AwareDatetime
    appointment_at: AwareDatetime | None
    reopened_from: UUID | None
    assignee_id: UUID | None


class ClocksSet(Frozen):
    """Deadlines were set, or set anew; the earlier ones no longer count."""

    fact: Literal["clocks_set"] = "clocks_set"
    clocks: tuple[ClockPlan, ...]


class ClockWarned(Frozen):
    """A target is near."""

    fact: Literal["clock_warned"] = "clock_warned"
    clock: ClockKind
    epoch: int
    due_at: AwareDatetime


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


class StepWaiting(Frozen):
    """A step will open later."""

    fact: Literal["step_waiting"] = "step_waiting"
    run: Line
    step: Slug
    kind: StepKind
    promised: bool
    opens_at: AwareDatetime


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


class AppointmentSet(Frozen):
    """The customer's appointment is known, or moved."""

    fact: Literal["appointment_set"] = "appointment_set"
    at: AwareDatetime


class MessageRecorded(Frozen):
    """A message from or to the customer."""

    fact: Literal["message_recorded"] = "message_recorded"
    direction: Direction
    author: Author
    visibility: Visibility
    channel: Channel
    content_id: UUID
    sent_at: AwareDatetime | None


class NoteAdded(Frozen):
    """A colleague wrote something down."""

    fact: Literal["note_added"] = "note_added"
    content_id: UUID


class Assigned(Frozen):
    """The case has another owner."""

    fact: Literal["assigned"] = "assigned"
    assignee_id: UUID | None
    previous_id: UUID | None


class Changed(Frozen):
    """Facts of the case were corrected."""

    fact: Literal["changed"] = "changed"
    severity: Severity | None = None
    previous_severity: Severity | None = None
    type: EscalationType | None = None
    previous_type: EscalationType | None = None
    title_id: UUID | None = None


class Resolved(Frozen):
    """The trouble is mended."""

    fact: Literal["resolved"] = "resolved"
    note_id: UUID | None
    closes_at: AwareDatetime


class Reopened(Frozen):
    """It was not mended after all."""

    fact: Literal["reopened"] = "reopened"
    reason_id: UUID | None


class Cancelled(Frozen):
    """Everything stopped."""

    fact: Literal["cancelled"] = "cancelled"
    reason_id: UUID | None


class Closed(Frozen):
    """Nothing more happens."""

    fact: Literal["closed"] = "closed"


class ClockMoved(Frozen):
    """A demonstration moved the escalation's own clock ahead."""

    fact: Literal["clock_moved"] = "clock_moved"
    offset: Duration


class EffectPlanned(Frozen):
    """Something is to be sent."""

    fact: Literal["effect_planned"] = "effect_planned"
    effect: Effect


class EffectBegun(Frozen):
    """Its hand-over begins; it cannot be taken back any more."""

    fact: Literal["effect_begun"] = "effect_begun"
    key: Line


class EffectEnded(Frozen):
    """It was sent, or openly was not."""

    fact: Literal["effect_ended"] = "effect_ended"
    key: Line
    status: DeliveryStatus
    detail: Line | None


class OperationRejected(Frozen):
    """An operation that came by signal could not be done."""

    fact: Literal["operation_rejected"] = "operation_rejected"
    op_id: UUID
    code: Slug
    detail: Line


AnyFact = Annotated[
    EscalationOpened
    | ClocksSet
    | ClockWarned
    | ClockBreached
    | ClockMet
    | StepWaiting
    | StepOpened
    | StepReminded
    | StepEnded
    | AppointmentSet
    | MessageRecorded
    | NoteAdded
    | Assigned
    | Changed
    | Resolved
    | Reopened
    | Cancelled
    | Closed
    | ClockMoved
    | EffectPlanned
    | EffectBegun
    | EffectEnded
    | OperationRejected,
    Field(discriminator="fact"),
]


class Event(Frozen):
    """One fact, in its place in the life of one escalation."""

    seq: Annotated[int, Field(ge=1)]
    at: AwareDatetime
    """The escalation's own time."""

    actor: Actor
    op_id: UUID | None
    """The operation that caused it; empty for what time caused."""

    fact: AnyFact

    @property
    def hash(self) -> str:
        """SHA-256 of the event, so that two stories of one number cannot be mixed up."""
        return hashlib.sha256(self.model_dump_json().encode("utf-8")).hexdigest()
