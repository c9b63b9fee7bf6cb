"""The whole stack as child processes, as `rightnow up` runs it."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from models.store.session import Store
from supervisor import processes
from supervisor.ports import Wish, pick
from supervisor.stack import Stack
from supervisor.temporary import temporary_stack
from tests.polling import until
from upkeep import team
from upkeep.library import bring_up_to_date
from workflows.search_attributes import REGISTRATION

ROOT = Path(__file__).parent.parent.parent


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house() -> AsyncIterator[Stack]:
    """PostgreSQL, Temporal, worker and API, each a process that can be killed."""
    async with temporary_stack(
        search_attributes=REGISTRATION,
        migrate=bring_up_to_date,
        names=("worker", "api"),
        changes={"demo": True},
    ) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def token(house: Stack) -> str:
    """Sarah's token."""
    store = Store(house.database_url, pool=1)
    await team.add_demo_team(store)
    made = await team.new_token(store, "sarah@demo.test")
    await store.close()
    return made


class FaultyProcess:
    """A root with a fault in it, beside the stack."""

    def __init__(self, stack: Stack, root: str, point: str, flag: Path, port: int) -> None:
        settings = stack.settings.model_copy(update={"api_port": port})
        self.url = f"http://127.0.0.1:{port}"
        self.ready = flag.with_suffix(".ready")
        self.ready.unlink(missing_ok=True)
        environment = processes.environment(settings) | {"RIGHTNOW_READY_FILE": str(self.ready)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.fault", root, point, str(flag)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
        )

    async def answers(self) -> None:
        """Wait until the API takes requests."""

        async def ready() -> bool | None:
            try:
                async with httpx2.AsyncClient() as http:
                    return (await http.get(f"{self.url}/healthz")).status_code == 200 or None
            except httpx2.HTTPError:
                return None

        await until(ready)

    async def works(self) -> None:
        """Wait until the worker takes work."""

        async def ready() -> bool | None:
            return self.ready.exists() or None

        await until(ready)

    async def died(self) -> int:
        """Wait until it has ended as it should."""
        return await asyncio.to_thread(self.process.wait, 30)

    def end(self) -> None:
        """End it, whatever state it is in."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens on."""
    return pick({"port": Wish("", 0)}, lambda _: None)["port"]
