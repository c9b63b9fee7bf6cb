"""Putting a step off, as callers see it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.problem import require_problem
from tests.desk import Desk


async def test_a_step_that_is_put_off_leaves_the_queue_and_the_card_says_until_when(
    sarah: Desk,
) -> None:
    opened = await sarah.open_case()
    path = f"/cs/escalations/{opened['number']}/steps/call-now/snooze"
    done = await sarah.post(path, {"length": "5m"}, key=f"snooze-{opened['number']}")
    assert done["snapshot"]["step"] is None
    assert await sarah.post(path, {"length": "5m"}, key=f"snooze-{opened['number']}") == done
    seen = await sarah.case(opened["number"], at=done["version"])
    card = seen["steps"][0]
    left = datetime.fromisoformat(card["snoozed_until"]) - datetime.now(UTC)
    assert timedelta(minutes=4) < left <= timedelta(minutes=5)
    assert (card["status"], card["overdue"]) == ("open", False)
    found = await sarah.get("/cs/escalations", q=opened["number"])
    assert found["items"][0]["step"] is None
    told = [one["what"] for one in await sarah.timeline(opened["number"])]
    assert sum(one.startswith("Put off until ") for one in told) == 1


async def test_a_snooze_can_be_taken_back(sarah: Desk) -> None:
    opened = await sarah.open_case()
    path = f"/cs/escalations/{opened['number']}"
    done = await sarah.post(f"{path}/steps/call-now/snooze", {"length": "5m"})
    undone = await sarah.post(f"{path}/undo", {"op_id": done["op_id"]})
    assert undone["snapshot"]["step"]["id"] == "call-now"
    last = (await sarah.timeline(opened["number"], at=undone["version"]))[-1]["what"]
    assert last.startswith("Took back: putting off “")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "fields-invalid"),
        ({"length": "5m", "until": "2027-01-01T09:00:00+00:00"}, "fields-invalid"),
        ({"length": "soon"}, "fields-invalid"),
        ({"length": "0s"}, "snooze-invalid"),
        ({"until": "2020-01-01T09:00:00+00:00"}, "snooze-invalid"),
        ({"length": "8d", "reason": "He is away."}, "snooze-invalid"),
        ({"length": "2d"}, "reason-required"),
    ],
)
async def test_a_time_that_makes_no_sense_is_refused(
    sarah: Desk, body: dict[str, Any], code: str
) -> None:
    opened = await sarah.open_case()
    path = f"/cs/escalations/{opened['number']}/steps/call-now/snooze"
    require_problem(await sarah.ask("POST", path, body), 422, code)
