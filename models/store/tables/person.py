"""People of the team, and the tokens by which we know them."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Table, Uuid, false, func, true
from sqlalchemy.dialects.postgresql import ARRAY

from models.actor import Role
from models.store.tables.metadata import INSTANT, METADATA, WORDS, one_of

PEOPLE = Table(
    "people",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("email", WORDS, nullable=False, unique=True),
    Column("name", WORDS, nullable=False),
    Column("role", WORDS, nullable=False),
    Column("active", Boolean, nullable=False, server_default=true()),
    Column("demo", Boolean, nullable=False, server_default=false()),
    Column("created_at", INSTANT, nullable=False, server_default=func.now()),
    one_of("role", Role),
    CheckConstraint("email = lower(email)", name="email_lower"),
)

TOKENS = Table(
    "tokens",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("secret_hash", WORDS, nullable=False, unique=True),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=True, index=True),
    Column("service", WORDS, nullable=True),
    Column("scopes", ARRAY(WORDS), nullable=False, server_default="{}"),
    Column("created_at", INSTANT, nullable=False, server_default=func.now()),
    Column("expires_at", INSTANT, nullable=False),
    Column("revoked_at", INSTANT, nullable=True),
    CheckConstraint("(person_id IS NULL) <> (service IS NULL)", name="person_or_service"),
)
