"""Who may do what: every route by every kind of caller, exactly. A new route needs a row."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio

from api import live
from api.app import create_app
from models.actor import Scope
from tests.api.conftest import ServiceDesk
from tests.api.problem import require_problem
from tests.desk import Desk

COLUMNS = (
    "anonymous", "agent", "senior", "manager", "admin", "no scope", "esc:read", "esc:open",
    "esc:event",
)  # fmt: skip
TABLE = """
GET    /cs/escalations                              401 200 200 200 200 403 200 403 403
GET    /cs/escalations/ai-alerts                    401 200 200 200 200 403 403 403 403
GET    /cs/escalations/{case}/ai-guidance           401 200 200 200 200 403 200 403 403
POST   /cs/escalations/{case}/ai-generate-response  401 200 200 200 403 403 403 403 403
POST   /cs/alerts/{alert}/acknowledgement           401 404 404 404 403 403 403 403 403
POST   /cs/alerts/{alert}/snooze                    401 404 404 404 403 403 403 403 403
POST   /cs/escalations                              401 201 201 201 201 403 403 201 403
GET    /cs/escalations/{case}                       401 200 200 200 200 403 200 403 403
PATCH  /cs/escalations/{case}                       401 403 200 200 403 403 403 403 403
POST   /cs/escalations/{case}/steps/{step}/completion  401 200 200 200 403 403 403 403 403
POST   /cs/escalations/{case}/steps/{step}/skip     401 200 200 200 403 403 403 403 403
POST   /cs/escalations/{case}/steps/{step}/snooze   401 200 200 200 403 403 403 403 403
POST   /cs/escalations/{case}/messages              401 200 200 200 403 403 403 403 200
POST   /cs/escalations/{case}/notes                 401 200 200 200 403 403 403 403 200
POST   /cs/escalations/{case}/assignment            401 200 200 200 200 403 403 403 403
POST   /cs/escalations/{case}/hand-up               401 200 200 409 403 403 403 403 403
POST   /cs/escalations/{case}/undo                  401 409 409 409 403 403 403 403 403
POST   /cs/escalations/{case}/steps/{step}/delegation  401 409 409 409 403 403 403 403 403
POST   /cs/escalations/{case}/resolution            401 200 200 200 403 403 403 403 403
POST   /cs/escalations/{case}/pauses                401 403 200 200 403 403 403 403 403
DELETE /cs/escalations/{case}/pauses/current        401 403 200 200 403 403 403 403 403
POST   /cs/escalations/{case}/reopening             401 200 200 200 403 403 403 403 403
POST   /cs/escalations/{case}/merge                 401 403 403 200 403 403 403 403 403
GET    /cs/escalations/{case}/playbook-change        401 409 409 409 409 403 409 403 403
POST   /cs/escalations/{case}/playbook              401 403 409 409 403 403 403 403 403
POST   /cs/escalations/{case}/cancellation          401 403 200 200 403 403 403 403 403
GET    /cs/escalations/{case}/timeline              401 200 200 200 200 403 200 403 403
GET    /cs/escalations/{case}/deliveries            401 200 200 200 200 403 200 403 403
GET    /cs/escalations/{case}/deadlines             401 200 200 200 200 403 200 403 403
GET    /cs/escalations/{case}/similar-cases         401 200 200 200 200 403 200 403 403
POST   /cs/escalations/{case}/ai-predict-outcome    401 200 200 200 200 403 200 403 403
GET    /cs/analytics/predictions                    401 403 403 200 200 403 403 403 403
GET    /operations/{op_id}                          401 200 200 200 200 404 404 404 404
GET    /cs/queue                                    401 200 200 200 200 403 403 403 403
GET    /cs/stream                                   401 503 503 503 503 403 503 403 403
GET    /cs/next                                     401 200 200 200 200 403 403 403 403
POST   /cs/next                                     401 200 200 200 403 403 403 403 403
POST   /inbound/email                               401 201 201 201 201 403 403 201 403
GET    /me                                          401 200 200 200 200 200 200 200 200
GET    /cs/playbooks                                401 200 200 200 200 403 403 403 403
POST   /cs/playbooks                                401 403 201 201 201 403 403 403 403
POST   /cs/playbooks/validation                     401 403 200 200 200 403 403 403 403
GET    /cs/playbooks/{slug}/versions                401 200 200 200 200 403 403 403 403
GET    /cs/playbooks/{slug}/performance              401 200 200 200 200 403 403 403 403
GET    /cs/playbooks/{version}                      401 200 200 200 200 403 403 403 403
GET    /cs/playbooks/{version}/adopters             401 200 200 200 200 403 403 403 403
POST   /cs/playbooks/{version}/rehearsal            401 403 200 200 200 403 403 403 403
POST   /cs/playbooks/{version}/simulation           401 200 200 200 200 403 403 403 403
POST   /cs/playbooks/{version}/publication          401 403 403 200 200 403 403 403 403
POST   /admin/codec/session                         401 403 403 403 200 403 403 403 403
POST   /admin/codec/decode                          401 403 403 403 200 403 403 403 403
GET    /mailbox                                     401 200 200 200 200 403 403 403 403
GET    /mailbox/set-aside                           401 200 200 200 200 403 403 403 403
GET    /admin/audit                                 401 403 403 200 200 403 403 403 403
GET    /status                                      401 200 200 200 200 403 200 403 403
GET    /healthz                                     200 200 200 200 200 200 200 200 200
GET    /readyz                                      200 200 200 200 200 200 200 200 200
GET    /metrics                                     200 200 200 200 200 200 200 200 200
"""
"""The cases are free, or Sarah's; `{op_id}` is Sarah's opening; PATCH changes the severity. Of the
stream, which has no end, all places are taken."""

ROWS = {
    (method, path): dict(zip(COLUMNS, map(int, expected), strict=True))
    for method, path, *expected in (line.split() for line in TABLE.split("\n") if line)
}
GENERAL = (Path(__file__).parents[2] / "playbooks" / "general.yaml").read_text(encoding="utf-8")
CONFLICTS = {
    "playbook": "playbook-not-adoptable",
    "playbook-change": "playbook-not-adoptable",
    "hand-up": "nobody-higher",
    "undo": "undo-too-late",
    "delegation": "step-not-open",
    "stream": "busy",
}
"""What is right to ask, and cannot be done in such a case."""


@pytest.fixture(autouse=True)
def no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody finds a place at the stream."""
    monkeypatch.setattr(live, "READERS", 0)


