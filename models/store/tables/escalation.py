"""Escalations as they are read: the projection of their events."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Interval,
    Sequence,
    Table,
    Uuid,
    false,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from models.escalation import EscalationType, Source, Status
from models.severity import Severity
from models.store.tables.metadata import INSTANT, METADATA, WORDS, one_of

NUMBERS = Sequence("escalation_numbers", start=1001, metadata=METADATA)
"""Numbers for people. They grow; a gap means an opening that was never finished."""

MOVED = "case_moved"
"""The channel on which PostgreSQL tells that a case was written (a trigger does)."""

ESCALATIONS = Table(
    "escalations",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("number", BigInteger, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("status", WORDS, nullable=False),
    Column("type", WORDS, nullable=False),
    Column("severity", WORDS, nullable=False),
    Column("source", WORDS, nullable=False),
    Column("team", WORDS, nullable=False),
    Column("customer_id", Uuid, ForeignKey("customers.id"), nullable=False, index=True),
    Column("title_id", Uuid, nullable=False),
    Column("assignee_id", Uuid, ForeignKey("people.id"), nullable=True),
    Column("playbook_slug", WORDS, nullable=False),
    Column("playbook_version", Integer, nullable=False),
    Column("opened_at", INSTANT, nullable=False),
    Column("received_at", INSTANT, nullable=False),
    Column("resolved_at", INSTANT, nullable=True),
    Column("rank_at", INSTANT, nullable=True),
    Column("owner_rank", Integer, nullable=False, server_default="1"),
    Column("due_at", INSTANT, nullable=True),
    Column("warn_at", INSTANT, nullable=True),
    Column("next_at", INSTANT, nullable=True),
    Column("sla_breached", Boolean, nullable=False, server_default=false()),
    Column("clock_offset", Interval, nullable=False, server_default="0"),
    Column("step", JSONB(none_as_null=True), nullable=True),
    Column("state", JSONB(none_as_null=True), nullable=True),
    Column("alerts", JSONB(none_as_null=True), nullable=True),
    Column("terms_hash", WORDS, nullable=True),
    Column("updated_at", INSTANT, nullable=False, server_default=func.now()),
    one_of("status", Status),
    one_of("type", EscalationType),
    one_of("severity", Severity),
    one_of("source", Source),
)

Index(
    "ix_escalations_queue",
    ESCALATIONS.c.rank_at,
    ESCALATIONS.c.id,
    postgresql_where=ESCALATIONS.c.rank_at.is_not(None),
)
Index("ix_escalations_status_number", ESCALATIONS.c.status, ESCALATIONS.c.number)
Index("ix_escalations_assignee_rank", ESCALATIONS.c.assignee_id, ESCALATIONS.c.rank_at)
Index(
    "ix_escalations_playbook_opened",
    ESCALATIONS.c.playbook_slug,
    ESCALATIONS.c.playbook_version,
    ESCALATIONS.c.opened_at,
)
Index(
    "ix_escalations_alerts",
    ESCALATIONS.c.id,
    postgresql_where=ESCALATIONS.c.alerts.is_not(None),
)
Index(
    "ix_escalations_next_at",
    ESCALATIONS.c.next_at,
    postgresql_where=ESCALATIONS.c.next_at.is_not(None),
)
