"""The escalation: a customer matter that needs rescue, and its whole state."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from models.actor import Actor, Role
from models.alert import Alert
from models.delivery import PendingEffect
from models.duration import Duration
from models.frozen import Frozen
from models.money import Money
from models.playbook import PlaybookRef
from models.sentiment import LookAgain, Mood, Sentiment
from models.severity import Severity
from models.signal import Heard, SignalKind
from models.sla import Clock, Pause
from models.step import StepKind
from models.text import Line, Slug

NUMBER_PREFIX = "E-"


class EscalationType(StrEnum):
    """What kind of trouble it is."""

    CANCEL_THREAT = "cancel_threat"
    BILLING_DISPUTE = "billing_dispute"
    SERVICE_QUALITY = "service_quality"
    MISSED_APPOINTMENT = "missed_appointment"
    EXECUTIVE = "executive"
    OTHER = "other"


class Source(StrEnum):
    """How the matter came to us."""

    AGENT = "agent"
    EMAIL = "email"
    CHAT = "chat"
    PHONE = "phone"
    API = "api"
    SURVEY = "survey"


class Status(StrEnum):
    """Where an escalation stands. Resolved is not closed; a breach is a flag, not a status."""

    OPENING = "opening"
    """Accepted; its workflow has not answered yet."""

    OPEN = "open"
    PAUSED = "paused"
    """On hold: clocks stand still, and it goes on by itself."""

    RESOLVED = "resolved"
    """The trouble is mended. Promises to the customer go on, and it can be reopened."""

    CANCELLED = "cancelled"
    MERGED = "merged"
    """Goes on in another case."""

    CLOSED = "closed"
    """Nothing more happens. A reopening opens a linked escalation."""


class Light(StrEnum):
    """The tightest clock at a glance."""

    GREEN = "green"
    YELLOW = "yellow"
    """The warning is out."""

    RED = "red"
    """Breached."""


class StepStatus(StrEnum):
    """Where a step stands."""

    WAITING = "waiting"
    OPEN = "open"
    RUNNING = "running"
    """The engine is at it."""

    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({StepStatus.DONE, StepStatus.SKIPPED, StepStatus.FAILED, StepStatus.CANCELLED})


def _nothing(value: object) -> bool:
    """Left out of what is stored when it says nothing."""
    return not value


def _nothing_known(value: object) -> bool:
    """The same of a number, of which 0 says something."""
    return value is None


class StepRun(Frozen):
    """One run of one step: an instance of its own, `call-now` or `call-now#2`."""

    id: Line
    """The instance: the step's id, with `#n` from the second run on."""

    step: Slug
    """The step of the playbook."""

    kind: StepKind
    status: StepStatus
    promised: bool = False
    opens_at: AwareDatetime | None = None
    """When a waiting step opens."""

    opened_at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None
    remind_at: AwareDatetime | None = None
    """When the next reminder goes out; none left when empty."""

    reminders: Annotated[int, Field(ge=0)] = 0
    snoozed_until: Annotated[AwareDatetime | None, Field(exclude_if=_nothing)] = None
    """Put off: it is not to be done before. Its due time stays as it is."""

    woken_at: Annotated[AwareDatetime | None, Field(exclude_if=_nothing)] = None
    """When it came back, the last time that it was put off."""

    of: Annotated[PlaybookRef | None, Field(exclude_if=_nothing)] = None
    """The playbook whose promise it is, when the case goes by another one now."""

    owner: Annotated[Role | None, Field(exclude_if=_nothing)] = None
    """The role that may do it, at least, of a promise of another playbook."""

    ended_at: AwareDatetime | None = None
    ended_by: Actor | None = None
    outcome: Slug | None = None
    went_to: Slug | None = None
    """The step that its outcome jumped to; then the steps below it do not follow from it."""

    note_id: UUID | None = None
    """The note, or the reason of a skip."""

    fields_id: UUID | None = None
    """What was filled in, while the engine is at the step."""

    amount: Money | None = None
    """How much a credit step gives."""

    asked_by: UUID | None = None
    """Of an approval: who asked for it, and cannot answer it."""

    asked_of: UUID | None = None
    """Of an approval: the person it was handed to."""

    @property
    def for_now(self) -> bool:
        """Whether somebody is to do it now: it is open, and nobody has put it off."""
        return self.status is StepStatus.OPEN and self.snoozed_until is None

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to it."""
        return self.status in ENDED


class Trace(Frozen):
    """How a case stood before its latest operation, so that it can be taken back."""

    op_id: UUID
    since: Annotated[int, Field(ge=0)]
    """The version before it."""

    at: AwareDatetime
    by: UUID | None
    what: Line | None = None
    """What it did, in a word; empty while it is nothing that can be taken back."""

    run: Line | None = None
    """The step run that it was about."""

    blocked: Literal["begun", "later"] | None = None
    """Why it cannot be taken back any more: it has left the house, or something came after it."""

    runs: Annotated[int, Field(ge=0)] = 0
    """How many step runs there were."""

    steps: tuple[StepRun, ...] = ()
    """Those runs that it changed, as they were."""

    clocks: tuple[Clock, ...] = ()
    """The clocks, as they were."""

    cancelled: Annotated[tuple[PendingEffect, ...], Field(exclude_if=_nothing)] = ()
    """Deliveries that were planned before it, and cancelled by it or because of it."""

    status: Status = Status.OPEN
    pauses: Annotated[tuple[Pause, ...] | None, Field(exclude_if=_nothing)] = None
    """The pauses, as they were, of a case that was on hold."""

    appointment_at: AwareDatetime | None = None
    assignee_id: UUID | None = None
    act_by: AwareDatetime | None = None
    handed_to: Role | None = None
    touches: int = 0
    customer_spoke_last: bool = True
    first_response_at: AwareDatetime | None = None


def number_text(number: int) -> str:
    """The number for people: `E-1042`."""
    return f"{NUMBER_PREFIX}{number}"


class EscalationState(Frozen):
    """Everything that the rules know of one escalation: the fold of its events.

    It carries ids where customers' words are meant; the words stay in PostgreSQL.
    """

    id: UUID
    number: Annotated[int, Field(ge=1)]
    version: Annotated[int, Field(ge=1)]
    """The number of its latest event."""

    status: Status
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
    """When the customer turned to us; the clocks count from here."""

    opened_at: AwareDatetime
    appointment_at: AwareDatetime | None = None
    assignee_id: UUID | None = None
    claimed_until: AwareDatetime | None = None
    """The owner has not begun yet; without a sign of work the case is free again then."""

    customer_annual_value: Annotated[int, Field(ge=0)] = 0
    """What the customer pays in a year, in minor units, as it was when the case was opened."""

    steps: tuple[StepRun, ...] = ()
    clocks: tuple[Clock, ...] = ()
    effects: tuple[PendingEffect, ...] = ()
    """Side effects that are planned and have not ended."""

    touches: Annotated[int, Field(ge=0)] = 0
    """Messages from or to the customer, and calls that reached them."""

    customer_spoke_last: bool = True
    """Whether it is our turn. The next-response clock runs only while it is so."""

    first_response_at: AwareDatetime | None = None
    resolved_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None
    """When a resolved escalation closes for good."""

    reopened: Annotated[int, Field(ge=0)] = 0
    reopened_at: AwareDatetime | None = None
    reopened_from: UUID | None = None
    """The closed escalation that this one continues."""

    merged_into: Annotated[UUID | None, Field(exclude_if=_nothing)] = None
    """The case in which this one goes on."""

    merged_into_number: Annotated[int | None, Field(exclude_if=_nothing)] = None
    earlier: Annotated[tuple[PlaybookRef, ...], Field(exclude_if=_nothing)] = ()
    """The playbooks that the case went by before, the first one first."""

    played_from: Annotated[int, Field(ge=0, exclude_if=_nothing)] = 0
    """How many step runs belong to other playbooks: this one is played from there."""

    adopted: Annotated[int, Field(ge=0, exclude_if=_nothing)] = 0
    """How many step runs there were when another version was taken up: what was done stays done."""

    absorbed: Annotated[tuple[int, ...], Field(exclude_if=_nothing)] = ()
    """The numbers of the cases that were merged into this one."""

    act_by: AwareDatetime | None = None
    """When the managers are told if the new owner does nothing until then."""

    handed_to: Role | None = None
    """The role that the case was handed up to: while nobody has it, it waits for one of these."""

    trace: Trace | None = None
    """What can still be taken back."""

    pauses: Annotated[tuple[Pause, ...], Field(exclude_if=_nothing)] = ()
    """When its clocks stood still; the last one may not have ended."""

    alerts: Annotated[tuple[Alert, ...], Field(exclude_if=_nothing)] = ()
    """Every alert that was raised, oldest first; also those that are over."""

    heard: Annotated[tuple[Heard, ...], Field(exclude_if=_nothing)] = ()
    """The kinds of signal words that the customer has used, in the order in which they came."""

    unread: Annotated[tuple[UUID, ...], Field(exclude_if=_nothing)] = ()
    """The customer's words that nobody has read yet, by content id, oldest first."""

    sentiment: Annotated[Sentiment | None, Field(exclude_if=_nothing)] = None
    """How the customer felt in the newest words that could be read."""

    mood: Annotated[Mood | None, Field(exclude_if=_nothing)] = None
    """How they felt over the whole case."""

    look_again: Annotated[LookAgain | None, Field(exclude_if=_nothing)] = None
    """The words that were read last, while somebody else is to read them too."""

    churn_risk: Annotated[float | None, Field(ge=0, le=1, exclude_if=_nothing_known)] = None
    """How much speaks for the customer leaving, by their words. 0 to 1."""

    predicted_at_first: Annotated[float | None, Field(ge=0, le=1, exclude_if=_nothing_known)] = None
    """How likely it seemed that this ends well, when enough cases were known for the first time."""

    predicted: Annotated[float | None, Field(ge=0, le=1, exclude_if=_nothing_known)] = None
    """How likely it seems now."""

    insights: Annotated[int, Field(ge=0, exclude_if=_nothing)] = 0
    """So many of its latest events changed nothing about what is to be done."""

    clock_offset: Duration = timedelta(0)
    """How far a demonstration has moved this escalation's own clock ahead."""

    @model_validator(mode="before")
    @classmethod
    def _forget(cls, told: Any) -> Any:
        """Leave out what is no longer part of a state: stored ones and running cases have it.

        Signals were a list of kinds while 0.4.0 was made; they count as heard when it was opened.
        """
        if not isinstance(told, dict) or not ({"ever_breached", "signals"} & set(told)):
            return told
        kept = {name: one for name, one in told.items() if name not in ("ever_breached", "signals")}
        if told.get("signals"):
            at = told.get("opened_at")
            kept.setdefault("heard", [{"kind": one, "last_at": at} for one in told["signals"]])
        return kept

    @property
    def pause(self) -> Pause | None:
        """The pause that has not ended."""
        last = self.pauses[-1] if self.pauses else None
        return last if last is not None and last.ended_at is None else None

    def run(self, run_id: str) -> StepRun | None:
        """The step run of that id, if there is one."""
        return next((run for run in self.steps if run.id == run_id), None)

    @property
    def open_runs(self) -> tuple[StepRun, ...]:
        """Step runs that somebody is to do now, or that the engine is at."""
        now = (StepStatus.OPEN, StepStatus.RUNNING)
        return tuple(run for run in self.steps if run.status in now)

    @property
    def signals(self) -> tuple[SignalKind, ...]:
        """Kinds of signal words that the customer has used."""
        return tuple(one.kind for one in self.heard)

    @property
    def number_text(self) -> str:
        """The number for people: `E-1042`."""
        return number_text(self.number)
