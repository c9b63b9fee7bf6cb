"""What crosses the workflow's border: start, operations, receipts, activities' arguments."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field

from models.actor import Actor
from models.alert import AlertRules
from models.delivery import DeliveryStatus, PendingEffect
from models.duration import Duration
from models.edition import Edition
from models.escalation import EscalationState, EscalationType, Source, Status
from models.event import Event
from models.frozen import Frozen
from models.hours import OpenHours
from models.money import CreditLimits
from models.playbook import Playbook, PlaybookRef
from models.sentiment import Mood, Sentiment
from models.severity import Severity
from models.shared import shared_hours, shared_playbook, shared_policy
from models.signal import SignalKind
from models.sla import ClockKind, ClockPlan, SlaPolicy
from models.step import Letter, Step, StepKind
from models.text import Line, Slug


def _is_none(value: object) -> bool:
    return value is None


def _nothing(value: object) -> bool:
    return not value


class CaseFacts(Frozen):
    """What conditions can ask of the customer, fixed when the case was opened."""

    customer_tier: Line | None = None
    customer_years: Annotated[int, Field(ge=0)] = 0
    customer_annual_value: Annotated[int, Field(ge=0)] = 0
    """Minor units."""


class HouseRules(Frozen):
    """What the house has settled, as it was when a case was opened.

    The defaults are how a case behaves that was opened before there were such rules.
    """

    credit_limits: CreditLimits = CreditLimits()
    tell_owners: bool = False
    """Whoever gets a case from somebody else is told."""

    owner_acts_within: Duration | None = None
    """How long a new owner may do nothing before the managers are told. Left out: no matter."""

    edition: Annotated[Edition, Field(exclude_if=_nothing)] = Edition.FIRST
    """Which of the engine's own rules the case goes by."""

    alerts: Annotated[AlertRules | None, Field(exclude_if=_is_none)] = None
    """From when on something is worth an alert. Left out, as in cases that were opened before there
    were alerts: nothing is, and nobody reads how the customer feels."""


class Kept(Frozen):
    """A step that was promised to the customer by a playbook that the case no longer goes by."""

    of: PlaybookRef
    step: Step


class Book(Frozen):
    """What an escalation is pinned to. Only somebody's command changes it, as a whole part."""

    playbook: Annotated[Playbook, AfterValidator(shared_playbook)]
    policy: Annotated[SlaPolicy, AfterValidator(shared_policy)]
    facts: CaseFacts = CaseFacts()
    rules: HouseRules = HouseRules()
    hours: Annotated[
        tuple[OpenHours, ...] | None,
        Field(exclude_if=_is_none),
        AfterValidator(shared_hours),
    ] = None
    """The open hours of every calendar that the policy names. None in a book of version 0.1.0, in
    which all hours count and the workflow has new deadlines computed by a local activity."""

    kept: Annotated[tuple[Kept, ...], Field(exclude_if=_nothing)] = ()
    """Promises of earlier playbooks that go on."""

    def find(self, step_id: str) -> Step | None:
        """The step of that id: of the playbook, or a promise that was kept."""
        try:
            return self.playbook.step(step_id)
        except KeyError:
            return next((one.step for one in self.kept if one.step.id == step_id), None)

    def step(self, step_id: str) -> Step:
        """The same, when there must be one. Raises KeyError."""
        found = self.find(step_id)
        if found is None:
            raise KeyError(step_id)
        return found


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
    signals: Annotated[tuple[SignalKind, ...], Field(exclude_if=_nothing)] = ()
    """Kinds of signal words in the title and the description."""

    to_read: Annotated[bool, Field(exclude_if=_nothing)] = False
    """The description is the customer's own words."""

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


class ReadingOrder(Frozen):
    """Words of the customer's in which somebody is to read how they feel."""

    escalation_id: UUID
    number: int
    content_ids: tuple[UUID, ...]


class ReadWords(Frozen):
    """What one message tells of its writer. Nothing, when its words are gone."""

    content_id: UUID
    sentiment: Sentiment | None = None
    predicted: Annotated[float | None, Field(ge=0, le=1)] = None
    """How likely the case ends well, as cases like it did; empty while these are too few."""

    churn_risk: Annotated[float | None, Field(ge=0, le=1)] = None
    again: bool = False
    """Somebody else can read them, too: see SecondOrder."""


class SecondOrder(Frozen):
    """The words of a case that were read last, for somebody else to read."""

    escalation_id: UUID
    content_id: UUID


class SecondResult(Frozen):
    """What they read. Empty when nothing else came of it."""

    sentiment: Sentiment | None = None


class ReadingResult(Frozen):
    """What was read, in the order of the question."""

    words: tuple[ReadWords, ...]


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


class RequestOrder(Frozen):
    """One request to another system: money for the customer, or news of a case.

    It carries ids and states, never a customer's words.
    """

    escalation_id: UUID
    number: int
    effect: PendingEffect
    customer_id: UUID
    type: EscalationType
    severity: Severity
    status: Status
    playbook: Line
    at: AwareDatetime
    """The escalation's own time."""

    version: int


class JoinOrder(Frozen):
    """A case that was merged, and the one that is to take it in."""

    escalation_id: UUID
    number: int
    effect: PendingEffect
    into_id: UUID
    received_at: AwareDatetime
    customer_waits: bool = False
    """The customer spoke last there: an answer is owed."""

    breached: tuple[ClockKind, ...] | None = None
    """Of which misses it has told. Left out: of every one."""

    signals: tuple[SignalKind, ...] = ()
    """Kinds of signal words that the customer used there."""

    unread: tuple[UUID, ...] = ()
    """Their words that nobody has read there."""

    churn_risk: Annotated[float | None, Field(ge=0, le=1)] = None
    sentiment: Sentiment | None = None
    mood: Mood | None = None

    at: AwareDatetime
    """The escalation's own time."""


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
