"""What language models were asked for, case by case, and the drafts that passed the checks."""

from sqlalchemy import Column, ForeignKey, Index, Table, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB

from models.draft import ReplyChannel
from models.prompt import PromptTask
from models.store.tables.metadata import INSTANT, METADATA, WORDS, one_of

ASSISTS = Table(
    "assists",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("escalation_id", Uuid, ForeignKey("escalations.id", ondelete="CASCADE"), nullable=False),
    Column("task", WORDS, nullable=False),
    Column("channel", WORDS, nullable=True),
    Column("context", WORDS, nullable=True),
    Column("facts_hash", WORDS, nullable=False),
    Column("asked_by", Uuid, nullable=True),
    Column("asked_at", INSTANT, nullable=False, server_default=func.now()),
    Column("ended_at", INSTANT, nullable=True),
    Column("draft", JSONB(none_as_null=True), nullable=True),
    Column("prompt", WORDS, nullable=True),
    Column("model", WORDS, nullable=True),
    Column("why", WORDS, nullable=True),
    Column("refused", JSONB(none_as_null=True), nullable=True),
    one_of("task", PromptTask),
    one_of("channel", ReplyChannel),
)

Index("ix_assists_case", ASSISTS.c.escalation_id, ASSISTS.c.asked_at)
Index("ix_assists_asked_at", ASSISTS.c.asked_at)
