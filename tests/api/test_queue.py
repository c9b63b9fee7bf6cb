"""The queue: ranked work, whose it is, and that nobody gets what another has."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx2
import pytest
import pytest_asyncio

from api.parts import Parts
from api.routes import queues
from models.actor import Role
from models.command import Operation
from models.errors import EngineUnavailable
from models.messages import Receipt
from models.store.session import Store
from tests.api.problem import require_problem
from tests.api.rows import Rows
from tests.api.seeing import OPEN, seen
from tests.desk import Desk
from tests.polling import until
from upkeep import team
from workflows.client import Engine


class Away(Engine):
    """The engine, while it is away."""

    async def operate(self, escalation_id: UUID, operation: Operation) -> Receipt:
        """Nobody answers."""
        raise EngineUnavailable("away")


async def newcomer(http: httpx2.AsyncClient, store: Store, role: Role = Role.AGENT) -> Desk:
    """Somebody with no case of their own."""
    email = f"{uuid4().hex[:10]}@demo.test"
    await team.add_person(store, email, f"New {email[:4]}", role)
    return Desk(http, await team.new_token(store, email))


_REST = """
CREATE FUNCTION rest() RETURNS trigger LANGUAGE plpgsql
AS $$BEGIN NEW.rank_at = NULL; RETURN NEW; END$$
"""
_REST_OF_OLD = """
CREATE TRIGGER old_rest BEFORE UPDATE ON escalations FOR EACH ROW
WHEN (OLD.number <= {last}) EXECUTE FUNCTION rest()
"""


@pytest_asyncio.fixture
async def ruth(http: httpx2.AsyncClient, store: Store, rows: Rows) -> AsyncIterator[Desk]:
    """A new agent before an empty queue, to which no older case comes back when it moves."""
    await rows.count()
    last = await rows.one("SELECT coalesce(max(number), 0) FROM escalations")
    await rows.run(_REST)
    try:
        await rows.run(_REST_OF_OLD.format(last=last))
        await rows.run("UPDATE escalations SET rank_at = NULL WHERE rank_at IS NOT NULL")
        yield await newcomer(http, store)
    finally:
        await rows.run("DROP FUNCTION rest CASCADE")


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
    assert action["reason"].startswith("It is due in ")
    assert action["reason"].endswith("it is a bad one, and Customer may leave us.")
    assert action["urgency"] == 100
    assert action["time_left"].endswith(("left", "late"))
    assert action["win_condition"]
    assert action["what_not_to_do"]
    again = await ruth.post("/cs/next")
    assert again["action"]["escalation"]["number"] == opened["number"]


async def test_whoever_talks_to_a_customer_is_not_led_out_of_the_call(
    ruth: Desk, sarah: Desk, rows: Rows
) -> None:
    hers = await seen(sarah, await sarah.open_case(severity="low"))
    taken = await ruth.post("/cs/next")
    assert taken["action"]["escalation"]["number"] == hers["number"]
    presses = await seen(sarah, await sarah.open_case(severity="critical"))
    assert (await ruth.get("/cs/next"))["action"]["escalation"]["number"] == presses["number"]
    answer = await ruth.done(hers["number"], "call-now", "reached")
    await ruth.case(hers["number"], at=answer["version"])
    for told in (await ruth.get("/cs/next"), await ruth.post("/cs/next")):
        assert told["action"]["escalation"]["number"] == hers["number"]
        assert told["action"]["step"]["id"] == "listen"
        assert told["action"]["reason"].startswith("You are in the middle of it. It is due in ")
        assert told["waiting"] == 1
    assert (await sarah.case(presses["number"]))["assignee"] is None
    later = "UPDATE escalations SET updated_at = now() - interval '11 minutes' WHERE id = :id"

    async def in_its_place() -> bool:
        """Ten minutes after it moved last; what the engine still does in it moves it, too."""
        await rows.run(later, id=hers["id"])
        told = await ruth.get("/cs/next")
        return bool(told["action"]["escalation"]["number"] == presses["number"])

    await until(in_its_place)


async def test_whoever_reached_nobody_gets_what_presses_most(ruth: Desk, sarah: Desk) -> None:
    hers = await seen(sarah, await sarah.open_case(severity="low"))
    await ruth.post("/cs/next")
    presses = await seen(sarah, await sarah.open_case(severity="critical"))
    answer = await ruth.done(hers["number"], "call-now", "left-message")
    after = await ruth.case(hers["number"], at=answer["version"])
    assert [one["id"] for one in after["steps"] if one["status"] == "open"] == ["listen"]
    told = (await ruth.get("/cs/next"))["action"]
    assert told["escalation"]["number"] == presses["number"]
    assert "in the middle" not in told["reason"]


async def test_money_at_stake_goes_first(ruth: Desk, sarah: Desk) -> None:
    at = datetime.now(UTC).isoformat()
    numbers = []
    for minor in (0, 120_000, 900_000):
        customer = {"name": "Pat Lane", "annual_value": {"minor": minor, "currency": "USD"}}
        told = {"severity": "low", "type": "other", "received_at": at}
        opened = await sarah.open_case(customer=customer, **told)
        await seen(sarah, opened)
        numbers.append(opened["number"])
    page = await ruth.get("/cs/queue")
    assert [one["number"] for one in page["items"]] == numbers[::-1]
    shown = await ruth.get("/cs/next")
    assert "$9,000 a year are at stake" in shown["action"]["reason"]


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
        taken = [one["action"]["escalation"] for one in told]
        got = [one["number"] for one in taken]
        assert len(set(got)) == 4, got
        assert set(got) <= {one["number"] for one in opened}
        for desk, case in zip(desks, taken, strict=True):
            number = case["number"]
            whole = await desk.case(number, at=case["version"])
            assert whole["assignee"] is not None
            done = await desk.post(f"{OPEN}/{number}/resolution")
            await desk.case(number, at=done["version"])


async def test_twelve_agents_at_once_all_get_a_case_while_cases_are_free(
    ruth: Desk, sarah: Desk, http: httpx2.AsyncClient, store: Store
) -> None:
    """Everybody looks at the same queue, and eleven are too late for its first case."""
    desks = [ruth, *[await newcomer(http, store) for _ in range(11)]]
    opened = [await sarah.open_case() for _ in range(14)]
    for one in opened:
        await seen(sarah, one)
    answers = await asyncio.gather(*(desk.ask("POST", "/cs/next") for desk in desks))
    assert {one.status_code for one in answers} <= {200, 202}, [one.text for one in answers]
    told = [one.json() for one in answers]
    assert [one["message"] for one in told if one["action"] is None] == []
    got = {one["action"]["escalation"]["number"] for one in told}
    assert len(got) == 12
    assert got <= {one["number"] for one in opened}


async def test_while_others_are_about_to_take_all_there_is_nobody_hears_that_there_is_nothing(
    ruth: Desk,
    sarah: Desk,
    parts: Parts,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The engine is away: the case is promised to one, and is not theirs yet."""
    other = await newcomer(ruth.http, parts.store)
    one = await seen(sarah, await sarah.open_case())
    monkeypatch.setattr(queues, "PATIENCE", 0.2)
    with monkeypatch.context() as away:
        away.setattr(parts, "engine", Away(parts.engine.client, parts.engine.task_queue))
        promised = await other.ask("POST", "/cs/next", key="first")
        assert promised.status_code == 202, promised.text
        assert promised.json()["action"]["escalation"]["number"] == one["number"]
        require_problem(await ruth.ask("POST", "/cs/next", key="second"), 503, "busy")
        kept = "SELECT count(*) FROM operations WHERE key LIKE 'second/%'"
        assert await rows.one(kept) == 0
    taken = await other.post("/cs/next", key="first")
    assert taken["action"]["escalation"]["number"] == one["number"]
    await sarah.case(one["number"], at=taken["action"]["escalation"]["version"])
    assert (await ruth.post("/cs/next", key="second"))["action"] is None


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


