"""The workshop over HTTP: draft, check, play through, publish, and back again."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from api.app import create_app
from api.routes import playbooks as workshop
from models.store.session import Store
from tests.api.problem import require_problem
from tests.api.rows import Rows
from tests.desk import Desk
from upkeep.library import publish_library

PLAYBOOKS = "/cs/playbooks"
FOLDER = Path(__file__).parents[2] / "playbooks"


def general(slug: str, **said: str) -> str:
    """A playbook of that slug that no case starts with by itself."""
    text = (FOLDER / "general.yaml").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^slug: .*$", f"slug: {slug}", text)
    never = "  start: suggest\n  when: {field: text, op: mentions, value: [xyzzy]}\n"
    text = re.sub(r"(?m)^triggers:\n(?:  .*\n)+", f"triggers:\n  priority: 1\n{never}", text)
    for key, value in said.items():
        text = re.sub(rf"(?m)^{key}: .*$", f"{key}: {value}", text)
    return text


@pytest.fixture
def slug() -> str:
    """A playbook of this test's own."""
    return f"test-{uuid4().hex[:10]}"


@pytest_asyncio.fixture
async def first(priya: Desk, admin: Desk, slug: str) -> AsyncIterator[str]:
    """Its first version, written by Priya and published by somebody else."""
    kept = await priya.post(PLAYBOOKS, {"text": general(slug)})
    assert (kept["status"], kept["publishable"]) == ("draft", True)
    told = await admin.post(f"{PLAYBOOKS}/{kept['id']}/publication", {})
    assert (told["status"], told["current"], told["origin"]) == ("published", True, "web")
    yield kept["id"]


async def test_the_library_is_listed_with_what_each_one_is_for(sarah: Desk) -> None:
    items = {one["slug"]: one for one in (await sarah.get(PLAYBOOKS))["items"]}
    assert {"cancel-threat", "missed-appointment", "general"} <= set(items)
    missed = items["missed-appointment"]
    assert missed["current"] is True
    assert missed["origin"] == "file"
    assert "missed appointment" in missed["for_cases"]
    whole = await sarah.get(f"{PLAYBOOKS}/{missed['id']}")
    assert whole["document"]["steps"][0]["id"] == "apologise"
    assert whole["changes"] == []


async def test_the_same_text_is_the_same_version_whoever_sends_it(
    marcus: Desk, priya: Desk, slug: str
) -> None:
    kept = [await desk.post(PLAYBOOKS, {"text": general(slug)}) for desk in (marcus, priya)]
    assert kept[0]["id"] == kept[1]["id"] == f"{slug}@1"
    other = await marcus.post(PLAYBOOKS, {"text": general(slug, name="Another")})
    assert other["id"] == f"{slug}@2"


async def test_whoever_wrote_a_draft_does_not_publish_it(
    priya: Desk, marcus: Desk, admin: Desk, slug: str
) -> None:
    kept = await priya.post(PLAYBOOKS, {"text": general(slug)})
    path = f"{PLAYBOOKS}/{kept['id']}/publication"
    require_problem(await priya.ask("POST", path, {}), 409, "second-person-needed")
    require_problem(await marcus.ask("POST", path, {}), 403, "not-allowed")
    assert slug not in [one["slug"] for one in (await priya.get(PLAYBOOKS))["items"]]
    await admin.post(path, {})
    assert slug in [one["slug"] for one in (await priya.get(PLAYBOOKS))["items"]]


async def test_a_draft_shows_what_it_says_otherwise_and_changes_nothing_yet(
    priya: Desk, first: str, slug: str
) -> None:
    kept = await priya.post(PLAYBOOKS, {"text": general(slug, name="Better")})
    whole = await priya.get(f"{PLAYBOOKS}/{kept['id']}")
    assert whole["current"] is False
    assert [(one["where"], one["after"]) for one in whole["changes"]] == [("name", "Better")]
    current = {one["slug"]: one["id"] for one in (await priya.get(PLAYBOOKS))["items"]}
    assert current[slug] == first


