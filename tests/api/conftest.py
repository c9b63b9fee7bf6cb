"""People, services and row counts for the API's tests."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta

import httpx2
import pytest_asyncio

from models.actor import Role, Scope
from models.store.session import Store
from tests.api.rows import Rows
from tests.desk import Desk
from upkeep import team

ServiceDesk = Callable[..., Awaitable[Desk]]


@pytest_asyncio.fixture(scope="session")
async def rows(store: Store) -> Rows:
    """How many rows there are of what requests write."""
    return Rows(store)


@pytest_asyncio.fixture(scope="session")
async def anna(http: httpx2.AsyncClient, store: Store) -> Desk:
    """Anna, a second agent."""
    person = await team.add_person(store, "anna@demo.test", "Anna Berg", Role.AGENT)
    return Desk(http, await team.new_token(store, person.email))


@pytest_asyncio.fixture(scope="session")
async def service(http: httpx2.AsyncClient, store: Store) -> ServiceDesk:
    """Makes a desk for another system, with these scopes."""

    async def make(scopes: Iterable[Scope] = ()) -> Desk:
        token = await team.new_service_token(store, "gateway", scopes, valid_for=timedelta(hours=1))
        return Desk(http, token)

    return make


@pytest_asyncio.fixture(scope="session")
async def gateway(service: ServiceDesk) -> Desk:
    """The mail gateway: a service that may open cases."""
    return await service([Scope.OPEN])
