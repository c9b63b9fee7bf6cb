"""An app behind the real server, on loopback, as `python -m api` runs it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from api.patience import PatientProtocol


@asynccontextmanager
async def served(app: Any, **chosen: Any) -> AsyncIterator[uvicorn.Server]:
    """It serves until the block ends; `chosen` are options of uvicorn's."""
    options = {"http": PatientProtocol, "log_config": None, "access_log": False, **chosen}
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, **options))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
        await asyncio.sleep(0.01)
    yield server
    server.should_exit = True
    await serving


def port_of(server: uvicorn.Server) -> int:
    """Where it listens."""
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return port
