"""A clockwork for every test of this room."""

import pytest_asyncio
from temporalio.client import Client

from models.store.session import Store
from tests.workflows.clockwork import Clockwork


@pytest_asyncio.fixture(scope="session")
async def clockwork(client: Client, store: Store) -> Clockwork:
    """Moves single cases ahead in time."""
    return Clockwork(client, store)
