"""Alerts and what was read in messages, as callers see them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from models.actor import Role
from models.store.repositories import people
from tests.api.problem import require_problem
from tests.api.reading import read
from tests.desk import Desk
from tests.polling import until

ANGRY = "I am furious. This is the third time that nobody came. Your service is terrible."
KIND = "Thank you so much, this is wonderful. You are the best!"


async def wrote(desk: Desk, number: str, text: str) -> dict[str, Any]:
    """The customer writes to us."""
    body = {"direction": "inbound", "text": text, "channel": "chat"}
    answer: dict[str, Any] = await desk.post(f"/cs/escalations/{number}/messages", body)
    return answer


async def alerts_of(desk: Desk, number: str) -> list[dict[str, Any]]:
    """The caller's alerts about one case."""
    return [one for one in await every_alert(desk) if one["number"] == number]


async def every_alert(desk: Desk, limit: int = 100) -> list[dict[str, Any]]:
    """All alerts of the caller, page after page."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await desk.get("/cs/escalations/ai-alerts", limit=limit, **cursor)
        assert len(page["items"]) <= limit
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


async def test_the_customers_words_are_read_and_each_part_says_who_read_it(sarah: Desk) -> None:
    opened = await sarah.open_case(source="chat", description=ANGRY)
    seen = (await read(sarah, opened["number"]))["ai"]
    sentiment = seen["sentiment"]
    assert sentiment["score"] < -0.2
    assert sentiment["label"] in ("frustrated", "very_frustrated")
    assert sentiment["source"] == "model"
    assert sentiment["version"]
    assert sentiment["emoji"]
    assert 0 <= seen["churn_risk"] <= 1
    assert seen["mood"]["points"] == [pytest.approx(sentiment["score"], abs=1e-3)]


async def test_what_a_colleague_wrote_down_is_not_read(sarah: Desk) -> None:
    opened = await sarah.open_case(source="phone", description=ANGRY)
    seen = await sarah.case(opened["number"], at=opened["version"])
    assert seen["ai"].pop("outlook")["churn_risk"]["value"] is None
    assert seen["ai"] == {
        "sentiment": None,
        "mood": None,
        "churn_risk": None,
        "churn_risk_told_by": None,
        "signals": [],
        "waiting": 0,
        "tokens_spent": None,
    }


async def test_quoted_words_and_our_own_are_not_the_customers(sarah: Desk) -> None:
    opened = await sarah.open_case()
    number = opened["number"]
    await wrote(sarah, number, f"{KIND}\n\nOn 2026-11-20 10:00, Sarah wrote:\n> {ANGRY}\n> {ANGRY}")
    body = {"direction": "outbound", "text": ANGRY, "channel": "chat"}
    await sarah.post(f"/cs/escalations/{number}/messages", body)
    seen = await read(sarah, number)
    assert seen["ai"]["sentiment"]["score"] > 0.2
    assert len(seen["ai"]["mood"]["points"]) == 1


async def test_a_mood_that_drops_alerts_the_seniors_until_one_says_that_they_saw_it(
    sarah: Desk, marcus: Desk
) -> None:
    opened = await sarah.open_case(source="chat", description=KIND)
    number = opened["number"]
    await read(sarah, number)
    await wrote(sarah, number, ANGRY)
    await wrote(sarah, number, ANGRY)

    async def dropped() -> Any:
        found = await alerts_of(marcus, number)
        return [one for one in found if one["kind"] == "sentiment_drop"] or None

    [alert] = await until(dropped)
    assert (alert["audience"], alert["source"]) == ("seniors", "model")
    assert alert["button"]["number"] == number
    assert alert["button"]["step"] == "call-now"
    left = datetime.fromisoformat(alert["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=23) < left <= timedelta(hours=24)
    assert [one for one in await alerts_of(sarah, number) if one["id"] == alert["id"]] == []
    path = f"/cs/alerts/{alert['id']}/acknowledgement"
    require_problem(await sarah.ask("POST", path, {}), 403, "not-allowed")
    key = uuid4().hex
    done = await marcus.post(path, {}, key=key)
    assert await marcus.post(path, {}, key=key) == done
    await sarah.case(number, at=done["version"])
    assert alert["id"] not in [one["id"] for one in await alerts_of(marcus, number)]
    told = [one["what"] for one in await sarah.timeline(number)]
    assert "Saw the alert." in told
    assert any(one.startswith("Alert for the seniors: ") for one in told)


async def test_a_case_of_great_value_alerts_the_managers(sarah: Desk, priya: Desk) -> None:
    customer = {
        "name": "Rich Customer",
        "email": f"{uuid4().hex}@customer.test",
        "annual_value": {"minor": 500_001, "currency": "USD"},
    }
    opened = await sarah.open_case(customer=customer)
    number = opened["number"]
    await sarah.case(number, at=opened["version"])
    [alert] = await alerts_of(priya, number)
    assert (alert["kind"], alert["title"]) == (
        "high_value",
        "Much money is at risk if Rich leaves.",
    )
    done = await priya.post(f"/cs/alerts/{alert['id']}/snooze", {"length": "2h"})
    await sarah.case(number, at=done["version"])
    assert await alerts_of(priya, number) == []
    seen = await sarah.case(number)
    assert seen["alerts"] == []
    assert re.fullmatch(rf"{number}\.1", alert["id"])


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("{number}.7/acknowledgement", {}, 404, "alert-unknown"),
        ("{number}.0/acknowledgement", {}, 422, "fields-invalid"),
        ("{number}/acknowledgement", {}, 422, "fields-invalid"),
        ("E-999999999.1/acknowledgement", {}, 404, "escalation-unknown"),
        ("{number}.1/snooze", {}, 422, "fields-invalid"),
        ("{number}.1/snooze", {"length": "0s"}, 422, "snooze-invalid"),
        ("{number}.1/snooze", {"length": "8d"}, 422, "snooze-invalid"),
    ],
)
async def test_an_answer_that_makes_no_sense_is_refused(
    priya: Desk, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    customer = {
        "name": "Rich Customer",
        "email": f"{uuid4().hex}@customer.test",
        "annual_value": {"minor": 900_000, "currency": "USD"},
    }
    opened = await priya.open_case(customer=customer)
    asked = f"/cs/alerts/{path.format(number=opened['number'])}"
    require_problem(await priya.ask("POST", asked, body), status, code)


async def test_words_of_leaving_alert_the_team_that_keeps_customers(
    sarah: Desk, marcus: Desk, anna: Desk
) -> None:
    """In the settings of the tests nobody is of that team: it is the seniors."""
    opened = await sarah.open_case(type="other", title="The heating is cold")
    number = opened["number"]
    await wrote(sarah, number, "Please do not cancel my contract. I only want heat.")
    done = await wrote(sarah, number, "Enough. Cancel my contract, or you hear from my lawyer.")
    seen = await sarah.case(number, at=done["version"])
    assert seen["ai"]["signals"] == ["cancel", "legal"]
    found = [one for one in await alerts_of(marcus, number) if one["kind"] == "signal_words"]
    assert {one["title"] for one in found} == {
        "Customer speaks of stopping.",
        "Customer speaks of a lawyer.",
    }
    assert {(one["audience"], one["source"]) for one in found} == {("retention", "words")}
    path = f"/cs/alerts/{found[0]['id']}"
    require_problem(await anna.ask("POST", f"{path}/acknowledgement", {}), 403, "not-allowed")
    body = {"length": "1h"}
    require_problem(await anna.ask("POST", f"{path}/snooze", body), 403, "not-allowed")
    assert await alerts_of(sarah, number) == []


async def test_signal_words_of_the_description_count_whoever_wrote_them_down(
    sarah: Desk, marcus: Desk
) -> None:
    opened = await sarah.open_case(source="phone", description="She wants to cancel her contract.")
    seen = await sarah.case(opened["number"], at=opened["version"])
    assert "cancel" in seen["ai"]["signals"]
    kinds = {one["kind"] for one in await alerts_of(marcus, opened["number"])}
    assert "signal_words" in kinds


async def test_where_no_senior_works_the_managers_hear_what_would_be_theirs_trap_30(
    sarah: Desk, priya: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = (await sarah.open_case())["number"]
    for _ in range(3):
        said = await wrote(sarah, number, "Hello? Is anybody there?")
    await sarah.case(number, at=said["version"])
    assert "touches" not in [one["kind"] for one in await alerts_of(priya, number)]

    async def none_of_them(_: object, role: Role) -> bool:
        return role is not Role.SENIOR

    monkeypatch.setattr(people, "has_any", none_of_them)
    assert "touches" in [one["kind"] for one in await alerts_of(priya, number)]
