"""What can be read: lists, search, pages, one's own writes, the timeline, and the queue."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio

from models.actor import Role
from models.store.session import Store
from tests.api.problem import require_problem
from tests.api.rows import Rows
from tests.desk import Desk
from upkeep import team

OPEN = "/cs/escalations"


async def numbers(desk: Desk, **filters: Any) -> list[str]:
    """The numbers on the first page."""
    page = await desk.get(OPEN, limit=100, **filters)
    return [one["number"] for one in page["items"]]


async def newcomer(http: httpx2.AsyncClient, store: Store, role: Role = Role.AGENT) -> Desk:
    """Somebody with no case of their own."""
    email = f"{uuid4().hex[:10]}@demo.test"
    await team.add_person(store, email, f"New {email[:4]}", role)
    return Desk(http, await team.new_token(store, email))


async def seen(desk: Desk, opened: dict[str, Any]) -> dict[str, Any]:
    """The case once its opening can be read."""
    return await desk.case(opened["number"], at=opened["version"])


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


@pytest.mark.parametrize("form", ["{}", "e-{}", "E-{}"])
async def test_search_by_number_finds_that_case_alone(form: str, sarah: Desk) -> None:
    opened = await sarah.open_case()
    bare = opened["number"].removeprefix("E-")
    assert await numbers(sarah, q=form.format(bare)) == [opened["number"]]
    assert (await sarah.case(f"e-{bare}"))["number"] == opened["number"]
    assert (await sarah.case(opened["escalation_id"]))["number"] == opened["number"]


async def test_strange_searches_find_nothing_and_break_nothing(sarah: Desk) -> None:
    for words in ("E-", "E-99999999999999999999", "²", "٣", "' OR 1=1 --", "%%%", "a" * 200):
        assert isinstance(await numbers(sarah, q=words), list)
    assert await numbers(sarah, q="' OR 1=1 --") == []


async def test_pages_show_every_case_once_newest_first(sarah: Desk) -> None:
    word = uuid4().hex[:10]
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


async def test_the_queue_s_pages_hold_over_ties(
    http: httpx2.AsyncClient, store: Store, rows: Rows
) -> None:
    """Nine cases that are due at the very same instant, in pages of two, as a URL carries them."""
    desk = await newcomer(http, store)
    at = (datetime.now(UTC) - timedelta(days=20)).isoformat()
    given = {"received_at": at, "type": "billing_dispute", "severity": "high"}
    opened = [await desk.open_case(**given) for _ in range(9)]
    for one in opened:
        await seen(desk, one)
    await rows.run(
        "UPDATE escalations SET rank_at = :at WHERE id = ANY(CAST(:ids AS uuid[]))",
        at=datetime(2024, 1, 1, 0, 0, 0, 123456, tzinfo=UTC),
        ids=[one["escalation_id"] for one in opened],
    )
    found: list[str] = []
    cursor = ""
    for _ in range(50):
        answer = await desk.ask("GET", f"/cs/queue?limit=2{cursor}")
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += [one["number"] for one in page["items"]]
        if page["next_cursor"] is None or len(found) > 30:
            break
        assert "+" not in page["next_cursor"]
        cursor = f"&cursor={page['next_cursor']}"
    assert len(found) == len(set(found))
    assert sorted(found[:9]) == sorted(one["number"] for one in opened)
    for one in opened:
        await desk.post(f"{OPEN}/{one['number']}/resolution")


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
    assert whole["version"] == opened["version"]
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


async def test_the_timeline_tells_everything_in_order_with_its_words(
    sarah: Desk, marcus: Desk
) -> None:
    opened = await sarah.open_case()
    number, path = opened["number"], f"{OPEN}/{opened['number']}"
    await sarah.post(f"{path}/notes", {"text": "She sounds calm"})
    await sarah.post(
        f"{path}/messages", {"text": "Are you coming?", "direction": "inbound", "channel": "chat"}
    )
    await sarah.done(number, "call-now", "reached", note="We spoke")
    await marcus.ask("PATCH", path, {"severity": "critical"})
    await sarah.post(f"{path}/steps/listen/skip", {"reason": "We spoke of it already"})
    last = await marcus.post(f"{path}/cancellation", {"reason": "Opened twice"})
    told = await sarah.timeline(number, at=last["version"])
    assert [one["seq"] for one in told] == list(range(1, last["version"] + 1))
    assert [one["at"] for one in told] == sorted(one["at"] for one in told)
    said = [one["words"] for one in told if one["words"]]
    for words in (
        "She sounds calm", "Are you coming?", "We spoke", "We spoke of it already",
        "Opened twice",
    ):  # fmt: skip
        assert words in said
    assert all(one["what"].strip() and one["who"].strip() for one in told)
    assert {"Sarah Lind", "Marcus Webb"} <= {one["who"] for one in told}
    assert all("{" not in one["what"] for one in told)
    facts = [one["fact"] for one in told]
    assert facts[0] == "escalation_opened"
    assert facts.index("note_added") < facts.index("message_recorded") < facts.index("cancelled")
    assert facts.count("cancelled") == 1


async def test_the_timeline_s_pages_are_whole(sarah: Desk) -> None:
    opened = await sarah.open_case()
    path = f"{OPEN}/{opened['number']}"
    for number in range(4):
        noted = await sarah.post(f"{path}/notes", {"text": str(number)})
    whole = await sarah.timeline(opened["number"], at=noted["version"])
    found: list[Any] = []
    cursor: str | None = None
    for _ in range(20):
        more = {"cursor": cursor} if cursor else {}
        page = await sarah.get(f"{path}/timeline", limit=2, **more)
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [one["seq"] for one in found] == [one["seq"] for one in whole]


async def test_deliveries_show_a_letter_planned_and_then_what_became_of_it(
    sarah: Desk, marcus: Desk
) -> None:
    opened = await sarah.open_case(type="billing_dispute", title="The bill is wrong")
    number, answer = opened["number"], opened
    while answer["snapshot"]["step"]["id"] != "confirm":
        answer = await sarah.work(answer)
    answer = await sarah.done(
        number, "confirm", "sent", letter={"subject": "Your bill", "body": "It is right now."}
    )
    path = f"{OPEN}/{number}"
    page = await sarah.get(f"{path}/deliveries", min_version=answer["version"])
    letters = [one for one in page["items"] if one["kind"] == "step_letter"]
    assert [one["status"] for one in letters] == ["planned"]
    gone = await marcus.post(f"{path}/cancellation", {"reason": "Not yet"})
    page = await sarah.get(f"{path}/deliveries", min_version=gone["version"])
    letters = [one for one in page["items"] if one["kind"] == "step_letter"]
    assert [one["status"] for one in letters] == ["cancelled"]


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


# -- the queue ---------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def ruth(http: httpx2.AsyncClient, store: Store, rows: Rows) -> Desk:
    """A new agent before an empty queue."""
    await rows.count()
    await rows.run("UPDATE escalations SET rank_at = NULL WHERE rank_at IS NOT NULL")
    return await newcomer(http, store)


async def test_the_queue_goes_by_severity_and_by_what_is_due(ruth: Desk, sarah: Desk) -> None:
    now = datetime.now(UTC)
    expected = []
    for severity, minutes in (
        ("critical", 0),
        ("high", 30),
        ("high", 0),
        ("medium", 0),
        ("low", 0),
    ):
        at = (now - timedelta(minutes=minutes)).isoformat()
        opened = await sarah.open_case(severity=severity, type="other", received_at=at)
        await seen(sarah, opened)
        expected.append(opened["number"])
    page = await ruth.get("/cs/queue")
    assert [one["number"] for one in page["items"]] == expected
    assert page["items"][0]["light"] in ("green", "yellow")
    assert page["next_cursor"] is None


async def test_nobody_s_queue_has_the_cases_of_others_or_steps_above_their_role(
    ruth: Desk, sarah: Desk, marcus: Desk
) -> None:
    hers = await sarah.open_case()
    answer = await sarah.post(
        f"{OPEN}/{hers['number']}/assignment", {"assignee": "sarah@demo.test"}
    )
    await sarah.case(hers["number"], at=answer["version"])
    theirs = [one["number"] for one in (await ruth.get("/cs/queue"))["items"]]
    assert hers["number"] not in theirs
    assert hers["number"] in [one["number"] for one in (await sarah.get("/cs/queue"))["items"]]
    top = await sarah.open_case(type="executive", title="The VP")
    for _ in range(100):
        whole = await sarah.case(top["number"])
        if any(one["id"] == "write-summary" and one["status"] == "open" for one in whole["steps"]):
            break
        await asyncio.sleep(0.05)
    path = f"{OPEN}/{top['number']}"
    answer = await marcus.post(f"{path}/steps/write-summary/skip", {"reason": "It is known"})
    answer = await marcus.post(f"{path}/assignment", {})
    await sarah.case(top["number"], at=answer["version"])
    assert top["number"] not in [one["number"] for one in (await ruth.get("/cs/queue"))["items"]]
    assert top["number"] in [one["number"] for one in (await marcus.get("/cs/queue"))["items"]]


async def test_looking_does_not_take_and_taking_does(ruth: Desk, sarah: Desk) -> None:
    opened = await sarah.open_case(severity="critical")
    await seen(sarah, opened)
    for _ in range(2):
        shown = await ruth.get("/cs/next")
        assert shown["action"]["escalation"]["number"] == opened["number"]
        assert shown["action"]["claimed"] is False
    assert (await sarah.case(opened["number"]))["assignee"] is None
    taken = await ruth.post("/cs/next")
    action = taken["action"]
    assert action["claimed"] is True
    assert action["escalation"]["number"] == opened["number"]
    assert action["headline"] == action["step"]["title"]
    assert action["reason"].endswith((".", "!"))
    assert action["time_left"].endswith(("left", "late"))
    assert action["win_condition"]
    assert action["what_not_to_do"]
    again = await ruth.post("/cs/next")
    assert again["action"]["escalation"]["number"] == opened["number"]


async def test_there_is_nothing_to_do_and_it_says_so(ruth: Desk, admin: Desk) -> None:
    for desk, ask in ((ruth, ruth.get), (ruth, ruth.post), (admin, admin.get)):
        told = await ask("/cs/next")
        assert told["action"] is None, desk
        assert told["waiting"] == 0
        assert told["message"]


async def test_two_claims_never_get_the_same_case(
    ruth: Desk, sarah: Desk, http: httpx2.AsyncClient, store: Store
) -> None:
    others = [await newcomer(http, store) for _ in range(3)]
    for _ in range(3):
        opened = await asyncio.gather(*(sarah.open_case() for _ in range(4)))
        for one in opened:
            await seen(sarah, one)
        desks = [ruth, *others]
        told = await asyncio.gather(*(desk.post("/cs/next", key=uuid4().hex) for desk in desks))
        got = [one["action"]["escalation"]["number"] for one in told]
        assert len(set(got)) == 4, got
        assert set(got) <= {one["number"] for one in opened}
        for desk, number in zip(desks, got, strict=True):
            whole = await desk.case(number)
            assert whole["assignee"] is not None
            done = await desk.post(f"{OPEN}/{number}/resolution")
            await desk.case(number, at=done["version"])


async def test_two_claims_of_one_last_case_are_one_case_and_nothing(
    ruth: Desk, sarah: Desk, http: httpx2.AsyncClient, store: Store
) -> None:
    other = await newcomer(http, store)
    opened = await sarah.open_case()
    await seen(sarah, opened)
    told = await asyncio.gather(ruth.post("/cs/next"), other.post("/cs/next"))
    actions = [one["action"] for one in told]
    assert sum(one is not None for one in actions) == 1


async def test_a_double_click_on_next_takes_one_case(ruth: Desk, sarah: Desk) -> None:
    for one in [await sarah.open_case() for _ in range(4)]:
        await seen(sarah, one)
    told = await asyncio.gather(*(ruth.post("/cs/next", key="click") for _ in range(8)))
    got = {one["action"]["escalation"]["number"] for one in told if one["action"]}
    assert len(got) == 1
    again = (await ruth.post("/cs/next", key="click"))["action"]["escalation"]["number"]
    assert got == {again}
    free = [one for one in (await sarah.get("/cs/queue"))["items"] if one["assignee"] is None]
    assert len(free) == 3
