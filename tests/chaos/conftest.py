"""A Rightnow of its own for tests that kill one thing at one moment."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.chaos.arena import Arena, arena
from tests.chaos.plan import Plan
from tests.e2e.insist import Caller


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place() -> AsyncIterator[Arena]:
    """A fresh Rightnow with a mail sink."""
    async with arena(Plan(seed=0, seconds=0)) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def marcus(place: Arena) -> Caller:
    """A senior who keeps asking until he is answered."""
    players = await place.players(2)
    return Caller(place.stack.api_url, players[1].token)
