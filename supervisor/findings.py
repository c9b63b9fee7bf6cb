"""What the doctor found: one fact, whether it is well, and how to mend it."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

LONGEST = 3.0


@dataclass(frozen=True)
class Finding:
    """One fact in plain words. `mend` says what to do; empty when all is well."""

    what: str
    ok: bool
    detail: str
    mend: str = ""


def well(what: str, detail: str) -> Finding:
    """Nothing to do."""
    return Finding(what, ok=True, detail=detail)


def broken(what: str, detail: str, mend: str) -> Finding:
    """Something to mend."""
    return Finding(what, ok=False, detail=detail, mend=mend)


async def bounded(what: str, mend: str, check: Awaitable[Finding]) -> Finding:
    """The check's finding; a check that takes longer than 3 s has found something too."""
    try:
        async with asyncio.timeout(LONGEST):
            return await check
    except TimeoutError:
        return broken(what, f"No answer within {LONGEST:.0f} s.", mend)
