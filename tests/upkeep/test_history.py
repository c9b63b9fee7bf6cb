"""`rightnow history import`: every good line is kept once, every bad one told with its number."""

import asyncio
import io
import json
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TextIO
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from activities.similar import AT_ONCE, Counted
from cli import app
from models.similar import ImportedCase
from supervisor.stack import Stack
from tests.api.rows import Rows
from tests.past import past_case
from upkeep.history import bring
from upkeep.history_lines import LONGEST_LINE, Refused, Row, csv_rows, json_rows

Typed = Callable[..., Awaitable[Result]]
HEADER = "external_id,type,title,description,outcome,approach,resolved_at,csat,hours\n"
GOOD = "{},billing_dispute,Charged twice,,saved,Gave it back,2026-01-02T10:00:00Z,{},{}\n"


def line(**given: Any) -> str:
    """A good line of JSON, but for what is given."""
    told = past_case().model_dump(mode="json") | given
    return json.dumps(told) + "\n"


def without(name: str) -> str:
    """A line that lacks a field."""
    told = json.loads(line())
    del told[name]
    return json.dumps(told) + "\n"


BAD = {
    "no json": "is not JSON",
    "[]": "is no object",
    '"text"': "is no object",
    "{}": "external_id: Field required",
    "[" * 50_000: "is not JSON",
    without("outcome"): "outcome: Field required",
    line(outcome="won"): "outcome: Input should be",
    line(type="refund"): "type: Input should be",
    line(csat=6): "csat: Input should be less than or equal to 5",
    line(csat="5"): "csat: Input should be a valid integer",
    line(hours=-1): "hours: Input should be greater",
    line(hours=float("nan")): "hours:",
    line(resolved_at="2026-01-02T10:00:00"): "resolved_at: Input should have timezone",
    line(resolved_at="0001-01-01T00:00:00+14:00"): "resolved_at: Input should be greater",
    line(title=""): "title: must not be empty",
    line(title="a\nb"): "title: must be one line",
    line(title="\u200b"): "title: has only characters that nobody can see",
    line(description="\x00"): "description: has a control character",
    line(description="x" * 20_001): "description: has more than 20,000 characters",
    line(external_id=7): "external_id: Input should be a valid string",
    line(approach="x" * 601): "approach: has more than 600 characters",
    line(secret="mine"): "secret: Extra inputs",
    line(title="caf\udce9").replace("\\udce9", "\udce9"): "is not UTF-8",
    line(title="\ud83d half"): "",
}  # fmt: skip


@pytest.fixture
def typed(stack: Stack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Typed:
    """The command as an operator types it, against the running database."""
    monkeypatch.setenv("RIGHTNOW_DATABASE_URL", stack.database_url)
    monkeypatch.setenv("RIGHTNOW_DATA_DIR", str(tmp_path / "nothing-runs-here"))

    async def run(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app, ["history", "import", *words])

    return run


@pytest.fixture
def rows(stack: Stack, store: Any) -> Rows:
    """What is in the database."""
    return Rows(store)


def refused(read: Callable[[TextIO], Iterator[Row]], text: str) -> list[Refused]:
    """The lines of a text that are not taken."""
    found = read(io.StringIO(text, newline=""))
    return [one for _, one in found if isinstance(one, Refused)]


@pytest.mark.parametrize(("bad", "why"), BAD.items(), ids=range(len(BAD)))
def test_a_bad_line_is_told_and_keeps_nobody(bad: str, why: str) -> None:
    text = f"{line()}\n{bad.rstrip()}\n{line()}"
    told = list(json_rows(io.StringIO(text)))
    assert [number for number, _ in told] == [1, 3, 4]
    assert [type(one) for _, one in told] == [ImportedCase, Refused, ImportedCase]
    [one] = refused(json_rows, text)
    assert why in one.why
    assert one.line == 3
    assert "mine" not in one.why


def test_rows_of_csv_are_the_same_cases() -> None:
    text = (
        HEADER
        + GOOD.format("a", 5, 2.5)
        + GOOD.format("b", "", "").replace(
            "Charged twice,", 'Charged twice,"I was\ncharged, ""twice"""'
        )
    )
    told = list(csv_rows(io.StringIO(text, newline="")))
    first, second = (one for _, one in told)
    assert isinstance(first, ImportedCase)
    assert isinstance(second, ImportedCase)
    assert (first.csat, first.hours, first.description) == (5, 2.5, None)
    assert (second.csat, second.description) == (None, 'I was\ncharged, "twice"')
    assert [number for number, _ in told] == [2, 4]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("a,b", "has 2 fields, and the header has 9"),
        (GOOD.format("a", "five", ""), "csat: "),
        (GOOD.format("a", "", "").replace("saved", "won"), "outcome: "),
        (GOOD.format("a", "", "").replace("Charged", '"Charged" and'), "is no row of CSV"),
        (GOOD.format("caf\udce9", "", ""), "is not UTF-8"),
        ("x" * (LONGEST_LINE + 1), "more than 100,000 characters"),
    ],
)
def test_a_bad_row_of_csv_is_told_and_keeps_nobody(bad: str, why: str) -> None:
    text = f"{HEADER}{GOOD.format('a', '', '')}{bad.rstrip()}\n{GOOD.format('b', '', '')}"
    told = list(csv_rows(io.StringIO(text, newline="")))
    assert [type(one) for _, one in told] == [ImportedCase, Refused, ImportedCase]
    [one] = refused(csv_rows, text)
    assert why in one.why
    assert one.line == 3


