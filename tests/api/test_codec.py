"""C5: payloads are opened for admins, for Temporal's page alone, and each time is on record."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from google.protobuf.json_format import MessageToDict
from structlog.testing import capture_logs
from temporalio.api.common.v1 import Payload
from temporalio.client import Client

from api.app import create_app
from api.parts import Parts
from api.unsealing import Unsealing, origin_of
from models.actor import Role
from models.ids import workflow_id
from models.store.session import Store
from tests.api.conftest import ServiceDesk
from tests.api.problem import require_problem
from tests.conftest import Colleague
from tests.desk import Desk
from tests.keys import KEYS, NEW, OLD
from upkeep import team

DECODE = "/admin/codec/decode"
SESSION = "/admin/codec/session"
PERSON = UUID("01a20207-3ed2-74c6-bc07-75485aff31b8")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def asked(payloads: Sequence[Payload]) -> dict[str, Any]:
    """The body that Temporal's page sends."""
    return {"payloads": [MessageToDict(one) for one in payloads]}


async def start_of(client: Client, case: str) -> list[Payload]:
    """What a case was started with, as Temporal has it."""
    handle = client.get_workflow_handle(workflow_id(UUID(case)))
    async for event in handle.fetch_history_events():
        return list(event.workflow_execution_started_event_attributes.input.payloads)
    raise AssertionError("a history begins with its start")


@pytest.fixture
def page(parts: Parts) -> str:
    """The origin of Temporal's own page."""
    assert parts.unsealing is not None
    [origin] = parts.unsealing.origins
    return origin


@pytest.fixture
async def cookie(admin: Desk) -> dict[str, str]:
    """The cookie of a browser that an admin let in."""
    answer = await admin.ask("POST", SESSION)
    assert answer.status_code == 200
    return {"Cookie": answer.headers["set-cookie"].partition(";")[0]}


async def test_an_admin_reads_what_temporal_keeps_and_it_is_on_record(
    admin: Desk, sarah: Desk, client: Client, colleagues: dict[str, Colleague]
) -> None:
    opened = await sarah.open_case()
    payloads = await start_of(client, opened["escalation_id"])
    assert opened["escalation_id"].encode() not in payloads[0].data
    with capture_logs() as logs:
        told = await admin.post(DECODE, asked(payloads))
    [payload] = told["payloads"]
    assert payload["metadata"] == {"encoding": "anNvbi9wbGFpbg=="}
    [written] = [one for one in logs if one["event"] == "payloads opened"]
    assert written["who"] == str(colleagues["admin"].person.id)
    assert written["workflows"] == (workflow_id(UUID(opened["escalation_id"])),)
    assert (written["count"], written["kept_shut"]) == (1, 0)
    assert payload["data"] not in json.dumps(written, default=str)


async def test_what_is_clear_or_foreign_comes_back_as_it_was(admin: Desk) -> None:
    clear = Payload(metadata={"encoding": b"json/plain"}, data=b'"Hi"')
    sealed_by_others = Payload(
        metadata={"encoding": b"binary/encrypted", "encryption-key-id": b"theirs"}, data=b"x" * 40
    )
    body = asked([clear, sealed_by_others])
    with capture_logs() as logs:
        assert await admin.post(DECODE, body) == {
            "payloads": [{"data": "", **one} for one in body["payloads"]]
        }
    assert [one["kept_shut"] for one in logs if one["event"] == "payloads opened"] == [1]


async def test_nothing_is_sealed_for_anybody(admin: Desk) -> None:
    require_problem(await admin.ask("POST", "/admin/codec/encode", {}), 404, "not-found")


async def test_temporal_s_page_reads_with_the_cookie_of_a_browser_that_was_let_in(
    http: httpx2.AsyncClient, cookie: dict[str, str], page: str
) -> None:
    answer = await http.post(
        f"{DECODE}?preserveStorageRefs=true",
        json={"payloads": []},
        headers=cookie | {"Origin": page, "X-Namespace": "default"},
    )
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == page
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["vary"] == "Origin"


FOREIGN = [
    "https://evil.example", "null", "", "{page}.evil.example", "{page}/", "{page}0", "HTTP{rest}",
    "https{rest}", "http://localhost:1",
]  # fmt: skip


@pytest.mark.parametrize("foreign", FOREIGN)
async def test_no_other_page_is_answered_not_even_with_the_cookie(
    http: httpx2.AsyncClient, admin: Desk, cookie: dict[str, str], page: str, foreign: str
) -> None:
    origin = foreign.format(page=page, rest=page.removeprefix("http"))
    assert origin != page
    for who in (cookie, {"Authorization": f"Bearer {admin.token}"}):
        answer = await http.post(DECODE, json={"payloads": []}, headers=who | {"Origin": origin})
        require_problem(answer, 403, "not-allowed")
        assert "access-control-allow-origin" not in answer.headers
    answer = await http.request("OPTIONS", DECODE, headers={"Origin": origin})
    require_problem(answer, 403, "not-allowed")


async def test_a_cookie_without_the_name_of_a_page_counts_nothing(
    http: httpx2.AsyncClient, cookie: dict[str, str]
) -> None:
    answer = await http.post(DECODE, json={"payloads": []}, headers=cookie)
    require_problem(answer, 403, "not-allowed")


async def test_a_browser_is_told_that_temporal_s_page_may_ask(
    http: httpx2.AsyncClient, page: str
) -> None:
    answer = await http.request("OPTIONS", DECODE, headers={"Origin": page})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == page
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert "X-Namespace" in answer.headers["access-control-allow-headers"]


