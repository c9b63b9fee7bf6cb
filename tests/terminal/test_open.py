"""`open`: a case by what is known, or from a mail."""

from pathlib import Path

import pytest

from tests.terminal import recorded
from tests.terminal.conftest import PATIENT, Run
from tests.terminal.fake_api import HANG_UP, Answer, FakeApi, problem

MAIL = b"From: Ana <ana@example.org>\r\nSubject: Charged twice\r\n\r\nPlease help.\r\n" * 3000


def test_open_tells_number_reasons_playbook_and_first_deadline(api: FakeApi, run: Run) -> None:
    api.on("POST", "/cs/escalations", Answer(201, recorded.operation()))
    api.on("GET", recorded.PATH, Answer(body=recorded.case()))
    known = ("--name", "Doug", "--value", "4200USD", "--since", "2020-03-01")
    result = run("open", *known, "--description", "-", stdin="You missed 3 visits.\nI am upset.")
    assert result.exit_code == 0
    for words in (
        "E-1042 is open.",
        "may leave us  It says “cancel my service”.",
        "Customer Threatening to Cancel",
        "First answer by 14:10 (in 46 minutes)",
        "Type: rightnow next",
    ):
        assert words in result.stdout
    assert api.changes()[0].json == {
        "customer": {
            "name": "Doug",
            "annual_value": {"minor": 420000, "currency": "USD"},
            "customer_since": "2020-03-01",
        },
        "title": "You missed 3 visits.",
        "description": "You missed 3 visits.\nI am upset.",
        "source": "agent",
    }


def test_an_opening_that_is_only_safe_has_its_number(api: FakeApi, run: Run) -> None:
    api.on("POST", "/cs/escalations", Answer(202, recorded.operation("accepted")))
    told = run("open", "--name", "Doug", "--title", "x").stdout
    assert "E-1042 is kept. " in told
    assert "Safe. It will be done as soon as the engine is back." in told


def test_an_appointment_without_a_zone_is_here(api: FakeApi, run: Run) -> None:
    api.on("POST", "/cs/escalations", Answer(202, recorded.operation("accepted")))
    run("open", "--name", "Doug", "--title", "x", "--appointment", "2026-11-24 09:30")
    assert api.changes()[0].json["appointment_at"] == "2026-11-24T09:30:00+00:00"


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--name", "Doug"),
        ("--name", "Doug", "--title", "x", "--value", "lots"),
        ("--name", "Doug", "--title", "x", "--since", "long ago"),
        ("--name", "Doug", "--title", "x", "--appointment", "soon"),
        ("--name", "Doug", "--description", "  "),
        ("--from-mail", "no-such-file.eml"),
        ("--no-such-option",),
    ],
)
def test_what_cannot_be_meant_is_sent_nowhere(
    api: FakeApi, run: Run, words: tuple[str, ...]
) -> None:
    assert run("open", *words).exit_code == 2
    assert api.asked == []


def test_each_wrong_field_is_named(api: FakeApi, run: Run) -> None:
    wrong = {"where": "type", "what": "is not one of ours", "mend": "Leave it out."}
    answer = problem(422, "fields-invalid", "Some fields are not right.", "1 of them.", wrong)
    api.on("POST", "/cs/escalations", answer)
    result = run("open", "--name", "Doug", "--title", "x", "--type", "sad")
    assert result.exit_code == 1
    assert "  type: is not one of ours. Leave it out." in result.stderr


@pytest.mark.parametrize("piped", [True, False])
def test_a_mail_is_streamed_whole_and_again_after_a_broken_line(
    api: FakeApi, run: Run, tmp_path: Path, *, piped: bool
) -> None:
    opened = {"status": "opened", "reasons": [], "operation": recorded.operation()}
    api.on("POST", "/inbound/email", HANG_UP, Answer(201, opened))
    api.on("GET", recorded.PATH, Answer(body=recorded.case()))
    path = tmp_path / "mail.eml"
    path.write_bytes(MAIL)
    words = "-" if piped else str(path)
    result = run("open", "--from-mail", words, stdin=MAIL if piped else None, patience=PATIENT)
    assert result.exit_code == 0
    assert "E-1042 is open." in result.stdout
    assert [one.body for one in api.changes()] == [MAIL, MAIL]
    assert {one.kind for one in api.changes()} == {"message/rfc822"}
    assert len({one.key for one in api.changes()}) == 1


@pytest.mark.parametrize(
    ("status", "operation", "words"),
    [
        ("filed", recorded.operation(), "Put to E-1042."),
        ("set_aside", None, "Set aside. No case was opened."),
    ],
)
def test_a_mail_that_opens_nothing_says_why(
    api: FakeApi,
    run: Run,
    tmp_path: Path,
    status: str,
    operation: dict[str, object] | None,
    words: str,
) -> None:
    told = {"status": status, "reasons": [f"Because {recorded.HOSTILE}"], "operation": operation}
    api.on("POST", "/inbound/email", Answer(body=told))
    path = tmp_path / "mail.eml"
    path.write_bytes(MAIL)
    shown = run("open", "--from-mail", str(path)).stdout
    assert words in shown
    assert f"Because {recorded.HARMLESS}" in shown
    assert "\x1b" not in shown