OUTSIDE = {"/healthz", "/readyz", "/metrics"}
MISSING = "E-999999999"


def operations() -> set[tuple[str, str]]:
    """Every method and path of the API, without its prefix."""
    return {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in create_app().openapi()["paths"].items()
        for method in methods
    }


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert set(ROWS) == operations()


def _mail() -> dict[str, Any]:
    sent = f"From: {uuid4().hex[:9]}@customer.test\r\nSubject: Roles\r\n\r\n{uuid4()}\r\n"
    return {"content": sent.encode(), "headers": {"Content-Type": "message/rfc822"}}


BODIES: dict[str, Callable[[], dict[str, Any]]] = {
    "POST /cs/escalations": lambda: {"body": {"customer": {"name": "D"}, "title": "Roles"}},
    "PATCH /cs/escalations/{case}": lambda: {"body": {"severity": "low"}},
    "POST /cs/escalations/{case}/steps/{step}/completion": lambda: {"body": {"outcome": "reached"}},
    "POST /cs/escalations/{case}/steps/{step}/skip": lambda: {"body": {"reason": "Not needed"}},
    "POST /cs/escalations/{case}/steps/{step}/snooze": lambda: {"body": {"length": "1m"}},
    "POST /cs/escalations/{case}/messages": lambda: {"body": {"direction": "inbound", "text": "x"}},
    "POST /cs/alerts/{alert}/snooze": lambda: {"body": {"length": "1m"}},
    "POST /cs/escalations/{case}/notes": lambda: {"body": {"text": "x"}},
    "POST /cs/escalations/{case}/assignment": lambda: {"body": {"assignee": "sarah@demo.test"}},
    "POST /cs/escalations/{case}/hand-up": lambda: {"body": {"reason": "Roles"}},
    "POST /cs/escalations/{case}/undo": lambda: {"body": {"op_id": str(uuid4())}},
    "POST /cs/escalations/{case}/steps/{step}/delegation": lambda: {
        "body": {"person": "marcus@demo.test"}
    },
    "POST /cs/escalations/{case}/merge": lambda: {"body": {"into": MISSING, "reason": "One"}},
    "POST /cs/escalations/{case}/playbook": lambda: {
        "body": {"playbook": "billing-dispute@1", "seen": "x"}
    },
    "GET /cs/escalations/{case}/playbook-change": lambda: {
        "params": {"playbook": "billing-dispute@1"}
    },
    "POST /cs/escalations/{case}/pauses": lambda: {"body": {"reason": "A part is late"}},
    "POST /cs/escalations/{case}/ai-predict-outcome": lambda: {
        "body": {"action": "billing-dispute"}
    },
    "POST /inbound/email": _mail,
    "POST /cs/playbooks": lambda: {"body": {"text": GENERAL}},
    "POST /cs/playbooks/validation": lambda: {"body": {"text": GENERAL}},
    "POST /admin/codec/decode": lambda: {"body": {"payloads": []}},
}


