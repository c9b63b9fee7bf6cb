"""Other systems that asked for no more calls (410 Gone)."""

from sqlalchemy import Column, Table, func

from models.store.tables.metadata import INSTANT, METADATA, WORDS

STOPPED_SYSTEMS = Table(
    "stopped_systems",
    METADATA,
    Column("name", WORDS, primary_key=True),
    Column("address_hash", WORDS, primary_key=True),
    Column("stopped_at", INSTANT, nullable=False, server_default=func.now()),
)
"""By name and address: a system that moved is called again."""
