"""The tables that migrations make are the tables that the code means."""

import re

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, create_engine, text

from models.store.migrate import alembic_config, migrate
from models.store.session import Store, driver_url
from models.store.tables import METADATA
from supervisor.stack import Stack


def test_migrations_and_tables_say_the_same(stack: Stack) -> None:
    engine = create_engine(driver_url(stack.database_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_migrating_twice_changes_nothing(stack: Stack) -> None:
    migrate(stack.database_url)
    command.check(alembic_config(stack.database_url))


async def test_every_connection_has_limits(store: Store) -> None:
    wanted = {"statement_timeout": "5s", "lock_timeout": "2s", "transaction_timeout": "30s"}
    async with store.transaction() as connection:
        for name, value in wanted.items():
            assert (await connection.execute(text(f"SHOW {name}"))).scalar_one() == value


def test_every_list_of_words_is_the_one_that_the_code_has(stack: Stack) -> None:
    lists = {
        constraint.name: str(constraint.sqltext)
        for table in METADATA.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint) and str(constraint.name).endswith("_known")
    }
    engine = create_engine(driver_url(stack.database_url))
    with engine.connect() as connection:
        query = "SELECT conname, pg_get_constraintdef(oid) AS told FROM pg_constraint"
        told = {row.conname: row.told for row in connection.execute(text(query))}
    engine.dispose()
    assert len(lists) >= 10
    for name, meant in lists.items():
        assert set(re.findall(r"'(\w+)'", told[name])) == set(re.findall(r"'(\w+)'", meant)), name
