"""Our own PostgreSQL: on loopback, with passwords, under a user without rights."""

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from supervisor import postgres_cluster, probes
from supervisor.passwords import kept_password, password_file
from supervisor.postgres_cluster import OWNER
from supervisor.postgres_home import Home, settle_home
from supervisor.spec import Spec, bare_environment

APP = "rightnow"
EXTENSIONS = ("vector", "pg_trgm")
STILL_ENDING = ("Is another postmaster", "still in use", "lock file")
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "log_destination": "stderr",
    # Neither statements nor the values in them: they are customers' words.
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


@dataclass(frozen=True)
class Postgres:
    """One cluster on one port. The owner only makes the app's role, database and extensions."""

    home: Home
    port: int
    owner_password: str
    app_password: str

    @property
    def url(self) -> str:
        """Where the app finds its database."""
        return f"postgresql://{APP}:{self.app_password}@127.0.0.1:{self.port}/{APP}"

    def spec(self) -> Spec:
        """How it runs. SIGINT is its fast shutdown: sessions are cut, nothing committed is lost."""
        sockets = postgres_cluster.socket_dir(self.home, self.port)
        chosen = SETTINGS | {"port": str(self.port), "unix_socket_directories": str(sockets)}
        options = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        return Spec(
            name="postgres",
            title="PostgreSQL",
            command=(self.home.program("postgres"), "-D", str(self.home.data), *options),
            ready=self.answers,
            ready_within=120,
            environment=bare_environment(self.home.place),
            stop_signal=signal.SIGINT,
            hurry_signal=signal.SIGQUIT,
            grace=20,
            account=self.home.account,
            cwd=self.home.place,
            not_yet=STILL_ENDING,
            listens_on=self.port,
        )

    async def answers(self) -> bool:
        """True when the owner can log in: it is ours, and its recovery is over."""
        return await probes.database_answers(self._owner_url(OWNER))

    async def furnish(self) -> None:
        """Make what is missing of the app's role, database and extensions. Safe to repeat."""
        async with await psycopg.AsyncConnection.connect(
            self._owner_url(OWNER), autocommit=True
        ) as owner:
            await self._make_role(owner)
            found = await owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", [APP])
            if await found.fetchone() is None:
                await owner.execute(f"CREATE DATABASE {APP} OWNER {APP}")
        async with await psycopg.AsyncConnection.connect(
            self._owner_url(APP), autocommit=True
        ) as owner:
            for extension in EXTENSIONS:
                await owner.execute(
                    sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension))
                )

    async def _make_role(self, owner: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        found = await owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP])
        verb = "CREATE" if await found.fetchone() is None else "ALTER"
        # The server gets the verifier, so that the password is in no log and no statistics.
        verifier = owner.pgconn.encrypt_password(
            self.app_password.encode(), APP.encode(), b"scram-sha-256"
        )
        statement = sql.SQL(verb + " ROLE {} LOGIN NOSUPERUSER PASSWORD {}")
        await owner.execute(statement.format(sql.Identifier(APP), sql.Literal(verifier.decode())))

    def _owner_url(self, database: str) -> str:
        return f"postgresql://{OWNER}:{self.owner_password}@127.0.0.1:{self.port}/{database}"


def prepare(data_dir: Path, port: int, say: Callable[[str], None]) -> Postgres:
    """Everything on disk that a start needs. Blocks for about half a second the first time."""
    home = settle_home(data_dir, say)
    lost = home.data.exists() and not password_file(data_dir, "postgres-owner").exists()
    owner_password = kept_password(data_dir, "postgres-owner")
    if lost:
        say(f"  PostgreSQL's data of an earlier run are in {home.data}: used again.")
        postgres_cluster.reset_password(home, owner_password)
    postgres_cluster.make_cluster(home, owner_password)
    return Postgres(home, port, owner_password, kept_password(data_dir, "postgres-app"))


async def prepared(data_dir: Path, port: int, say: Callable[[str], None]) -> Postgres:
    """The same without holding up the loop."""
    return await asyncio.to_thread(prepare, data_dir, port, say)
