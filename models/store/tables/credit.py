"""Money that customers were given, each once."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Table, Uuid, func

from models.store.tables.metadata import INSTANT, METADATA, WORDS

CREDITS = Table(
    "credits",
    METADATA,
    Column("key", WORDS, primary_key=True),
    Column("escalation_id", Uuid, ForeignKey("escalations.id"), nullable=False, index=True),
    Column("customer_id", Uuid, ForeignKey("customers.id"), nullable=False, index=True),
    Column("amount_minor", BigInteger, nullable=False),
    Column("amount_currency", WORDS, nullable=False),
    Column("asked_at", INSTANT, nullable=False, server_default=func.now()),
    Column("issued_at", INSTANT, nullable=True),
    CheckConstraint("amount_minor > 0", name="money_positive"),
)
"""`issued_at` is empty until whoever pays has taken it."""
