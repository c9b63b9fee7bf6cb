"""T45: a hundred readers that never read, one that is slow, one that comes back, and the way home.

They cost little, hold nobody up, miss nothing without being told, and do not keep us from leaving
(F46, F47, F48).
"""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from itertools import pairwise
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
import pytest_asyncio
from sqlalchemy import text

from benchmarks.memory import resident
from models.store.session import Store
from supervisor.stack import Stack
from tests.e2e.insist import Caller
from tests.stream import listening

SILENT = 100
MOVES = 10_000
MEGABYTES = 50
OF_ONE_CASE = 5
"""Moves of a case that a newer one may stand for."""

OPENING = {"customer": {"name": "Doug Carter"}, "title": "Three missed visits"}


@pytest_asyncio.fixture
async def silent(house: Stack, token: str) -> AsyncIterator[list[socket.socket]]:
    """Readers that ask for the stream, and then read nothing."""
    at = urlsplit(house.api_url)
    head = f"Host: {at.netloc}\r\nAuthorization: Bearer {token}\r\n\r\n"
    asked = f"GET /api/v1/cs/stream HTTP/1.1\r\n{head}".encode()
    lines: list[socket.socket] = []
    for _ in range(SILENT):
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        await asyncio.to_thread(line.connect, (at.hostname, at.port))
        line.sendall(asked)
        lines.append(line)
    yield lines
    for line in lines:
        line.close()


async def flood(house: Stack) -> None:
    """As many moves as a busy month has, at once, of cases that nobody knows.

    They are long ones, so that what is not read soon fills the buffers of the lines.
    """
    store = Store(house.database_url, pool=1)
    made_up = text(
        "SELECT count(pg_notify('case_moved', json_build_object('escalation_id',"
        " gen_random_uuid(), 'number', 'E-' || n || repeat('0', 2000), 'version', n,"
        " 'status', 'open')::text)) FROM generate_series(1, :moves) n"
    )
    async with store.transaction() as connection:
        await connection.execute(made_up, {"moves": MOVES})
    await store.close()


async def healthy(http: httpx2.AsyncClient) -> float:
    """How long the API takes to say that it is there."""
    begun = time.perf_counter()
    assert (await http.get("/healthz")).status_code == 200
    return time.perf_counter() - begun


async def test_readers_that_never_read_cost_little_and_hold_nobody_up_t45(
    house: Stack, token: str, silent: list[socket.socket]
) -> None:
    sarah, api = Caller(house.api_url, token), house.child("api").pid
    async with (
        listening(house.api_url, token) as stream,
        httpx2.AsyncClient(base_url=house.api_url, timeout=30) as http,
    ):
        opened = await sarah.insist("/cs/escalations", OPENING, f"t45-{uuid4()}")
        await stream.has("case", opened["number"], opened["version"])
        before = resident(api)
        await flood(house)
        for _ in range(20):
            assert await healthy(http) < 5
            await asyncio.sleep(0.1)
        assert resident(api) - before < MEGABYTES
        note = f"/cs/escalations/{opened['number']}/notes"
        noted = await sarah.insist(note, {"text": "Hm."}, f"t45-{uuid4()}")
        await stream.has("case", opened["number"], noted["version"])


async def test_a_slow_reader_misses_nothing_without_being_told_t45(
    house: Stack, token: str
) -> None:
    sarah = Caller(house.api_url, token)
    async with listening(house.api_url, token) as stream:
        stream.reads.clear()
        await flood(house)
        opened = await sarah.insist("/cs/escalations", OPENING, f"t45-{uuid4()}")
        stream.reads.set()
        note = f"/cs/escalations/{opened['number']}/notes"
        noted = await sarah.insist(note, {"text": "Hm."}, f"t45-{uuid4()}")
        await stream.has("case", opened["number"], noted["version"])
    for (_, before), (event, after) in pairwise(stream.places):
        assert event == "resync" or after - before <= OF_ONE_CASE, "a gap that nobody told"


async def test_streams_do_not_keep_the_api_from_going_home_t45(
    house: Stack, token: str, silent: list[socket.socket]
) -> None:
    sarah = Caller(house.api_url, token)
    async with listening(house.api_url, token) as stream:
        begun = time.monotonic()
        await house.stop("api")
        assert time.monotonic() - begun < 7, "what is open has eight seconds to end"
        await stream.end()
    await house.start("api")
    opened = await sarah.insist("/cs/escalations", OPENING, f"t45-{uuid4()}")
    await sarah.written(opened)
    async with listening(house.api_url, token, last_id=stream.last_id) as again:
        assert again.heard[0].event == "resync", "another process cannot know what was missed"
