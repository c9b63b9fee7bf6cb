"""What else an agent does, and who does it."""

from pathlib import Path
from typing import Any

import pytest

from terminal.credentials import save_token
from tests.terminal import recorded
from tests.terminal.conftest import TOKEN, Run
from tests.terminal.fake_api import AWAY, Answer, FakeApi, problem

CASE = "/cs/escalations/E-1042"


@pytest.mark.parametrize(
    ("words", "method", "path", "body"),
    [
        (("note", "Call back"), "POST", "/notes", {"text": "Call back"}),
        (
            ("message", "--inbound", "Hi", "--channel", "chat"),
            "POST",
            "/messages",
            {"direction": "inbound", "text": "Hi", "channel": "chat"},
        ),
        (
            ("message", "--outbound", "Hi"),
            "POST",
            "/messages",
            {"direction": "outbound", "text": "Hi", "channel": "other"},
        ),
        (("assign", "me"), "POST", "/assignment", {"assignee": "sarah@demo.test"}),
        (("assign", "nobody"), "POST", "/assignment", {}),
        (("assign", "ana@demo.test"), "POST", "/assignment", {"assignee": "ana@demo.test"}),
        (("resolve", "All well"), "POST", "/resolution", {"note": "All well"}),
        (("resolve",), "POST", "/resolution", {}),
        (("reopen", "Broken"), "POST", "/reopening", {"reason": "Broken"}),
        (("cancel", "Twice"), "POST", "/cancellation", {"reason": "Twice"}),
        (("pause", "A part is late"), "POST", "/pauses", {"reason": "A part is late"}),
        (("resume",), "DELETE", "/pauses/current", {}),
        (("merge", "E-1042", "--into", "E-1041"), "POST", "/merge", {"into": "E-1041"}),
        (("severity", "critical"), "PATCH", "", {"severity": "critical"}),
    ],
)
def test_each_command_asks_for_its_change(
    api: FakeApi, run: Run, words: tuple[str, ...], method: str, path: str, body: Any
) -> None:
    api.on(method, f"{CASE}{path}", Answer(body=recorded.operation()))
    api.on("GET", recorded.PATH, Answer(body=recorded.case()))
    named = () if "E-1042" in words else ("--case", "E-1042")
    result = run(*words, *named)
    assert result.exit_code == 0, result.stderr
    assert "✓ " in result.stdout
    (asked,) = api.changes()
    assert asked.json == body
    assert asked.key


@pytest.mark.parametrize(
    "words",
    [
        ("message", "Hi", "--case", "E-1042"),
        ("severity", "awful", "--case", "E-1042"),
        ("note", "-", "--case", "E-1042"),
        ("note", "Hi"),
        ("cancel",),
    ],
)
def test_what_is_not_clear_changes_nothing(api: FakeApi, run: Run, words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2
    assert api.asked == []


def test_the_case_in_hand_is_not_stopped_by_a_slip(api: FakeApi, run: Run) -> None:
    api.on("POST", "/cs/next", Answer(body=recorded.next_action()))
    run("next")
    result = run("cancel")
    assert result.exit_code == 2
    assert "Add --case E-1042" in result.stderr
    assert len(api.changes()) == 1


def test_one_terminal_plays_two_people(api: FakeApi, run: Run, tmp_path: Path) -> None:
    save_token(tmp_path, "marcus@demo.test", "a-token-of-marcus-0123456789")
    api.on("GET", "/cs/queue", Answer(body={"items": [], "next_cursor": None}))
    run("queue", "--as", "marcus@demo.test")
    run("queue", "--as", "sarah@demo.test")
    run("queue", "--token", "given-by-hand-0123456789")
    tokens = [one.token for one in api.asked]
    assert tokens == [
        "Bearer a-token-of-marcus-0123456789",
        f"Bearer {TOKEN}",
        "Bearer given-by-hand-0123456789",
    ]


def test_a_person_without_a_token_is_told_how_to_get_one(run: Run) -> None:
    result = run("queue", "--as", "nobody@demo.test")
    assert result.exit_code == 2
    assert "Type: rightnow token nobody@demo.test" in result.stderr


def test_a_token_that_does_not_count_is_told_in_plain_words(api: FakeApi, run: Run) -> None:
    api.on("GET", "/cs/queue", problem(401, "not-authenticated", "Who?", "Send `Authorization`"))
    result = run("queue")
    assert result.exit_code == 1
    assert "rightnow token YOUR-MAIL" in result.stderr
    assert "Authorization" not in result.stderr


def test_nobody_there_is_told_with_what_to_do(run: Run) -> None:
    result = run("queue", url="http://127.0.0.1:1")
    assert result.exit_code == 3
    assert "Nobody answers at http://127.0.0.1:1." in result.stderr
    assert "Is it running? make up" in result.stderr


def test_an_api_that_cannot_save_is_not_reachable(api: FakeApi, run: Run) -> None:
    api.on("GET", "/cs/queue", AWAY)
    result = run("queue")
    assert result.exit_code == 3
    assert "We cannot save or read right now." in result.stderr


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(raw=b"<html>A printer</html>"), 3),
        (Answer(404, raw=b"<html>Not here</html>"), 3),
        (Answer(302, raw=b"", headers={"Location": "http://127.0.0.1:1/"}), 3),
        (Answer(body=[1]), 3),
        (problem(500, "internal", "Something broke on our side.", "Try again."), 1),
        (Answer(400, {"strange": True}), 1),
    ],
)
def test_no_answer_ends_in_a_traceback(api: FakeApi, run: Run, answer: Answer, code: int) -> None:
    api.on("GET", "/cs/queue", answer)
    result = run("queue")
    assert result.exit_code == code
    assert result.stderr.strip()
    assert "Traceback" not in result.output


def test_after_a_break_on_our_side_the_key_is_kept(api: FakeApi, run: Run) -> None:
    broken = problem(500, "internal", "Something broke on our side.", "Try again.")
    api.on("POST", f"{CASE}/notes", broken)
    result = run("note", "Hi", "--case", "E-1042")
    assert "We are not sure if it was done." in result.stderr
    run("note", "Hi", "--case", "E-1042")
    first, second = api.changes()
    assert first.key == second.key


def test_a_problem_with_json_asked_for_is_the_problem(api: FakeApi, run: Run) -> None:
    api.on("GET", CASE, problem(404, "escalation-unknown", "There is no such case.", "Look."))
    result = run("show", "E-1042", "--json")
    assert result.exit_code == 1
    assert '"code": "escalation-unknown"' in result.stdout


def test_a_case_that_is_no_number_stays_one_part_of_the_path(api: FakeApi, run: Run) -> None:
    run("show", "../../admin?x#y")
    assert api.asked[0].path == "/api/v1/cs/escalations/..%2F..%2Fadmin%3Fx~y"
