"""What a playbook did, over HTTP: counted by hand beside it, and nothing that is not over."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from models.store.repositories import performances
from tests.api.problem import require_problem
from tests.api.rows import Rows
from tests.api.test_playbooks import PLAYBOOKS, general
from tests.desk import Desk

_CASES = """
WITH made AS (
    INSERT INTO escalations (id, number, version, status, type, severity, source, team, customer_id,
        title_id, playbook_slug, playbook_version, opened_at, received_at)
    SELECT gen_random_uuid(), nextval('escalation_numbers'), 1, 'closed', type, severity, source,
        team, customer_id, title_id, playbook_slug, playbook_version, opened_at, received_at
    FROM escalations, generate_series(1, :many) WHERE number = :number RETURNING id
), went AS (
    INSERT INTO case_results SELECT id, now(), false, :mended, false, true, interval '2 hours'
    FROM made RETURNING escalation_id
)
INSERT INTO run_results
SELECT escalation_id, 'call-now', 'call-now', :ended_as, false, interval '5 min',
    CAST(:reason AS uuid) FROM went
"""
"""Cases like another one, which went as told. They have no events, and go with their test."""

_MADE = """
SELECT id FROM escalations e WHERE playbook_slug = :slug
    AND NOT EXISTS (SELECT FROM events WHERE escalation_id = e.id)
"""
_GONE = (
    f"DELETE FROM run_results WHERE escalation_id IN ({_MADE})",
    f"DELETE FROM case_results WHERE escalation_id IN ({_MADE})",
    f"DELETE FROM escalations WHERE id IN ({_MADE})",
)


@pytest.fixture
def slug() -> str:
    """A playbook of this test's own."""
    return f"test-{uuid4().hex[:10]}"


class Shop:
    """A playbook of its own, with cases in it."""

    def __init__(self, slug: str, word: str, sarah: Desk, marcus: Desk, rows: Rows) -> None:
        self.slug, self.word = slug, word
        self.sarah, self.marcus, self.rows = sarah, marcus, rows

    async def open_case(self) -> dict[str, Any]:
        """A case that begins with the playbook."""
        opened = await self.sarah.open_case(type="other", description=f"About {self.word}.")
        seen = await self.sarah.case(opened["number"], at=opened["version"])
        assert seen["playbook"]["slug"] == self.slug
        return opened

    async def over(self, like: str, many: int, *, mended: bool, skipped: str | None = None) -> None:
        """So many cases that are over, in each of which the first step was done or skipped."""
        reason = uuid4() if skipped else None
        if skipped:
            said = "INSERT INTO contents (id, kind, text, hash) VALUES (:id, 'reason', :text, '')"
            await self.rows.run(said, id=reason, text=skipped)
        await self.rows.run(
            _CASES,
            number=int(like.removeprefix("E-")),
            many=many,
            mended=mended,
            ended_as="skipped" if skipped else "done",
            reason=reason,
        )

    async def told(self, **asked: Any) -> dict[str, Any]:
        """What its performance is."""
        found: dict[str, Any] = await self.sarah.get(
            f"{PLAYBOOKS}/{self.slug}/performance", **asked
        )
        return found


@pytest_asyncio.fixture
async def shop(
    priya: Desk, admin: Desk, sarah: Desk, marcus: Desk, rows: Rows, slug: str
) -> AsyncIterator[Shop]:
    """The shop, with a first version that cases begin with by a word."""
    word = f"zzq{uuid4().hex[:8]}"
    text = general(slug).replace("xyzzy", word).replace("start: suggest", "start: auto")
    kept = await priya.post(PLAYBOOKS, {"text": text})
    await admin.post(f"{PLAYBOOKS}/{kept['id']}/publication", {})
    yield Shop(slug, word, sarah, marcus, rows)
    for gone in _GONE:
        await rows.run(gone, slug=slug)


async def test_a_playbook_without_cases_says_nothing_but_its_guess(shop: Shop) -> None:
    told = await shop.told()
    assert told["version"]["mended"]["words"] == "none yet"
    assert told["version"]["mended"]["rate"] is None
    assert told["version"]["guess"]["source"]
    assert [one["runs"] for one in told["steps"]] == [0] * len(told["steps"])


