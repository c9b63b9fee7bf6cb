"""The development mailbox, and which mail belongs to which escalation."""

from sqlalchemy import Column, ForeignKey, Index, Table, Uuid, func

from models.store.tables.metadata import INSTANT, METADATA, WORDS

MAILBOX = Table(
    "mailbox",
    METADATA,
    Column("message_id", WORDS, primary_key=True),
    Column("sender", WORDS, nullable=False),
    Column("recipient", WORDS, nullable=False),
    Column("subject", WORDS, nullable=False),
    Column("text", WORDS, nullable=False),
    Column("about", Uuid, ForeignKey("escalations.id"), nullable=True),
    Column("arrived_at", INSTANT, nullable=False, server_default=func.now()),
)

Index("ix_mailbox_arrived_at", MAILBOX.c.arrived_at)

MAIL_THREADS = Table(
    "mail_threads",
    METADATA,
    Column("message_id", WORDS, primary_key=True),
    Column("escalation_id", Uuid, ForeignKey("escalations.id"), nullable=False, index=True),
    Column("seen_at", INSTANT, nullable=False, server_default=func.now()),
)
