"""One real server for all tests that want one."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.opt_in.small_model import small_model


@pytest_asyncio.fixture(scope="session")
async def url() -> AsyncIterator[str]:
    """Where the real server listens."""
    async with small_model() as listening:
        yield listening
