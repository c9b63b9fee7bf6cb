"""What a language model was asked, as hashes and numbers; answers that may be given again."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Table, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB

from models.llm import LlmOutcome
from models.store.tables.metadata import INSTANT, METADATA, WORDS, one_of

LLM_CALLS = Table(
    "llm_calls",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("at", INSTANT, nullable=False, server_default=func.now()),
    Column("escalation_id", Uuid, nullable=True),
    Column("task", WORDS, nullable=False),
    Column("prompt_version", WORDS, nullable=False),
    Column("model", WORDS, nullable=False),
    Column("prompt_hash", WORDS, nullable=False),
    Column("answer_hash", WORDS, nullable=True),
    Column("tokens_in", BigInteger, nullable=False),
    Column("tokens_out", BigInteger, nullable=False),
    Column("latency_ms", BigInteger, nullable=False),
    Column("outcome", WORDS, nullable=False),
    Column("rests_until", INSTANT, nullable=True),
    Column("erased_at", INSTANT, nullable=True),
    CheckConstraint("tokens_in >= 0 AND tokens_out >= 0", name="tokens_counted"),
    one_of("outcome", LlmOutcome),
)
"""One row a call, made before it: until it ends, its tokens are what it may cost at most. It goes
with no case: what was spent stays spent. `erased_at`: words of its case were erased while it was
under way, so that its answer is not kept."""

Index("ix_llm_calls_at", LLM_CALLS.c.at)
Index("ix_llm_calls_escalation_id", LLM_CALLS.c.escalation_id)

LLM_ANSWERS = Table(
    "llm_answers",
    METADATA,
    Column("key", WORDS, primary_key=True),
    Column(
        "escalation_id",
        Uuid,
        ForeignKey("escalations.id", ondelete="CASCADE"),
        nullable=True,
        index=True,
    ),
    Column("answer", JSONB, nullable=False),
    Column("model", WORDS, nullable=False),
    Column("at", INSTANT, nullable=False, server_default=func.now()),
    Column("expires_at", INSTANT, nullable=False, index=True),
)
