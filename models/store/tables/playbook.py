"""Playbook versions. A version never changes: the same words are the same version."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    Table,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from models.playbook import Origin
from models.store.tables.metadata import INSTANT, METADATA, WORDS, one_of

PLAYBOOK_VERSIONS = Table(
    "playbook_versions",
    METADATA,
    Column("slug", WORDS, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("hash", WORDS, nullable=False),
    Column("status", WORDS, nullable=False),
    Column("document", JSONB, nullable=False),
    Column("origin", WORDS, nullable=False, server_default=Origin.FILE),
    Column("author_id", Uuid, ForeignKey("people.id"), nullable=True),
    Column("created_at", INSTANT, nullable=False, server_default=func.now()),
    Column("published_by", Uuid, ForeignKey("people.id"), nullable=True),
    Column("published_at", INSTANT, nullable=True),
    UniqueConstraint("slug", "hash"),
    one_of("origin", Origin),
    CheckConstraint("status IN ('draft', 'published')", name="status_known"),
    CheckConstraint("version >= 1", name="version_positive"),
)
