"""Another playbook for a case that runs, as callers see it: look first, then do it."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from models.store.session import Store
from tests.api.problem import require_problem
from tests.api.test_playbooks import PLAYBOOKS, general
from tests.desk import Desk


async def publish(priya: Desk, admin: Desk, text: str) -> str:
    """Draft a version, and have somebody else publish it."""
    kept = await priya.post(PLAYBOOKS, {"text": text})
    await admin.post(f"{PLAYBOOKS}/{kept['id']}/publication", {})
    name: str = kept["id"]
    return name


@pytest_asyncio.fixture
async def slug(priya: Desk, admin: Desk) -> AsyncIterator[str]:
    """A playbook of this test's own, with one version, that starts with no case by itself."""
    name = f"test-{uuid4().hex[:10]}"
    assert await publish(priya, admin, general(name)) == f"{name}@1"
    yield name


async def look(desk: Desk, case: dict[str, Any], playbook: str) -> dict[str, Any]:
    """The preview."""
    path = f"/cs/escalations/{case['number']}/playbook-change"
    at = case["version"]
    plan: dict[str, Any] = await desk.get(path, playbook=playbook, min_version=at)
    return plan


async def adopt(desk: Desk, case: dict[str, Any], playbook: str) -> dict[str, Any]:
    """Look, and do it."""
    plan = await look(desk, case, playbook)
    done: dict[str, Any] = await desk.post(
        f"/cs/escalations/{case['number']}/playbook", {"playbook": playbook, "seen": plan["token"]}
    )
    return done


async def test_a_case_is_played_by_another_playbook_after_a_look(
    sarah: Desk, marcus: Desk, slug: str
) -> None:
    opened = await sarah.open_case()
    first = await sarah.done(opened["number"], "call-now", "reached")
    await sarah.case(opened["number"], at=first["version"])
    plan = await look(sarah, opened, f"{slug}@1")
    assert (plan["possible"], plan["swaps"]) == (True, True)
    said = {one["step"]: one["fate"] for one in plan["fates"]}
    assert said["call-now"] == "stays"
    assert "vanishes" in said.values()
    assert "new" in said.values()
    assert not [one for one in plan["fates"] if "{" in one["title"]], "titles are filled in"
    done = await adopt(marcus, opened, f"{slug}@1")
    seen = await sarah.case(opened["number"], at=done["version"])
    assert (seen["playbook"]["slug"], seen["playbook"]["version"]) == (slug, 1)
    assert seen["steps"][0]["id"] == "call-now"
    assert seen["steps"][0]["outcome"] == "reached"
    now = [one["id"] for one in seen["steps"] if one["status"] == "open"]
    assert done["snapshot"]["step"]["id"] in now
    told = [one["what"] for one in await sarah.timeline(opened["number"])]
    assert any(f"Goes on by the playbook {slug}@1 instead of cancel-threat@" in one for one in told)
    assert any(one.startswith("Done: ") for one in told)
    found = await sarah.get("/cs/escalations", q=opened["number"])
    assert found["items"][0]["playbook"] == f"{slug}@1"


async def test_a_newer_version_has_its_adopters_and_each_takes_it_up_once(
    sarah: Desk, marcus: Desk, priya: Desk, admin: Desk, slug: str
) -> None:
    one, other = await sarah.open_case(), await sarah.open_case()
    for case in (one, other):
        done = await adopt(marcus, case, f"{slug}@1")
        await sarah.case(case["number"], at=done["version"])
    new = await publish(priya, admin, general(slug, name="A better one"))
    pages = await sarah.get(f"{PLAYBOOKS}/{new}/adopters", limit=1)
    assert [line["number"] for line in pages["items"]] == [other["number"]]
    rest = await sarah.get(f"{PLAYBOOKS}/{new}/adopters", cursor=pages["next_cursor"])
    assert [line["number"] for line in rest["items"]] == [one["number"]]
    assert rest["next_cursor"] is None
    plan = await look(marcus, one, new)
    assert plan["swaps"] is False
    path, body = f"/cs/escalations/{one['number']}/playbook", {"playbook": new}
    body["seen"] = plan["token"]
    answers = [await marcus.post(path, body, key=f"adopt-{slug}") for _ in range(2)]
    assert answers[0] == answers[1]
    seen = await sarah.case(one["number"], at=answers[0]["version"])
    assert seen["playbook"]["name"] == "A better one"
    left = await sarah.get(f"{PLAYBOOKS}/{new}/adopters")
    assert [line["number"] for line in left["items"]] == [other["number"]]


