"""Events: what happened to an escalation, numbered without gaps, and never changed."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from models.actor import Actor, Role
from models.command import Author, Channel, Direction, Visibility
from models.delivery import DeliveryStatus, Effect
from models.duration import Duration
from models.escalation import EscalationType, Source
from models.event_alerts import (
    AlertFact as AlertFact,
    AlertRaised as AlertRaised,
    AlertReturned as AlertReturned,
    AlertSeen as AlertSeen,
    AlertSnoozed as AlertSnoozed,
    InsightFact as InsightFact,
    MessageRead as MessageRead,
)
from models.event_clocks import (
    ClockBreached as ClockBreached,
    ClockFact as ClockFact,
    ClockMet as ClockMet,
    ClocksMoved as ClocksMoved,
    ClocksSet as ClocksSet,
    ClockWarned as ClockWarned,
)
from models.event_steps import (
    StepCarried as StepCarried,
    StepDelegated as StepDelegated,
    StepEnded as StepEnded,
    StepFact as StepFact,
    StepMoved as StepMoved,
    StepOpened as StepOpened,
    StepReminded as StepReminded,
    StepReturned as StepReturned,
    StepSnoozed as StepSnoozed,
    StepStarted as StepStarted,
    StepTurn as StepTurn,
    StepWaiting as StepWaiting,
    StepWoken as StepWoken,
    WakeCause as WakeCause,
)
from models.frozen import Frozen
from models.playbook import PlaybookRef
from models.sentiment import Mood, Sentiment
from models.severity import Severity
from models.signal import SignalKind
from models.sla import ClockKind
from models.text import Line, Slug


def _is_not(value: object) -> bool:
    """Left out of what is stored: it says nothing."""
    return not value


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
    customer_annual_value: Annotated[int, Field(ge=0)] = 0
    """Minor units, as it was then."""

    signals: Annotated[tuple[SignalKind, ...], Field(exclude_if=_is_not)] = ()
    """Kinds of signal words in the title and the description."""

    to_read: Annotated[bool, Field(exclude_if=_is_not)] = False
    """The description is the customer's own words: somebody reads how they feel."""


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
    thanks: Annotated[bool, Field(exclude_if=_is_not)] = False
    """It only says thank you."""

    signals: Annotated[tuple[SignalKind, ...], Field(exclude_if=_is_not)] = ()
    """Kinds of signal words that count in it: the customer means them."""

    to_read: Annotated[bool, Field(exclude_if=_is_not)] = False
    """It is the customer's own words: somebody reads how they feel."""


class NoteAdded(Frozen):
    """A colleague wrote something down."""

    fact: Literal["note_added"] = "note_added"
    content_id: UUID


class Assigned(Frozen):
    """The case has another owner."""

    fact: Literal["assigned"] = "assigned"
    assignee_id: UUID | None
    previous_id: UUID | None
    act_by: AwareDatetime | None = None
    """When the managers are told if the new owner does nothing."""

    until: AwareDatetime | None = None
    """A claim: the case is free again then, unless its owner has begun."""


class ClaimLapsed(Frozen):
    """Somebody took the case and did not begin: it is free again."""

    fact: Literal["claim_lapsed"] = "claim_lapsed"
    assignee_id: UUID


class HandedUp(Frozen):
    """The case waits for somebody of a higher role."""

    fact: Literal["handed_up"] = "handed_up"
    to: Role
    previous_id: UUID | None
    reason_id: UUID | None = None


class OwnerSilent(Frozen):
    """The new owner did nothing in time."""

    fact: Literal["owner_silent"] = "owner_silent"
    assignee_id: UUID


class Changed(Frozen):
    """Facts of the case were corrected."""

    fact: Literal["changed"] = "changed"
    severity: Severity | None = None
    previous_severity: Severity | None = None
    type: EscalationType | None = None
    previous_type: EscalationType | None = None
    title_id: UUID | None = None


