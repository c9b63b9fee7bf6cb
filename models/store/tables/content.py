"""Words of customers and agents, once, under an id. Erasure is a delete here."""

from sqlalchemy import Column, Index, Table, Uuid, func

from models.content import ContentKind
from models.store.tables.metadata import INSTANT, METADATA, WORDS, one_of

CONTENTS = Table(
    "contents",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("kind", WORDS, nullable=False),
    Column("text", WORDS, nullable=False),
    Column("hash", WORDS, nullable=False),
    Column("created_at", INSTANT, nullable=False, server_default=func.now()),
    one_of("kind", ContentKind),
)

Index(
    "ix_contents_title_trgm",
    CONTENTS.c.text,
    postgresql_using="gin",
    postgresql_ops={"text": "gin_trgm_ops"},
    postgresql_where=CONTENTS.c.kind == "title",
)
