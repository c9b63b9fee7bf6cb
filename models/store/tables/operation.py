"""The operation inbox: every accepted request, once, before anything else happens."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    Uuid,
    and_,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from models.operation import OperationStatus
from models.store.tables.metadata import INSTANT, METADATA, WORDS, one_of

OPERATIONS = Table(
    "operations",
    METADATA,
    Column("op_id", Uuid, primary_key=True),
    Column("place", BigInteger, Identity(always=True), nullable=False),
    Column("actor_key", WORDS, nullable=False),
    Column("route", WORDS, nullable=False),
    Column("key", WORDS, nullable=False),
    Column("body_hash", WORDS, nullable=False),
    Column("escalation_id", Uuid, ForeignKey("escalations.id"), nullable=False),
    Column("kind", WORDS, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("status", WORDS, nullable=False, server_default=OperationStatus.ACCEPTED),
    Column("answer", JSONB(none_as_null=True), nullable=True),
    Column("created_at", INSTANT, nullable=False, server_default=func.now()),
    Column("answered_at", INSTANT, nullable=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("attempt_at", INSTANT, nullable=False),
    UniqueConstraint("actor_key", "route", "key"),
    one_of("status", OperationStatus),
    CheckConstraint("(status = 'accepted') = (answer IS NULL)", name="answered_when_ended"),
)

Index(
    "ix_operations_waiting",
    OPERATIONS.c.attempt_at,
    postgresql_where=OPERATIONS.c.status == "accepted",
)
Index(
    "ix_operations_refused_mail",
    OPERATIONS.c.answered_at,
    postgresql_where=and_(OPERATIONS.c.status == "rejected", OPERATIONS.c.kind == "record_message"),
)
Index("ix_operations_escalation_place", OPERATIONS.c.escalation_id, OPERATIONS.c.place)
