"""Whatever comes in that is wrong: refused with its code, and nothing is left half-written."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from starlette.types import Message

from api import limits, problems
from api.parts import Parts
from models.actor import Role, Scope
from models.store.session import Store
from models.text import MAX_TEXT_BYTES
from tests.api.conftest import ServiceDesk
from tests.api.problem import CANARY, require_problem
from tests.api.rows import Rows
from tests.desk import Desk
from upkeep import team

OPEN = "/cs/escalations"
NAMED = {"name": f"Doug {CANARY}"}


def opening(**given: Any) -> dict[str, Any]:
    """An opening that is right but for what is given."""
    return {"customer": NAMED, "title": f"A title {CANARY}", **given}


def customer(**given: Any) -> dict[str, Any]:
    """An opening whose customer is right but for what is given."""
    return opening(customer={**NAMED, **given})


@dataclass(frozen=True)
class Bad:
    """A bad request and the answer that it must get."""

    name: str
    sent: Any
    """A body for JSON, or bytes as they are."""

    status: int = 422
    code: str = "fields-invalid"
    where: str | None = None
    """The field that the answer must name."""

    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


LATE = (datetime.now(UTC) + timedelta(days=1)).isoformat()

BODIES = (
    Bad("an empty body", b"", where="body"),
    Bad("no JSON", f"hello {CANARY}".encode(), 400, "bad-request"),
    Bad("half a JSON", b'{"title": "x"', 400, "bad-request"),
    Bad("JSON and more", json.dumps(opening()).encode() + b" {}", 400, "bad-request"),
    Bad("an array", [opening()]),
    Bad("a string", CANARY),
    Bad("a number", 7),
    Bad("null", b"null"),
    Bad("true", b"true"),
    Bad("NaN for money", b'{"title": "x", "customer": {"name": "D", "annual_value":'
        b' {"minor": NaN, "currency": "USD"}}}', 400, "bad-request"),
    Bad("Infinity for money", b'{"title": "x", "customer": {"name": "D", "annual_value":'
        b' {"minor": -Infinity, "currency": "USD"}}}', 400, "bad-request"),
    Bad("1e400 for money", b'{"title": "x", "customer": {"name": "D", "annual_value":'
        b' {"minor": 1e400, "currency": "USD"}}}', where="customer.annual_value.minor"),
    Bad("minus zero as a float", b'{"title": "x", "customer": {"name": "D", "annual_value":'
        b' {"minor": -0.0, "currency": "USD"}}}', where="customer.annual_value.minor"),
    Bad("an integer of 5000 digits", b'{"title": "x", "customer": {"name": "D", "annual_value":'
        b' {"minor": ' + b"9" * 5000 + b', "currency": "USD"}}}', 400, "bad-request"),
    Bad("an integer of 4000 digits", b'{"title": "x", "customer": {"name": "D", "annual_value":'
        b' {"minor": ' + b"9" * 4000 + b', "currency": "USD"}}}',
        where="customer.annual_value.minor"),
    Bad("2 to the 63rd", customer(annual_value={"minor": 2**63, "currency": "USD"}),
        where="customer.annual_value.minor"),
    Bad("true for an integer", customer(annual_value={"minor": True, "currency": "USD"}),
        where="customer.annual_value.minor"),
    Bad("a float for an integer", customer(annual_value={"minor": 1.5, "currency": "USD"}),
        where="customer.annual_value.minor"),
    Bad("a currency that is none", customer(annual_value={"minor": 1, "currency": "usd"}),
        where="customer.annual_value.currency"),
    Bad("half a money", customer(annual_value={"minor": 1}),
        where="customer.annual_value.currency"),
    Bad("an array for a title", opening(title=[CANARY]), where="title"),
    Bad("a number for a title", opening(title=5), where="title"),
    Bad("an object for a name", customer(name={"a": CANARY}), where="customer.name"),
    Bad("a field more", opening(admin=True), where="admin"),
    Bad("a version by mass assignment", opening(version=99), where="version"),
    Bad("a field more in the customer", customer(role="admin"), where="customer.role"),
    Bad("a field more in the money", customer(
        annual_value={"minor": 1, "currency": "USD", "x": 1}), where="customer.annual_value.x"),
    Bad("an id for an inline customer", customer(id=str(uuid4())), where="customer.id"),
    Bad("a key of half a surrogate pair", b'{"title": "x", "\\ud800": 1}'),
    Bad("a key of NUL", b'{"title": "x", "\\u0000": 1}'),
    Bad("a key twice", b'{"title": "x", "title": "y", "customer": {"name": "D"}}',
        400, "bad-request"),
    Bad("a key twice below", b'{"title": "x", "customer": {"name": "D", "name": "E"}}',
        400, "bad-request"),
    Bad("200 000 brackets", b"[" * 200_000, 400, "bad-request"),
    Bad("100 levels of objects", b'{"a":' * 100 + b"1" + b"}" * 100, 400, "bad-request"),
    Bad("brackets in a title", opening(title="[" * 201), where="title"),
    Bad("no title", {"customer": NAMED}, where="title"),
    Bad("no name", opening(customer={}), where="customer.name"),
    Bad("null for a title", opening(title=None), where="title"),
    Bad("neither customer nor id", {"title": "x"}, where="customer"),
    Bad("both customer and id", opening(customer_id=str(uuid4())), where="customer"),
    Bad("an unknown customer_id", {"title": "x", "customer_id": str(uuid4())},
        where="customer_id"),
    Bad("a customer_id that is none", {"title": "x", "customer_id": CANARY},
        where="customer_id"),
    Bad("a type that is none", opening(type="cancel"), where="type"),
    Bad("a severity that is none", opening(severity="CRITICAL"), where="severity"),
    Bad("a source that is none", opening(source="fax"), where="source"),
    Bad("a tier that is none", customer(tier="gold"), where="customer.tier"),
    Bad("received in the future", opening(received_at=LATE), where="received_at"),
    Bad("received at a naive time", opening(received_at="2025-11-01T10:00:00"),
        where="received_at"),
    Bad("received at a date", opening(received_at="2025-11-01"), where="received_at"),
    Bad("received at a number", opening(received_at=1_760_000_000), where="received_at"),
    Bad("received at a number in text", opening(received_at="1760000000"), where="received_at"),
    Bad("received at true", opening(received_at=True), where="received_at"),
    Bad("received in the year 300000", opening(received_at="300000-01-01T00:00:00Z"),
        where="received_at"),
    Bad("received in the year 1, east", opening(received_at="0001-01-01T00:00:00+14:00"),
        where="received_at"),
    Bad("received in the year 9999, west", opening(received_at="9999-12-31T23:59:59-14:00"),
        where="received_at"),
    Bad("received on the 30th of February", opening(received_at="2025-02-30T00:00:00Z"),
        where="received_at"),
    Bad("an appointment in the year 1", opening(appointment_at="0001-01-01T00:00:00Z"),
        where="appointment_at"),
    Bad("an appointment in 500 days", opening(
        appointment_at=(datetime.now(UTC) + timedelta(days=500)).isoformat()),
        where="appointment_at"),
    Bad("an appointment 500 days ago", opening(
        appointment_at=(datetime.now(UTC) - timedelta(days=500)).isoformat()),
        where="appointment_at"),
    Bad("an empty title", opening(title=""), where="title"),
    Bad("a title of spaces", opening(title=" \t \u2003"), where="title"),
    Bad("a title of two lines", opening(title="one\ntwo"), where="title"),
    Bad("a title of 201 characters", opening(title="x" * 201), where="title"),
    Bad("a title that is longer once normalised", opening(title="\u0958" * 200), where="title"),
    Bad("an empty name", customer(name="   "), where="customer.name"),
    Bad("an empty description", opening(description=""), where="description"),
    Bad("a description of spaces", opening(description=" \n "), where="description"),
    Bad("a description over 64 KB", opening(description="x" * (MAX_TEXT_BYTES + 1)),
        where="description"),
    Bad("a description over 64 KB of UTF-8", opening(description="ä" * (MAX_TEXT_BYTES // 2 + 1)),
        where="description"),
    Bad("a description over 64 KB once normalised",
        opening(description="\U0001d160" * (MAX_TEXT_BYTES // 4)), where="description"),
    Bad("a letter with 12 000 marks", opening(description="a" + "\u0301\u0316" * 6000),
        where="description"),
    Bad("NUL in a title", opening(title="a\x00b"), where="title"),
    Bad("NUL in a name", customer(name="a\x00b"), where="customer.name"),
    Bad("NUL in a description", opening(description="a\x00b"), where="description"),
    Bad("a bell in a title", opening(title="a\x07b"), where="title"),
    Bad("half a surrogate pair in a title", b'{"title": "\\ud800", "customer": {"name": "D"}}',
        where="title"),
    Bad("half a surrogate pair in a description",
        b'{"title": "x", "description": "a\\udfffb", "customer": {"name": "D"}}',
        where="description"),
    Bad("raw bytes of half a surrogate pair",
        b'{"title": "\xed\xa0\x80", "customer": {"name": "D"}}', where="title"),
    Bad("no UTF-8", b'{"title": "\xff\xfe\xfa", "customer": {"name": "D"}}', 400, "bad-request"),
    Bad("Latin-1", '{"title": "Größe", "customer": {"name": "D"}}'.encode("latin-1"),
        400, "bad-request"),
    Bad("half a surrogate pair in an address", b'{"title": "x", "customer": {"name": "D",'
        b' "email": "\\ud800@a.test"}}', where="customer.email"),
    Bad("an address that is none", customer(email="doug at home"), where="customer.email"),
    Bad("an address with a line end", customer(email="a@b.test\nBcc: c@d.test"),
        where="customer.email"),
    Bad("an address of 300 characters", customer(email="a" * 290 + "@b.test"),
        where="customer.email"),
    Bad("a telephone number that is none", customer(phone="call me"), where="customer.phone"),
    Bad("a time zone that is none", customer(time_zone="Mars/Olympus"),
        where="customer.time_zone"),
    Bad("a time zone that is a path", customer(time_zone="../../etc/passwd"),
        where="customer.time_zone"),
    Bad("a customer since tomorrow", customer(customer_since=LATE[:10]),
        where="customer.customer_since"),
    Bad("plain text as its type", opening(), 415, "media-type",
        headers={"Content-Type": "text/plain"}),
    Bad("a form as its type", opening(), 415, "media-type",
        headers={"Content-Type": "application/x-www-form-urlencoded"}),
    Bad("XML as its type", b"<a/>", 415, "media-type",
        headers={"Content-Type": "application/xml"}),
    Bad("no type", opening(), 415, "media-type", headers={"Content-Type": ""}),
    Bad("over 1 MB", b'{"title": "' + b"x" * limits.JSON_BYTES + b'"}', 413, "too-large"),
    Bad("a key with a space", opening(), headers={"Idempotency-Key": "a b"},
        where="header.idempotency-key"),
    Bad("an empty key", opening(), headers={"Idempotency-Key": ""},
        where="header.idempotency-key"),
    Bad("a key of 256 characters", opening(), headers={"Idempotency-Key": "k" * 256},
        where="header.idempotency-key"),
    Bad("an If-Match that is none", opening(), headers={"If-Match": '"abc"'},
        where="header.if-match"),
    Bad("an If-Match of ten digits", opening(), headers={"If-Match": "1234567890"},
        where="header.if-match"),
)  # fmt: skip


def content(sent: Any) -> bytes:
    """The bytes of a body."""
    return sent if isinstance(sent, bytes) else json.dumps(sent).encode()


@pytest.mark.parametrize("bad", BODIES, ids=str)
async def test_a_bad_opening_is_refused_and_leaves_nothing_behind(
    bad: Bad, sarah: Desk, rows: Rows
) -> None:
    before = await rows.count()
    headers = {"Content-Type": "application/json", **bad.headers}
    answer = await sarah.ask("POST", OPEN, content=content(bad.sent), headers=headers)
    told = require_problem(answer, bad.status, bad.code, token=sarah.token)
    if bad.where is not None:
        assert bad.where in {one["where"] for one in told["errors"]}, told
    assert await rows.since(before) == {}


async def test_utf_16_and_a_byte_order_mark_are_read_the_same_by_every_reader(
    sarah: Desk, rows: Rows
) -> None:
    """Two parsers that disagree about a body would be a hole; both are Python's here."""
    for encoding in ("utf-8-sig", "utf-16"):
        body = json.dumps(opening()).encode(encoding)
        answer = await sarah.ask(
            "POST", OPEN, content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 201, answer.text


async def test_a_body_without_an_end_is_refused_at_one_megabyte(sarah: Desk, rows: Rows) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 4096
            yield b" " * 4096

    before = await rows.count()
    answer = await sarah.ask(
        "POST", OPEN, content=endless(), headers={"Content-Type": "application/json"}
    )
    require_problem(answer, 413, "too-large")
    assert sent <= limits.JSON_BYTES + 8192
    assert await rows.since(before) == {}


async def test_a_body_that_trickles_is_refused_in_time(
    sarah: Desk, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SECONDS", 0.1)

    async def slow() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.02)

    before = await rows.count()
    answer = await sarah.ask(
        "POST", OPEN, content=slow(), headers={"Content-Type": "application/json"}
    )
    require_problem(answer, 408, "too-slow")
    assert await rows.since(before) == {}


async def test_a_body_whose_sender_went_away_is_not_taken_for_whole(
    http: httpx2.AsyncClient, sarah: Desk, rows: Rows
) -> None:
    """Raw ASGI: half of the promised bytes, which are a request of their own, then nobody."""
    transport = http._transport
    assert isinstance(transport, httpx2.ASGITransport)
    messages: list[Message] = [
        {"type": "http.request", "body": json.dumps(opening()).encode(), "more_body": True},
        {"type": "http.disconnect"},
    ]
    answered: list[Any] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Any) -> None:
        answered.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/api/v1/cs/escalations",
        "raw_path": b"/api/v1/cs/escalations",
        "root_path": "",
        "query_string": b"",
        "headers": [
            (b"authorization", f"Bearer {sarah.token}".encode()),
            (b"content-type", b"application/json"),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }
    before = await rows.count()
    await transport.app(scope, receive, send)
    assert answered == []
    assert await rows.since(before) == {}


