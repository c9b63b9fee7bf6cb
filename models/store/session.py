"""Connections to PostgreSQL. Opened and committed here, at the edge; repositories never commit."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import psycopg
from psycopg import sql
from pydantic_core import from_json, to_json
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from models.errors import StoreUnavailable

Told = Callable[[float], AsyncIterator[str | None]]

_LIMITS = (
    "-c statement_timeout=5000 -c lock_timeout=2000"
    " -c idle_in_transaction_session_timeout=30000 -c transaction_timeout=30000"
    " -c timezone=UTC"
)
"""Milliseconds. PostgreSQL waits for ever by default; a waiting case would too."""

_DEAD_LINE = {
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
}
"""Milliseconds, then seconds. A line that nobody answers on is dead after ten seconds; without
this a caller would wait for a quarter of an hour."""

_CONNECT: dict[str, Any] = {"options": _LIMITS, "connect_timeout": 3, **_DEAD_LINE}

LONGEST = 40.0
"""Seconds for one use of a connection. PostgreSQL itself ends everything before; it cannot end a
line that something between us keeps alive and behind which nobody is."""

STILL_THERE = 10.0
"""Seconds after which a line on which nothing was told is asked whether anybody is behind it."""

_AWAY = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.QueryCanceled,
    psycopg.errors.TooManyConnections,
    psycopg.errors.AdminShutdown,
    psycopg.errors.CrashShutdown,
    psycopg.errors.CannotConnectNow,
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.DiskFull,
)


def driver_url(url: str) -> str:
    """The URL with the driver that we use."""
    for scheme in ("postgresql://", "postgres://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


class Store:
    """The database, as one object that roots make and hand on.

    It has up to `pool` connections for transactions, and as many for single statements.
    """

    def __init__(self, url: str, *, pool: int = 10) -> None:
        self.engine = _engine(url, pool)
        self.single_engine = _engine(
            url,
            pool,
            isolation_level="AUTOCOMMIT",
            pool_reset_on_return=None,  # no transaction is left open that could be rolled back
        )
        """Connections of their own: to switch one to and fro costs as much as a small statement."""

    def transaction(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """One transaction: committed when the block ends well, rolled back when it does not.

        Raises StoreUnavailable when PostgreSQL is away, locked, full, or too slow.
        """
        return self._within(self.engine.begin())

    def single(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """For one statement: it is a transaction by itself, in one round trip instead of three.

        Two statements in it do not see the same moment. Raises as `transaction` does.
        """
        return self._within(self.single_engine.connect())

    @asynccontextmanager
    async def _within(
        self, opened: AbstractAsyncContextManager[AsyncConnection]
    ) -> AsyncIterator[AsyncConnection]:
        try:
            async with asyncio.timeout(LONGEST), opened as connection:
                yield connection
        except (PoolTimeout, TimeoutError) as error:
            raise StoreUnavailable(_ADVICE) from error
        except (OperationalError, InterfaceError) as error:
            raise StoreUnavailable(_ADVICE) from error
        except DBAPIError as error:
            if error.connection_invalidated or isinstance(error.orig, _AWAY):
                raise StoreUnavailable(_ADVICE) from error
            raise

    @asynccontextmanager
    async def listening(self, channel: str) -> AsyncIterator[Told]:
        """What is told on a channel (NOTIFY), on a connection of its own.

        PostgreSQL knows it as `rightnow-<channel>`: its last statement says nothing of it.
        Yields a function: it gives every text, and None after each stretch of so many seconds.
        Raises StoreUnavailable when PostgreSQL is away, or goes.
        """
        _, there = self.engine.dialect.create_connect_args(self.engine.url)
        named = {"application_name": f"rightnow-{channel}"}
        try:
            async with await psycopg.AsyncConnection.connect(
                autocommit=True, **{**there, **_CONNECT, **named}
            ) as connection:
                await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))

                async def told(every: float) -> AsyncIterator[str | None]:
                    asked_at = time.monotonic()
                    while True:
                        async for one in connection.notifies(timeout=every):
                            yield one.payload
                        if time.monotonic() > asked_at + STILL_THERE:
                            async with asyncio.timeout(STILL_THERE):
                                await connection.execute("SELECT 1")
                            asked_at = time.monotonic()
                        yield None

                yield told
        except (psycopg.Error, TimeoutError) as error:
            raise StoreUnavailable(_ADVICE) from error

    async def close(self) -> None:
        """Give all connections back. What comes later opens new ones."""
        await self.engine.dispose()
        await self.single_engine.dispose()


def _engine(url: str, pool: int, **special: Any) -> AsyncEngine:
    return create_async_engine(
        driver_url(url),
        pool_size=pool,
        max_overflow=0,  # what is opened is kept: opening one costs more than a step
        pool_timeout=3,
        pool_use_lifo=True,  # the connection that was just used knows the statements best
        pool_pre_ping=False,
        connect_args=_CONNECT,
        hide_parameters=True,
        json_serializer=_dumps,
        json_deserializer=from_json,
        **special,
    )


_ADVICE = "The database does not answer. Nothing was changed; try again in a few seconds."


def _dumps(value: Any) -> str:
    return to_json(value).decode("utf-8")
