"""Connections to PostgreSQL. Opened and committed here, at the edge; repositories never commit."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import psycopg
from pydantic_core import from_json, to_json
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from models.errors import StoreUnavailable

_LIMITS = (
    "-c statement_timeout=5000 -c lock_timeout=2000"
    " -c idle_in_transaction_session_timeout=30000 -c transaction_timeout=30000"
    " -c timezone=UTC"
)
"""Milliseconds. PostgreSQL waits for ever by default; a waiting case would too."""

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
    """The database, as one object that roots make and hand on."""

    def __init__(self, url: str, *, pool: int = 10) -> None:
        self.engine: AsyncEngine = create_async_engine(
            driver_url(url),
            pool_size=pool,
            max_overflow=pool,
            pool_timeout=3,
            pool_use_lifo=True,  # the connection that was just used knows the statements best
            pool_pre_ping=False,
            connect_args={"options": _LIMITS, "connect_timeout": 3},
            hide_parameters=True,
            json_serializer=_dumps,
            json_deserializer=from_json,
        )
        self._single = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    def transaction(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """One transaction: committed when the block ends well, rolled back when it does not.

        Raises StoreUnavailable when PostgreSQL is away, locked, full, or too slow.
        """
        return self._within(self.engine.begin())

    def single(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """For one statement: it is a transaction by itself, in one round trip instead of three.

        Two statements in it do not see the same moment. Raises as `transaction` does.
        """
        return self._within(self._single.connect())

    @asynccontextmanager
    async def _within(
        self, opened: AbstractAsyncContextManager[AsyncConnection]
    ) -> AsyncIterator[AsyncConnection]:
        try:
            async with opened as connection:
                yield connection
        except PoolTimeout as error:
            raise StoreUnavailable(_ADVICE) from error
        except (OperationalError, InterfaceError) as error:
            raise StoreUnavailable(_ADVICE) from error
        except DBAPIError as error:
            if error.connection_invalidated or isinstance(error.orig, _AWAY):
                raise StoreUnavailable(_ADVICE) from error
            raise

    async def close(self) -> None:
        """Give all connections back."""
        await self.engine.dispose()


_ADVICE = "The database does not answer. Nothing was changed; try again in a few seconds."


def _dumps(value: Any) -> str:
    return to_json(value).decode("utf-8")