async def test_a_claim_that_is_sent_twice_at_once_takes_one_case_even_when_the_queue_moves(
    ruth: Desk, sarah: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one looked before the first was kept, and at another queue (found by chaos)."""
    first = await seen(sarah, await sarah.open_case(severity="low"))
    taken = await ruth.post("/cs/next", key="twice")
    assert taken["action"]["escalation"]["number"] == first["number"]
    sooner = [await seen(sarah, await sarah.open_case(severity="critical")) for _ in range(2)]

    async def not_yet(*_: object) -> None:
        return None

    monkeypatch.setattr(queues._Claiming, "taken_before", not_yet)
    again = await ruth.post("/cs/next", key="twice")
    assert again["action"]["escalation"]["number"] == first["number"]
    assert [(await sarah.case(one["number"]))["assignee"] for one in sooner] == [None, None]


async def test_a_claim_takes_one_case_even_when_its_step_was_just_done(
    ruth: Desk, sarah: Desk, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody was faster with the step, not with the case (found by chaos)."""
    for one in [await sarah.open_case() for _ in range(3)]:
        await seen(sarah, one)

    async def nothing_left(*_: object) -> None:
        return None

    monkeypatch.setattr(queues, "_action", nothing_left)
    told = await ruth.post("/cs/next", key="just-done")
    assert told["action"] is None
    await rows.count()
    tried = "SELECT count(*) FROM operations WHERE key LIKE 'just-done/%'"
    assert await rows.one(tried) == 1
