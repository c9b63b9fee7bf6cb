"""Waiting for a condition, with a deadline, instead of sleeping and hoping."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

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