def bodies(method: str, path: str) -> dict[str, Any]:
    """A right body for a route."""
    made = BODIES.get(f"{method} {path}")
    if made is not None:
        return made()
    return {"body": {}} if method != "GET" else {}


@pytest_asyncio.fixture(scope="session")
async def callers(
    http: httpx2.AsyncClient,
    sarah: Desk,
    marcus: Desk,
    priya: Desk,
    admin: Desk,
    service: ServiceDesk,
) -> dict[str, Desk]:
    """One caller a column."""
    return {
        "anonymous": Desk(http, ""),
        "agent": sarah,
        "senior": marcus,
        "manager": priya,
        "admin": admin,
        "no scope": await service([]),
        **{str(scope): await service([scope]) for scope in Scope},
    }


async def ask(desk: Desk, method: str, path: str, **more: Any) -> httpx2.Response:
    """One request; the addresses outside of the API's prefix are asked where they are."""
    if path in OUTSIDE:
        path = f"http://rightnow.test{path}"
    if not desk.token:
        headers = more.get("headers", {})
        sent = {"json": more["body"]} if "body" in more else {}
        content = {"content": more["content"]} if "content" in more else {}
        return await desk.http.request(method, path, headers=headers, **sent, **content)
    return await desk.ask(method, path, **more)


@pytest.mark.parametrize(("method", "path"), ROWS, ids=lambda one: one)
async def test_a_route_answers_each_caller_as_the_table_says(
    method: str, path: str, callers: dict[str, Desk], sarah: Desk
) -> None:
    got: dict[str, int] = {}
    opened: dict[str, Any] | None = None
    for name, desk in callers.items():
        if "{" in path and (opened is None or method != "GET"):
            opened = await sarah.open_case(type="billing_dispute")
            if path.endswith("/reopening"):
                await sarah.post(f"/cs/escalations/{opened['number']}/resolution")
            if path.endswith("/pauses/current"):
                on_hold = f"/cs/escalations/{opened['number']}/pauses"
                await callers["manager"].post(on_hold, {"reason": "x"})
        there = path
        if opened is not None:
            there = (
                path.format(
                    case=opened["number"],
                    alert=f"{opened['number']}.9",
                    step="review-charges",
                    op_id=opened["op_id"],
                    slug="general",
                    version="general@1",
                )
                if "{" in path
                else path
            )
        more = bodies(method, path)
        if path.endswith("/merge"):
            more["body"]["into"] = (await sarah.open_case())["number"]
        answer = await ask(desk, method, there, **more)
        got[name] = answer.status_code
        if answer.status_code >= 400:
            code = {401: "not-authenticated", 403: "not-allowed", 404: "operation-unknown"}
            if "{alert}" in path:
                code[404] = "alert-unknown"
            conflict = CONFLICTS.get(path.rpartition("/")[2], "")
            require_problem(answer, answer.status_code, code.get(answer.status_code, conflict))
    assert got == ROWS[method, path]


@pytest.mark.parametrize(
    ("method", "path"), [one for one in ROWS if "{case}" in one[1]], ids=lambda one: one
)
async def test_a_case_that_is_not_there_is_404_for_those_who_may_ask_and_403_for_others(
    method: str, path: str, callers: dict[str, Desk]
) -> None:
    there = path.format(case=MISSING, step="review-charges")
    reads = method == "GET" or path.endswith("/ai-predict-outcome")
    scope = "esc:read" if reads else "esc:event"
    for name, desk in callers.items():
        answer = await ask(desk, method, there, **bodies(method, path))
        if name == "anonymous":
            require_problem(answer, 401, "not-authenticated")
        elif (":" in name and name != scope) or name == "no scope":
            require_problem(answer, 403, "not-allowed")
        else:
            require_problem(answer, 404, "escalation-unknown")


async def test_an_agent_corrects_facts_but_not_the_severity(sarah: Desk, anna: Desk) -> None:
    opened = await sarah.open_case()
    path = f"/cs/escalations/{opened['number']}"
    assert (await sarah.ask("PATCH", path, {"title": "Another"})).status_code == 200
    await sarah.post(f"{path}/assignment", {"assignee": "sarah@demo.test"})
    require_problem(await anna.ask("PATCH", path, {"title": "Third"}), 403, "not-allowed")


async def test_nobody_raises_their_own_role_through_a_body(sarah: Desk) -> None:
    body = {"customer": {"name": "D"}, "title": "x", "actor": {"kind": "engine"}}
    require_problem(await sarah.ask("POST", "/cs/escalations", body), 422, "fields-invalid")
    for header in ("X-Role", "X-Actor", "X-Forwarded-User", "X-Original-URL"):
        opened = await sarah.open_case()
        path = f"/cs/escalations/{opened['number']}/cancellation"
        answer = await sarah.ask("POST", path, {}, headers={header: "manager"})
        require_problem(answer, 403, "not-allowed")