async def test_what_is_not_over_is_counted_apart(shop: Shop) -> None:
    running, settling, stopped = [await shop.open_case() for _ in range(3)]
    for desk, case, end in (
        (shop.sarah, settling, "resolution"),
        (shop.marcus, stopped, "cancellation"),
    ):
        answer = await desk.post(f"/cs/escalations/{case['number']}/{end}", {})
        await desk.case(case["number"], at=answer["version"])
    told = (await shop.told())["version"]
    names = ("cases", "running", "settling", "left", "unmeasured", "measured")
    assert [told[name] for name in names] == [3, 1, 1, 1, 0, 0]
    assert told["mended"]["of"] == 0
    for table in ("run_results", "case_results"):
        gone = f"DELETE FROM {table} WHERE escalation_id = :id"
        await shop.rows.run(gone, id=stopped["escalation_id"])
    told = (await shop.told())["version"]
    assert [told[name] for name in names] == [3, 1, 1, 0, 1, 0]
    assert (await shop.sarah.case(running["number"]))["status"] == "open"


async def test_cases_that_are_over_are_counted_step_by_step_with_the_reasons(shop: Shop) -> None:
    like = (await shop.open_case())["number"]
    await shop.over(like, 90, mended=True)
    await shop.over(like, 10, mended=False)
    await shop.over(like, 50, mended=True, skipped="We had  talked already.")
    await shop.over(like, 4, mended=True, skipped="we had talked already")
    await shop.over(like, 6, mended=False, skipped="No phone number")
    told = await shop.told()
    version, step = told["version"], told["steps"][0]
    assert (version["measured"], version["running"]) == (160, 1)
    assert version["mended"]["times"] == 144
    assert version["mended"]["low"] < 0.9 < version["mended"]["high"]
    assert version["resolution"]["words"] == "half within 2 hours, nine of ten within 2 hours"
    assert (step["step"], step["runs"], step["done"], step["skipped"]) == ("call-now", 160, 100, 60)
    assert step["reasons"] == [
        {"words": "We had  talked already.", "times": 54},
        {"words": "No phone number", "times": 6},
    ]
    assert step["compared"]["skipped"]["times"] == 54
    assert step["compared"]["done"] == {**step["compared"]["done"], "times": 90, "of": 100}
    assert step["compared"]["verdict"] in ("no_worse", "too_few")
    assert step["words"].startswith("Skipped 38 % of the time (60 of 160); ")
    assert [one["measured"] for one in told["versions"]] == [160]


async def test_each_version_has_its_own_figures_and_a_day_narrows_them(
    shop: Shop, priya: Desk, admin: Desk
) -> None:
    like = (await shop.open_case())["number"]
    await shop.over(like, 12, mended=True)
    kept = await priya.post(PLAYBOOKS, {"text": general(shop.slug, name="Second")})
    await admin.post(f"{PLAYBOOKS}/{kept['id']}/publication", {})
    told = await shop.told()
    assert (told["version"]["version"], told["version"]["measured"]) == (f"{shop.slug}@2", 0)
    assert [(one["version"], one["measured"]) for one in told["versions"]] == [
        (f"{shop.slug}@2", 0),
        (f"{shop.slug}@1", 12),
    ]
    assert (await shop.told(version=1))["version"]["measured"] == 12
    assert (await shop.told(version=1, since="2999-01-01"))["version"]["cases"] == 0


async def test_only_the_newest_cases_are_looked_at_and_it_is_said(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    like = (await shop.open_case())["number"]
    await shop.over(like, 5, mended=True)
    monkeypatch.setattr(performances, "MOST", 6)
    assert (await shop.told())["version"]["older"] is False
    monkeypatch.setattr(performances, "MOST", 5)
    told = (await shop.told())["version"]
    assert (told["cases"], told["older"]) == (5, True)


async def test_what_is_not_there_is_said(sarah: Desk, priya: Desk, shop: Shop) -> None:
    for path in (f"{shop.slug}/performance?version=9", "nobody/performance"):
        answer = await sarah.ask("GET", f"{PLAYBOOKS}/{path}")
        require_problem(answer, 404, "playbook-unknown")
    answer = await sarah.ask("GET", f"{PLAYBOOKS}/{shop.slug}/performance?since=yesterday")
    require_problem(answer, 422, "fields-invalid")
