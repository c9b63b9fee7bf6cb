"""The audit: what is looked at again and again in production, and what was found.

A finding is one thing that is wrong now. It has an identity, so that looking again finds the same
one, and it ends when looking again does not find it any more.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from models.escalation import EscalationState, Status
from models.event import Event
from models.frozen import Frozen
from models.text import Line

SILENT_AFTER = 2
"""After how many intervals without any audit the silence itself is the alarm."""


class FindingKind(StrEnum):
    """What can be wrong with a case, or with what is said of it."""

    OVERDUE = "overdue"
    """Something was due, and the engine did not do it."""

    DELIVERY_LATE = "delivery_late"
    """A delivery was planned, and has no end for longer than its class allows."""

    DELIVERY_MISSING = "delivery_missing"
    """An event plans or ends a delivery, and the ledger does not say so."""

    UNANSWERED = "unanswered"
    """An operation was accepted, and nobody answered."""

    NEVER_STARTED = "never_started"
    """A case was opened, and its workflow never said a word."""

    ANSWER_MISSING = "answer_missing"
    """An event was asked for by an operation that the inbox does not have."""

    LOST = "lost"
    """A case goes on, or has something on its way, and no workflow lives it."""

    STUCK = "stuck"
    """A workflow tries the same again and again."""

    UNKNOWN_WORKFLOW = "unknown_workflow"
    """A workflow lives a case that PostgreSQL does not know."""

    PROJECTION = "projection"
    """PostgreSQL shows something else than its events say."""

    EVENTS = "events"
    """The events of a case are not whole: one is missing or was changed."""

    APART = "apart"
    """The workflow and PostgreSQL do not tell the same life."""


class Found(Frozen):
    """One thing that is wrong, as one look found it."""

    kind: FindingKind
    subject: Annotated[Line, Field(max_length=200)]
    """What it is about, within its kind: a case's id, an operation, a delivery's key."""

    escalation_id: UUID | None = None
    detail: Annotated[str, Field(max_length=500)]
    """What is wrong, in a plain sentence. Ids and times, never a customer's words."""

    healed: bool = False
    """This look put it right."""

    @property
    def identity(self) -> str:
        """The same for the same thing, whenever it is found."""
        return f"{self.kind}/{self.subject}"


class Finding(Frozen):
    """A finding as it is kept: since when, until when, and whether it was put right."""

    identity: str
    kind: FindingKind
    escalation_id: UUID | None
    number: int | None
    """The case's number for people."""

    detail: str
    first_seen_at: AwareDatetime
    last_seen_at: AwareDatetime
    times: int
    """How many audits found it."""

    healed_at: AwareDatetime | None
    """When an audit put it right the last time."""

    heals: int
    ended_at: AwareDatetime | None
    accepted_at: AwareDatetime | None
    """When an operator said that it is known, and is to raise no alarm any more."""


class AuditLimits(Frozen):
    """How late is too late, and how much one audit looks at."""

    overdue_after: timedelta = timedelta(minutes=5)
    """How long after its time something that is due may be undone."""

    page_after: timedelta = timedelta(minutes=5)
    """How long a notice to us may be without an end."""

    letter_after: timedelta = timedelta(hours=4, minutes=15)
    """The same of a letter to a customer, which is tried for four hours."""

    request_after: timedelta = timedelta(minutes=15)
    """How long a request to another system, or to another case, may be without its first try."""

    request_pause: timedelta = timedelta(hours=24, minutes=15)
    """How long one that was tried may rest: its plan knows no pause longer than a day."""

    answer_after: timedelta = timedelta(minutes=2)
    """How long an accepted operation may be without its answer."""

    lost_after: timedelta = timedelta(minutes=1)
    """How long a case may be without a workflow."""

    cases: Annotated[int, Field(ge=1, le=10_000)] = 500
    """How many cases are folded anew, from the one after the last of the audit before."""

    lives: Annotated[int, Field(ge=0, le=1000)] = 20
    """Of how many of these the workflow is asked as well."""

    most: Annotated[int, Field(ge=1, le=1000)] = 100
    """How many findings of one kind are kept of one audit."""

    lost: Annotated[int, Field(ge=1, le=10_000)] = 1000
    """How many lost cases are started again in one audit, the most urgent first."""

    heals: Annotated[int, Field(ge=0)] = 3
    """How often the same finding is put right within a day; after that a person must look."""


class AuditOrder(Frozen):
    """What one audit is told."""

    every: timedelta
    """How soon the next one comes."""

    limits: AuditLimits = AuditLimits()
    pings: bool = False
    """Somebody outside waits for a sign that all is well."""


class AuditResult(Frozen):
    """How one audit went."""

    passed: bool
    """Everything was looked at that should be, and nothing is wrong."""

    findings: int = 0
    healed: int = 0
    code: str | None = None
    """Why it could not be finished."""


class Audit(Frozen):
    """One audit, as it is kept."""

    id: UUID
    began_at: AwareDatetime
    ended_at: AwareDatetime
    every: timedelta
    passed: bool
    findings: int
    healed: int
    looked_at: dict[str, int]
    """How many of what: cases that go on, workflows that run, cases folded, workflows asked."""

    reached: UUID | None
    """The last case that was folded; the next audit goes on after it."""


class Verdict(Frozen):
    """Whether all is well, in one plain sentence."""

    well: bool
    words: str


class Lateness(Frozen):
    """Something that should be over by now: whose, which, and since when."""

    escalation_id: UUID
    number: int
    subject: str
    since: AwareDatetime
    what: str


class LifeStatus(StrEnum):
    """What Temporal says of the workflow of a case."""

    RUNNING = "running"
    ENDED = "ended"
    """It came to its own end."""

    BROKEN = "broken"
    """It was terminated, failed, or ran out of time."""

    MISSING = "missing"
    """Temporal knows of none."""


class LifeSeen(Frozen):
    """A workflow from outside."""

    status: LifeStatus
    closed_at: AwareDatetime | None = None
    task_attempts: int = 0
    """How often its code was tried for the step that it is at."""

    activity: str | None = None
    """The deed that was tried most often, and has not been done."""

    activity_attempts: int = 0


class LifeTold(Frozen):
    """A workflow from inside: its own answer."""

    state: EscalationState
    outbox: tuple[Event, ...] = ()
    stuck: str | None = None
    """Why it cannot write down what happened."""


class LiveCase(Frozen):
    """A case that goes on, or has something on its way, as PostgreSQL has it."""

    id: UUID
    number: int
    status: Status
    version: int
    next_at: AwareDatetime | None
