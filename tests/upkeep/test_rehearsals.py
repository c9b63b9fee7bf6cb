"""Drafts over real cases that have ended: read from PostgreSQL, told plainly, written never."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from activities import past_cases as reading
from activities.past_cases import LastCases
from cli import app
from models.rehearsal import PastCase
from models.store.repositories import past_cases
from models.store.session import Store
from supervisor.stack import Stack
from tests.api.rows import Rows
from tests.desk import Desk
from upkeep.library import FOLDER, SLA_FOLDER

STANDARD = SLA_FOLDER / "policies" / "standard.yaml"
MISSED = FOLDER / "missed-appointment.yaml"
Typed = Callable[..., Awaitable[Result]]


@pytest.fixture
def typed(stack: Stack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Typed:
    """The command as an operator types it, against the running database."""
    monkeypatch.setenv("RIGHTNOW_DATABASE_URL", stack.database_url)
    monkeypatch.setenv("RIGHTNOW_DATA_DIR", str(tmp_path / "nothing-runs-here"))
    monkeypatch.setenv("RIGHTNOW_API_URL", "http://rightnow.test")

    async def run(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app, list(words))

    return run


async def ended(sarah: Desk, **given: str) -> str:
    """A case that was opened, talked about, and resolved."""
    opened = await sarah.open_case(**given)
    number: str = opened["number"]
    said = {"channel": "email", "direction": "outbound", "text": "We are on our way."}
    await sarah.post(f"/cs/escalations/{number}/messages", said)
    answer = await sarah.post(f"/cs/escalations/{number}/resolution")
    await sarah.case(number, at=answer["version"])
    return number


def draft(path: Path, source: Path, old: str, new: str) -> str:
    """A file with other words in it. Returns where it is."""
    text = source.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new))
    return str(path)


async def test_what_is_published_changes_nothing(typed: Typed, sarah: Desk) -> None:
    await ended(sarah)
    done = await typed("sla", "rehearse", str(SLA_FOLDER), "--last", "1")
    assert done.exit_code == 0, done.output
    assert "sla, rehearsed with 1 ended case." in done.output
    assert "No case would have been different." in done.output
    assert "What people would have done otherwise" in done.output


async def test_a_tighter_policy_names_the_cases_that_it_would_have_missed(
    typed: Typed, sarah: Desk, tmp_path: Path, store: Store
) -> None:
    number = await ended(sarah)
    before = await Rows(store).count()
    path = draft(tmp_path / "draft.yaml", STANDARD, "first_response: 30m", "first_response: 0s")
    done = await typed("sla", "rehearse", path, "--last", "1")
    assert done.exit_code == 0, done.output
    assert "First answer  missed 0 of 1 -> 1 of 1 (1 newly, 0 no longer); 1 earlier" in done.output
    assert f"{number}  standard@1 -> standard@2" in done.output
    assert "kept -> missed" in done.output
    assert await Rows(store).count() == before, "nothing is written"


async def test_the_same_as_json_for_programs(typed: Typed, sarah: Desk, tmp_path: Path) -> None:
    number = await ended(sarah)
    path = draft(tmp_path / "draft.yaml", STANDARD, "resolution: 8h", "resolution: 9h")
    told = json.loads((await typed("sla", "rehearse", path, "--last", "1", "--json")).stdout)
    assert told["changed"][0]["number"] == number
    assert {one["kind"]: one["later"] for one in told["clocks"]}["resolution"] == 1


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("reopen: fresh", "reopen: never", "draft.yaml:25 reopen"),
        ("calendar: business}", "calendar: moon}", "draft.yaml:11 targets.medium.calendar"),
        ("order: 1000", "order: soon", "draft.yaml:6 order"),
    ],
)
async def test_a_bad_policy_is_refused_with_file_line_and_reason(
    typed: Typed,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    old: str,
    new: str,
    where: str,
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a case was read")

    monkeypatch.setattr(past_cases, "newest", never)
    done = await typed("sla", "rehearse", draft(tmp_path / "draft.yaml", STANDARD, old, new))
    assert done.exit_code == 1
    assert where in done.output
    assert "Traceback" not in done.output


async def test_a_bad_playbook_is_refused_before_the_database_is_asked(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIGHTNOW_DATABASE_URL", "postgresql://us:secret@127.0.0.1:9/none")
    path = draft(tmp_path / "draft.yaml", MISSED, "triggers:", "trigger:")
    done = await typed("playbook", "rehearse", path)
    assert done.exit_code == 1
    assert "draft.yaml:" in done.output
    done = await typed("playbook", "rehearse", str(MISSED))
    assert done.exit_code == 1
    assert "The database does not answer" in done.output


async def test_a_wider_trigger_names_the_cases_that_it_would_have_taken(
    typed: Typed, sarah: Desk, tmp_path: Path
) -> None:
    number = await ended(sarah, type="other", title="The purple kettle is cold")
    path = tmp_path / "missed-appointment.yaml"
    visit = "          - missed visit\n"
    draft(path, MISSED, visit, f"{visit}          - purple kettle\n")
    done = await typed("playbook", "rehearse", str(path), "--last", "1")
    assert done.exit_code == 0, done.output
    assert "missed-appointment: begins 1 of 1 (1 more than now, 0 fewer)" in done.output
    assert f"{number}  general -> missed-appointment" in done.output
    assert "purple kettle" in done.output
    done = await typed("playbook", "rehearse", str(MISSED), "--last", "1")
    assert "No case would have been different." in done.output


async def test_what_the_pages_tell_to_type_works(typed: Typed, sarah: Desk) -> None:
    await ended(sarah)
    found = []
    for name in ("sla-rules.md", "write-a-playbook.md"):
        page = (FOLDER.parent / "docs" / "how-to" / name).read_text("utf-8")
        found += re.findall(r"^\.venv/bin/rightnow (\w+ rehearse .+)$", page, re.MULTILINE)
    assert len(found) == 3
    for line in found:
        words = [str(FOLDER.parent / one) if "/" in one else one for one in line.split()]
        done = await typed(*words, "--last", "2")
        assert done.exit_code == 0, done.output


async def test_cases_are_read_page_by_page_and_only_while_there_is_time(
    store: Store, sarah: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [await ended(sarah) for _ in range(3)]
    monkeypatch.setattr(reading, "_PAGE", 2)
    counts: list[int] = []
    cases = LastCases(store, 3, 60, counts.append)
    found = [one async for one in cases]
    assert all(isinstance(one, PastCase) for one in found)
    told = [f"E-{one.opening.number}" for one in found if isinstance(one, PastCase)]
    assert told == numbers[::-1]
    assert counts == [1, 2, 3]
    assert not cases.cut
    hasty = LastCases(store, 3, 0)
    assert [one async for one in hasty] == []
    assert hasty.cut


async def test_whoever_has_little_time_hears_that_there_is_more(typed: Typed, sarah: Desk) -> None:
    await ended(sarah)
    done = await typed("sla", "rehearse", str(SLA_FOLDER), "--within", "0s")
    assert done.exit_code == 0, done.output
    assert "The time is over: there are older cases." in done.output
    told = json.loads((await typed("playbook", "rehearse", str(MISSED), "--json")).stdout)
    assert told["cut"] is False
    assert (await typed("sla", "rehearse", str(SLA_FOLDER), "--within", "soon")).exit_code == 1
