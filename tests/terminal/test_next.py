"""`next` and `queue`: the one thing to do, on the screen."""

import io
import json
import re
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from terminal.answer import clean
from terminal.screen import Screen
from terminal.views.card import show_card
from tests.terminal import recorded
from tests.terminal.conftest import TOKEN, Run
from tests.terminal.fake_api import AWAY, Answer, FakeApi


def test_next_says_who_why_how_long_what_and_what_to_type(api: FakeApi, run: Run) -> None:
    api.on("POST", "/cs/next", Answer(body=recorded.next_action()))
    api.on("GET", recorded.PATH, Answer(body=recorded.case()))
    result = run("next")
    assert result.exit_code == 0
    for words in (
        "Call Doug now",
        "Doug Carter · 6 years · $4,200 a year",
        "A fast call shows that we care.",
        "▲ Do soon · 46 minutes left · until 14:10",
        "Call +1 555 0100",
        "Hi Doug, this is Sarah.",
        "Say sorry once, and mean it.",
        "Thank you for picking up.",
        "Do not argue.",
        "They say they will stay.",
        "rightnow done reached  We are talking",
        "3 more wait.",
    ):
        assert words in result.stdout
    assert "rightnow skip" not in result.stdout
    assert api.asked[0].token == f"Bearer {TOKEN}"
    assert api.changes()[0].key


def test_hostile_words_of_a_customer_are_shown_and_not_obeyed(api: FakeApi, run: Run) -> None:
    api.on("POST", "/cs/next", Answer(body=recorded.next_action()))
    api.on("GET", recorded.PATH, Answer(body=recorded.case()))
    result = run("next")
    assert f"  > {recorded.HARMLESS}" in result.stdout
    assert not set("\x1b\x9b\x07\u202e") & set(result.stdout)


def test_looking_takes_nothing(api: FakeApi, run: Run) -> None:
    api.on("GET", "/cs/next", Answer(body=recorded.next_action(claimed=False)))
    for word in ("--look", "--no-take"):
        result = run("next", word)
        assert result.exit_code == 0
        assert "You only looked." in result.stdout
    assert api.changes() == []


def test_the_card_stands_even_when_the_whole_case_cannot_be_read(api: FakeApi, run: Run) -> None:
    api.on("POST", "/cs/next", Answer(body=recorded.next_action()))
    api.on("GET", recorded.PATH, AWAY)
    result = run("next")
    assert result.exit_code == 0
    assert "rightnow done reached" in result.stdout


def test_an_empty_queue_is_good_news(api: FakeApi, run: Run) -> None:
    nothing = {"action": None, "message": "Nothing to do right now. Take a breath.", "waiting": 0}
    api.on("POST", "/cs/next", Answer(body=nothing))
    result = run("next")
    assert result.exit_code == 0
    assert "Take a breath." in result.stdout


def test_the_sooner_of_step_and_deadline_is_the_time_left(api: FakeApi, run: Run) -> None:
    late = recorded.step(due_at="2026-11-22T13:12:00Z", overdue=True)
    api.on("POST", "/cs/next", Answer(body=recorded.next_action(step=late, light="green")))
    assert "▲ Do soon · 12 minutes late" in run("next").stdout


def test_a_named_case_shows_its_step_and_takes_nothing(api: FakeApi, run: Run) -> None:
    api.on("GET", "/cs/escalations/E-1042", Answer(body=recorded.case()))
    result = run("next", "--case", "E-1042")
    assert "rightnow done reached" in result.stdout
    assert api.changes() == []


def test_fields_that_must_be_filled_are_part_of_the_command(api: FakeApi, run: Run) -> None:
    fields = [{"id": "main-reason", "label": "Why", "kind": "text", "required": True}]
    asked = recorded.step(fields=fields, skip="with_reason")
    api.on("POST", "/cs/next", Answer(body=recorded.next_action(step=asked)))
    told = run("next").stdout
    assert 'rightnow done reached --field main-reason="…"' in told
    assert 'rightnow skip "why"' in told


def test_json_is_the_answer_of_the_api_in_ascii(api: FakeApi, run: Run) -> None:
    hostile = recorded.next_action(reason=recorded.HOSTILE)
    api.on("POST", "/cs/next", Answer(body=hostile))
    result = run("next", "--json")
    assert json.loads(result.stdout) == hostile
    assert result.stdout.isascii()
    assert "\x1b" not in result.stdout


def test_the_queue_is_one_line_a_case_in_a_pipe(api: FakeApi, run: Run) -> None:
    mine = recorded.line(assignee={"id": recorded.OP_ID, "name": "Sarah Lind"}, light="red")
    page = {"items": [mine, recorded.line(number="E-1043")], "next_cursor": None}
    api.on("GET", "/cs/queue", Answer(body=page))
    lines = run("queue").stdout.splitlines()
    assert lines[0] == "■ Act now  E-1042  Doug Carter  Call Doug now  46 minutes left  Sarah Lind"
    assert lines[1].endswith("46 minutes left  free")


def test_the_queue_shows_the_time_of_the_step_or_of_the_deadline_whichever_is_sooner(
    api: FakeApi, run: Run
) -> None:
    """As `next` does: NOW is 13:24."""
    step = {"id": "listen", "kind": "task", "title": "Listen to the end"}
    soon, late, far = "2026-11-22T13:39:00Z", "2026-11-21T12:24:00Z", "2026-11-22T21:21:00Z"
    page = {
        "items": [
            recorded.line(light="green", step={**step, "due_at": soon}, due_at=far),
            recorded.line(light="green", step={**step, "due_at": late}, due_at=far),
            recorded.line(light="red", step={**step, "due_at": far}, due_at=late),
            recorded.line(light="green", step={**step, "due_at": None}, due_at=far),
            recorded.line(light="green", step={**step, "due_at": soon}, due_at=None),
        ],
        "next_cursor": None,
    }
    api.on("GET", "/cs/queue", Answer(body=page))
    lines = run("queue").stdout.splitlines()
    told = [(one[:9], re.split(r"  +", one)[4]) for one in lines[:5]]
    assert told == [
        ("● On time", "15 minutes left"),
        ("▲ Do soon", "1 day 1 hour late"),
        ("■ Act now", "1 day 1 hour late"),
        ("● On time", "7 hours 57 minutes left"),
        ("● On time", "15 minutes left"),
    ]


def test_an_empty_queue_says_so(api: FakeApi, run: Run) -> None:
    api.on("GET", "/cs/queue", Answer(body={"items": [], "next_cursor": None}))
    assert "You are done. Nice work." in run("queue").stdout


@pytest.mark.parametrize("width", [46, 60, 80, 120])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_the_card_fits_every_terminal(width: int, encoding: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    console = Console(
        file=stream, force_terminal=True, width=width, markup=False, emoji=False, highlight=False
    )
    screen = Screen(stream, console=console)
    action = clean(recorded.next_action()["action"])
    show_card(screen, action, clean(recorded.case()), ZoneInfo("UTC"))
    stream.flush()
    shown = clean(raw.getvalue().decode(encoding))
    assert max(len(line) for line in shown.splitlines()) <= min(width, 100)
    assert shown.startswith("╭" if encoding == "utf-8" else "+")
    assert "Do soon" in shown
    assert recorded.HARMLESS in " ".join(shown.split()).replace("│ ", "").replace("> ", "")