async def test_an_earlier_version_can_be_published_again(
    priya: Desk, admin: Desk, first: str, slug: str
) -> None:
    kept = await priya.post(PLAYBOOKS, {"text": general(slug, name="Worse")})
    await admin.post(f"{PLAYBOOKS}/{kept['id']}/publication", {})
    versions = (await priya.get(f"{PLAYBOOKS}/{slug}/versions"))["items"]
    assert [(one["id"], one["current"]) for one in versions] == [(kept["id"], True), (first, False)]
    await priya.post(f"{PLAYBOOKS}/{first}/publication", {})  # it is published: no draft of hers
    versions = (await priya.get(f"{PLAYBOOKS}/{slug}/versions"))["items"]
    assert [(one["id"], one["current"]) for one in versions] == [(kept["id"], False), (first, True)]


async def test_the_list_says_when_a_version_was_published_last(
    priya: Desk, admin: Desk, first: str, slug: str
) -> None:
    kept = await priya.post(PLAYBOOKS, {"text": general(slug, name="Another")})
    for version in (first, kept["id"], first):
        told = await admin.post(f"{PLAYBOOKS}/{version}/publication", {})
        listed = {one["slug"]: one for one in (await priya.get(PLAYBOOKS))["items"]}
        assert listed[slug] == told


async def test_many_versions_are_listed_page_by_page(sarah: Desk, marcus: Desk, slug: str) -> None:
    kept = [
        (await marcus.post(PLAYBOOKS, {"text": general(slug, name=f"Name {number}")}))["id"]
        for number in range(7)
    ]
    seen: list[str] = []
    pages, cursor = 0, None
    while pages == 0 or cursor is not None:
        asked = {"limit": 3, **({"cursor": cursor} if cursor else {})}
        page = await sarah.get(f"{PLAYBOOKS}/{slug}/versions", **asked)
        seen += [one["id"] for one in page["items"]]
        pages, cursor = pages + 1, page["next_cursor"]
    assert (seen, pages) == (kept[::-1], 3)
    past = await sarah.get(f"{PLAYBOOKS}/{slug}/versions", cursor="1")
    assert (past["items"], past["next_cursor"]) == ([], None)


async def test_a_line_of_a_list_says_what_the_whole_version_says(sarah: Desk) -> None:
    (line,) = (await sarah.get(f"{PLAYBOOKS}/missed-appointment/versions"))["items"]
    whole = await sarah.get(f"{PLAYBOOKS}/missed-appointment@1")
    assert line == {name: whole[name] for name in line}
    assert line["steps"] == len(whole["document"]["steps"])


async def test_a_new_case_begins_with_the_current_version_and_a_running_one_keeps_its_own(
    priya: Desk, admin: Desk, sarah: Desk, slug: str
) -> None:
    word = f"zzq{uuid4().hex[:8]}"
    text = general(slug).replace("xyzzy", word).replace("start: suggest", "start: auto")
    opening = {"type": "other", "description": f"It is about {word}."}
    pinned = []
    for name in ("One", "Two"):
        said = re.sub(r"(?m)^name: .*$", f"name: {name}", text)
        kept = await priya.post(PLAYBOOKS, {"text": said})
        await admin.post(f"{PLAYBOOKS}/{kept['id']}/publication", {})
        pinned.append(await sarah.open_case(**opening))
    await admin.post(f"{PLAYBOOKS}/{slug}@1/publication", {})
    pinned.append(await sarah.open_case(**opening))
    seen = [await sarah.case(one["number"], at=one["version"]) for one in pinned]
    assert [one["playbook"]["name"] for one in seen] == ["One", "Two", "One"]


async def test_a_text_is_checked_with_line_and_key_and_nothing_is_kept(
    marcus: Desk, slug: str
) -> None:
    fine = await marcus.post(f"{PLAYBOOKS}/validation", {"text": general(slug)})
    assert fine["publishable"] is True
    wrong = general(slug).replace("kind: call", "kind: shout", 1)
    told = await marcus.post(f"{PLAYBOOKS}/validation", {"text": wrong})
    assert told["publishable"] is False
    assert told["findings"][0]["where"].startswith("draft.yaml:")
    answer = await marcus.ask("POST", PLAYBOOKS, {"text": wrong})
    problem = require_problem(answer, 422, "playbook-invalid")
    assert problem["errors"][0]["where"].startswith("draft.yaml:")
    require_problem(
        await marcus.ask("GET", f"{PLAYBOOKS}/{slug}/versions"), 404, "playbook-unknown"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- [",
        "a: &x [1]\nb: *x",
        "[" * 5000,
        "slug: a\nslug: b",
        "\u0000",
        "x: " + "y" * 300_000,
    ],
    ids=["empty", "broken", "alias", "deep", "twice", "nul", "large"],
)
async def test_a_hostile_text_is_a_problem_and_no_more(marcus: Desk, text: str) -> None:
    answer = await marcus.ask("POST", PLAYBOOKS, {"text": text})
    assert answer.status_code == 422, answer.text
    assert len(answer.content) < 20_000


