"""Hand-ups, hand-overs, undo and delegation, as callers see them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from models.store.repositories import deliveries
from models.store.session import Store
from tests.api.problem import require_problem
from tests.desk import Desk
from tests.polling import until


async def told_of(store: Store, case: str) -> list[str]:
    """The deliveries of a case: `handed_over to person`."""
    async with store.transaction() as connection:
        found = await deliveries.of(connection, UUID(case))
    return [f"{one.kind} to {one.recipient.kind}" for one in found]


async def test_a_case_that_is_handed_up_waits_in_the_queue_of_that_role(
    sarah: Desk, anna: Desk, marcus: Desk, store: Store
) -> None:
    opened = await sarah.open_case()
    path = f"/cs/escalations/{opened['number']}"
    await sarah.post(f"{path}/assignment", {"assignee": "sarah@demo.test"})
    done = await sarah.post(f"{path}/hand-up", {"reason": "He wants a manager."})
    assert done["snapshot"]["assignee_id"] is None
    seen = await sarah.case(opened["number"], at=done["version"])
    assert (seen["handed_to"], seen["assignee"]) == ("senior", None)
    for desk in (sarah, anna):
        taking = {"assignee": "anna@demo.test" if desk is anna else "sarah@demo.test"}
        answer = await desk.ask("POST", f"{path}/assignment", taking)
        require_problem(answer, 403, "not-allowed")
    await marcus.post(f"{path}/assignment", {"assignee": "marcus@demo.test"})
    sentences = [one["what"] for one in await marcus.timeline(opened["number"])]
    assert "Handed the case up. It waits for a senior." in sentences
    assert "handed_up to seniors" in await told_of(store, opened["escalation_id"])


async def test_nobody_is_above_a_manager(sarah: Desk, priya: Desk) -> None:
    opened = await sarah.open_case()
    path = f"/cs/escalations/{opened['number']}/hand-up"
    await sarah.post(path, {"reason": "A lawyer called.", "to": "manager"})
    for desk in (priya,):
        answer = await desk.ask("POST", path, {"reason": "Higher."})
        require_problem(answer, 409, "nobody-higher")
    require_problem(await sarah.ask("POST", path, {"reason": "Again."}), 403, "not-allowed")
    for body in ({}, {"reason": "x", "to": "admin"}, {"reason": "x", "to": "agent"}):
        require_problem(await priya.ask("POST", path, body), 422, "fields-invalid")


async def test_a_new_owner_is_told_and_one_who_takes_it_is_not_trap_39(
    sarah: Desk, marcus: Desk, store: Store
) -> None:
    opened = await sarah.open_case()
    path = f"/cs/escalations/{opened['number']}/assignment"
    await marcus.post(path, {"assignee": "marcus@demo.test"})
    assert await told_of(store, opened["escalation_id"]) == []
    await marcus.post(path, {"assignee": "sarah@demo.test"})

    async def told() -> list[str] | None:
        return await told_of(store, opened["escalation_id"]) or None

    assert await until(told) == ["handed_over to person"]


async def undo(desk: Desk, answer: dict[str, Any]) -> Any:
    path = f"/cs/escalations/{answer['number']}/undo"
    return await desk.ask("POST", path, {"op_id": answer["op_id"]})


async def test_what_was_just_done_can_be_taken_back(sarah: Desk) -> None:
    opened = await sarah.open_case()
    before = await sarah.case(opened["number"], at=opened["version"])
    skipped = await sarah.post(
        f"/cs/escalations/{opened['number']}/steps/{before['steps'][0]['id']}/completion",
        {"outcome": before["steps"][0]["outcomes"][0]["id"]},
    )
    undone = await undo(sarah, skipped)
    assert undone.status_code == 200, undone.text
    after = await sarah.case(opened["number"], at=undone.json()["version"])
    for part in ("steps", "clocks", "assignee", "touches", "status"):
        assert after[part] == before[part], part
    last = (await sarah.timeline(opened["number"]))[-1]["what"]
    assert last.startswith("Took back: finishing “")
    require_problem(await undo(sarah, skipped), 409, "undo-too-late")


async def test_a_solution_can_be_taken_back(sarah: Desk) -> None:
    opened = await sarah.open_case()
    solved = await sarah.post(f"/cs/escalations/{opened['number']}/resolution")
    undone = await undo(sarah, solved)
    assert undone.json()["snapshot"]["status"] == "open"


@pytest.mark.parametrize("later", ["messages", "assignment"])
async def test_what_something_was_built_on_stays(sarah: Desk, later: str) -> None:
    opened = await sarah.open_case()
    answer = await sarah.post(f"/cs/escalations/{opened['number']}/resolution")
    body = {"messages": {"direction": "inbound", "text": "Hello"}, "assignment": {}}[later]
    await sarah.post(f"/cs/escalations/{opened['number']}/{later}", body)
    require_problem(await undo(sarah, answer), 409, "undo-too-late")


async def test_somebody_else_does_not_take_it_back_and_a_manager_does(
    sarah: Desk, anna: Desk, priya: Desk
) -> None:
    opened = await sarah.open_case()
    answer = await sarah.post(f"/cs/escalations/{opened['number']}/resolution")
    require_problem(await undo(anna, answer), 403, "not-allowed")
    assert (await undo(priya, answer)).status_code == 200


async def test_an_operation_that_nobody_knows_cannot_be_taken_back(sarah: Desk) -> None:
    opened = await sarah.open_case()
    answer = await undo(sarah, {**opened, "op_id": str(uuid4())})
    require_problem(answer, 409, "undo-too-late")
    require_problem(await undo(sarah, opened), 409, "undo-too-late")


async def test_a_delegation_names_one_person_who_is_with_us(priya: Desk, sarah: Desk) -> None:
    opened = await sarah.open_case()
    path = f"/cs/escalations/{opened['number']}/steps/call-now/delegation"
    for body in ({}, {"person": "priya@demo.test", "person_id": str(uuid4())}):
        require_problem(await priya.ask("POST", path, body), 422, "fields-invalid")
    unknown = {"person": "nobody@demo.test"}
    require_problem(await priya.ask("POST", path, unknown), 404, "person-unknown")
    known = {"person": "marcus@demo.test"}
    require_problem(await priya.ask("POST", path, known), 409, "step-not-open")


@pytest.mark.parametrize(
    "given",
    [
        {"amount": {"minor": 1, "currency": "USD"}},
        {"appointment_at": (datetime.now(UTC) + timedelta(days=30)).isoformat()},
    ],
)
async def test_a_step_takes_only_what_it_asks_for(sarah: Desk, given: dict[str, Any]) -> None:
    opened = await sarah.open_case()
    path = f"/cs/escalations/{opened['number']}/steps/call-now/completion"
    answer = await sarah.ask("POST", path, {"outcome": "reached", **given})
    require_problem(answer, 422, "fields-invalid")