GOOD_TEXTS = {
    "right to left": "\u05d3\u05d5\u05d3 \u05db\u05d4\u05df",
    "Arabic": "\u0645\u062d\u0645\u062f \u0639\u0644\u064a",
    "a direction override": "Doug \u202egnp.exe",
    "a zero-width space": "Do\u200bug",
    "a joined emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467 Doug",
    "a letter of the first plane": "\U0001d49f\u20d7 Doug",
    "decomposed": "Zoe\u0308 Marchetti",
    "quotes and tags": '<b>O\'Hara</b> & "Sons"; --',
    "braces": "{customer.name} {{7*7}}",
    "percent": "100% _sure_ \\ yes",
}


@pytest.mark.parametrize("name", GOOD_TEXTS.values(), ids=GOOD_TEXTS)
async def test_every_script_is_kept_as_nfc_and_comes_back_the_same(name: str, sarah: Desk) -> None:
    import unicodedata

    opened = await sarah.open_case(
        customer={"name": name}, title=f"About {name}", description=f"{name}\n\t{name}"
    )
    seen = await sarah.case(opened["number"], at=opened["version"])
    kept = unicodedata.normalize("NFC", name)
    assert seen["customer"]["name"] == kept
    assert seen["title"] == f"About {kept}"
    assert seen["description"] == f"{kept}\n\t{kept}"
    page = await sarah.get("/cs/escalations", q=f"About {name}")
    assert opened["number"] in {one["number"] for one in page["items"]}


