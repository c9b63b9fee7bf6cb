"""People of the team: whose names are looked for in the texts of a case."""

from uuid import UUID, uuid4

import pytest

from models.actor import Role
from models.store.repositories import people
from models.store.session import Store
from tests.desk import Desk
from upkeep import team


async def test_whoever_had_a_case_or_worked_on_it_is_named_before_everybody_else(
    sarah: Desk, priya: Desk, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await team.add_person(store, f"ann-{uuid4().hex}@demo.test", "Ann Nother", Role.AGENT)
    opened = await sarah.open_case()
    path = f"/cs/escalations/{opened['number']}"
    for heir in ("sarah@demo.test", "marcus@demo.test"):
        done = await priya.post(f"{path}/assignment", {"assignee": heir})
    await sarah.case(opened["number"], at=done["version"])
    monkeypatch.setattr(people, "NAMES", 3)
    async with store.transaction() as connection:
        names = await people.names_around(connection, UUID(opened["escalation_id"]))
    assert {*names} == {"Sarah Lind", "Marcus Webb", "Priya Nair"}


async def test_of_a_case_that_nobody_knows_everybody_is_named_who_works_here(
    sarah: Desk, store: Store
) -> None:
    async with store.transaction() as connection:
        names = await people.names_around(connection, uuid4())
    assert {"Sarah Lind", "Marcus Webb", "Priya Nair"} <= {*names}
    assert len(names) <= people.NAMES