@pytest.mark.parametrize("text", ["", '"', '"a\n\n', "\n", "\x00"])
def test_a_file_that_is_no_csv_ends_without_a_case(text: str) -> None:
    assert not [one for _, one in csv_rows(io.StringIO(text)) if isinstance(one, ImportedCase)]


class Endless:
    """A line of a hundred million characters, and a good one after it."""

    def __init__(self) -> None:
        self.left, self.last = 100_000_000, line()

    def readline(self, size: int = -1) -> str:
        """As much of it as is asked for."""
        assert size > 0, "a line is never asked for as a whole"
        if self.left:
            part = min(size, self.left)
            self.left -= part
            return "x" * part + ("" if self.left else "\n")
        last, self.last = self.last, ""
        return last


@pytest.mark.parametrize("read", [json_rows, csv_rows])
def test_a_huge_line_is_refused_and_never_held_as_a_whole(
    read: Callable[[Any], Iterator[Row]],
) -> None:
    tracemalloc.start()
    told = list(read(Endless()))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 5_000_000
    assert isinstance(told[0][1], Refused)


async def test_cases_are_kept_so_many_at_a_time() -> None:
    sizes: list[int] = []
    counts: list[int] = []

    async def keep(cases: list[ImportedCase]) -> Counted:
        sizes.append(len(cases))
        return Counted(new=len(cases))

    text = "".join(line() for _ in range(2 * AT_ONCE)) + "nothing\n" + line()
    brought = await bring(json_rows(io.StringIO(text)), keep, counts.append)
    assert sizes == [AT_ONCE, AT_ONCE, 1]
    assert counts == [AT_ONCE, 2 * AT_ONCE, 2 * AT_ONCE + 2]
    assert (brought.kept.new, brought.refused) == (2 * AT_ONCE + 1, 1)


async def test_an_import_twice_is_as_once(typed: Typed, tmp_path: Path, rows: Rows) -> None:
    file, source = tmp_path / "old.jsonl", f"s-{uuid4().hex[:12]}"
    first = line(external_id="1")
    file.write_text(first + "nothing\n" + line(external_id="2"), encoding="utf-8")
    told = await typed(str(file), "--source", source)
    assert told.exit_code == 1
    assert "line 2 is not JSON" in told.output
    assert "2 new cases, 0 changed, 0 as before, 1 line refused." in told.output
    file.write_text(first + line(external_id="2", title="Anew"), encoding="utf-8")
    told = await typed(str(file), "--source", source)
    assert told.exit_code == 0, told.output
    assert "0 new cases, 1 changed, 1 as before, 0 lines refused." in told.output
    asked = (
        "SELECT count(vector) FROM case_vectors v JOIN imported_cases i ON i.id = v.imported_id"
        " WHERE source = :source AND v.model LIKE 'minilm%'"
    )
    assert await rows.one(asked, source=source) == 2


async def test_what_cannot_be_imported_is_said_in_plain_words(typed: Typed, tmp_path: Path) -> None:
    told = await typed(str(tmp_path / "missing.jsonl"))
    assert told.exit_code == 1
    assert "cannot be read: No such file" in told.output
    told = await typed(str(tmp_path))
    assert told.exit_code == 1
    assert "cannot be read: Is a directory" in told.output
    told = await typed(str(tmp_path), "--source", "Old Helpdesk!")
    assert "small letters" in told.output