async def test_a_grapheme_of_ten_kilobytes_is_kept_and_holds_nobody_up(sarah: Desk) -> None:
    grapheme = "a" + "\u0301\u0316" * 2500
    opened = await sarah.open_case(description=grapheme)
    seen = await sarah.case(opened["number"], at=opened["version"])
    assert len(seen["description"]) >= 5000
    before = asyncio.get_running_loop().time()
    many = {f"f{number}": "a" + "\u0301\u0316" * 16_000 for number in range(14)}
    path = f"/cs/escalations/{opened['number']}/steps/call-now/completion"
    answer = await sarah.ask("POST", path, {"outcome": "reached", "fields": many})
    require_problem(answer, 422, "fields-invalid")
    assert asyncio.get_running_loop().time() - before < 2


async def test_numbers_that_are_right_are_taken_exactly(sarah: Desk) -> None:
    for minor in (0, -0, 10**15, -(10**15)):
        value = {"minor": minor, "currency": "JPY"}
        opened = await sarah.open_case(customer={"name": "Doug", "annual_value": value})
        seen = await sarah.case(opened["number"], at=opened["version"])
        assert seen["customer"]["annual_value"] == value


# -- bodies of the other routes ----------------------------------------------------------------


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


# -- who asks ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        f"Bearer {CANARY}-{'x' * 30}",
        f"Bearer {'x' * 5000}",
        "Basic c2FyYWg6cGFzc3dvcmQ=",
        "Token abc",
        "Bearer \u00e4\u00f6\u00fc-----------------------",
        "Bearer ' OR 1=1 -- xxxxxxxxxxxxxxx",
    ],
)
async def test_without_a_right_token_nothing_is_said_or_done(
    header: str | None, http: httpx2.AsyncClient, rows: Rows
) -> None:
    before = await rows.count()
    headers = {} if header is None else {b"Authorization": header.encode("latin-1")}
    for method, path in (("POST", OPEN), ("GET", f"{OPEN}/E-1001"), ("POST", "/cs/next")):
        body = opening() if path == OPEN else None
        answer = await http.request(method, path, headers=headers, json=body)
        require_problem(answer, 401, "not-authenticated")
    assert await rows.since(before) == {}


