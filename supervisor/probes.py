"""Short questions to a server: does it answer? Each is bounded and never raises for a no."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import httpx2
import psycopg

PATIENCE = 2.0
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
    try:
        async with asyncio.timeout(within):
            connection = await psycopg.AsyncConnection.connect(url)
            await connection.close()
    except (psycopg.OperationalError, OSError):
        return False
    return True


async def page_answers(url: str, within: float = PATIENCE) -> bool:
    """True when a GET of `url` is answered with 200."""
    try:
        async with httpx2.AsyncClient(timeout=within, trust_env=False) as client:
            return (await client.get(url)).status_code == 200
    except (httpx2.HTTPError, OSError):
        return False
