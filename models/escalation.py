"""The escalation: a customer matter that needs rescue, and its whole state."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from models.actor import Actor
from models.delivery import PendingEffect
from models.duration import Duration
from models.frozen import Frozen
from models.playbook import PlaybookRef
from models.severity import Severity
from models.sla import Clock
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
    """On hold. The table has it, and no command leads to it yet."""

    RESOLVED = "resolved"
    """The trouble is mended. Promises to the customer go on, and it can be reopened."""

    CANCELLED = "cancelled"
    MERGED = "merged"
    """Goes on in another case. The table has it, and no command leads to it yet."""

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
    ended_at: AwareDatetime | None = None
    ended_by: Actor | None = None
    outcome: Slug | None = None
    went_to: Slug | None = None
    """The step that its outcome jumped to; then the steps below it do not follow from it."""

    note_id: UUID | None = None
    """The note, or the reason of a skip."""

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to it."""
        return self.status in ENDED


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
    steps: tuple[StepRun, ...] = ()
    clocks: tuple[Clock, ...] = ()
    effects: tuple[PendingEffect, ...] = ()
    """Side effects that are planned and have not ended."""

    touches: Annotated[int, Field(ge=0)] = 0
    """Messages from or to the customer, and calls that reached them."""

    customer_spoke_last: bool = True
    """Whether it is our turn. For the next-response clock, which will run only while it is so."""

    first_response_at: AwareDatetime | None = None
    resolved_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None
    """When a resolved escalation closes for good."""

    reopened: Annotated[int, Field(ge=0)] = 0
    reopened_at: AwareDatetime | None = None
    reopened_from: UUID | None = None
    """The closed escalation that this one continues."""

    clock_offset: Duration = timedelta(0)
    """How far a demonstration has moved this escalation's own clock ahead."""

    @model_validator(mode="before")
    @classmethod
    def _forget(cls, told: Any) -> Any:
        """Leave out what is no longer part of a state: stored ones and running cases have it."""
        if isinstance(told, dict) and "ever_breached" in told:
            return {name: value for name, value in told.items() if name != "ever_breached"}
        return told

    def run(self, run_id: str) -> StepRun | None:
        """The step run of that id, if there is one."""
        return next((run for run in self.steps if run.id == run_id), None)

    @property
    def open_runs(self) -> tuple[StepRun, ...]:
        """Step runs that somebody is to do now, or that the engine is at."""
        now = (StepStatus.OPEN, StepStatus.RUNNING)
        return tuple(run for run in self.steps if run.status in now)

    @property
    def number_text(self) -> str:
        """The number for people: `E-1042`."""
        return number_text(self.number)
