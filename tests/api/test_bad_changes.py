"""Changes that are wrong: refused with their code, and the case stays as it was."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.api.bad_openings import OPEN
from tests.api.problem import CANARY, require_problem
from tests.api.rows import Rows
from tests.desk import Desk


@dataclass(frozen=True)
class Wrong:
    """A bad request to a case that is open, at its first step."""

    name: str
    path: str
    body: Any
    status: int = 422
    code: str = "fields-invalid"
    where: str | None = None
    method: str = "POST"
    kept: int = 0
    """Pieces of text that were kept with the request; the inbox has it, rejected."""

    rejected: bool = False
    """The rules refused it: it is on record as rejected, so that it stays the answer."""

    def __str__(self) -> str:
        return self.name


DONE = "steps/call-now/completion"
SKIP = "steps/call-now/skip"
FAR = "2999-01-01T00:00:00Z"
ASK = (
    Wrong("a note without text", "notes", {}, where="text"),
    Wrong("a note of spaces", "notes", {"text": " "}, where="text"),
    Wrong("a note with NUL", "notes", {"text": f"{CANARY}\x00"}, where="text"),
    Wrong("a note with a field more", "notes", {"text": "x", "by": "priya"}, where="by"),
    Wrong("a message without a direction", "messages", {"text": "x"}, where="direction"),
    Wrong("a message to the side", "messages", {"text": "x", "direction": "sideways"},
          where="direction"),
    Wrong("a message sent at a number", "messages",
          {"text": "x", "direction": "inbound", "sent_at": 5}, where="sent_at"),
    Wrong("a message sent in the year 1", "messages",
          {"text": "x", "direction": "inbound", "sent_at": "0001-01-01T00:00:00+14:00"},
          where="sent_at"),
    Wrong("an assignment to nobody known", "assignment", {"assignee_id": str(uuid4())}, 404,
          "person-unknown"),
    Wrong("an assignment to an unknown address", "assignment", {"assignee": "x@demo.test"}, 404,
          "person-unknown"),
    Wrong("an assignment to an admin", "assignment", {"assignee": "admin@demo.test"}, 404,
          "person-unknown"),
    Wrong("an assignment to two", "assignment",
          {"assignee": "sarah@demo.test", "assignee_id": str(uuid4())}, where="assignee"),
    Wrong("an assignment that is perhaps", "assignment", {"only_if_free": "yes"},
          where="only_if_free"),
    Wrong("a change of nothing", "", {}, where="body", method="PATCH"),
    Wrong("a change to null", "", {"severity": None}, where="body", method="PATCH"),
    Wrong("a change of the status", "", {"status": "closed"}, where="status", method="PATCH"),
    Wrong("a change to a far appointment", "", {"appointment_at": "2150-01-01T00:00:00Z"},
          where="appointment_at", method="PATCH"),
    Wrong("a change to an appointment in the year 1", "",
          {"appointment_at": "0001-01-01T00:00:00Z"}, where="appointment_at", method="PATCH"),
    Wrong("a completion without an outcome", DONE, {}, where="outcome"),
    Wrong("an outcome with spaces", DONE, {"outcome": "we talked"}, where="outcome"),
    Wrong("21 fields", DONE, {"outcome": "reached", "fields": {f"f{n}": "x" for n in range(21)}},
          where="fields"),
    Wrong("a field with a strange name", DONE,
          {"outcome": "reached", "fields": {"No Such": "x"}}),
    Wrong("an empty field", DONE, {"outcome": "reached", "fields": {"a": ""}}, where="fields.a"),
    Wrong("a letter without a body", DONE, {"outcome": "reached", "letter": {"subject": "x"}},
          where="letter.body"),
    Wrong("an unknown outcome", DONE, {"outcome": "shouted", "note": CANARY}, 422,
          "outcome-unknown", kept=1, rejected=True),
    Wrong("a field that the step does not have", DONE,
          {"outcome": "reached", "fields": {"mood": CANARY}}, 422, "field-required", kept=1,
          rejected=True),
    Wrong("an unknown step", "steps/dance/completion", {"outcome": "reached"}, 404,
          "step-unknown", rejected=True),
    Wrong("a run that was not", "steps/call-now~2/completion", {"outcome": "reached"}, 404,
          "step-unknown", rejected=True),
    Wrong("a step out of its turn", "steps/make-offer/completion", {"outcome": "accepted"}, 409,
          "step-not-open", rejected=True),
    Wrong("a skip out of its turn", "steps/make-offer/skip", {"reason": "x"}, 409,
          "step-not-open", kept=1, rejected=True),
    Wrong("a skip of what is never skipped", SKIP, {"reason": CANARY}, 409, "skip-forbidden",
          kept=1, rejected=True),
    Wrong("a skip with a reason of spaces", SKIP, {"reason": "  "}, where="reason"),
    Wrong("a step whose name is none", "steps/Call_Now/completion", {"outcome": "reached"},
          where="path.step"),
    Wrong("a reopening of what is open", "reopening", {"reason": CANARY}, 409,
          "not-in-this-status", kept=1, rejected=True),
    Wrong("a cancellation by an agent", "cancellation", {"reason": CANARY}, 403, "not-allowed",
          kept=1, rejected=True),
    Wrong("another severity by an agent", "", {"severity": "low"}, 403, "not-allowed",
          method="PATCH", rejected=True),
    Wrong("a resolution with a list", "resolution", {"note": ["x"]}, where="note"),
)  # fmt: skip


@pytest.mark.parametrize("wrong", ASK, ids=str)
async def test_a_bad_change_is_refused_and_changes_nothing(
    wrong: Wrong, sarah: Desk, rows: Rows
) -> None:
    opened = await sarah.open_case()
    before = await rows.count()
    path = f"{OPEN}/{opened['number']}/{wrong.path}".rstrip("/")
    answer = await sarah.ask(wrong.method, path, wrong.body)
    told = require_problem(answer, wrong.status, wrong.code, token=sarah.token)
    if wrong.where is not None:
        assert wrong.where in {one["where"] for one in told["errors"]}, told
    record = {"operations": 1, "rejected": 1} if wrong.rejected else {}
    kept = {"contents": wrong.kept} if wrong.kept else {}
    assert await rows.since(before) == {**record, **kept}
    seen = await sarah.case(opened["number"])
    assert seen["version"] == opened["version"]


@pytest.mark.usefixtures("one_day")
async def test_a_step_is_finished_once(sarah: Desk, rows: Rows) -> None:
    opened = await sarah.open_case()
    answer = await sarah.done(opened["number"], "call-now", "reached")
    before = await rows.count()
    path = f"{OPEN}/{opened['number']}/{DONE}"
    told = require_problem(
        await sarah.ask("POST", path, {"outcome": "left-message"}), 409, "step-already-ended"
    )
    assert "you" in told["detail"]
    assert f"{datetime.now(UTC):%Y-%m-%d}" in told["detail"]
    assert await rows.since(before) == {"operations": 1, "rejected": 1}
    seen = await sarah.case(opened["number"], at=answer["version"])
    card = next(one for one in seen["steps"] if one["id"] == "call-now")
    assert card["outcome"] == "reached"


async def test_a_skip_needs_the_reason_that_the_step_asks_for(sarah: Desk, rows: Rows) -> None:
    opened = await sarah.open_case()
    await sarah.done(opened["number"], "call-now", "reached")
    before = await rows.count()
    path = f"{OPEN}/{opened['number']}/steps/listen/skip"
    require_problem(await sarah.ask("POST", path, {}), 422, "reason-required")
    require_problem(await sarah.ask("POST", path, {"reason": None}), 422, "reason-required")
    assert await rows.since(before) == {"operations": 2, "rejected": 2}
    assert (await sarah.post(path, {"reason": "We spoke about it"}))["status"] == "applied"


async def test_a_required_field_is_required(sarah: Desk, rows: Rows) -> None:
    opened = await sarah.open_case()
    await sarah.done(opened["number"], "call-now", "reached")
    before = await rows.count()
    path = f"{OPEN}/{opened['number']}/steps/listen/completion"
    told = require_problem(
        await sarah.ask("POST", path, {"outcome": "heard"}), 422, "field-required"
    )
    assert "main-reason" in told["detail"]
    assert await rows.since(before) == {"operations": 1, "rejected": 1}


async def _at_appointment(sarah: Desk) -> tuple[str, dict[str, Any]]:
    """A missed appointment whose next step asks for the new one."""
    opened = await sarah.open_case(type="missed_appointment", title="Nobody came")
    answer = await sarah.work(opened)
    assert answer["snapshot"]["step"]["id"] == "next-day-slot"
    seen = await sarah.case(opened["number"], at=answer["version"])
    card = next(one for one in seen["steps"] if one["id"] == "next-day-slot")
    return opened["number"], card


@pytest.mark.parametrize(
    "moment",
    ["tomorrow at nine", "2026-12-01", "2026-12-01T09:30:00", "0", "1760000000", FAR,
     "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "2026-02-30T09:00:00Z"],
)  # fmt: skip
async def test_a_moment_that_is_none_is_refused(moment: str, sarah: Desk, rows: Rows) -> None:
    number, card = await _at_appointment(sarah)
    name = next(one["id"] for one in card["fields"] if one["kind"] == "moment")
    before = await rows.count()
    path = f"{OPEN}/{number}/steps/next-day-slot/completion"
    body = {"outcome": card["outcomes"][0]["id"], "fields": {name: moment}}
    told = require_problem(await sarah.ask("POST", path, body), 422, "fields-invalid")
    assert told["errors"][0]["where"] == f"fields.{name}"
    assert await rows.since(before) == {}


async def test_a_letter_with_blanks_does_not_leave(sarah: Desk, rows: Rows) -> None:
    opened = await sarah.open_case(type="missed_appointment", title="Nobody came")
    number = opened["number"]
    answer = await sarah.work(opened)
    path = f"{OPEN}/{number}/steps"
    answer = await sarah.post(f"{path}/next-day-slot/skip", {"reason": "They call back"})
    answer = await sarah.post(f"{path}/offer-discount/skip", {"reason": "Not wanted"})
    seen = await sarah.case(number, at=answer["version"])
    card = next(one for one in seen["steps"] if one["id"] == "confirm-time")
    assert card["letter"]["blanks"], card["letter"]
    outcome = card["outcomes"][0]["id"]
    before = await rows.count()
    ask = f"{path}/confirm-time/completion"
    told = require_problem(
        await sarah.ask("POST", ask, {"outcome": outcome}), 422, "field-required"
    )
    assert "[appointment day]" in told["detail"]
    own = {"subject": "Your visit", "body": "See you on [appointment day]."}
    require_problem(
        await sarah.ask("POST", ask, {"outcome": outcome, "letter": own}), 422, "field-required"
    )
    assert await rows.since(before) == {}


async def test_nothing_is_finished_after_the_end(sarah: Desk, marcus: Desk, rows: Rows) -> None:
    """Once while the workflow may still be there, once when it is surely gone."""
    opened = await sarah.open_case()
    path = f"{OPEN}/{opened['number']}"
    done = await marcus.post(f"{path}/cancellation", {"reason": "A mistake"})
    assert done["snapshot"]["status"] == "cancelled"
    await sarah.case(opened["number"], at=done["version"])
    for pause in (0.0, 0.5):
        await asyncio.sleep(pause)
        for place, body in (
            (DONE, {"outcome": "reached"}),
            (SKIP, {"reason": "x"}),
            ("notes", {"text": "x"}),
            ("messages", {"text": "x", "direction": "inbound"}),
            ("assignment", {"assignee": "sarah@demo.test"}),
            ("resolution", {}),
            ("reopening", {}),
        ):
            before = await rows.count()
            answer = await sarah.ask("POST", f"{path}/{place}", body)
            require_problem(answer, 409, "escalation-closed")
            left = await rows.since(before)
            assert left.pop("contents", 0) <= 1
            assert left == {"operations": 1, "rejected": 1}, place
    assert (await sarah.case(opened["number"]))["version"] == done["version"]


async def test_resolved_work_is_over_but_for_promises(sarah: Desk) -> None:
    opened = await sarah.open_case()
    path = f"{OPEN}/{opened['number']}"
    await sarah.post(f"{path}/resolution", {"note": "Done"})
    answer = await sarah.ask("POST", f"{path}/{DONE}", {"outcome": "reached"})
    require_problem(answer, 409, "step-already-ended")
    require_problem(await sarah.ask("POST", f"{path}/resolution", {}), 409, "not-in-this-status")
    require_problem(await sarah.ask("PATCH", path, {"title": "Another"}), 409, "not-in-this-status")
