"""F53: migrations only ever add, so the API of the release before works while they run, and after.

A schema of its own is brought from the first migration to the last, and looked at after each.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from models.store.migrate import alembic_config
from models.store.session import driver_url
from supervisor.stack import Stack

SCRATCH = "expand_only"


@dataclass(frozen=True)
class House:
    """An empty database of our own, in a schema beside the real tables."""

    url: str

    @property
    def revisions(self) -> list[str]:
        """Every migration, the first one first."""
        scripts = ScriptDirectory.from_config(alembic_config(self.url))
        return [one.revision for one in scripts.walk_revisions()][::-1]

    def bring_to(self, revision: str) -> None:
        """Migrate up to there."""
        command.upgrade(alembic_config(self.url), revision)

    def connect(self) -> psycopg.Connection[Any]:
        """A plain connection, as an older release has it."""
        return psycopg.connect(self.url, autocommit=True)


@pytest.fixture
def house(stack: Stack) -> Iterator[House]:
    url = f"{stack.database_url}?options=-csearch_path%3D{SCRATCH},public"
    engine = create_engine(driver_url(stack.database_url), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {SCRATCH} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {SCRATCH}"))
        # Otherwise the real tables' version would be read for this schema's.
        table = f"{SCRATCH}.alembic_version (version_num varchar(32) PRIMARY KEY)"
        connection.execute(text(f"CREATE TABLE {table}"))
    yield House(url)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {SCRATCH} CASCADE"))


def shape(connection: Connection) -> dict[str, dict[str, dict[str, Any]]]:
    """Tables, their columns, and what each column asks of a row."""
    seen = inspect(connection)
    return {
        table: {
            str(one["name"]): {
                "type": str(one["type"]),
                "needed": not (one["nullable"] or one["default"] or one.get("identity")),
                "nullable": one["nullable"],
            }
            for one in seen.get_columns(table, schema=SCRATCH)
        }
        for table in seen.get_table_names(schema=SCRATCH)
        if table != "alembic_version"
    }


def words(connection: Connection) -> dict[str, set[str]]:
    """What each list of allowed words allows."""
    query = """
        SELECT conname, regexp_matches(pg_get_constraintdef(c.oid), '''([^'']*)''', 'g') AS word
        FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
        WHERE nspname = :schema AND contype = 'c' AND conname LIKE '%\\_known'
    """
    found: dict[str, set[str]] = {}
    for row in connection.execute(text(query), {"schema": SCRATCH}):
        found.setdefault(row.conname, set()).add(row.word[0])
    return found


def test_every_migration_only_adds_f53(house: House) -> None:
    engine = create_engine(driver_url(house.url), poolclass=NullPool)
    shapes, lists = [], []
    for revision in house.revisions:
        house.bring_to(revision)
        with engine.connect() as connection:
            shapes.append(shape(connection))
            lists.append(words(connection))
    assert len(shapes) >= 5
    assert sum(map(len, shapes[0].values())) > 50, "something was looked at"
    for revision, before, after in zip(house.revisions[1:], shapes, shapes[1:], strict=False):
        for table, columns in before.items():
            assert table in after, f"{revision} takes {table} away"
            for name, was in columns.items():
                column = after[table].get(name)
                assert column is not None, f"{revision} takes {table}.{name} away"
                assert column["type"] == was["type"], f"{revision} makes another type of {name}"
                assert was["nullable"] <= column["nullable"], f"{revision} asks more of {name}"
            for name in set(after[table]) - set(columns):
                assert not after[table][name]["needed"], f"an old release knows no {table}.{name}"
    for revision, then, now in zip(house.revisions[1:], lists, lists[1:], strict=False):
        for name, allowed in then.items():
            assert allowed <= now[name], f"{revision} forbids words of {name}"


def test_an_old_release_writes_and_reads_while_migrations_run_f53(house: House) -> None:
    house.bring_to(house.revisions[0])
    over = threading.Event()
    written: list[UUID] = []
    errors: list[psycopg.Error] = []

    def write() -> None:
        with house.connect() as connection:
            while True:
                last = over.is_set()
                try:
                    written.append(_open_case(connection, len(written) + 1))
                except psycopg.Error as error:
                    errors.append(error)
                if last:
                    return

    old_release = threading.Thread(target=write)
    old_release.start()
    try:
        for revision in house.revisions[1:]:
            house.bring_to(revision)
    finally:
        over.set()
        old_release.join(10)
    assert errors == []
    assert len(written) >= 2, "before, or meanwhile, and after"
    with house.connect() as connection:
        rows = connection.execute("SELECT id FROM escalations").fetchall()
        assert {row[0] for row in rows} == set(written)


def _open_case(connection: psycopg.Connection[Any], number: int) -> UUID:
    """A case as version 0.1.0 noted it: with the columns that it knew."""
    customer, case, title = uuid4(), uuid4(), uuid4()
    with connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '2s'")
        connection.execute("INSERT INTO customers (id, name) VALUES (%s, 'Doug')", [customer])
        connection.execute(
            "INSERT INTO contents (id, kind, text, hash) VALUES (%s, 'title', 'Hello', 'h')",
            [title],
        )
        connection.execute(
            "INSERT INTO escalations (id, number, version, status, type, severity, source, team,"
            " customer_id, title_id, playbook_slug, playbook_version, opened_at, received_at)"
            " VALUES (%s, %s, 0, 'opening', 'other', 'high', 'phone', 'front-line', %s, %s,"
            " 'general', 1, now(), now())",
            [case, number, customer, title],
        )
        seen = connection.execute("SELECT status FROM escalations WHERE id = %s", [case]).fetchone()
    assert seen == ("opening",)
    return case
