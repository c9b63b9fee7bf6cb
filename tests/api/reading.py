"""Waiting until somebody has read what the customer wrote."""

from typing import Any

from tests.desk import Desk
from tests.polling import until


async def read(desk: Desk, number: str, *, at: int | None = None) -> dict[str, Any]:
    """The case, at least at that version, once somebody has read everything in it."""

    async def done() -> Any:
        seen = await desk.case(number, at=at)
        return seen if seen["ai"]["sentiment"] and not seen["ai"]["waiting"] else None

    seen: dict[str, Any] = await until(done)
    return seen
