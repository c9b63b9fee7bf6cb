"""One audited house for all tests of this room. Each test leaves it well."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.audit.house import House, audited_house


@pytest_asyncio.fixture(scope="session")
async def house() -> AsyncIterator[House]:
    """The house."""
    async with audited_house() as running:
        yield running


@pytest_asyncio.fixture(autouse=True)
async def left_well(house: House) -> AsyncIterator[None]:
    """Whatever a test breaks, the house is well before it, and well after it."""
    assert (await house.audit()).passed
    yield
    await house.audit()
    result = await house.audit()
    assert result.passed, await house.wrong()
