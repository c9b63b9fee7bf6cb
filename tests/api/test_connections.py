"""Connections run out: the answer is 503 and when to try again, never a 500, and it ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx2
import psycopg
import pytest_asyncio

from api.app import create_app
from api.parts import Parts
from models.store.session import Store
from tests.api.problem import require_problem
from tests.conftest import Colleague
from tests.desk import Desk

ROUTES = [
    ("GET", "/cs/queue", None),
    ("GET", "/cs/escalations", None),
    ("POST", "/cs/next", {}),
    ("POST", "/cs/escalations", {"customer": {"name": "D"}, "title": "No connection is free"}),
]


@pytest_asyncio.fixture
async def crowded(
    parts: Parts, colleagues: dict[str, Colleague], worker: None
) -> AsyncIterator[Desk]:
    """Sarah at an API of its own, which may have two connections."""
    store = Store(parts.store.engine.url.render_as_string(hide_password=False), pool=1)
    app = create_app(parts)
    app.state.parts = Parts(store=store, engine=parts.engine, house=parts.house)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://rightnow.test/api/v1", timeout=20
    ) as made:
        yield Desk(made, colleagues["sarah"].token)
    await store.close()


def url_of(parts: Parts) -> str:
    """The database's address, as the driver takes it."""
    url = parts.store.engine.url.set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


async def require_503_and_then_work(desk: Desk, taken: AsyncExitStack) -> None:
    """Every route says 503 while there are none, and works once there are some again."""
    async with taken:
        answers = await asyncio.gather(*(desk.ask(how, path, body) for how, path, body in ROUTES))
        for answer in answers:
            require_problem(answer, 503, "store-unavailable")
            assert answer.headers["retry-after"] == "2"
    for how, path, body in ROUTES:
        assert (await desk.ask(how, path, body)).status_code in (200, 201)


async def test_a_process_without_a_free_connection_says_503_t46(crowded: Desk) -> None:
    store = crowded.http._transport.app.state.parts.store  # type: ignore[attr-defined]
    async with AsyncExitStack() as taken:
        await taken.enter_async_context(store.transaction())
        await taken.enter_async_context(store.single())
        await require_503_and_then_work(crowded, taken.pop_all())


async def test_a_database_without_a_free_connection_says_503_t46(
    crowded: Desk, parts: Parts
) -> None:
    async with AsyncExitStack() as taken:
        while await _take_one(parts, taken):
            pass
        await require_503_and_then_work(crowded, taken.pop_all())


async def test_a_line_that_nobody_answers_on_is_given_up_soon_t46(parts: Parts) -> None:
    async with parts.store.transaction() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        assert isinstance(raw, psycopg.AsyncConnection)
        asked = raw.info.get_parameters()
    assert asked["tcp_user_timeout"] == "10000"
    idle, every, count = (
        int(asked[f"keepalives_{name}"]) for name in ("idle", "interval", "count")
    )
    assert idle + every * count < 20, "seconds; the system's own are two hours"


async def _take_one(parts: Parts, taken: AsyncExitStack) -> bool:
    """Take one more connection; False once PostgreSQL has none left."""
    try:
        one = await psycopg.AsyncConnection.connect(url_of(parts))
    except psycopg.OperationalError:
        return False
    taken.push_async_callback(one.close)
    return True
