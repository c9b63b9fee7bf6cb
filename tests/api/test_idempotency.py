"""Once is once: the same request eight times, two people at once, and sixteen notes."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import text
from temporalio.client import Client

from models.actor import Scope
from models.ids import workflow_id
from models.store.session import Store
from tests.api.conftest import ServiceDesk
from tests.api.problem import require_problem
from tests.api.rows import Rows
from tests.desk import Desk

OPEN = "/cs/escalations"
Request = Callable[[], Awaitable[httpx2.Response]]


def opening(**given: Any) -> dict[str, Any]:
    """A right opening."""
    return {
        "customer": {"name": "Doug Carter", "email": f"{uuid4().hex[:12]}@customer.test"},
        "title": "Nobody came",
        "type": "cancel_threat",
        **given,
    }


async def eight(request: Request) -> list[httpx2.Response]:
    """The same request eight times at once, as an impatient finger sends it."""
    return await asyncio.gather(*(request() for _ in range(8)))


def alike(answers: list[httpx2.Response], status: int) -> dict[str, Any]:
    """The one answer that all of them got."""
    assert {one.status_code for one in answers} == {status}, [one.text for one in answers]
    first: dict[str, Any] = answers[0].json()
    for one in answers[1:]:
        assert one.json() == first
    return first


async def test_eight_openings_with_one_key_open_one_case_trap_42(sarah: Desk, rows: Rows) -> None:
    body, key = opening(), uuid4().hex
    before = await rows.count()
    told = alike(await eight(lambda: sarah.ask("POST", OPEN, body, key=key)), 201)
    assert told["status"] == "applied"
    left = await rows.since(before)
    assert left.pop("events") > 0
    assert left == {"operations": 1, "contents": 2, "escalations": 1, "customers": 1}
    again = await sarah.ask("POST", OPEN, body, key=key)
    assert alike([again], 201) == told


async def test_eight_openings_for_one_new_address_make_one_customer(
    sarah: Desk, rows: Rows
) -> None:
    body = opening()
    before = await rows.count()
    answers = await eight(lambda: sarah.ask("POST", OPEN, body))
    assert {one.status_code for one in answers} == {201}
    left = await rows.since(before)
    assert left["escalations"] == 8
    assert left["customers"] == 1


async def test_a_double_click_finishes_a_step_once(sarah: Desk, rows: Rows) -> None:
    opened = await sarah.open_case()
    path = f"{OPEN}/{opened['number']}/steps/call-now/completion"
    before, body = await rows.count(), {"outcome": "reached", "note": "He is calmer"}
    told = alike(await eight(lambda: sarah.ask("POST", path, body, key="click")), 200)
    left = await rows.since(before)
    assert left.pop("events") > 0
    assert left == {"operations": 1, "contents": 1}
    done = await sarah.timeline(opened["number"], at=told["version"])
    assert sum(one["fact"] == "step_ended" for one in done) == 1


async def test_a_double_click_without_a_key_finishes_a_step_once_too(sarah: Desk) -> None:
    opened = await sarah.open_case()
    path = f"{OPEN}/{opened['number']}/steps/call-now/completion"
    answers = await eight(lambda: sarah.ask("POST", path, {"outcome": "reached"}))
    assert sorted(one.status_code for one in answers) == [200] + [409] * 7
    done = await sarah.timeline(opened["number"], at=opened["version"] + 1)
    assert sum(one["fact"] == "step_ended" for one in done) == 1


async def test_eight_notes_with_one_key_are_one_note(sarah: Desk) -> None:
    opened = await sarah.open_case()
    path = f"{OPEN}/{opened['number']}/notes"
    told = alike(await eight(lambda: sarah.ask("POST", path, {"text": "Hm"}, key="note")), 200)
    done = await sarah.timeline(opened["number"], at=told["version"])
    assert sum(one["fact"] == "note_added" for one in done) == 1


async def test_eight_copies_of_a_mail_at_once_open_one_case(gateway: Desk, rows: Rows) -> None:
    sent = (
        f"From: Doug <{uuid4().hex[:10]}@customer.test>\r\nTo: support@brightair.test\r\n"
        f"Message-ID: <{uuid4().hex}@customer.test>\r\nSubject: Again\r\n\r\nNobody came.\r\n"
    ).encode()
    headers = {"Content-Type": "message/rfc822"}
    before = await rows.count()
    told = alike(
        await eight(lambda: gateway.ask("POST", "/inbound/email", content=sent, headers=headers)),
        201,
    )
    assert told["status"] == "opened"
    left = await rows.since(before)
    assert left.pop("events") > 0
    assert left == {
        "operations": 1, "contents": 3, "escalations": 1, "customers": 1, "mails": 1,
    }  # fmt: skip


async def test_a_mail_that_another_gateway_brings_again_opens_nothing(
    service: ServiceDesk, gateway: Desk, rows: Rows
) -> None:
    """A gateway whose token was renewed is another actor, and mail servers do send again."""
    sent = (
        f"From: Doug <{uuid4().hex[:10]}@customer.test>\r\n"
        f"Message-ID: <{uuid4().hex}@customer.test>\r\nSubject: Again\r\n\r\nNobody came.\r\n"
    ).encode()
    headers = {"Content-Type": "message/rfc822"}
    first = await gateway.ask("POST", "/inbound/email", content=sent, headers=headers)
    assert first.status_code == 201
    before = await rows.count()
    other = await service([Scope.OPEN])
    again = await other.ask("POST", "/inbound/email", content=sent, headers=headers)
    assert again.status_code == 200
    assert again.json()["status"] == "set_aside"
    assert first.json()["operation"]["number"] in again.json()["reasons"][0]
    assert await rows.since(before) == {}


@pytest.mark.parametrize("place", ["opening", "completion", "note"])
async def test_the_same_key_with_another_body_is_refused(
    place: str, sarah: Desk, rows: Rows
) -> None:
    opened = await sarah.open_case()
    base = f"{OPEN}/{opened['number']}"
    path, one, other = {
        "opening": (OPEN, opening(), opening(title="Something else")),
        "completion": (
            f"{base}/steps/call-now/completion", {"outcome": "reached"},
            {"outcome": "left-message"},
        ),
        "note": (f"{base}/notes", {"text": "One"}, {"text": "Two"}),
    }[place]  # fmt: skip
    key = uuid4().hex
    first = await sarah.ask("POST", path, one, key=key)
    assert first.status_code in (200, 201)
    before = await rows.count()
    require_problem(await sarah.ask("POST", path, other, key=key), 422, "idempotency-key-reused")
    assert await rows.since(before) == {}
    assert (await sarah.ask("POST", path, one, key=key)).json() == first.json()


async def test_two_bodies_with_one_key_at_once_are_one_success(sarah: Desk, rows: Rows) -> None:
    key = uuid4().hex
    before = await rows.count()
    bodies = [opening(title=f"Title {number}") for number in range(6)]
    answers = await asyncio.gather(*(sarah.ask("POST", OPEN, one, key=key) for one in bodies))
    assert sorted(one.status_code for one in answers) == [201] + [422] * 5
    assert (await rows.since(before))["escalations"] == 1


async def test_rejected_stays_rejected_with_the_same_problem(sarah: Desk, rows: Rows) -> None:
    """Even when the same request would be right by now: whoever heard no may have gone on."""
    opened = await sarah.open_case()
    path = f"{OPEN}/{opened['number']}/steps/listen/completion"
    body = {"outcome": "heard", "fields": {"main-reason": "Three missed visits"}}
    first = await sarah.ask("POST", path, body, key="early")
    told = require_problem(first, 409, "step-not-open")
    await sarah.done(opened["number"], "call-now", "reached")
    before = await rows.count()
    for _ in range(3):
        again = await sarah.ask("POST", path, body, key="early")
        assert require_problem(again, 409, "step-not-open") == told
    assert await rows.since(before) == {}
    assert (await sarah.ask("POST", path, body, key="in-time")).status_code == 200
    assert (
        require_problem(await sarah.ask("POST", path, body, key="early"), 409, "step-not-open")
        == told
    )


async def test_eight_times_rejected_is_one_record_and_one_answer(sarah: Desk, rows: Rows) -> None:
    opened = await sarah.open_case()
    path = f"{OPEN}/{opened['number']}/steps/make-offer/completion"
    before = await rows.count()
    answers = await eight(lambda: sarah.ask("POST", path, {"outcome": "accepted"}, key="k"))
    told = alike(answers, 409)
    assert told["code"] == "step-not-open"
    assert await rows.since(before) == {"operations": 1, "rejected": 1}


async def test_an_answer_outlives_the_workflow(client: Client, sarah: Desk, marcus: Desk) -> None:
    opened = await sarah.open_case()
    path = f"{OPEN}/{opened['number']}"
    first = await sarah.ask("POST", f"{path}/notes", {"text": "Hm"}, key="old")
    await marcus.post(f"{path}/cancellation", {}, key="end")
    await client.get_workflow_handle(workflow_id(UUID(opened["escalation_id"]))).result()
    assert (await sarah.ask("POST", f"{path}/notes", {"text": "Hm"}, key="old")).json() == (
        first.json()
    )
    again = await marcus.post(f"{path}/cancellation", {}, key="end")
    assert again["snapshot"]["status"] == "cancelled"


async def test_keys_of_two_people_do_not_meet(sarah: Desk, marcus: Desk, rows: Rows) -> None:
    body, key = opening(), uuid4().hex
    one = (await sarah.ask("POST", OPEN, body, key=key)).json()
    other = (await marcus.ask("POST", OPEN, {**body, "title": "His"}, key=key)).json()
    assert one["escalation_id"] != other["escalation_id"]
    opened = await sarah.open_case()
    path = f"{OPEN}/{opened['number']}/notes"
    hers = await sarah.post(path, {"text": "Hers"}, key=key)
    his = await marcus.post(path, {"text": "His"}, key=key)
    assert hers["op_id"] != his["op_id"]
    told = await sarah.timeline(opened["number"], at=his["version"])
    assert [one["words"] for one in told if one["fact"] == "note_added"] == ["Hers", "His"]


async def test_the_same_key_on_two_cases_and_on_two_routes_does_not_meet(sarah: Desk) -> None:
    one, other = await sarah.open_case(), await sarah.open_case()
    ids = {
        (await sarah.post(f"{OPEN}/{case['number']}/notes", {"text": "x"}, key="same"))["op_id"]
        for case in (one, other)
    }
    path = f"{OPEN}/{one['number']}"
    message = {"text": "x", "direction": "inbound"}
    ids.add((await sarah.post(f"{path}/messages", message, key="same"))["op_id"])
    ids.add((await sarah.post(f"{path}/resolution", {}, key="same"))["op_id"])
    assert len(ids) == 4


async def test_the_id_and_the_number_of_a_case_share_its_keys(sarah: Desk) -> None:
    opened = await sarah.open_case()
    first = await sarah.post(f"{OPEN}/{opened['number']}/notes", {"text": "x"}, key="k")
    again = await sarah.post(f"{OPEN}/{opened['escalation_id']}/notes", {"text": "x"}, key="k")
    assert first == again


async def test_a_stale_if_match_changes_nothing(sarah: Desk, rows: Rows) -> None:
    opened = await sarah.open_case()
    path = f"{OPEN}/{opened['number']}"
    noted = await sarah.post(f"{path}/notes", {"text": "x"}, version=opened["version"])
    before = await rows.count()
    for method, place, body in (
        ("POST", "/notes", {"text": "y"}),
        ("POST", "/steps/call-now/completion", {"outcome": "reached"}),
        ("POST", "/resolution", {}),
        ("PATCH", "", {"title": "Another"}),
    ):
        answer = await sarah.ask(method, f"{path}{place}", body, version=opened["version"])
        told = require_problem(answer, 412, "version-mismatch")
        assert str(noted["version"]) in told["detail"]
    left = await rows.since(before)
    left.pop("contents")
    assert left == {"operations": 4, "rejected": 4}
    assert (await sarah.case(opened["number"]))["version"] == noted["version"]


@pytest.mark.parametrize("form", ['"{}"', "{}", 'W/"{}"', "*"])
async def test_every_form_of_if_match_is_understood(form: str, sarah: Desk) -> None:
    opened = await sarah.open_case()
    headers = {"If-Match": form.format(opened["version"])}
    path = f"{OPEN}/{opened['number']}/notes"
    assert (await sarah.ask("POST", path, {"text": "x"}, headers=headers)).status_code == 200


async def test_two_agents_on_one_step_the_second_hears_when(sarah: Desk, anna: Desk) -> None:
    for _ in range(5):
        opened = await sarah.open_case()
        path = f"{OPEN}/{opened['number']}/steps/call-now/completion"
        answers = await asyncio.gather(
            sarah.ask("POST", path, {"outcome": "reached"}),
            anna.ask("POST", path, {"outcome": "left-message"}),
        )
        assert sorted(one.status_code for one in answers) in ([200, 409], [200, 403])
        lost = next(one for one in answers if one.status_code != 200)
        if lost.status_code == 409:
            told = require_problem(lost, 409, "step-already-ended")
            assert re.search(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC", told["detail"]), told
        done = await sarah.timeline(opened["number"], at=opened["version"] + 1)
        assert sum(one["fact"] == "step_ended" for one in done) == 1


async def test_a_senior_and_an_agent_on_one_step_are_one_200_and_one_409_that_says_when(
    sarah: Desk, marcus: Desk
) -> None:
    opened = await sarah.open_case()
    await sarah.post(f"{OPEN}/{opened['number']}/assignment", {"assignee": "sarah@demo.test"})
    path = f"{OPEN}/{opened['number']}/steps/call-now/completion"
    answers = await asyncio.gather(
        sarah.ask("POST", path, {"outcome": "reached"}),
        marcus.ask("POST", path, {"outcome": "left-message"}),
    )
    assert sorted(one.status_code for one in answers) == [200, 409]
    lost = next(one for one in answers if one.status_code == 409)
    told = require_problem(lost, 409, "step-already-ended")
    assert re.search(r"done by .+ at \d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC", told["detail"]), told


async def test_sixteen_notes_at_once_all_land(sarah: Desk) -> None:
    """Temporal takes ten updates of one workflow at a time; the others wait for their turn."""
    opened = await sarah.open_case()
    path = f"{OPEN}/{opened['number']}/notes"
    answers = await asyncio.gather(
        *(sarah.ask("POST", path, {"text": f"Note {number}"}) for number in range(16))
    )
    assert {one.status_code for one in answers} == {200}, [one.text for one in answers]
    versions = sorted(one.json()["version"] for one in answers)
    assert versions == list(range(opened["version"] + 1, opened["version"] + 17))
    told = await sarah.timeline(opened["number"], at=versions[-1])
    words = {one["words"] for one in told if one["fact"] == "note_added"}
    assert words == {f"Note {number}" for number in range(16)}


async def test_a_repeated_claim_takes_no_second_case(anna: Desk, sarah: Desk) -> None:
    """A retry of a claim whose answer was lost, after something more urgent came in."""
    await sarah.open_case(severity="high")
    first = (await anna.post("/cs/next", key="claim"))["action"]["escalation"]["number"]
    urgent = await sarah.open_case(
        severity="critical", received_at="2025-01-01T00:00:00Z", type="service_quality"
    )
    await sarah.case(urgent["number"], at=urgent["version"])
    again = (await anna.post("/cs/next", key="claim"))["action"]["escalation"]["number"]
    assert again == first
    assert (await sarah.case(urgent["number"]))["assignee"] is None


async def test_a_claim_repeated_before_it_is_written_down_takes_no_second_case(
    anna: Desk, sarah: Desk
) -> None:
    for _ in range(3):
        opened = await sarah.open_case()
        await sarah.case(opened["number"], at=opened["version"])
    answers = await asyncio.gather(*(anna.post("/cs/next", key="at-once") for _ in range(3)))
    answers.append(await anna.post("/cs/next", key="at-once"))
    assert len({one["action"]["escalation"]["number"] for one in answers}) == 1


async def test_the_second_on_a_step_hears_who_was_first_by_name(
    marcus: Desk, priya: Desk, store: Store
) -> None:
    opened = await marcus.open_case()
    step = opened["snapshot"]["step"]["id"]
    await marcus.done(opened["number"], step, "reached")
    path = f"/cs/escalations/{opened['number']}/steps/{step}/completion"
    for key in ("late", "late"):
        late = await priya.ask("POST", path, {"outcome": "reached"}, key=key)
        assert late.status_code == 409
        assert "Marcus Webb" in late.json()["detail"]
    async with store.single() as connection:
        query = "SELECT op_id, answer ->> 'detail' AS kept FROM operations WHERE key = 'late'"
        row = (await connection.execute(text(query))).one()
    assert "Marcus" not in row.kept, "what is kept has ids, so that a person can be forgotten"
    told = await priya.get(f"/operations/{row.op_id}")
    assert (told["status"], "Marcus Webb" in told["detail"]) == ("rejected", True)
