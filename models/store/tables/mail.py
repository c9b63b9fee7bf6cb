"""The development mailbox, which mail belongs to which escalation, and which to none."""

from sqlalchemy import Column, ForeignKey, Index, Table, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB

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

MAILS_SET_ASIDE = Table(
    "mails_set_aside",
    METADATA,
    Column("key", WORDS, primary_key=True),
    Column("message_id", WORDS, nullable=True),
    Column("reasons", JSONB, nullable=False),
    Column("set_aside_at", INSTANT, nullable=False, server_default=func.now(), index=True),
)
"""Neither its words nor who sent it: only what finds it again at the mail server, and why."""
