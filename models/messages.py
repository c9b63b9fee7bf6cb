"""What crosses the workflow's border: start, operations, receipts, activities' arguments."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from models.actor import Actor
from models.delivery import DeliveryStatus, PendingEffect
from models.escalation import EscalationState, EscalationType, Source, Status
from models.event import Event
from models.frozen import Frozen
from models.playbook import Playbook, PlaybookRef
from models.severity import Severity
from models.sla import ClockPlan, SlaPolicy
from models.step import Letter, StepKind
from models.text import Line, Slug


class CaseFacts(Frozen):
    """What conditions can ask of the customer, fixed when the case was opened."""

    customer_tier: Line | None = None
    customer_years: Annotated[int, Field(ge=0)] = 0
    customer_annual_value: Annotated[int, Field(ge=0)] = 0
    """Minor units."""


class Book(Frozen):
    """What an escalation is pinned to: it never changes while the case runs."""

    playbook: Playbook
    policy: SlaPolicy
    facts: CaseFacts = CaseFacts()


class Opening(Frozen):
    """Everything that an escalation begins with."""

    escalation_id: UUID
    number: int
    op_id: UUID
    actor: Actor
    type: EscalationType
    severity: Severity
    source: Source
    team: Slug
    customer_id: UUID
    title_id: UUID
    description_id: UUID | None
    reasons_id: UUID | None
    """Why it was taken for this type, severity and playbook, as a JSON object of sentences."""

    received_at: AwareDatetime
    appointment_at: AwareDatetime | None
    reopened_from: UUID | None
    assignee_id: UUID | None
    playbook: PlaybookRef
    clocks: tuple[ClockPlan, ...]
    """First deadlines, computed when the request was accepted, counted from `received_at`."""


class StepNow(Frozen):
    """The step to do now, in an answer."""

    id: Line
    kind: StepKind
    title: Line
    due_at: AwareDatetime | None


class Snapshot(Frozen):
    """How the escalation stands right after an operation, so that a caller reads its own write."""

    status: Status
    severity: Severity
    assignee_id: UUID | None
    step: StepNow | None
    """The first step that is to be done now."""

    due_at: AwareDatetime | None
    """The tightest deadline that still runs."""


class Receipt(Frozen):
    """The workflow's answer to one operation. The same operation always gets the same receipt."""

    op_id: UUID
    status: Literal["applied", "rejected"]
    version: int
    """The escalation's version after it."""

    snapshot: Snapshot | None = None
    code: Slug | None = None
    """Why it was rejected."""

    detail: str | None = None


class Life(Frozen):
    """All that a run of the workflow hands to the next one."""

    state: EscalationState
    book: Book
    outbox: tuple[Event, ...] = ()
    """Events that PostgreSQL does not have yet."""

    receipts: tuple[Receipt, ...] = ()
    """The latest answers, so that a late duplicate is answered the same way."""

    unprojected: tuple[Receipt, ...] = ()
    """Answers that PostgreSQL does not have yet."""


class EscalationStart(Frozen):
    """The workflow's one argument: a new life, or one carried over from the run before."""

    book: Book
    opening: Opening | None = None
    life: Life | None = None


class ProjectionBatch(Frozen):
    """Events and receipts that are to be written together."""

    escalation_id: UUID
    number: int
    events: tuple[Event, ...]
    receipts: tuple[Receipt, ...]


class DeliveryOrder(Frozen):
    """One effect to hand over."""

    escalation_id: UUID
    number: int
    effect: PendingEffect
    customer_id: UUID
    assignee_id: UUID | None
    title_id: UUID
    severity: Severity
    step_title: Line | None = None
    letter: Letter | None = None
    """The words of a notify step, with placeholders."""

    due_at: AwareDatetime | None = None
    at: AwareDatetime
    """The escalation's own time."""

    version: int = 0
    """The case's version that this order knows."""


class DeliveryResult(Frozen):
    """How a hand-over ended."""

    status: DeliveryStatus
    detail: Line | None = None


class ClockQuestion(Frozen):
    """What a deadline is computed from."""

    policy: SlaPolicy
    severity: Severity
    resolve_within_seconds: int | None
    received_at: AwareDatetime
    reopened_at: AwareDatetime | None


class ClockAnswer(Frozen):
    """The deadlines, as UTC instants."""

    clocks: tuple[ClockPlan, ...]


class Ending(Frozen):
    """How a life ended; what Temporal shows as the workflow's result."""

    number: Line
    status: Status
    version: int
