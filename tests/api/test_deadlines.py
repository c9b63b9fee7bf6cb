"""Deadlines over HTTP: pinned, paused, explained to the second, and kept apart from later rules."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.calendar import CompanyTime
from models.sla import ClockKind
from models.store.repositories import sla
from models.store.session import Store
from tests.api.problem import require_problem
from tests.desk import Desk
from upkeep.library import ANYWHERE, SLA_FOLDER, publish_sla

FRIDAY = "2026-11-20T16:30:00+00:00"
"""Half an hour before the business closes, in UTC."""


def at(text: str) -> datetime:
    """An instant out of JSON."""
    return datetime.fromisoformat(text)


async def clocks(desk: Desk, case: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The deadlines of a case by kind, with their receipts."""
    path = f"/cs/escalations/{case['number']}/deadlines"
    page = await desk.get(path, min_version=case["version"])
    return {one["kind"]: one for one in page["items"]}


def counted(slip: dict[str, Any]) -> float:
    """The seconds that a receipt says counted."""
    return sum(float(line["seconds"]) for line in slip["lines"] if line["kind"] == "counted")


async def test_a_deadline_is_explained_by_what_counted_and_what_did_not(sarah: Desk) -> None:
    case = await sarah.open_case(severity="low", received_at=FRIDAY)
    whole = (await clocks(sarah, case))["resolution"]
    slip = whole["receipt"]
    assert at(whole["due_at"]) == datetime(2026, 11, 27, 16, 30, tzinfo=UTC)
    assert (slip["target_seconds"], counted(slip)) == (40 * 3600, 40 * 3600)
    assert slip["calendars"] == ["business@1"]
    assert whole["policy"] == "standard@1"
    kinds = [line["kind"] for line in slip["lines"][:3]]
    assert kinds == ["counted", "closed", "counted"]
    assert slip["lines"][0]["seconds"] == 1800
    assert all(
        first["until_at"] == then["from_at"]
        for first, then in zip(slip["lines"], slip["lines"][1:], strict=False)
    )


async def test_a_pause_moves_the_deadlines_by_itself_and_its_reason_is_on_the_receipt(
    sarah: Desk, marcus: Desk
) -> None:
    case = await sarah.open_case(severity="high")
    before = await clocks(sarah, case)
    path = f"/cs/escalations/{case['number']}/pauses"
    held = await marcus.post(path, {"reason": "We wait for the part."})
    assert held["snapshot"]["status"] == "paused"
    assert held["snapshot"]["step"] is None
    seen = await sarah.case(case["number"], at=held["version"])
    assert seen["pause"]["reason"] == "We wait for the part."
    assert seen["pause"]["by"].startswith("Marcus")
    on_hold = (await clocks(sarah, held))["resolution"]
    assert on_hold["paused_at"]
    assert counted(on_hold["receipt"]) < 60
    answer = await marcus.ask("DELETE", f"{path}/current", {})
    assert answer.status_code == 200, answer.text
    after = (await clocks(sarah, answer.json()))["resolution"]
    pauses = [line for line in after["receipt"]["lines"] if line["kind"] == "paused"]
    assert [line["reason"] for line in pauses] == ["We wait for the part."]
    lost = at(after["due_at"]) - at(before["resolution"]["due_at"])
    assert lost == timedelta(seconds=pauses[0]["seconds"])
    assert counted(after["receipt"]) == pytest.approx(8 * 3600)


async def test_a_pause_needs_a_reason_and_an_end_that_lies_ahead(marcus: Desk) -> None:
    case = await marcus.open_case()
    path = f"/cs/escalations/{case['number']}/pauses"
    require_problem(await marcus.ask("POST", path, {}), 422, "fields-invalid")
    past = {"reason": "x", "until": "2020-01-01T00:00:00Z"}
    require_problem(await marcus.ask("POST", path, past), 422, "pause-invalid")
    far = {"reason": "x", "until": (datetime.now(UTC) + timedelta(days=30)).isoformat()}
    require_problem(await marcus.ask("POST", path, far), 422, "pause-invalid")
    require_problem(await marcus.ask("DELETE", f"{path}/current", {}), 409, "not-in-this-status")


async def test_the_next_answer_is_owed_when_the_customer_writes_again_trap_24(sarah: Desk) -> None:
    case = await sarah.open_case()
    path = f"/cs/escalations/{case['number']}/messages"
    await sarah.post(path, {"direction": "outbound", "text": "We are on it."})
    thanked = await sarah.post(path, {"direction": "inbound", "text": "Great, thank you!"})
    assert ClockKind.NEXT_RESPONSE not in await clocks(sarah, thanked)
    asked = await sarah.post(path, {"direction": "inbound", "text": "When do you come?"})
    owed = (await clocks(sarah, asked))[ClockKind.NEXT_RESPONSE]
    assert at(owed["due_at"]) - at(owed["started_at"]) == timedelta(hours=1)


async def promised(desk: Desk) -> str:
    """What a simulated calm case is owed from Monday at nine on, as it is told."""
    life = await desk.post("/cs/playbooks/general@1/simulation", {"script": {"severity": "low"}})
    words: str = next(one["what"] for one in life["moments"] if one["fact"] == "clocks_set")
    return words


async def test_a_case_keeps_its_policy_when_another_is_published(
    sarah: Desk, store: Store, tmp_path: Path
) -> None:
    """Time used stays as it was, and so does everything else that a running case is pinned to.

    A case that is only simulated goes by the rules of today.
    """
    running = await sarah.open_case(severity="low", received_at=FRIDAY)
    before = await clocks(sarah, running)
    assert "solution by 2026-03-06 17:00 UTC" in await promised(sarah)
    for kind in ("policies", "calendars"):
        (tmp_path / kind).mkdir()
        for path in (SLA_FOLDER / kind).glob("*.yaml"):
            text = path.read_text().replace("40h", "20h").replace("09:00-17:00", "08:00-12:00")
            (tmp_path / kind / path.name).write_text(text)
    today = datetime.now(UTC).date()
    try:
        made = await publish_sla(store, CompanyTime(zone="Asia/Tokyo"), today, tmp_path)
        assert made == ["business@2", "standard@2"]
        fresh = await sarah.open_case(severity="low", received_at=FRIDAY)
        told = (await clocks(sarah, fresh))["resolution"]
        assert (told["policy"], told["calendar"]) == ("standard@2", "business@2")
        assert await clocks(sarah, running) == before
        assert "solution by 2026-03-09 03:00 UTC" in await promised(sarah)
    finally:
        assert await publish_sla(store, ANYWHERE, today) == ["business@1", "standard@1"]
    async with store.single() as connection:
        assert await sla.current_keys(connection) == [("standard", 1)]
