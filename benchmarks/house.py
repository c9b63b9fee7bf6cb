"""The house that is measured: real child processes on the local default, and a bare worker."""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
import psycopg
from temporalio.client import Client, WorkflowHandle

from benchmarks import bare
from benchmarks.playbooks import LONG, LONG_WORD, SHORT, SHORT_WORD, furnish
from benchmarks.wire import Wire
from models.actor import Role
from models.store.session import Store
from supervisor.processes import ROOT
from supervisor.stack import Stack
from supervisor.temporary import temporary_stack
from upkeep import team
from workflows.search_attributes import REGISTRATION

Say = Callable[[str], None]
Clock = time.perf_counter
READER_KEPT_FOR = 30
"""Seconds; by default it is ten minutes, which nobody wants to wait for a figure."""

SETTLE = 0.4
"""Seconds of rest between rounds, so that one side's afterwork does not burden the other."""


@dataclass
class House:
    """Everything that a figure is measured with."""

    stack: Stack
    http: httpx2.AsyncClient
    """The API, as an agent, over kept connections."""

    client: Client
    """Temporal, as a plain user."""

    rows: psycopg.AsyncConnection[tuple[Any, ...]]
    """PostgreSQL, each statement by itself."""

    token: str
    say: Say

    async def open(self, **given: Any) -> "Case":
        """Open a case and wait until it can be read."""
        answer = await self.http.post("/cs/escalations", json=opening(**given))
        told = _done(answer, 201)
        case = Case(self, told["number"], told["version"], self.wire())
        await case.visible(told["version"])
        return case

    async def open_long(self) -> "Case":
        """A case with thirty steps to finish."""
        return await self.open(title=f"{LONG_WORD} for a measurement")

    async def open_short(self) -> "Case":
        """A case with five steps to finish."""
        return await self.open(title=f"{SHORT_WORD} for a measurement")

    def wire(self) -> Wire:
        """A connection to the API, as an agent."""
        url = urlsplit(self.stack.api_url)
        assert url.hostname
        assert url.port
        return Wire(url.hostname, url.port, self.token)

    async def bare(
        self, *, coalesce: bool = False, queue: str = bare.TASK_QUEUE
    ) -> "WorkflowHandle[bare.Bare, None]":
        """A bare workflow; in the default sandbox unless the queue says otherwise."""
        return await self.client.start_workflow(
            bare.Bare.run,
            bare.Way(coalesce=coalesce),
            id=f"bare-{uuid4()}",
            task_queue=queue,
        )


@dataclass
class Case:
    """A case that is worked on, step by step."""

    house: House
    number: str
    version: int
    wire: Wire
    done: int = 0

    @property
    def left(self) -> int:
        """How many steps can still be finished."""
        return LONG - self.done

    async def finish(self) -> float:
        """Finish the next step. Returns how long the answer took, in milliseconds."""
        step = f"call-{self.done + 1:02}"
        path = f"/api/v1/cs/escalations/{self.number}/steps/{step}/completion"
        begun = Clock()
        answer = await self.wire.post(path, b'{"outcome":"reached"}')
        took = (Clock() - begun) * 1000
        self.version = json.loads(answer)["version"]
        self.done += 1
        return took

    async def visible(self, version: int, *, every: float = 0.004) -> float:
        """Wait until PostgreSQL shows that version. Returns how long it took, in milliseconds."""
        begun = Clock()
        while True:
            cursor = await self.house.rows.execute(
                "SELECT version FROM escalations WHERE number = %s", [int(self.number[2:])]
            )
            row = await cursor.fetchone()
            if row is not None and row[0] >= version:
                return (Clock() - begun) * 1000
            if Clock() - begun > 30:
                raise TimeoutError(f"{self.number} is not written down after 30 s")
            await asyncio.sleep(every)


def opening(**given: Any) -> dict[str, Any]:
    """The body of an opening, with a customer of its own."""
    return {
        "customer": {"name": "Dana Field", "email": f"{uuid4().hex[:16]}@customer.test"},
        "title": "The heating does not work",
        "description": "It has been cold for three days, and nobody came.",
        "type": "service_quality",
        "severity": "high",
        "source": "phone",
        **given,
    }


def _done(answer: httpx2.Response, status: int) -> dict[str, Any]:
    if answer.status_code != status:
        raise RuntimeError(f"{answer.status_code}: {answer.text[:500]}")
    told: dict[str, Any] = answer.json()
    return told


@contextlib.asynccontextmanager
async def open_house(say: Say) -> AsyncIterator[House]:
    """Start everything, and end it when the block ends."""
    async with (
        temporary_stack(
            search_attributes=REGISTRATION,
            migrate=furnish,
            names=("worker", "api"),
            changes={"reader_kept_for": READER_KEPT_FOR},
        ) as stack,
        _bare_worker(stack.temporal_address),
        _bare_worker(stack.temporal_address, bare.UNSANDBOXED),
    ):
        token = await _token(stack.database_url)
        async with (
            agent(stack.api_url, token) as http,
            await psycopg.AsyncConnection.connect(stack.database_url, autocommit=True) as rows,
        ):
            client = await bare.connected(stack.temporal_address)
            yield House(stack, http, client, rows, token, say)


def agent(url: str, token: str) -> httpx2.AsyncClient:
    """An agent's connection to an API. It hangs up before the API does, which would be a race."""
    return httpx2.AsyncClient(
        base_url=f"{url}/api/v1",
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
        limits=httpx2.Limits(keepalive_expiry=3),
    )


async def _token(url: str) -> str:
    store = Store(url, pool=1)
    try:
        await team.add_person(store, "agent@bench.test", "Ann Agent", Role.AGENT)
        return await team.new_token(store, "agent@bench.test")
    finally:
        await store.close()


@contextlib.asynccontextmanager
async def _bare_worker(address: str, *options: str) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.bare", address, *options),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        if process.stdout is None or process.stdin is None or not await process.stdout.readline():
            raise RuntimeError("the bare worker did not start")
        yield
        process.stdin.close()
        await asyncio.wait_for(process.wait(), 10)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


__all__ = ["LONG", "SETTLE", "SHORT", "Case", "Clock", "House", "agent", "open_house", "opening"]
