"""Audits and what they found. One row for each audit, one for each thing that is or was wrong."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Interval,
    Table,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from models.audit import FindingKind
from models.store.tables.metadata import INSTANT, METADATA, WORDS, one_of

AUDITS = Table(
    "audits",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("began_at", INSTANT, nullable=False),
    Column("ended_at", INSTANT, nullable=False),
    Column("every", Interval, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("findings", Integer, nullable=False),
    Column("healed", Integer, nullable=False),
    Column("looked_at", JSONB, nullable=False),
    Column("reached", Uuid, nullable=True),
    CheckConstraint("NOT passed OR (findings = 0 AND healed = 0)", name="passed_when_well"),
)

Index("ix_audits_ended_at", AUDITS.c.ended_at)
Index("ix_audits_good", AUDITS.c.ended_at, postgresql_where=AUDITS.c.passed)

FINDINGS = Table(
    "findings",
    METADATA,
    Column("identity", WORDS, primary_key=True),
    Column("kind", WORDS, nullable=False),
    Column("escalation_id", Uuid, ForeignKey("escalations.id"), nullable=True, index=True),
    Column("detail", WORDS, nullable=False),
    Column("first_seen_at", INSTANT, nullable=False),
    Column("last_seen_at", INSTANT, nullable=False),
    Column("times", Integer, nullable=False, server_default="1"),
    Column("healed_at", INSTANT, nullable=True),
    Column("heals", Integer, nullable=False, server_default="0"),
    Column("ended_at", INSTANT, nullable=True),
    Column("accepted_at", INSTANT, nullable=True),
    one_of("kind", FindingKind),
)

Index(
    "ix_findings_open",
    FINDINGS.c.first_seen_at,
    postgresql_where=FINDINGS.c.ended_at.is_(None),
)
