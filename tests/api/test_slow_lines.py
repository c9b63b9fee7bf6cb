"""T44: callers that never finish a request are cut off, and nobody else notices them."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from api import limits, patience
from api.app import create_app
from api.parts import Parts
from tests.served import port_of, served

LORIS = 200
ALLOWED = 0.5
"""Seconds in these tests; in earnest ten for a head and fifteen for a body."""

HEAD = b"GET /healthz HTTP/1.1\r\nHost: rightnow.test\r\n"
POST = b"POST /api/v1/cs/escalations HTTP/1.1\r\nHost: rightnow.test\r\n"
JSON = b"Content-Type: application/json\r\n"


@dataclass(frozen=True)
class Line:
    """One connection to the API."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, *pieces: bytes) -> None:
        """Send bytes, if the other side still takes them."""
        with contextlib.suppress(ConnectionError):
            self.writer.write(b"".join(pieces))
            await self.writer.drain()

    async def heard(self) -> bytes:
        """Everything until the other side hangs up."""
        told = b""
        with contextlib.suppress(ConnectionError):
            while piece := await self.reader.read(4096):
                told += piece
        return told

    async def hang_up(self) -> None:
        """Close it."""
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


@pytest_asyncio.fixture
async def port(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """The API behind a real server, as `python -m api` runs it, with less patience."""
    monkeypatch.setattr(patience, "SECONDS", ALLOWED)
    monkeypatch.setattr(limits, "SECONDS", ALLOWED)
    async with served(create_app(parts), limit_concurrency=LORIS + 50) as server:
        yield port_of(server)


async def line(port: int, *pieces: bytes) -> Line:
    """A connection on which this was said."""
    made = Line(*await asyncio.open_connection("127.0.0.1", port))
    await made.say(*pieces)
    return made


async def healthy(port: int) -> float:
    """How many seconds an honest caller waits for an answer."""
    begun = time.perf_counter()
    one = await line(port, HEAD, b"Connection: close\r\n\r\n")
    assert (await one.heard()).startswith(b"HTTP/1.1 200")
    await one.hang_up()
    return time.perf_counter() - begun


async def test_two_hundred_half_sent_requests_are_cut_and_nobody_waits_t44(port: int) -> None:
    lines = await asyncio.gather(*(line(port, HEAD) for _ in range(LORIS)))
    waits = [await healthy(port) for _ in range(20)]
    assert sorted(waits)[len(waits) // 2] < 0.5
    begun = time.perf_counter()
    ends = await asyncio.wait_for(asyncio.gather(*(one.heard() for one in lines)), 10)
    assert time.perf_counter() - begun < 20 * ALLOWED
    assert set(ends) == {b""}, "they are not worth a word"
    await asyncio.gather(*(one.hang_up() for one in lines))


async def test_a_head_that_trickles_gains_no_time_by_it_t44(port: int) -> None:
    one = await line(port, HEAD)

    async def trickle() -> None:
        while not one.writer.is_closing():
            await one.say(b"X-More: yes\r\n")
            await asyncio.sleep(ALLOWED / 10)

    trickling = asyncio.create_task(trickle())
    begun = time.perf_counter()
    await asyncio.wait_for(one.heard(), 10)
    assert time.perf_counter() - begun < 10 * ALLOWED
    await one.hang_up()
    await trickling


async def test_a_second_request_on_a_line_has_its_own_time_t44(port: int) -> None:
    one = await line(port, HEAD, b"\r\n")
    assert (await one.reader.readuntil(b"}")).startswith(b"HTTP/1.1 200")
    await asyncio.sleep(ALLOWED * 1.2)  # longer than one head may take: the line is idle, not slow
    await one.say(HEAD, b"\r\n")
    assert (await one.reader.readuntil(b"}")).startswith(b"HTTP/1.1 200")
    await one.say(HEAD)
    assert await asyncio.wait_for(one.heard(), 10) == b""
    await one.hang_up()


@pytest.mark.parametrize(
    ("head", "body", "status"),
    [
        (b"Content-Length: 200000000\r\n", b"{", b"413"),
        (b"Content-Length: 100\r\n", b"{", b"408"),
        (b"Transfer-Encoding: chunked\r\n", b"1\r\n{\r\n", b"408"),
        (b"Transfer-Encoding: chunked\r\n", b"10000\r\n" + b" " * 65_536 + b"\r\n", b"413"),
    ],
    ids=["200 MB", "slow", "chunked and slow", "chunked without end"],
)
async def test_a_body_that_is_too_much_or_too_slow_is_refused_t44(
    port: int, head: bytes, body: bytes, status: bytes
) -> None:
    one = await line(port, POST, JSON, head, b"\r\n", *([body] * (20 if b"10000" in body else 1)))
    told = await asyncio.wait_for(one.heard(), 10)
    assert told.startswith(b"HTTP/1.1 " + status)
    await one.hang_up()
    assert await healthy(port) < 5, "the others are served"