async def _newcomer(http: httpx2.AsyncClient, store: Store, **more: Any) -> tuple[Desk, str]:
    email = f"{uuid4().hex[:10]}@demo.test"
    await team.add_person(store, email, "New Comer", Role.AGENT)
    return Desk(http, await team.new_token(store, email, **more)), email


async def test_a_token_that_has_run_out_does_not_count(
    http: httpx2.AsyncClient, store: Store
) -> None:
    desk, _ = await _newcomer(http, store, valid_for=timedelta(seconds=-1))
    require_problem(await desk.ask("GET", "/cs/next"), 401, "not-authenticated", token=desk.token)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE tokens SET revoked_at = now() WHERE person_id ="
        " (SELECT id FROM people WHERE email = :email)",
        "UPDATE people SET active = false WHERE email = :email",
    ],
    ids=["revoked", "inactive"],
)
async def test_a_token_ends_within_seconds_when_it_is_revoked_or_its_person_leaves(
    change: str, http: httpx2.AsyncClient, store: Store, parts: Parts, rows: Rows
) -> None:
    desk, email = await _newcomer(http, store)
    await desk.get("/cs/next")
    await rows.run(change, email=email)
    for _ in range(50):
        answer = await desk.ask("GET", "/cs/next")
        if answer.status_code != 200:
            break
        await asyncio.sleep(0.1)
    require_problem(answer, 401, "not-authenticated", token=desk.token)
    before = await rows.count()
    require_problem(await desk.ask("POST", OPEN, opening()), 401, "not-authenticated")
    assert await rows.since(before) == {}


