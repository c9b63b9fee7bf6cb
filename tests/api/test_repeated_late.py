"""A repeated request is answered as before, though by now it would be refused at the door."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from models.store.session import Store
from tests.desk import Desk


async def test_an_assignment_is_answered_as_before_when_the_person_has_left(
    marcus: Desk, store: Store
) -> None:
    number = (await marcus.open_case())["number"]
    path = f"/cs/escalations/{number}/assignment"
    body = {"assignee": "leaver@demo.test"}
    async with store.transaction() as connection:
        await connection.execute(
            text(
                "INSERT INTO people (id, email, name, role)"
                " VALUES (gen_random_uuid(), 'leaver@demo.test', 'Lee Leaver', 'agent')"
            )
        )
    first = await marcus.post(path, body, key="to-the-leaver")
    async with store.transaction() as connection:
        left = "UPDATE people SET active = false WHERE email = 'leaver@demo.test'"
        await connection.execute(text(left))
    again = await marcus.post(path, body, key="to-the-leaver")
    assert (again["op_id"], again["version"]) == (first["op_id"], first["version"])
    anew = await marcus.ask("POST", path, body, key="another-key")
    assert (anew.status_code, anew.json()["code"]) == (404, "person-unknown")


async def test_an_opening_is_answered_as_before_when_its_appointment_is_long_ago(
    sarah: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {
        "customer": {"name": "Dana Field"},
        "title": "Nobody came",
        "appointment_at": (datetime.now(UTC) + timedelta(hours=2)).isoformat(),
    }
    first = await sarah.post("/cs/escalations", body, key="opened-long-ago")
    monkeypatch.setattr("api.moments.APPOINTMENT_WITHIN", timedelta(hours=1))
    again = await sarah.post("/cs/escalations", body, key="opened-long-ago")
    assert again["number"] == first["number"]
    anew = await sarah.ask("POST", "/cs/escalations", body, key="opened-anew")
    assert anew.status_code == 422