class Paused(Frozen):
    """The case was put on hold. An earlier hold ends with it."""

    fact: Literal["paused"] = "paused"
    reason_id: UUID | None
    until: AwareDatetime
    stops: tuple[ClockKind, ...]


class ResumeCause(StrEnum):
    """Why a case went on."""

    ASKED = "asked"
    TIME = "time"
    REPLY = "reply"


class Resumed(Frozen):
    """The case goes on."""

    fact: Literal["resumed"] = "resumed"
    cause: ResumeCause
    ended_at: AwareDatetime
    """Until when its clocks stood still."""


class Resolved(Frozen):
    """The trouble is mended."""

    fact: Literal["resolved"] = "resolved"
    note_id: UUID | None
    closes_at: AwareDatetime


class Reopened(Frozen):
    """It was not mended after all."""

    fact: Literal["reopened"] = "reopened"
    reason_id: UUID | None
    resumes: Annotated[bool, Field(exclude_if=_is_not)] = False
    """Its clocks go on, without the time it was resolved."""

    customer_waits: Annotated[bool, Field(exclude_if=_is_not)] = False
    """The customer spoke last: an answer is owed from now on."""

    act_by: Annotated[AwareDatetime | None, Field(exclude_if=_is_not)] = None
    """When its owner must have begun, where the house has settled that."""


class Cancelled(Frozen):
    """Everything stopped."""

    fact: Literal["cancelled"] = "cancelled"
    reason_id: UUID | None


class Merged(Frozen):
    """The case was another one's double, and goes on there."""

    fact: Literal["merged"] = "merged"
    into_id: UUID
    into_number: int
    reason_id: UUID | None = None


class Absorbed(Frozen):
    """A case that was merged into this one was taken in."""

    fact: Literal["absorbed"] = "absorbed"
    from_id: UUID
    from_number: int
    received_at: AwareDatetime | None = None
    """From when on the clocks count now; empty when that stays as it was."""

    customer_waits: bool = False
    """The customer spoke last in that one: the answer is owed here now."""

    breached: tuple[ClockKind, ...] | None = None
    """Of which misses that one has told. Left out: of every one."""

    signals: Annotated[tuple[SignalKind, ...], Field(exclude_if=_is_not)] = ()
    """Kinds of signal words that the customer used there."""

    unread: Annotated[tuple[UUID, ...], Field(exclude_if=_is_not)] = ()
    """Their words that nobody has read there: they are read here."""

    churn_risk: Annotated[float | None, Field(ge=0, le=1, exclude_if=_is_not)] = None
    sentiment: Annotated[Sentiment | None, Field(exclude_if=_is_not)] = None
    mood: Annotated[Mood | None, Field(exclude_if=_is_not)] = None
    """How the customer felt there: it counts where nothing was read here."""


class PlaybookChanged(Frozen):
    """The case goes on by another playbook, or by another version of its own."""

    fact: Literal["playbook_changed"] = "playbook_changed"
    playbook: PlaybookRef
    previous: PlaybookRef
    swaps: bool
    """Another playbook: it is played from its beginning."""


class Undone(Frozen):
    """What an operation did was taken back: everything that it changed stands as before."""

    fact: Literal["undone"] = "undone"
    undone: UUID
    what: Line
    run: Line | None = None


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


EffectFact = EffectPlanned | EffectBegun | EffectEnded
CaseFact = (
    EscalationOpened
    | AppointmentSet
    | MessageRecorded
    | NoteAdded
    | Assigned
    | ClaimLapsed
    | HandedUp
    | OwnerSilent
    | Changed
    | Paused
    | Resumed
    | Resolved
    | Reopened
    | Cancelled
    | Merged
    | Absorbed
    | PlaybookChanged
    | Undone
    | Closed
    | ClockMoved
    | OperationRejected
)
AnyFact = Annotated[
    CaseFact | ClockFact | StepFact | EffectFact | InsightFact, Field(discriminator="fact")
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