async def test_nobody_is_assigned_who_has_left(
    sarah: Desk, http: httpx2.AsyncClient, store: Store, rows: Rows
) -> None:
    _, email = await _newcomer(http, store)
    await rows.run("UPDATE people SET active = false WHERE email = :email", email=email)
    opened = await sarah.open_case()
    path = f"{OPEN}/{opened['number']}/assignment"
    require_problem(await sarah.ask("POST", path, {"assignee": email}), 404, "person-unknown")


async def test_a_service_without_the_scope_learns_and_does_nothing(
    service: ServiceDesk, sarah: Desk, rows: Rows
) -> None:
    opened = await sarah.open_case()
    desk = await service([])
    before = await rows.count()
    require_problem(await desk.ask("POST", OPEN, opening()), 403, "not-allowed")
    for number in (opened["number"], "E-999999999"):
        path = f"{OPEN}/{number}"
        require_problem(await desk.ask("GET", path), 403, "not-allowed")
        require_problem(await desk.ask("POST", f"{path}/notes", {"text": "x"}), 403, "not-allowed")
        require_problem(
            await desk.ask("POST", f"{path}/assignment", {"assignee": "sarah@demo.test"}),
            403,
            "not-allowed",
        )
    assert await rows.since(before) == {}


async def test_a_step_for_seniors_is_not_for_agents(sarah: Desk, rows: Rows) -> None:
    opened = await sarah.open_case(type="executive", title="The VP calls", severity="high")
    for _ in range(100):
        seen = await sarah.case(opened["number"])
        if any(one["id"] == "write-summary" and one["status"] == "open" for one in seen["steps"]):
            break
        await asyncio.sleep(0.05)
    path = f"{OPEN}/{opened['number']}/steps"
    await sarah.post(f"{path}/write-summary/skip", {"reason": "It is in the mail"})
    path = f"{path}/call-executive/completion"
    require_problem(await sarah.ask("POST", path, {"outcome": "reached"}), 403, "not-allowed")


