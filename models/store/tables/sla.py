"""SLA policies and calendars as versions, and the terms that cases are pinned to."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    false,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from models.store.tables.metadata import INSTANT, METADATA, WORDS


def _versions(name: str) -> Table:
    """Versions never change: the same words are the same version. One of a slug may be current."""
    table = Table(
        name,
        METADATA,
        Column("slug", WORDS, primary_key=True),
        Column("version", Integer, primary_key=True),
        Column("hash", WORDS, nullable=False),
        Column("is_current", Boolean, nullable=False, server_default=false()),
        Column("document", JSONB, nullable=False),
        Column("created_at", INSTANT, nullable=False, server_default=func.now()),
        UniqueConstraint("slug", "hash"),
        CheckConstraint("version >= 1", name="version_positive"),
    )
    current = table.c.is_current
    Index(f"uq_{name}_current", table.c.slug, unique=True, postgresql_where=current)
    return table


SLA_POLICY_VERSIONS = _versions("sla_policy_versions")
CALENDAR_VERSIONS = _versions("calendar_versions")

SLA_TERMS = Table(
    "sla_terms",
    METADATA,
    Column("hash", WORDS, primary_key=True),
    Column("document", JSONB, nullable=False),
    Column("created_at", INSTANT, nullable=False, server_default=func.now()),
)
"""Policy and open hours, once for all cases that are pinned to the same ones."""
