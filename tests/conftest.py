"""The real thing, once for all tests: PostgreSQL, Temporal, a worker, the API. No mocks."""

import gc
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.cookiejar import DefaultCookiePolicy

import httpx2
import hypothesis
import pytest
import pytest_asyncio
from temporalio.client import Client

from api.app import create_app
from api.parts import Parts
from api.unsealing import Unsealing
from config.settings import Settings, house_of
from models.actor import Actor, Person
from models.store.repositories import similar
from models.store.session import Store
from supervisor.stack import Stack
from supervisor.temporary import temporary_stack
from tests.api.assisted import Ground
from tests.desk import Desk
from tests.polling import time_before_midnight
from tests.temporal import client_of
from upkeep import team
from upkeep.library import bring_up_to_date
from worker import at_work
from workflows.client import Engine
from workflows.sandbox import strict_runner
from workflows.search_attributes import REGISTRATION

hypothesis.settings.register_profile(
    "ours",
    deadline=None,
    derandomize="TEST_RANDOM" not in os.environ,
    database=None,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("ours")
"""The same examples every time, on however slow a machine; TEST_RANDOM=1 draws others."""


def pytest_collection_finish() -> None:
    """Modules and thousands of tests stay: whoever looks for garbage need not look at them again.

    It took most of a second each time, and twice as long on a busy machine; a workflow in whose
    thread it happened then looked stuck to Temporal, which allows it two seconds.
    """
    gc.collect()
    gc.freeze()


@pytest_asyncio.fixture
async def one_day() -> None:
    """For what is counted by the day: midnight does not come in the middle."""
    await time_before_midnight()


@pytest.fixture(scope="session", autouse=True)
def _patient() -> Iterator[None]:
    """On a busy machine a search by words may take its time; who tests its limit sets it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(similar, "PATIENCE", timedelta(seconds=4))
        yield


@pytest_asyncio.fixture(scope="session")
async def stack() -> AsyncIterator[Stack]:
    """PostgreSQL with our tables and playbooks, and Temporal with time skipping."""
    async with temporary_stack(
        search_attributes=REGISTRATION,
        migrate=bring_up_to_date,
        changes={"demo": True, "task_queue": "tests"},
    ) as running:
        yield running


@pytest_asyncio.fixture(scope="session")
async def settings(stack: Stack) -> Settings:
    """The settings of the running stack."""
    return stack.settings


@pytest_asyncio.fixture(scope="session")
async def store(stack: Stack) -> AsyncIterator[Store]:
    """The database."""
    made = Store(stack.database_url)
    yield made
    await made.close()


@pytest_asyncio.fixture(scope="session")
async def client(stack: Stack) -> Client:
    """A Temporal client with the keys of the running stack."""
    return await client_of(stack)


@pytest_asyncio.fixture(scope="session")
async def worker(client: Client, store: Store, settings: Settings) -> AsyncIterator[None]:
    """A worker in this process, with the real mailbox adapter."""
    async with at_work(client, store, settings, strict_runner()):
        yield


@dataclass(frozen=True)
class Colleague:
    """A demo person with a token."""

    person: Person
    token: str

    @property
    def actor(self) -> Actor:
        """The person as an actor."""
        return self.person.as_actor()


@pytest_asyncio.fixture(scope="session")
async def colleagues(store: Store) -> dict[str, Colleague]:
    """Sarah (agent), Marcus (senior), Priya (manager) and admin, by first word of the address."""
    people = await team.add_demo_team(store)
    return {
        one.email.partition("@")[0]: Colleague(one, await team.new_token(store, one.email))
        for one in people
    }


@pytest_asyncio.fixture(scope="session")
async def parts(store: Store, client: Client, settings: Settings) -> Parts:
    """The API's parts, over the real store and the real engine."""
    unsealing = Unsealing.of(
        settings.payload_keyring, settings.temporal_namespace, settings.temporal_ui_url
    )
    return Parts(store, Engine(client, settings.task_queue), house_of(settings), unsealing)


@pytest_asyncio.fixture(scope="session")
async def ground(
    parts: Parts,
    client: Client,
    store: Store,
    settings: Settings,
    colleagues: dict[str, Colleague],
) -> Ground:
    """What a Rightnow with a language model stands on."""
    return Ground(parts, client, store, settings, colleagues["sarah"].token)


@pytest_asyncio.fixture(scope="session")
async def http(parts: Parts, worker: None) -> AsyncIterator[httpx2.AsyncClient]:
    """The API in this process, without its sweeper; nobody is logged in."""
    app = create_app(parts)
    app.state.parts = parts
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://rightnow.test/api/v1", timeout=20
    ) as made:
        made.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # one for all callers
        yield made


@pytest_asyncio.fixture(scope="session")
async def sarah(http: httpx2.AsyncClient, colleagues: dict[str, Colleague]) -> Desk:
    """Sarah, an agent, at her desk."""
    return Desk(http, colleagues["sarah"].token)


@pytest_asyncio.fixture(scope="session")
async def marcus(http: httpx2.AsyncClient, colleagues: dict[str, Colleague]) -> Desk:
    """Marcus, a senior."""
    return Desk(http, colleagues["marcus"].token)


@pytest_asyncio.fixture(scope="session")
async def priya(http: httpx2.AsyncClient, colleagues: dict[str, Colleague]) -> Desk:
    """Priya, a manager."""
    return Desk(http, colleagues["priya"].token)


@pytest_asyncio.fixture(scope="session")
async def admin(http: httpx2.AsyncClient, colleagues: dict[str, Colleague]) -> Desk:
    """Alex, an admin."""
    return Desk(http, colleagues["admin"].token)
