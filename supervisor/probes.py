"""Short questions to a server: does it answer? Each is bounded and never raises for a no."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import httpx2
import psycopg

PATIENCE = 2.0
OLDEST_POSTGRES = 17
Probe = Callable[[], Awaitable[bool]]


async def listens(host: str, port: int, within: float = PATIENCE) -> bool:
    """True when something accepts a connection at host and port."""
    try:
        async with asyncio.timeout(within):
            _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


async def database_answers(url: str, within: float = PATIENCE) -> bool:
    """True when we can log in to the PostgreSQL at `url`."""
    return await database_version(url, within) is not None


async def database_version(url: str, within: float = PATIENCE) -> int | None:
    """Its version as PostgreSQL counts, such as 170004; None when it does not let us in."""
    try:
        async with asyncio.timeout(within):
            connection = await psycopg.AsyncConnection.connect(url)
            version = connection.info.server_version
            await connection.close()
    except (psycopg.OperationalError, OSError):
        return None
    return version


def too_old(version: int) -> str:
    """Why we cannot work with that version; empty when we can. It needs transaction_timeout."""
    major, minor = divmod(version, 10_000)
    if major >= OLDEST_POSTGRES:
        return ""
    return f"PostgreSQL {OLDEST_POSTGRES} or newer is needed; this one is {major}.{minor}."


async def page_answers(url: str, within: float = PATIENCE) -> bool:
    """True when a GET of `url` is answered with 200."""
    try:
        async with httpx2.AsyncClient(timeout=within, trust_env=False) as client:
            return (await client.get(url)).status_code == 200
    except (httpx2.HTTPError, OSError):
        return False
