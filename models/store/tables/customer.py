"""Customers."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Index, Table, Uuid, func

from models.customer import Tier
from models.store.tables.metadata import INSTANT, METADATA, WORDS, one_of

CUSTOMERS = Table(
    "customers",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("external_id", WORDS, nullable=True, unique=True),
    Column("name", WORDS, nullable=False),
    Column("email", WORDS, nullable=True),
    Column("phone", WORDS, nullable=True),
    Column("time_zone", WORDS, nullable=True),
    Column("annual_value_minor", BigInteger, nullable=True),
    Column("annual_value_currency", WORDS, nullable=True),
    Column("customer_since", Date, nullable=True),
    Column("tier", WORDS, nullable=True),
    Column("created_at", INSTANT, nullable=False, server_default=func.now()),
    one_of("tier", Tier),
    CheckConstraint(
        "(annual_value_minor IS NULL) = (annual_value_currency IS NULL)", name="money_whole"
    ),
)

Index("ix_customers_email_lower", func.lower(CUSTOMERS.c.email))