async def test_a_page_that_cannot_ask_first_is_not_heard(
    http: httpx2.AsyncClient, cookie: dict[str, str], page: str
) -> None:
    """What a form or a script without a preflight can send is not JSON by its type."""
    headers = cookie | {"Origin": page, "Content-Type": "text/plain"}
    answer = await http.post(DECODE, content=b'{"payloads": []}', headers=headers)
    require_problem(answer, 415, "media-type")


async def test_the_cookie_is_for_this_address_alone_and_no_script_reads_it(admin: Desk) -> None:
    answer = await admin.ask("POST", SESSION)
    told = answer.headers["set-cookie"].lower()
    for part in ("httponly", "samesite=strict", "path=/api/v1/admin/codec;", "max-age=28800"):
        assert part in f"{told};"
    until = datetime.fromisoformat(answer.json()["until"])
    assert timedelta(hours=7) < until - datetime.now(UTC) < timedelta(hours=9)


async def test_the_cookie_opens_nothing_else(
    http: httpx2.AsyncClient, cookie: dict[str, str]
) -> None:
    require_problem(await http.get("/me", headers=cookie), 401, "not-authenticated")
    require_problem(await http.post(SESSION, headers=cookie), 401, "not-authenticated")
    token = {"Authorization": f"Bearer {cookie['Cookie'].partition('=')[2]}"}
    require_problem(await http.get("/me", headers=token), 401, "not-authenticated")


@pytest.mark.parametrize("value", ["", "x", "a.b.c", f"{PERSON}.9999999999.{'0' * 64}", "é" * 90])
async def test_a_made_up_cookie_is_no_cookie(
    http: httpx2.AsyncClient, page: str, value: str
) -> None:
    headers = {b"Cookie": f"rightnow_codec={value}".encode(), b"Origin": page.encode()}
    answer = await http.post(DECODE, json={"payloads": []}, headers=headers)
    require_problem(answer, 401, "not-authenticated")


async def test_the_cookie_ends_when_its_holder_is_an_admin_no_more(
    http: httpx2.AsyncClient, parts: Parts, page: str, store: Store
) -> None:
    assert parts.unsealing is not None
    person = await team.add_person(store, "was-admin@demo.test", "Was Admin", Role.AGENT)
    ticket = parts.unsealing.ticket(person.id, datetime.now(UTC) + timedelta(hours=1))
    headers = {"Cookie": f"rightnow_codec={ticket}", "Origin": page}
    answer = await http.post(DECODE, json={"payloads": []}, headers=headers)
    require_problem(answer, 403, "not-allowed")


def test_a_ticket_counts_until_its_time_and_as_long_as_its_key() -> None:
    unsealing = Unsealing.of(KEYS, "default", None)
    assert unsealing is not None
    ticket = unsealing.ticket(PERSON, NOON)
    before, after = NOON - timedelta(seconds=1), NOON + timedelta(seconds=1)
    assert unsealing.holder(ticket, before) == PERSON
    assert unsealing.holder(ticket, after) is None
    later = ticket.replace(str(int(NOON.timestamp())), str(int(NOON.timestamp()) + 3600))
    assert unsealing.holder(later, before) is None
    rotated = Unsealing.of([OLD, NEW], "default", None)
    without = Unsealing.of([OLD], "default", None)
    assert rotated is not None
    assert without is not None
    assert rotated.holder(ticket, before) == PERSON
    assert without.holder(ticket, before) is None


async def test_a_service_s_token_opens_nothing(service: ServiceDesk) -> None:
    desk = await service([])
    require_problem(await desk.ask("POST", DECODE, {"payloads": []}), 403, "not-allowed")


@pytest.mark.parametrize(
    "payload",
    [{"data": "%%%"}, {"metadata": {"encoding": "*"}}, {"data": 1}, {"more": 1}, "x"],
    ids=str,
)
async def test_a_wrong_payload_is_named(admin: Desk, payload: Any) -> None:
    answer = await admin.ask("POST", DECODE, {"payloads": [payload]})
    told = require_problem(answer, 422, "fields-invalid")
    assert told["errors"][0]["where"].startswith("payloads.0")


async def test_a_question_has_a_limit(admin: Desk) -> None:
    many = {"payloads": [{"data": ""}] * 1001}
    require_problem(await admin.ask("POST", DECODE, many), 422, "fields-invalid")
    large = {"payloads": [{"data": "A" * 1_100_000}]}
    require_problem(await admin.ask("POST", DECODE, large), 413, "too-large")


async def test_where_nothing_is_sealed_there_is_nothing_to_open(parts: Parts, admin: Desk) -> None:
    assert Unsealing.of([], "default", "http://127.0.0.1:8233") is None
    bare = replace(parts, unsealing=None)
    app = create_app(bare)
    app.state.parts = bare
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://x.test/api/v1") as http:
        desk = Desk(http, admin.token)
        for path in (DECODE, SESSION):
            answer = await desk.ask("POST", path, {"payloads": []})
            require_problem(answer, 404, "not-found")


async def test_the_page_runs_its_own_script_and_nothing_else(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/admin/codec")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://127.0.0.1:8233", "http://127.0.0.1:8233"),
        ("https://Temporal.Example.com/namespaces", "https://temporal.example.com"),
        ("https://temporal.example.com:443", "https://temporal.example.com"),
        ("http://[::1]:8233/", "http://[::1]:8233"),
        ("ftp://x", None),
        ("http://x:y", None),
        ("", None),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(url: str, origin: str | None) -> None:
    assert origin_of(url) == origin
