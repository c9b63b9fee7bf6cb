"""Openings that are wrong: refused with their code, and nothing is left half-written."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from starlette.types import Message

from api import limits
from tests.api.bad_openings import BODIES, OPEN, Bad, content, opening
from tests.api.problem import require_problem
from tests.api.rows import Rows
from tests.desk import Desk


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
