"""Events: what happened, numbered without gaps, added and never changed."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB

from models.store.tables.metadata import INSTANT, METADATA, WORDS

EVENTS = Table(
    "events",
    METADATA,
    Column("escalation_id", Uuid, ForeignKey("escalations.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", INSTANT, nullable=False),
    Column("fact", WORDS, nullable=False),
    Column("op_id", Uuid, nullable=True),
    Column("body", JSONB, nullable=False),
    Column("hash", WORDS, nullable=False),
    Column("written_at", INSTANT, nullable=False, server_default=func.now()),
    CheckConstraint("seq >= 1", name="seq_positive"),
)

Index("ix_events_op_id", EVENTS.c.op_id, postgresql_where=EVENTS.c.op_id.is_not(None))
