"""Operations as the inbox keeps them, and as callers see them."""

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime

from models.command import CommandKind, Operation
from models.frozen import Frozen
from models.messages import EscalationStart, Receipt


class OperationStatus(StrEnum):
    """Where an operation stands."""

    ACCEPTED = "accepted"
    """Kept safe; it will be applied or rejected."""

    APPLIED = "applied"
    REJECTED = "rejected"


class Envelope(Frozen):
    """An operation before it is put into the inbox."""

    op_id: UUID
    actor_key: str
    route: str
    key: str
    """The caller's idempotency key, or one that was made up."""

    body_hash: str
    escalation_id: UUID
    kind: CommandKind
    payload: EscalationStart | Operation


class InboxRow(Frozen):
    """An operation in the inbox."""

    op_id: UUID
    place: int
    body_hash: str
    escalation_id: UUID
    number: int
    kind: CommandKind
    payload: EscalationStart | Operation
    status: OperationStatus
    answer: Receipt | None
    created_at: AwareDatetime
    attempts: int
    actor_key: str = ""