async def test_a_version_is_played_through(sarah: Desk) -> None:
    life: dict[str, Any] = await sarah.post(
        f"{PLAYBOOKS}/missed-appointment@1/simulation",
        {"days": 2, "script": {"answers": {"apologise": "never"}}},
    )
    assert life["status"] == "open"
    assert life["late"] == 2
    assert any("reminder" in one["what"] for one in life["moments"])
    for said in ("never", ["never"], {"never": True}, [{"never": True}]):
        wish = {"days": 2, "script": {"answers": {"apologise": said}}}
        assert await sarah.post(f"{PLAYBOOKS}/missed-appointment@1/simulation", wish) == life, said
    answer = await sarah.ask("POST", f"{PLAYBOOKS}/missed-appointment@1/simulation", {"days": 1000})
    require_problem(answer, 422, "fields-invalid")


async def test_a_draft_is_rehearsed_with_cases_that_have_ended(
    sarah: Desk, marcus: Desk, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = await sarah.open_case(type="other", title="The green samovar leaks")
    answer = await sarah.post(f"/cs/escalations/{opened['number']}/resolution")
    await sarah.case(opened["number"], at=answer["version"])
    text = general(slug).replace("xyzzy", "green samovar").replace("start: suggest", "start: auto")
    kept = await marcus.post(PLAYBOOKS, {"text": text})
    path = f"{PLAYBOOKS}/{kept['id']}/rehearsal"
    told = await marcus.post(path, {"last": 1})
    assert (told["cases"], told["gained"], told["cut"]) == (1, 1, False)
    (one,) = told["changed"]
    assert (one["number"], one["after"]) == (opened["number"], slug)
    assert one["why"] == "The customer says “green samovar”."
    assert (await marcus.post(path, {"last": 1})) == told, "it is still a draft: nothing is kept"
    monkeypatch.setattr(workshop, "REHEARSE_FOR", 0.0)
    assert (await marcus.post(path))["cut"] is True
    require_problem(await marcus.ask("POST", path, {"last": 5000}), 422, "fields-invalid")


async def test_what_is_not_there_is_said(sarah: Desk, priya: Desk) -> None:
    for desk, method, path in (
        (sarah, "GET", f"{PLAYBOOKS}/general@999"),
        (sarah, "GET", f"{PLAYBOOKS}/nobody/versions"),
        (sarah, "POST", f"{PLAYBOOKS}/nobody@1/simulation"),
        (priya, "POST", f"{PLAYBOOKS}/nobody@1/publication"),
        (priya, "POST", f"{PLAYBOOKS}/nobody@1/rehearsal"),
    ):
        answer = await desk.ask(method, path, {} if method == "POST" else None)
        require_problem(answer, 404, "playbook-unknown")


async def test_a_changed_file_does_not_undo_what_was_written_on_the_web(
    store: Store, priya: Desk, first: str, slug: str, tmp_path: Path, rows: Rows
) -> None:
    (tmp_path / f"{slug}.yaml").write_text(general(slug, name="From a file"))
    for _ in range(2):
        await publish_library(store, tmp_path)
        versions = (await priya.get(f"{PLAYBOOKS}/{slug}/versions"))["items"]
        assert [(one["id"], one["status"], one["current"]) for one in versions] == [
            (f"{slug}@2", "draft", False),
            (first, "published", True),
        ]


async def test_the_example_of_a_text_can_be_drafted_and_the_wishes_be_played(
    marcus: Desk, sarah: Desk
) -> None:
    shapes = create_app().openapi()["components"]["schemas"]
    kept = await marcus.post(PLAYBOOKS, shapes["PlaybookText"]["examples"][0])
    assert kept["publishable"] is True
    for wish in shapes["SimulationWish"]["examples"]:
        life = await sarah.post(f"{PLAYBOOKS}/{kept['id']}/simulation", wish)
        assert life["moments"]
