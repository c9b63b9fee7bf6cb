"""Where an escalation stands in lists and queues: what is kept beside its state to sort by."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple
from uuid import UUID

from pydantic import AwareDatetime, Field

from models.alert import Alert
from models.escalation import EscalationState, EscalationType, Source, Status
from models.frozen import Frozen
from models.money import Money
from models.severity import Severity
from models.step import StepKind
from models.text import Line, Slug


def _nothing(value: object) -> bool:
    return not value


class StepRef(Frozen):
    """The step to do now, without its words; they are in the playbook version."""

    run: str
    step: str
    kind: StepKind
    due_at: AwareDatetime | None
    of: Annotated[str | None, Field(exclude_if=_nothing)] = None
    """The playbook version that has its words, when it is not the case's own."""


class Standing(Frozen):
    """What is kept beside the state, computed from it alone."""

    rank_at: AwareDatetime | None
    """Queues are sorted by it; empty when there is nothing to do now."""

    owner_rank: Annotated[int, Field(ge=1, le=3)] = 1
    """The lowest rank that may do the step to do now: 1 agent, 2 senior, 3 manager."""

    due_at: AwareDatetime | None
    """The tightest SLA deadline that still runs."""

    warn_at: AwareDatetime | None
    """When its warning goes out."""

    next_at: AwareDatetime | None = None
    """When the engine has to act next, by everybody's clock and not by the case's own."""

    sla_breached: bool
    """A clock that counts now was missed."""

    step: StepRef | None
    alerts: tuple[Alert, ...] = ()
    """The alerts that nobody has seen, also those that are put off or have expired."""


class EscalationLine(NamedTuple):
    """One escalation in a list, as it is kept: its words were looked at when they came in.

    A page reads fifty of them: a tuple is made four times as fast as a model.
    """

    id: UUID
    number: int
    version: int
    customer_id: UUID
    customer_name: str
    assignee_id: UUID | None
    assignee_name: str | None
    playbook_slug: str
    playbook_version: int
    opened_at: datetime
    rank_at: datetime | None
    due_at: datetime | None
    warn_at: datetime | None
    sla_breached: bool
    clock_offset: timedelta
    status: Status
    type: EscalationType
    severity: Severity
    title: str
    step: StepRef | None
    customer_annual_value: Money | None


@dataclass(frozen=True)
class EscalationWhole:
    """One escalation with its state; `state` is empty until its workflow has answered."""

    line: EscalationLine
    source: Source
    team: str
    description_id: UUID | None
    received_at: datetime
    state: EscalationState | None


class OpeningRow(Frozen):
    """What is known of an escalation before its workflow has answered."""

    id: UUID
    type: EscalationType
    severity: Severity
    source: Source
    team: Slug
    customer_id: UUID
    title_id: UUID
    playbook_slug: Slug
    playbook_version: int
    received_at: AwareDatetime
    opened_at: AwareDatetime
    due_at: AwareDatetime | None
    terms_hash: Line | None = None
    """The SLA terms that it is pinned to."""


class Filters(Frozen):
    """What a list of escalations is narrowed to."""

    status: tuple[Status, ...] = ()
    severity: tuple[Severity, ...] = ()
    type: tuple[EscalationType, ...] = ()
    assignee_id: UUID | None = None
    unassigned: bool = False
    playbook: Slug | None = None
    below: Annotated[int, Field(ge=1)] | None = None
    """Of a playbook: only cases that go by an earlier version of it."""

    customer_id: UUID | None = None
    q: Line | None = None
    """Words to find in titles and customers' names, or a number such as `E-1042`."""
