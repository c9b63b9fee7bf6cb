import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from supervisor.stack import Stack
from supervisor.temporary import temporary_data_dir, temporary_stack


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Passable for PostgreSQL's user; pytest's own temporary directories are not."""
    place = temporary_data_dir()
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def passable() -> Iterator[Path]:
    """A directory that every user can pass through."""
    place = Path(tempfile.mkdtemp(prefix="rightnow-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest_asyncio.fixture(scope="session")
async def stack() -> AsyncIterator[Stack]:
    """PostgreSQL and Temporal, shared: a test leaves both running."""
    async with temporary_stack(search_attributes={"EscalationNumber": "Keyword"}) as stack:
        yield stack
