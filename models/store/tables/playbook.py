"""Playbook versions. A version never changes: the same words are the same version."""

from sqlalchemy import CheckConstraint, Column, Integer, Table, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB

from models.store.tables.metadata import INSTANT, METADATA, WORDS

PLAYBOOK_VERSIONS = Table(
    "playbook_versions",
    METADATA,
    Column("slug", WORDS, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("hash", WORDS, nullable=False),
    Column("status", WORDS, nullable=False),
    Column("document", JSONB, nullable=False),
    Column("created_at", INSTANT, nullable=False, server_default=func.now()),
    UniqueConstraint("slug", "hash"),
    CheckConstraint("status IN ('draft', 'published')", name="status_known"),
    CheckConstraint("version >= 1", name="version_positive"),
)
