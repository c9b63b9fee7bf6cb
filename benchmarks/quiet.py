"""An API like ours, of a house without alerts: beside it is seen what alerts cost.

Its cases raise none, and nobody reads how their customers feel. Everything else is the same: the
database, Temporal, the worker, and every setting of the server.
"""

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import replace

import api.__main__
import api.app
from api.parts import Parts
from benchmarks.house import House
from benchmarks.wire import Wire
from config.settings import Settings
from supervisor import probes
from supervisor.processes import ROOT, environment

READY_WITHIN = 60.0
"""Seconds."""


def without_alerts(parts: Parts) -> Parts:
    """The same parts in a house that wants no alerts and looks for no signal words."""
    rules = parts.house.rules.model_copy(update={"alerts": None})
    return replace(parts, house=parts.house.model_copy(update={"rules": rules}), lexicons=())


@contextlib.asynccontextmanager
async def quiet_api(house: House) -> AsyncIterator[Wire]:
    """A connection to such an API beside the house's own, until the block ends."""
    port = _a_free_port()
    settings = house.stack.settings.model_copy(update={"api_port": port})
    url = f"http://127.0.0.1:{port}"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.quiet"),
        env=environment(settings),
        cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(READY_WITHIN):
            while not await probes.page_answers(f"{url}/readyz"):
                if process.returncode is not None:
                    raise RuntimeError("the API without alerts did not start")
                await asyncio.sleep(0.1)
        wire = Wire("127.0.0.1", port, house.token)
        yield wire
        await wire.close()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


def _a_free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def main() -> None:
    """Serve as `python -m api` does, with these parts."""
    whole = api.app.make_parts

    async def made(settings: Settings) -> Parts:
        return without_alerts(await whole(settings))

    api.app.make_parts = made
    api.__main__.main()


if __name__ == "__main__":
    main()
