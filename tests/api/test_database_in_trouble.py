"""T46: the database is locked or slow: 503 and when to try again, never a 500, and it ends."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import httpx2
import psycopg
import pytest
import pytest_asyncio

from api.app import create_app
from api.parts import Parts
from models.store import session
from models.store.session import Store
from tests.api.problem import require_problem
from tests.conftest import Colleague
from tests.desk import Desk

OPENING = {"customer": {"name": "D"}, "title": "The table is locked"}


def url_of(parts: Parts) -> str:
    """The database's address, as the driver takes it."""
    url = parts.store.engine.url.set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


@dataclass
class SlowLine:
    """A way to PostgreSQL that hands each answer on a while later."""

    delay: float = 0.0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def between(
        self, near: asyncio.StreamReader, far: asyncio.StreamWriter, *, back: bool
    ) -> None:
        """Carry bytes one way."""
        try:
            while piece := await near.read(65_536):
                if back and self.delay:
                    await asyncio.sleep(self.delay)
                far.write(piece)
                await far.drain()
        except ConnectionError:
            pass
        finally:
            far.close()


@asynccontextmanager
async def through(parts: Parts, slow: SlowLine) -> AsyncIterator[int]:
    """A port that leads to the database by a slow line."""
    url = parts.store.engine.url

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(url.host, url.port)
        await asyncio.gather(
            slow.between(reader, back, back=False), slow.between(there, writer, back=True)
        )

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def desk_at(parts: Parts, store: Store, token: str) -> AsyncIterator[Desk]:
    """Sarah at an API of its own, with this way to the database."""
    app = create_app(parts)
    app.state.parts = Parts(store=store, engine=parts.engine, house=parts.house)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://rightnow.test/api/v1", timeout=20
    ) as made:
        yield Desk(made, token)
    await store.close()


@pytest_asyncio.fixture
async def token(colleagues: dict[str, Colleague], worker: None) -> str:
    """Sarah's."""
    return colleagues["sarah"].token


async def healthy(desk: Desk) -> float:
    """How long the process takes to say that it is there."""
    begun = time.perf_counter()
    answer = await desk.http.get("http://rightnow.test/healthz")
    assert answer.status_code == 200
    return time.perf_counter() - begun


async def test_a_locked_table_is_a_503_in_time_and_healthz_answers_t46(
    parts: Parts, token: str
) -> None:
    store = Store(parts.store.engine.url.render_as_string(hide_password=False), pool=4)
    async with desk_at(parts, store, token) as desk, AsyncExitStack() as locked:
        await desk.get("/cs/queue")  # whose token it is, is known
        locker = await psycopg.AsyncConnection.connect(url_of(parts))
        locked.push_async_callback(locker.close)
        await locker.execute("LOCK TABLE escalations IN ACCESS EXCLUSIVE MODE")
        begun = time.perf_counter()
        asking = asyncio.gather(
            desk.ask("GET", "/cs/queue"),
            desk.ask("GET", "/cs/escalations"),
            desk.ask("POST", "/cs/escalations", OPENING),
        )
        await asyncio.sleep(0)
        assert await healthy(desk) < 1.5, "less than the lock is waited for"
        for answer in await asking:
            require_problem(answer, 503, "store-unavailable")
            assert answer.headers["retry-after"]
        assert time.perf_counter() - begun < 8, (
            "two seconds for the lock, and not one after another"
        )
        await locked.aclose()
        begun = time.perf_counter()
        assert (await desk.ask("GET", "/cs/queue")).status_code == 200
        assert (await desk.ask("POST", "/cs/escalations", OPENING)).status_code == 201
        assert time.perf_counter() - begun < 5


async def test_a_slow_line_to_the_database_slows_nothing_that_does_not_need_it_t46(
    parts: Parts, token: str
) -> None:
    slow = SlowLine()
    async with through(parts, slow) as port:
        url = parts.store.engine.url.set(host="127.0.0.1", port=port)
        store = Store(url.render_as_string(hide_password=False), pool=2)
        async with desk_at(parts, store, token) as desk:
            await desk.get("/cs/queue")
            slow.delay = 0.8
            asking = asyncio.gather(*(desk.ask("GET", "/cs/queue") for _ in range(24)))
            waits = []
            while not asking.done():
                waits.append(await healthy(desk))
                await asyncio.sleep(0.05)
            found = [answer.status_code for answer in await asking]
            assert set(found) <= {200, 503}
            assert 503 in found, "whoever finds no free connection within three seconds hears so"
            assert sorted(waits)[len(waits) // 2] < 0.5
            slow.delay = 0.0
            assert (await desk.ask("GET", "/cs/queue")).status_code == 200


async def test_a_line_that_something_keeps_alive_and_nobody_answers_on_is_given_up_t46(
    parts: Parts, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = SlowLine()
    async with through(parts, slow) as port:
        url = parts.store.engine.url.set(host="127.0.0.1", port=port)
        store = Store(url.render_as_string(hide_password=False), pool=2)
        async with desk_at(parts, store, token) as desk:
            await desk.get("/cs/queue")
            monkeypatch.setattr(session, "LONGEST", 1.0)
            slow.delay = 3600
            async with asyncio.timeout(30):
                answer = await desk.ask("GET", "/cs/queue")
            require_problem(answer, 503, "store-unavailable")
            slow.delay = 0.0
            assert (await desk.ask("GET", "/cs/queue")).status_code == 200
