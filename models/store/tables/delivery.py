"""The delivery ledger: every word that leaves the house, and whether it did."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB

from models.delivery import DeliveryStatus, EffectClass, EffectKind
from models.store.tables.metadata import INSTANT, METADATA, WORDS, one_of

DELIVERIES = Table(
    "deliveries",
    METADATA,
    Column("key", WORDS, primary_key=True),
    Column("escalation_id", Uuid, ForeignKey("escalations.id"), nullable=False, index=True),
    Column("kind", WORDS, nullable=False),
    Column("effect_class", WORDS, nullable=False),
    Column("recipient", JSONB, nullable=False),
    Column("channel", WORDS, nullable=False),
    Column("status", WORDS, nullable=False),
    Column("detail", WORDS, nullable=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("message_id", WORDS, nullable=True),
    Column("planned_at", INSTANT, nullable=False),
    Column("not_before", INSTANT, nullable=False),
    Column("attempted_at", INSTANT, nullable=True),
    Column("ended_at", INSTANT, nullable=True),
    Column("written_at", INSTANT, nullable=False, server_default=func.now()),
    one_of("status", DeliveryStatus),
    one_of("kind", EffectKind),
    one_of("effect_class", EffectClass),
    CheckConstraint(
        "(status IN ('planned', 'attempted')) = (ended_at IS NULL)", name="ended_when_over"
    ),
)

Index(
    "ix_deliveries_without_end",
    DELIVERIES.c.not_before,
    postgresql_where=DELIVERIES.c.ended_at.is_(None),
)
