"""Callers who may not: they learn nothing, and nothing is done."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from api.parts import Parts
from models.actor import Role, Scope
from models.store.session import Store
from tests.api.bad_openings import OPEN, opening
from tests.api.conftest import ServiceDesk
from tests.api.problem import CANARY, require_problem
from tests.api.rows import Rows
from tests.desk import Desk
from upkeep import team


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
        ("steps/call-now/completion", {"outcome": "reached"}),
        ("resolution", {}),
        ("assignment", {"assignee": "anna@demo.test"}),
    ):
        answer = await anna.ask("POST", f"{path}/{place}", body)
        require_problem(answer, 403, "not-allowed", token=anna.token)
    claim = {"assignee": "anna@demo.test", "only_if_free": True}
    answer = await anna.ask("POST", f"{path}/assignment", claim)
    require_problem(answer, 409, "already-assigned")


async def test_a_scope_of_reading_reads_and_nothing_else(service: ServiceDesk, sarah: Desk) -> None:
    opened = await sarah.open_case()
    desk = await service([Scope.READ])
    path = f"{OPEN}/{opened['number']}"
    assert (await desk.get(path))["number"] == opened["number"]
    require_problem(await desk.ask("POST", f"{path}/notes", {"text": "x"}), 403, "not-allowed")
    require_problem(await desk.ask("GET", "/cs/queue"), 403, "not-allowed")
    require_problem(await desk.ask("POST", "/cs/next"), 403, "not-allowed")
