"""An event is the very same when an earlier version wrote it down with fewer fields."""

from uuid import UUID

import pytest
from sqlalchemy import text

from models.errors import ProjectionForked
from models.event import Event, StepOpened
from models.store.repositories import events
from models.store.session import Store
from tests.desk import Desk

LESS = "UPDATE events SET hash = 'of an earlier version', body = body #- '{fact,asked_by}'"


async def test_an_event_of_an_earlier_version_is_the_same_and_another_one_is_not(
    store: Store, sarah: Desk
) -> None:
    opened = await sarah.open_case()
    await sarah.case(opened["number"], at=opened["version"])
    case = UUID(opened["escalation_id"])
    async with store.transaction() as connection:
        told = next(one for one in await events.of(connection, case) if _opens(one))
        await connection.execute(
            text(f"{LESS} WHERE escalation_id = :case AND seq = :seq"),
            {"case": case, "seq": told.seq},
        )
    async with store.transaction() as connection:
        await events.add(connection, case, [told])
    other = told.model_copy(update={"op_id": None})
    with pytest.raises(ProjectionForked):
        async with store.transaction() as connection:
            await events.add(connection, case, [other])


def _opens(event: Event) -> bool:
    return isinstance(event.fact, StepOpened)
