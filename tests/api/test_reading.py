"""What can be read: lists, search, pages, one's own writes and operations."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.api.problem import require_problem
from tests.api.rows import Rows
from tests.api.seeing import OPEN, seen
from tests.desk import Desk


async def numbers(desk: Desk, **filters: Any) -> list[str]:
    """The numbers on the first page."""
    page = await desk.get(OPEN, limit=100, **filters)
    return [one["number"] for one in page["items"]]


async def test_lists_are_narrowed_by_each_filter_and_by_all_together(
    sarah: Desk, marcus: Desk
) -> None:
    customer = {"name": "Filter Customer", "email": f"{uuid4().hex[:12]}@customer.test"}
    low = await sarah.open_case(customer=customer, severity="low", type="other")
    high = await sarah.open_case(customer=customer, severity="high", type="cancel_threat")
    done = await sarah.open_case(customer=customer, severity="low", type="billing_dispute")
    answer = await sarah.post(f"{OPEN}/{done['number']}/resolution")
    await sarah.case(done["number"], at=answer["version"])
    whole = await seen(sarah, high)
    await seen(sarah, low)
    only = {"customer": whole["customer"]["id"]}
    mine = (await sarah.case(done["number"]))["assignee"]["id"]
    every = [done["number"], high["number"], low["number"]]
    assert await numbers(marcus, **only) == every
    assert await numbers(marcus, **only, status="resolved") == [done["number"]]
    assert await numbers(marcus, **only, status=["resolved", "open"]) == every
    assert await numbers(marcus, **only, severity="low") == [done["number"], low["number"]]
    assert await numbers(marcus, **only, type="cancel_threat") == [high["number"]]
    assert await numbers(marcus, **only, playbook="cancel-threat") == [high["number"]]
    assert await numbers(marcus, **only, playbook="no-such-playbook") == []
    assert await numbers(marcus, **only, unassigned=True) == [high["number"], low["number"]]
    assert await numbers(marcus, **only, assignee=mine) == [done["number"]]
    assert await numbers(marcus, **only, severity="low", status="open") == [low["number"]]
    assert await numbers(marcus, **only, assignee=mine, unassigned=True) == []
    assert await numbers(marcus, customer=str(uuid4())) == []


@pytest.mark.parametrize("mark", ["", "%", "_", "\\", "'", '"', "ß", "\u05d3", "😀"])
async def test_search_finds_words_of_titles_and_names_and_takes_no_character_for_more(
    mark: str, sarah: Desk
) -> None:
    word = f"{uuid4().hex[:8]}{mark}x"
    titled = await sarah.open_case(title=f"The {word.upper()} hums")
    named = await sarah.open_case(customer={"name": f"Doug {word} Carter"})
    await seen(sarah, titled)
    await seen(sarah, named)
    if mark != "ß":
        assert await numbers(sarah, q=word) == [named["number"], titled["number"]]
    assert named["number"] in await numbers(sarah, q=f"doug {word}")
    assert await numbers(sarah, q=f"{word[:4]}%{word[5:]}") == []
    assert await numbers(sarah, q=f"_{word[1:]}") == []


@pytest.mark.parametrize("form", ["e-{}", "E-{}"])
async def test_search_by_number_finds_that_case_alone(form: str, sarah: Desk) -> None:
    opened = await sarah.open_case()
    bare = opened["number"].removeprefix("E-")
    assert await numbers(sarah, q=form.format(bare)) == [opened["number"]]
    assert (await sarah.case(f"e-{bare}"))["number"] == opened["number"]
    assert (await sarah.case(opened["escalation_id"]))["number"] == opened["number"]


async def test_bare_digits_find_the_case_and_whoever_speaks_of_an_order_of_that_number(
    sarah: Desk,
) -> None:
    first = await sarah.open_case()
    bare = first["number"].removeprefix("E-")
    telling = await sarah.open_case(title=f"Order {bare} never came")
    await seen(sarah, first)
    await seen(sarah, telling)
    assert {first["number"], telling["number"]} <= set(await numbers(sarah, q=bare))
    assert telling["number"] not in await numbers(sarah, q=f"E-{bare}")


async def test_strange_searches_find_nothing_and_break_nothing(sarah: Desk) -> None:
    for words in ("E-", "E-99999999999999999999", "²", "٣", "' OR 1=1 --", "%%%", "a" * 200):
        assert isinstance(await numbers(sarah, q=words), list)
    assert await numbers(sarah, q="' OR 1=1 --") == []


async def test_pages_show_every_case_once_newest_first(sarah: Desk) -> None:
    word = f"{int(uuid4().hex[:8], 16):010}"
    opened = await asyncio.gather(*(sarah.open_case(title=f"{word} {n}") for n in range(7)))
    for one in opened:
        await seen(sarah, one)
    found: list[str] = []
    cursor: str | None = None
    pages = 0
    while pages == 0 or cursor:
        more = {"cursor": cursor} if cursor else {}
        page = await sarah.get(OPEN, q=word, limit=3, **more)
        found += [one["number"] for one in page["items"]]
        cursor, pages = page["next_cursor"], pages + 1
    assert pages == 3
    assert found == sorted((one["number"] for one in opened), key=lambda n: -int(n[2:]))


async def test_min_version_reads_your_own_write_every_time(sarah: Desk) -> None:
    opened = await sarah.open_case()
    path = f"{OPEN}/{opened['number']}"
    for number in range(10):
        noted = await sarah.post(f"{path}/notes", {"text": f"Note {number}"})
        for place in ("", "/timeline", "/deliveries", "/deadlines"):
            page = await sarah.get(f"{path}{place}", min_version=noted["version"])
            if "version" in page:
                assert page["version"] >= noted["version"]
        told = await sarah.timeline(opened["number"], at=noted["version"])
        assert told[-1]["words"] == f"Note {number}"


async def test_min_version_gives_up_after_a_second_and_shows_what_there_is(sarah: Desk) -> None:
    opened = await sarah.open_case()
    await seen(sarah, opened)
    began = asyncio.get_running_loop().time()
    whole = await sarah.case(opened["number"], at=opened["version"] + 50)
    took = asyncio.get_running_loop().time() - began
    assert whole["version"] == opened["version"]
    assert 0.9 <= took < 4


async def test_a_case_shows_its_opening_whole(sarah: Desk) -> None:
    at = (datetime.now(UTC) - timedelta(minutes=3)).replace(microsecond=0)
    customer = {
        "external_id": f"C-{uuid4().hex[:8]}", "name": "Doug Carter",
        "email": f"{uuid4().hex[:8]}@customer.test", "phone": "+1 555 0100",
        "time_zone": "America/New_York", "annual_value": {"minor": 420000, "currency": "USD"},
        "customer_since": "2019-04-01", "tier": "premium",
    }  # fmt: skip
    opened = await sarah.open_case(
        customer=customer, description="Nobody came.\n\nAgain.", received_at=at.isoformat(),
        severity="critical",
    )  # fmt: skip
    whole = await seen(sarah, opened)
    assert {name: whole["customer"][name] for name in customer} == customer
    assert whole["description"] == "Nobody came.\n\nAgain."
    assert datetime.fromisoformat(whole["received_at"]) == at
    assert whole["severity"] == "critical"
    assert whole["status"] == "open"
    assert whole["version"] >= opened["version"], "its words may have been read meanwhile"
    assert whole["playbook"]["slug"] == "cancel-threat"
    assert whole["playbook"]["success"]["measured"] is False
    assert whole["reasons"]["type"] == "It was given."
    assert whole["steps"][0]["status"] == "open"
    assert "Doug" in whole["steps"][0]["title"]
    assert {one["status"] for one in whole["steps"][1:]} == {"waiting"}
    first = next(one for one in whole["clocks"] if one["kind"] == "first_response")
    assert datetime.fromisoformat(first["due_at"]) == at + timedelta(minutes=15)


async def test_deadlines_are_the_case_s_clocks_with_their_reasons(sarah: Desk) -> None:
    opened = await sarah.open_case()
    whole = await seen(sarah, opened)
    page = await sarah.get(f"{OPEN}/{opened['number']}/deadlines")
    kinds = {one["kind"]: one for one in page["items"]}
    assert set(kinds) == {one["kind"] for one in whole["clocks"]} == {
        "first_response", "resolution",
    }  # fmt: skip
    for clock in kinds.values():
        assert len(clock["why"].split()) > 3
        assert clock["light"] == "green"
    tightest = min(kinds.values(), key=lambda one: one["due_at"])
    assert opened["snapshot"]["due_at"] == tightest["due_at"]


async def test_an_operation_is_seen_by_its_caller_and_by_those_who_lead(
    sarah: Desk, marcus: Desk, priya: Desk, anna: Desk
) -> None:
    opened = await sarah.open_case()
    path = f"/operations/{opened['op_id']}"
    await seen(sarah, opened)
    for desk in (sarah, marcus, priya):
        told = await desk.get(path)
        assert told == opened
    require_problem(await anna.ask("GET", path), 404, "operation-unknown")


async def test_a_rejected_operation_says_why(sarah: Desk, rows: Rows) -> None:
    opened = await sarah.open_case()
    path = f"{OPEN}/{opened['number']}/steps/listen/completion"
    told = require_problem(
        await sarah.ask("POST", path, {"outcome": "heard"}, key="r"), 409, "step-not-open"
    )
    query = "SELECT op_id FROM operations WHERE escalation_id = :id AND status = 'rejected'"
    op_id = await rows.one(query, id=opened["escalation_id"])
    answer = await sarah.get(f"/operations/{op_id}")
    assert answer["status"] == "rejected"
    assert (answer["code"], answer["detail"]) == (told["code"], told["detail"])