async def test_an_agent_leaves_the_cases_of_others_alone(sarah: Desk, anna: Desk) -> None:
    opened = await sarah.open_case()
    path = f"{OPEN}/{opened['number']}"
    await sarah.post(f"{path}/assignment", {"assignee": "sarah@demo.test"})
    for place, body in (
        (DONE, {"outcome": "reached"}),
        ("resolution", {}),
        ("assignment", {"assignee": "anna@demo.test"}),
    ):
        answer = await anna.ask("POST", f"{path}/{place}", body)
        require_problem(answer, 403, "not-allowed", token=anna.token)
    claim = {"assignee": "anna@demo.test", "only_if_free": True}
    answer = await anna.ask("POST", f"{path}/assignment", claim)
    require_problem(answer, 409, "already-assigned")


# -- mail --------------------------------------------------------------------------------------

MAIL = b"From: a@b.test\r\nTo: support@brightair.test\r\nSubject: Hello\r\n\r\nHello\r\n"


async def _mail(desk: Desk, sent: Any, kind: str | None = "message/rfc822") -> httpx2.Response:
    headers = {"Content-Type": kind} if kind else {}
    return await desk.ask("POST", "/inbound/email", content=sent, headers=headers)


@pytest.mark.parametrize(
    ("sent", "kind", "status", "code"),
    [
        (b"", "message/rfc822", 422, "mail-unreadable"),
        (b"\r\n\r\n", "message/rfc822", 422, "mail-unreadable"),
        (b"\x00\xff\x00\xff" * 100, "message/rfc822", 422, "mail-unreadable"),
        (b"Subject: Nobody\r\n\r\nHello\r\n", "message/rfc822", 422, "mail-unreadable"),
        (b"From: \r\nSubject: x\r\n\r\nHello", "message/rfc822", 422, "mail-unreadable"),
        (b"From: undisclosed-recipients:;\r\n\r\nHello", "message/rfc822", 422, "mail-unreadable"),
        (b"X: y\r\n" * 20_000 + b"\r\n", "message/rfc822", 422, "mail-unreadable"),
        (MAIL, "application/json", 415, "media-type"),
        (MAIL, "multipart/form-data; boundary=x", 415, "media-type"),
        (MAIL + b"x" * (25 * 1024 * 1024), "message/rfc822", 413, "too-large"),
    ],
    ids=[
        "empty", "only line ends", "bytes", "without a sender", "an empty sender", "an empty group",
        "20 000 headers", "as JSON", "as a form", "25 MB and more",
    ],
)  # fmt: skip
async def test_a_bad_mail_is_refused_and_leaves_nothing_behind(
    sent: bytes, kind: str, status: int, code: str, gateway: Desk, rows: Rows
) -> None:
    before = await rows.count()
    answer = await _mail(gateway, sent, kind)
    require_problem(answer, status, code, token=gateway.token)
    assert await rows.since(before) == {}


