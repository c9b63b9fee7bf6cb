"""Cases to be found again: those of an earlier system, and a vector and the words of each case.

A vector and a list of words tell much of a text. So they go with it: with an imported case, with a
live one, and, by a trigger, with every content that they were made of.
"""

from sqlalchemy import CheckConstraint, Column, Float, ForeignKey, Index, Integer, Table, Uuid, func
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

from models.escalation import EscalationType
from models.similar import CaseOutcome
from models.store.tables.metadata import INSTANT, METADATA, WORDS, one_of
from models.store.vectors import Vector

IMPORTED_CASES = Table(
    "imported_cases",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("source", WORDS, nullable=False),
    Column("external_id", WORDS, nullable=False),
    Column("type", WORDS, nullable=False),
    Column("outcome", WORDS, nullable=False),
    Column("approach", WORDS, nullable=False),
    Column("title", WORDS, nullable=False),
    Column("description", WORDS, nullable=True),
    Column("resolved_at", INSTANT, nullable=False),
    Column("csat", Integer, nullable=True),
    Column("hours", Float, nullable=True),
    Column("row_hash", WORDS, nullable=False),
    Column("imported_at", INSTANT, nullable=False, server_default=func.now()),
    one_of("type", EscalationType),
    one_of("outcome", CaseOutcome),
    CheckConstraint("csat BETWEEN 1 AND 5", name="csat_of_five"),
    CheckConstraint("hours >= 0", name="hours_not_negative"),
)

Index(
    "uq_imported_cases_source_external_id",
    IMPORTED_CASES.c.source,
    IMPORTED_CASES.c.external_id,
    unique=True,
)

CASE_VECTORS = Table(
    "case_vectors",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column(
        "escalation_id",
        Uuid,
        ForeignKey("escalations.id", ondelete="CASCADE"),
        nullable=True,
        unique=True,
    ),
    Column(
        "imported_id",
        Uuid,
        ForeignKey("imported_cases.id", ondelete="CASCADE"),
        nullable=True,
        unique=True,
    ),
    Column("type", WORDS, nullable=False),
    Column("outcome", WORDS, nullable=True),
    Column("approach", WORDS, nullable=True),
    Column("ended_at", INSTANT, nullable=True),
    Column("text_hash", WORDS, nullable=False),
    Column("words", TSVECTOR, nullable=False),
    Column("made_of", ARRAY(Uuid), nullable=False),
    Column("seen", Integer, nullable=True),
    Column("model", WORDS, nullable=True),
    Column("at", INSTANT, nullable=False, server_default=func.now()),
    Column("vector", Vector(), nullable=True),
    one_of("type", EscalationType),
    one_of("outcome", CaseOutcome),
    CheckConstraint("(escalation_id IS NULL) <> (imported_id IS NULL)", name="of_one_case"),
    CheckConstraint(
        "(outcome IS NULL) = (ended_at IS NULL) AND (outcome IS NULL) = (approach IS NULL)",
        name="over_or_not",
    ),
)

Index(
    "ix_case_vectors_type",
    CASE_VECTORS.c.type,
    postgresql_where=CASE_VECTORS.c.outcome.is_not(None),
)
Index("ix_case_vectors_words", CASE_VECTORS.c.words, postgresql_using="gin")
Index("ix_case_vectors_made_of", CASE_VECTORS.c.made_of, postgresql_using="gin")
Index(
    "ix_case_vectors_kept",
    CASE_VECTORS.c.escalation_id,
    CASE_VECTORS.c.imported_id,
    CASE_VECTORS.c.model,
    CASE_VECTORS.c.seen,
    CASE_VECTORS.c.outcome,
)
"""All that is asked to find what is missing: the rows themselves are fat."""
