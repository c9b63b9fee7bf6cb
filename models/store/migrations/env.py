"""Alembic's entry: one connection, one transaction, one advisory lock against a second migrator."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from models.store.migrate import LOCK
from models.store.session import driver_url
from models.store.tables import METADATA


def run() -> None:
    """Migrate the database whose URL the caller put into the configuration."""
    url = context.config.attributes["url"]
    engine = create_engine(driver_url(url), poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.configure(connection=connection, target_metadata=METADATA, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()


run()
