"""Connections add up: what PostgreSQL allows is enough for as many processes as the page says."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
import yaml
from sqlalchemy.pool import QueuePool

from models.store.session import Store
from supervisor.postgres import SETTINGS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/deploy.md").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
RESERVED = 3
"""`superuser_reserved_connections`, PostgreSQL's default; the app's role is no superuser."""

LISTENING = 1
"""An API has it while somebody hears the stream."""

TEMPORAL = 4 * 30
COMMANDS = 16
"""Four `rightnow` commands at once."""


@pytest_asyncio.fixture
async def process() -> AsyncIterator[int]:
    """How many connections a worker or an API has at most."""
    store = Store("postgresql://nobody@127.0.0.1:9/none")
    pools = [engine.pool for engine in (store.engine, store.single_engine)]
    assert all(isinstance(pool, QueuePool) for pool in pools)
    yield LISTENING + sum(pool.size() + pool._max_overflow for pool in pools)  # type: ignore[attr-defined]
    await store.close()


def promised(where: str) -> tuple[int, int]:
    """What a row of the page says: connections allowed, and processes that they are enough for."""
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| {where}"))
    allowed, processes = re.findall(r"\| (\d+)", row)
    return int(allowed), int(processes)


async def test_the_page_says_what_a_process_takes(process: int) -> None:
    assert f"A worker or an API has up to {process} " in PAGE


async def test_compose_allows_as_many_as_the_page_says(process: int) -> None:
    allowed, processes = promised("`docker-compose.yml`")
    assert f"-cmax_connections={allowed}" in COMPOSE["services"]["postgres"]["command"]
    assert processes * process + TEMPORAL + COMMANDS + RESERVED <= allowed
    assert (processes + 1) * process + TEMPORAL + COMMANDS + RESERVED > allowed


async def test_the_local_default_allows_as_many_as_the_page_says(process: int) -> None:
    allowed, processes = promised("`rightnow up`")
    assert SETTINGS["max_connections"] == str(allowed)
    assert processes >= 2
    assert processes * process + COMMANDS + RESERVED <= allowed