async def test_a_mail_without_an_end_is_refused_at_25_megabytes(gateway: Desk, rows: Rows) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield MAIL
        while True:
            sent += 1024 * 1024
            yield b"x" * (1024 * 1024)

    before = await rows.count()
    require_problem(await _mail(gateway, endless()), 413, "too-large")
    assert sent <= 26 * 1024 * 1024
    assert await rows.since(before) == {}


@pytest.mark.parametrize(
    "sent",
    [
        b"From: @b.test\r\nSubject: x\r\n\r\nHello",
        b"From: <a@b>\r\nSubject: x\r\n\r\nHello",
        b'From: "\xe2\x80\x8b" <a@b.test>\r\nSubject: \xe2\x80\x8b\r\n\r\n\xe2\x80\x8b',
        b"From: a@b.test\r\nSubject: \x00\x01\r\n\r\n\x00\x02",
        b"From: a@b.test\r\nSubject: =?utf-8?B?7aCA?=\r\n\r\n\xed\xa0\x80",
        b"From: " + b"a" * 300 + b"@b.test\r\nSubject: " + b"x" * 5000 + b"\r\n\r\nHello",
        b"From: \xff\xfe <\xff@b.test>\r\nSubject: \xff\r\n\r\n\xff",
        b"From: a@b.test\r\nMessage-ID: <" + b"m" * 5000 + b"@b.test>\r\n\r\nHello",
        b"From: a@b.test\r\nMessage-ID: <\xff\x00@b.test>\r\nSubject: x\r\n\r\nHello",
        b"From: a@b.test\r\nDate: Mon, 99 Foo 99999 99:99:99 +9999\r\nSubject: x\r\n\r\nHello",
        b"From: a@b.test\r\nSubject: " + "\u0958".encode() * 200 + b"\r\n\r\nHello",
        ("From: a@b.test\r\nSubject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\na"
         + "\u0301\u0316" * 60_000).encode(),
    ],
    ids=[
        "no local part", "no top level", "nothing to see", "controls", "half a surrogate pair",
        "very long", "no charset", "a long id", "a strange id", "a strange date",
        "a swelling title",
        "120 000 marks",
    ],
)  # fmt: skip
async def test_a_strange_mail_is_a_case_or_a_problem_but_never_an_error_of_ours(
    sent: bytes, gateway: Desk, sarah: Desk
) -> None:
    began = asyncio.get_running_loop().time()
    answer = await _mail(gateway, sent)
    assert asyncio.get_running_loop().time() - began < 5
    if answer.status_code == 201:
        told = answer.json()["operation"]
        seen = await sarah.case(told["number"], at=told["version"])
        assert seen["title"].strip()
        assert seen["customer"]["name"].strip()
    else:
        assert answer.status_code in (200, 422), answer.text
        if answer.status_code == 422:
            require_problem(answer, 422, "mail-unreadable")
    await sarah.get("/cs/escalations", limit=1)