async def test_a_case_on_hold_goes_on_before_it_takes_another_playbook_up(
    sarah: Desk, marcus: Desk, slug: str
) -> None:
    opened = await sarah.open_case()
    path = f"/cs/escalations/{opened['number']}"
    held = await marcus.post(f"{path}/pauses", {"reason": "They are away."})
    await sarah.case(opened["number"], at=held["version"])
    asked = f"{path}/playbook-change?playbook={slug}@1"
    problem = require_problem(await marcus.ask("GET", asked), 409, "not-in-this-status")
    assert problem["detail"].endswith("Let it go on first.")
    body = {"playbook": f"{slug}@1", "seen": "-"}
    answer = await marcus.ask("POST", f"{path}/playbook", body)
    require_problem(answer, 409, "not-in-this-status")


async def test_a_promise_has_the_words_of_the_playbook_that_made_it(
    sarah: Desk, marcus: Desk, priya: Desk, admin: Desk
) -> None:
    name = f"test-{uuid4().hex[:10]}"
    other = await publish(priya, admin, general(name).replace("follow-up-24h", "ask-later"))
    opened = await sarah.open_case()
    path = f"/cs/escalations/{opened['number']}"
    await sarah.post(f"{path}/resolution", {})
    again = await sarah.post(f"{path}/reopening", {"reason": "It broke again."})
    before = await sarah.case(opened["number"], at=again["version"])
    promise = next(one for one in before["steps"] if one["id"] == "follow-up-24h")
    assert promise["status"] == "waiting"
    plan = await look(marcus, opened, other)
    assert {one["step"]: one["fate"] for one in plan["fates"]}["follow-up-24h"] == "promised"
    done = await adopt(marcus, opened, other)
    seen = await sarah.case(opened["number"], at=done["version"])
    kept = next(one for one in seen["steps"] if one["id"] == "follow-up-24h")
    for part in ("title", "status", "opens_at", "outcomes", "script", "promised"):
        assert kept[part] == promise[part], part


async def test_it_is_refused_when_the_case_moved_since_the_preview(
    sarah: Desk, marcus: Desk, slug: str
) -> None:
    opened = await sarah.open_case()
    plan = await look(marcus, opened, f"{slug}@1")
    await sarah.done(opened["number"], "call-now", "reached")
    path = f"/cs/escalations/{opened['number']}/playbook"
    body = {"playbook": f"{slug}@1", "seen": plan["token"]}
    require_problem(await marcus.ask("POST", path, body), 409, "preview-stale")
    assert (await sarah.case(opened["number"]))["playbook"]["slug"] == "cancel-threat"


async def test_only_published_versions_and_only_running_cases(
    sarah: Desk, marcus: Desk, priya: Desk, slug: str
) -> None:
    opened = await sarah.open_case()
    draft = await priya.post(PLAYBOOKS, {"text": general(slug, name="Not yet")})
    path = f"/cs/escalations/{opened['number']}"
    for name in (draft["id"], "no-such-one@1"):
        asked = await sarah.ask("GET", f"{path}/playbook-change", params={"playbook": name})
        require_problem(asked, 404, "playbook-unknown")
        asked = await marcus.ask("POST", f"{path}/playbook", {"playbook": name, "seen": "x"})
        require_problem(asked, 404, "playbook-unknown")
    solved = await sarah.post(f"{path}/resolution", {})
    await sarah.case(opened["number"], at=solved["version"])
    asked = await sarah.ask("GET", f"{path}/playbook-change", params={"playbook": f"{slug}@1"})
    require_problem(asked, 409, "not-in-this-status")


@pytest.mark.parametrize("name", ["general", "general@0", "general@", "@1", "General@1"])
async def test_a_version_is_named_with_its_number(sarah: Desk, store: Store, name: str) -> None:
    opened = await sarah.open_case()
    path = f"/cs/escalations/{opened['number']}/playbook-change"
    asked = await sarah.ask("GET", path, params={"playbook": name})
    require_problem(asked, 422, "fields-invalid")
