"""A case as its reader sees it, once there is something to see."""

from typing import Any

from tests.desk import Desk

OPEN = "/cs/escalations"


async def seen(desk: Desk, opened: dict[str, Any]) -> dict[str, Any]:
    """The case once its opening can be read."""
    return await desk.case(opened["number"], at=opened["version"])
