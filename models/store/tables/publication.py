"""Publications: every request to publish a version, once, with its answer."""

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Integer, Table, func
from sqlalchemy.dialects.postgresql import JSONB

from models.store.tables.metadata import INSTANT, METADATA, WORDS

PUBLICATIONS = Table(
    "publications",
    METADATA,
    Column("actor_key", WORDS, primary_key=True),
    Column("key", WORDS, primary_key=True),
    Column("slug", WORDS, nullable=False),
    Column("version", Integer, nullable=False),
    Column("published_at", INSTANT, nullable=True),
    Column("refusal", JSONB(none_as_null=True), nullable=True),
    Column("asked_at", INSTANT, nullable=False, server_default=func.now()),
    ForeignKeyConstraint(
        ["slug", "version"], ["playbook_versions.slug", "playbook_versions.version"]
    ),
    CheckConstraint("(published_at IS NULL) = (refusal IS NOT NULL)", name="made_or_refused"),
)
