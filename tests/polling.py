"""Waiting for a condition, with a deadline, instead of sleeping and hoping."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

A_WHILE = timedelta(seconds=60)
"""Longer than a test that must not see two days."""

T = TypeVar("T")


async def until(look: Callable[[], Awaitable[T | None]], *, within: float = 60) -> T:
    """What `look` returns as soon as it is something; fails when it stays None too long."""
    end = time.monotonic() + within
    while True:
        found = await look()
        if found is not None and found is not False:
            return found
        assert time.monotonic() < end, f"nothing within {within} s"
        await asyncio.sleep(0.02)


async def time_before_midnight() -> None:
    """Wait until the day, as UTC has it, goes on for a while: almost always no time at all."""

    async def same_day() -> bool:
        now = datetime.now(UTC)
        return now.date() == (now + A_WHILE).date()

    await until(same_day, within=2 * A_WHILE.total_seconds())
