"""Where an escalation stands in lists and queues: what is kept beside its state to sort by."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from models.customer import Tier
from models.escalation import EscalationState, EscalationType, Source, Status
from models.frozen import Frozen
from models.money import Money
from models.severity import Severity
from models.step import StepKind
from models.text import Line, Slug


class StepRef(Frozen):
    """The step to do now, without its words; they are in the playbook version."""

    run: str
    step: str
    kind: StepKind
    due_at: AwareDatetime | None


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

    sla_breached: bool
    """A clock that counts now was missed."""

    step: StepRef | None


class EscalationLine(Frozen):
    """One escalation in a list, as it is kept: its words were looked at when they came in."""

    id: UUID
    number: int
    version: int
    status: Status
    type: EscalationType
    severity: Severity
    title: str
    customer_id: UUID
    customer_name: str
    customer_annual_value: Money | None
    customer_tier: Tier | None
    assignee_id: UUID | None
    assignee_name: str | None
    playbook_slug: str
    playbook_version: int
    opened_at: AwareDatetime
    rank_at: AwareDatetime | None
    due_at: AwareDatetime | None
    warn_at: AwareDatetime | None
    sla_breached: bool
    clock_offset: timedelta
    step: StepRef | None


class EscalationWhole(Frozen):
    """One escalation with its state; `state` is empty until its workflow has answered."""

    line: EscalationLine
    source: Source
    team: Slug
    description_id: UUID | None
    received_at: AwareDatetime
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


class Filters(Frozen):
    """What a list of escalations is narrowed to."""

    status: tuple[Status, ...] = ()
    severity: tuple[Severity, ...] = ()
    type: tuple[EscalationType, ...] = ()
    assignee_id: UUID | None = None
    unassigned: bool = False
    playbook: Slug | None = None
    customer_id: UUID | None = None
    q: Line | None = None
    """Words to find in titles and customers' names, or a number such as `E-1042`."""
