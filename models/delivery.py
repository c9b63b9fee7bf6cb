"""Deliveries: every word that leaves the house, planned, attempted, sent, or openly failed."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from models.frozen import Frozen
from models.money import Money
from models.text import Line, Slug


class EffectKind(StrEnum):
    """What is sent, and why."""

    SLA_WARNING = "sla_warning"
    SLA_BREACH = "sla_breach"
    STEP_REMINDER = "step_reminder"
    STEP_OVERDUE = "step_overdue"
    """The last reminder is used up: somebody higher is told."""

    STEP_LETTER = "step_letter"
    """A letter to the customer, from an e-mail step."""

    STEP_NOTICE = "step_notice"
    """A notify step."""

    PROMISE_MISSED = "promise_missed"
    """A promised step was not done in time, for good."""

    LETTER_FAILED = "letter_failed"
    """A letter to the customer did not leave, or nobody knows whether it did."""

    APPROVAL_ASKED = "approval_asked"
    """Somebody is to say yes or no."""

    HANDED_OVER = "handed_over"
    """The case came to somebody, or left them: the owner is told."""

    HANDED_UP = "handed_up"
    """The case waits for somebody of a higher role."""

    OWNER_SILENT = "owner_silent"
    """A new owner did nothing in time."""

    STEP_CREDIT = "step_credit"
    """Money for the customer, from a credit step."""

    STEP_WEBHOOK = "step_webhook"
    """Another system is told, by a webhook step."""

    STEP_GIVEN_UP = "step_given_up"
    """Nobody did a step in time, and the case goes on without it."""

    STEP_FAILED = "step_failed"
    """What the engine was to do by itself did not work."""

    CASE_JOINED = "case_joined"
    """The case in which a merged one goes on is told to take it in."""

    MERGE_REFUSED = "merge_refused"
    """That case could not take it in: a person must look."""


class EffectClass(StrEnum):
    """What a lost answer means."""

    PAGE = "page"
    """At least once, at once: when in doubt it is sent again under the same Message-ID."""

    LETTER = "letter"
    """At most once after hand-over: when in doubt a person checks."""

    REQUEST = "request"
    """To a system that counts one id once: when in doubt it is asked again under the same id."""


class RecipientKind(StrEnum):
    """Whom a delivery is for."""

    PERSON = "person"
    SENIORS = "seniors"
    MANAGERS = "managers"
    VP = "vp"
    CUSTOMER = "customer"
    SYSTEM = "system"


class Recipient(Frozen):
    """Whom a delivery is for, by id; the address is looked up when it leaves."""

    kind: RecipientKind
    id: UUID | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else str(self.kind)


class Effect(Frozen):
    """One thing to send to one recipient."""

    key: Annotated[Line, Field(max_length=200)]
    """Idempotency key: `escalation/seq/effect/recipient`."""

    kind: EffectKind
    effect_class: EffectClass
    recipient: Recipient
    not_before: AwareDatetime
    """It can be taken back until then."""

    step: Line | None = None
    """The step run that it is about."""

    clock: Line | None = None
    """The clock that it is about, with its epoch: `resolution#2`."""

    subject_id: UUID | None = None
    body_id: UUID | None = None
    """Content rows of a letter that an agent worded."""

    fallback_of: Line | None = None
    """The key of the delivery that failed, when this one replaces it."""

    amount: Money | None = None
    """How much money a credit is."""

    target: Slug | None = None
    """The name of the system that a webhook tells."""


class PendingEffect(Effect):
    """An effect that has not ended."""

    begun: bool = False
    """Its hand-over has begun: it cannot be taken back any more."""


class DeliveryStatus(StrEnum):
    """Where a delivery stands in the ledger."""

    PLANNED = "planned"
    ATTEMPTED = "attempted"
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    """Not sent, on purpose; the detail says why."""

    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    """Handed over, and the answer was lost: a person checks."""


DELIVERY_ENDED = frozenset(
    {
        DeliveryStatus.SENT,
        DeliveryStatus.FAILED,
        DeliveryStatus.SUPPRESSED,
        DeliveryStatus.CANCELLED,
        DeliveryStatus.UNKNOWN,
    }
)


class Delivery(Frozen):
    """One row of the ledger, as a person reads it."""

    key: str
    escalation_id: UUID
    kind: EffectKind
    effect_class: EffectClass
    recipient: Recipient
    channel: str
    status: DeliveryStatus
    detail: str | None
    attempts: int
    planned_at: AwareDatetime
    not_before: AwareDatetime
    attempted_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    message_id: str | None
    """The Message-ID under which it left; the same on every attempt."""


class Mail(Frozen):
    """A letter ready to leave."""

    message_id: str
    sender: str
    recipient: str
    subject: str
    text: str
    about: UUID | None = None
    """The escalation it is about."""

    automatic: bool = True
    """Marked as sent by a machine (RFC 3834), so that no robot answers it."""
