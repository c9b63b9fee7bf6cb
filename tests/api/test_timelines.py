"""A timeline from either end, and the mailbox of one case."""

from typing import Any

import pytest

from tests.api.problem import require_problem
from tests.desk import Desk
from tests.polling import until


async def lived(sarah: Desk) -> tuple[str, list[dict[str, Any]]]:
    """A case with a few events, and all of them, oldest first."""
    opened = await sarah.open_case()
    path = f"/cs/escalations/{opened['number']}"
    for word in ("one", "two", "three"):
        noted = await sarah.post(f"{path}/notes", {"text": word})
    return path, await sarah.timeline(opened["number"], at=noted["version"])


async def test_newest_first_is_the_same_from_the_other_end(sarah: Desk) -> None:
    path, whole = await lived(sarah)
    page = await sarah.get(f"{path}/timeline", order="newest")
    assert page["items"] == whole[::-1]
    assert page["next_cursor"] is None
    last = await sarah.get(f"{path}/timeline", order="newest", limit=2)
    assert [one["words"] for one in last["items"]] == ["three", "two"]


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
async def test_pages_from_the_end_back_are_whole(limit: int, sarah: Desk) -> None:
    path, whole = await lived(sarah)
    found: list[dict[str, Any]] = []
    more: dict[str, str] = {}
    while True:
        page = await sarah.get(f"{path}/timeline", order="newest", limit=limit, **more)
        found += page["items"]
        if page["next_cursor"] is None:
            break
        more = {"cursor": page["next_cursor"]}
    assert found == whole[::-1]


@pytest.mark.parametrize("cursor", ["0", "1", "999999999"])
async def test_a_cursor_from_elsewhere_breaks_nothing(cursor: str, sarah: Desk) -> None:
    path, whole = await lived(sarah)
    page = await sarah.get(f"{path}/timeline", order="newest", cursor=cursor)
    assert page["items"] == ([] if cursor == "1" else whole[::-1])


async def test_an_order_that_there_is_not_is_refused(sarah: Desk) -> None:
    path, _ = await lived(sarah)
    answer = await sarah.ask("GET", f"{path}/timeline?order=random")
    told = require_problem(answer, 422, "fields-invalid")
    assert told["errors"][0]["where"] == "query.order"


async def test_the_mailbox_of_a_case_has_its_letters_only(sarah: Desk, marcus: Desk) -> None:
    """An executive case is told to the VP at once, by a letter that is about it."""
    opened = [await marcus.open_case(type="executive", severity="high") for _ in range(2)]
    for one in opened:

        async def told(case: str = one["number"]) -> list[dict[str, Any]] | None:
            page = await sarah.get("/mailbox", case=case)
            return list(page["items"]) or None

        letters = await until(told)
        assert {letter["about"] for letter in letters} == {one["escalation_id"]}
        assert (await sarah.get("/mailbox", case=one["escalation_id"]))["items"][0] in letters


@pytest.mark.parametrize(
    ("case", "status", "code"),
    [("E-999999999", 404, "escalation-unknown"), ("x y", 422, "fields-invalid")],
)
async def test_the_mailbox_of_a_case_that_is_not_there(
    case: str, status: int, code: str, sarah: Desk
) -> None:
    answer = await sarah.ask("GET", "/mailbox", params={"case": case})
    require_problem(answer, status, code)