# -- questions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/cs/escalations?limit=0", "query.limit"),
        ("/cs/escalations?limit=101", "query.limit"),
        ("/cs/escalations?limit=abc", "query.limit"),
        ("/cs/escalations?limit=1e3", "query.limit"),
        ("/cs/escalations?limit=99999999999999999999", "query.limit"),
        ("/cs/escalations?cursor=abc", "query.cursor"),
        ("/cs/escalations?cursor=-1", "query.cursor"),
        ("/cs/escalations?cursor=9999999999999999", "query.cursor"),
        ("/cs/escalations?status=gone", "query.status.0"),
        ("/cs/escalations?severity=worst", "query.severity.0"),
        ("/cs/escalations?" + "&".join(["status=open"] * 11), "query.status"),
        ("/cs/escalations?assignee=sarah", "query.assignee"),
        ("/cs/escalations?customer=doug", "query.customer"),
        ("/cs/escalations?playbook=No%20Slug", "query.playbook"),
        ("/cs/escalations?unassigned=perhaps", "query.unassigned"),
        ("/cs/escalations?q=", "query.q"),
        ("/cs/escalations?q=%00", "query.q"),
        ("/cs/escalations?q=%ED%A0%80%00", "query.q"),
        ("/cs/escalations?q=" + "x" * 201, "query.q"),
        ("/cs/escalations/E-1001?min_version=0", "query.min_version"),
        ("/cs/escalations/E-1001?min_version=x", "query.min_version"),
        ("/cs/escalations/E-1001?min_version=1000001", "query.min_version"),
        ("/cs/escalations/E-x", "path.case"),
        ("/cs/escalations/" + "1" * 36 + "x", "path.case"),
        ("/cs/escalations/%00", "path.case"),
        ("/cs/escalations/E-1001/timeline?cursor=x", "query.cursor"),
        ("/cs/escalations/E-1001/timeline?limit=501", "query.limit"),
        ("/cs/queue?cursor=x", "cursor"),
        ("/cs/queue?cursor=2026-01-01T00:00:00~" + str(uuid4()), "cursor"),
        ("/cs/queue?cursor=2026-01-01T00:00:00Z~x", "cursor"),
        ("/cs/queue?cursor=" + "x" * 121, "query.cursor"),
        ("/cs/queue?limit=0", "query.limit"),
        ("/mailbox?limit=201", "query.limit"),
        ("/operations/x", "path.op_id"),
    ],
)
async def test_a_bad_question_names_what_is_wrong_with_it(
    path: str, where: str, sarah: Desk
) -> None:
    told = require_problem(await sarah.ask("GET", path), 422, "fields-invalid")
    assert where in {one["where"] for one in told["errors"]}, told


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/cs/escalations/E-999999999999999", "escalation-unknown"),
        (f"/cs/escalations/{uuid4()}", "escalation-unknown"),
        ("/cs/escalations/" + "-" * 36, "escalation-unknown"),
        (f"/cs/escalations/{uuid4()}/timeline", "escalation-unknown"),
        (f"/cs/escalations/{uuid4()}/deliveries", "escalation-unknown"),
        (f"/cs/escalations/{uuid4()}/deadlines", "escalation-unknown"),
        (f"/operations/{uuid4()}", "operation-unknown"),
        ("/no/such/address", "not-found"),
    ],
)
async def test_what_is_not_there_is_a_404_with_its_code(path: str, code: str, sarah: Desk) -> None:
    require_problem(await sarah.ask("GET", path), 404, code)


async def test_a_method_that_is_not_taken_says_which_are(sarah: Desk) -> None:
    answer = await sarah.ask("DELETE", "/cs/queue")
    require_problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET"
    answer = await sarah.ask("DELETE", f"{OPEN}/E-1001")
    assert answer.headers["allow"] == "GET, PATCH"


async def test_an_error_of_ours_says_nothing_of_itself(
    sarah: Desk, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []

    class Log:
        def error(self, event: str, **more: Any) -> None:
            told.append(more)

    def broken(*_: Any) -> Any:
        raise RuntimeError(f"secret {CANARY} in site-packages")

    monkeypatch.setattr(problems, "_log", Log())
    monkeypatch.setattr(Parts, "playbook", broken)
    opened = await sarah.open_case()
    answer = await sarah.ask("GET", f"{OPEN}/{opened['number']}")
    require_problem(answer, 500, "internal")
    assert [type(one["exc_info"]) for one in told] == [RuntimeError]


async def test_a_scope_of_reading_reads_and_nothing_else(service: ServiceDesk, sarah: Desk) -> None:
    opened = await sarah.open_case()
    desk = await service([Scope.READ])
    path = f"{OPEN}/{opened['number']}"
    assert (await desk.get(path))["number"] == opened["number"]
    require_problem(await desk.ask("POST", f"{path}/notes", {"text": "x"}), 403, "not-allowed")
    require_problem(await desk.ask("GET", "/cs/queue"), 403, "not-allowed")
    require_problem(await desk.ask("POST", "/cs/next"), 403, "not-allowed")
