"""A publication happens once: a repeat of it, however late, is answered and changes nothing."""

import asyncio
import re
from typing import Any
from uuid import uuid4

import pytest

from tests.api.problem import require_problem
from tests.api.rows import Rows
from tests.api.test_playbooks import PLAYBOOKS, general
from tests.desk import Desk


@pytest.fixture
def slug() -> str:
    """A playbook of this test's own."""
    return f"test-{uuid4().hex[:10]}"


async def drafts(writer: Desk, slug: str, *names: str) -> list[str]:
    """A draft of each name; returns where each one is published."""
    kept = [await writer.post(PLAYBOOKS, {"text": general(slug, name=one)}) for one in names]
    return [f"{PLAYBOOKS}/{one['id']}/publication" for one in kept]


async def current(desk: Desk, slug: str) -> list[str]:
    """The versions of a playbook that are current: one, and never two."""
    return [one["id"] for one in (await desk.get(PLAYBOOKS))["items"] if one["slug"] == slug]


async def test_a_late_repeat_is_answered_as_before_and_turns_nothing_back(
    priya: Desk, marcus: Desk, slug: str
) -> None:
    second, third = await drafts(marcus, slug, "Second", "Third")
    first = await priya.ask("POST", second, {}, key="publish-second")
    assert first.status_code == 200
    await priya.post(third, {}, key="publish-third")
    again = await priya.ask("POST", second, {}, key="publish-second")
    assert (again.status_code, again.json()) == (200, first.json())
    assert await current(priya, slug) == [f"{slug}@2"]
    await priya.post(second, {}, key="publish-second-once-more")
    assert await current(priya, slug) == [f"{slug}@1"]


async def test_eight_publications_with_one_key_are_one(
    priya: Desk, marcus: Desk, slug: str, rows: Rows
) -> None:
    (path,) = await drafts(marcus, slug, "Once")
    answers = await asyncio.gather(
        *(priya.ask("POST", path, {}, key=f"eight-{slug}") for _ in range(8))
    )
    assert {one.status_code for one in answers} == {200}
    assert all(one.json() == answers[0].json() for one in answers)
    kept = await rows.one("SELECT count(*) FROM publications WHERE slug = :slug", slug=slug)
    assert kept == 1


async def test_a_key_of_another_publication_is_refused_and_changes_nothing(
    priya: Desk, marcus: Desk, slug: str
) -> None:
    one, other = await drafts(marcus, slug, "One", "Other")
    await priya.post(one, {}, key=f"one-{slug}")
    answer = await priya.ask("POST", other, {}, key=f"one-{slug}")
    require_problem(answer, 422, "idempotency-key-reused")
    assert await current(priya, slug) == [f"{slug}@1"]


async def test_somebody_else_s_key_is_another_one(
    priya: Desk, admin: Desk, marcus: Desk, slug: str
) -> None:
    one, other = await drafts(marcus, slug, "One", "Other")
    await priya.post(one, {}, key=f"same-{slug}")
    await admin.post(other, {}, key=f"same-{slug}")
    assert await current(priya, slug) == [f"{slug}@2"]


async def test_who_heard_no_hears_it_again_though_it_would_be_right_by_now(
    priya: Desk, admin: Desk, slug: str
) -> None:
    mine, later = await drafts(priya, slug, "Mine", "Later")
    key = f"mine-{slug}"
    told = require_problem(await priya.ask("POST", mine, {}, key=key), 409, "second-person-needed")
    for path in (mine, later):
        await admin.post(path, {})
    again: dict[str, Any] = require_problem(
        await priya.ask("POST", mine, {}, key=key), 409, "second-person-needed"
    )
    assert again == told
    assert await current(priya, slug) == [f"{slug}@2"]


async def test_without_a_key_each_request_is_its_own(priya: Desk, marcus: Desk, slug: str) -> None:
    one, other = await drafts(marcus, slug, "One", "Other")
    for path in (one, other, one):
        await priya.post(path, {})
    assert await current(priya, slug) == [f"{slug}@1"]


async def test_while_versions_take_turns_each_case_begins_with_exactly_one_trap_50(
    priya: Desk, marcus: Desk, sarah: Desk, slug: str
) -> None:
    """The old and the new version never both count, and there is never none."""
    word = f"zzq{uuid4().hex[:8]}"
    text = general(slug).replace("xyzzy", word).replace("start: suggest", "start: auto")
    paths = []
    for name in ("One", "Other"):
        said = re.sub(r"(?m)^name: .*$", f"name: {name}", text)
        kept = await marcus.post(PLAYBOOKS, {"text": said})
        paths.append(f"{PLAYBOOKS}/{kept['id']}/publication")
    await priya.post(paths[0], {})
    turning = asyncio.create_task(turn(priya, paths, times=12))
    seen: list[list[str]] = []
    began: list[dict[str, Any]] = []
    while not turning.done():
        seen.append(await current(sarah, slug))
        began.append(await sarah.open_case(type="other", description=f"It is about {word}."))
    await turning
    assert {len(one) for one in seen} == {1}
    assert await current(sarah, slug) == [f"{slug}@2"]
    for opened in began:
        case = await sarah.case(opened["number"], at=opened["version"])
        assert case["playbook"]["name"] in ("One", "Other")
        assert [one["id"] for one in case["steps"] if one["status"] == "open"] == [
            opened["snapshot"]["step"]["id"]
        ]


async def turn(desk: Desk, paths: list[str], *, times: int) -> None:
    """Publish one after the other, again and again; the last of them in the end."""
    for _ in range(times):
        for path in paths:
            await desk.post(path, {})
