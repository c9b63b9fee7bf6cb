"""Projections are the fold of their events, and can be made again from them."""

from uuid import UUID

from sqlalchemy import text

from models.store.session import Store
from tests.desk import Desk
from upkeep.rebuild import rebuild


async def test_a_rebuilt_projection_is_equal(store: Store, sarah: Desk) -> None:
    answer = await sarah.open_case()
    for _ in range(5):
        answer = await sarah.work(answer)
    await sarah.case(answer["number"], at=answer["version"])
    result = await rebuild(store, write=False)
    assert result.cases >= 1
    different = {str(one.escalation_id) for one in result.differences}
    assert answer["escalation_id"] not in different


async def test_a_damaged_projection_is_found_and_mended(store: Store, sarah: Desk) -> None:
    opened = await sarah.open_case()
    await sarah.case(opened["number"], at=opened["version"])
    case = UUID(opened["escalation_id"])
    async with store.transaction() as connection:
        damage = "UPDATE escalations SET severity = 'low', rank_at = NULL WHERE id = :id"
        await connection.execute(text(damage), {"id": case})
    found = await rebuild(store, write=False)
    assert {one.column for one in found.differences if one.escalation_id == case} == {
        "severity",
        "rank_at",
    }
    await rebuild(store, write=True)
    after = await rebuild(store, write=False)
    assert not [one for one in after.differences if one.escalation_id == case]
