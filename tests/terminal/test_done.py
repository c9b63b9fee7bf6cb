"""`done` and `skip`: once, for the step that was shown, and then what is next."""

import pytest

from tests.terminal import recorded
from tests.terminal.conftest import PATIENT, Run
from tests.terminal.fake_api import AWAY, HANG_UP, Answer, FakeApi, problem

COMPLETION = f"{recorded.PATH}/steps/call-now/completion"
LISTEN = recorded.step("listen", title="Listen to Doug", kind="task")


@pytest.fixture
def shown(api: FakeApi, run: Run) -> Run:
    """Doug's call is on the screen."""
    api.on("POST", "/cs/next", Answer(body=recorded.next_action()))
    api.on("GET", recorded.PATH, Answer(body=recorded.case(LISTEN)))
    assert run("next").exit_code == 0
    api.asked.clear()
    return run


def test_done_needs_no_ids_after_next_and_says_what_is_next(api: FakeApi, shown: Run) -> None:
    api.on("POST", COMPLETION, Answer(body=recorded.operation()))
    result = shown("done", "reached", "--note", "He is calm")
    assert result.exit_code == 0
    assert "✓ Done: Call Doug now. We are talking.  E-1042" in result.stdout
    assert "Next in this case: Listen to Doug (15 minutes left)" in result.stdout
    assert "Type: rightnow next" in result.stdout
    assert api.changes()[0].json == {"outcome": "reached", "fields": {}, "note": "He is calm"}


def test_an_outcome_may_be_typed_as_its_label(api: FakeApi, shown: Run) -> None:
    api.on("POST", COMPLETION, Answer(body=recorded.operation()))
    assert shown("done", "no Answer").exit_code == 0
    assert api.changes()[0].json["outcome"] == "no-answer"


def test_a_step_that_nobody_read_is_never_finished(api: FakeApi, shown: Run) -> None:
    api.on("POST", COMPLETION, Answer(body=recorded.operation()))
    shown("done", "reached")
    again = shown("done", "reached")
    assert again.exit_code == 2
    assert "You have not seen what is next in E-1042." in again.stderr
    assert len(api.changes()) == 1


@pytest.mark.parametrize("words", [(), ("nonsense",)])
def test_without_a_known_outcome_the_choices_are_listed(
    api: FakeApi, shown: Run, words: tuple[str, ...]
) -> None:
    result = shown("done", *words)
    assert result.exit_code == 2
    assert "rightnow done reached  We are talking" in result.stderr
    assert api.changes() == []


def test_the_only_outcome_is_taken(api: FakeApi, run: Run) -> None:
    only = recorded.step("call-now#2", outcomes=[{"id": "given", "label": "I gave it"}])
    api.on("GET", "/cs/escalations/E-1042", Answer(body=recorded.case(only)))
    api.on("GET", recorded.PATH, Answer(body=recorded.case(only)))
    path = f"{recorded.PATH}/steps/call-now~2/completion"
    api.on("POST", path, Answer(body=recorded.operation()))
    assert run("done", "--case", "E-1042").exit_code == 0
    assert api.changes()[0].json["outcome"] == "given"


def test_a_field_that_must_be_filled_is_asked_for_before_anything_is_sent(
    api: FakeApi, run: Run
) -> None:
    fields = [{"id": "main-reason", "label": "Why they leave", "kind": "text", "required": True}]
    api.on(
        "GET", "/cs/escalations/E-1042", Answer(body=recorded.case(recorded.step(fields=fields)))
    )
    api.on("GET", recorded.PATH, Answer(body=recorded.case()))
    api.on("POST", COMPLETION, Answer(body=recorded.operation()))
    result = run("done", "reached", "--case", "E-1042")
    assert result.exit_code == 2
    assert "main-reason  Why they leave" in result.stderr
    assert run("done", "reached", "--case", "E-1042", "--field", "main-reason").exit_code == 2
    assert api.changes() == []
    given = ("--field", "main-reason=We forgot = twice")
    assert run("done", "reached", "--case", "E-1042", *given).exit_code == 0
    assert api.changes()[0].json["fields"] == {"main-reason": "We forgot = twice"}


def test_without_a_case_it_asks_which(run: Run) -> None:
    result = run("done", "reached")
    assert result.exit_code == 2
    assert "Type: rightnow next" in result.stderr


def test_accepted_is_said_to_be_safe_with_its_id(api: FakeApi, shown: Run) -> None:
    api.on("POST", COMPLETION, Answer(202, recorded.operation("accepted")))
    result = shown("done", "reached")
    assert result.exit_code == 0
    assert "Safe. It will be done as soon as the engine is back." in result.stdout
    assert f"rightnow op {recorded.OP_ID}" in result.stdout


def test_a_solved_case_says_when_the_follow_ups_come(api: FakeApi, shown: Run) -> None:
    later = recorded.step(
        "follow-up-24h", status="waiting", opens_at="2026-11-23T13:24:00Z", title="Check in"
    )
    snapshot = {"status": "resolved", "severity": "high", "step": None, "due_at": None}
    api.on("POST", COMPLETION, Answer(body=recorded.operation(snapshot=snapshot)))
    api.on("GET", recorded.PATH, Answer(body=recorded.case(later)))
    told = shown("done", "reached").stdout
    assert "The case is solved. Nice work." in told
    assert "Check in: tomorrow 13:24 (in 1 day)" in told


def test_a_retry_carries_the_same_key_and_body(api: FakeApi, shown: Run) -> None:
    api.on("POST", COMPLETION, AWAY, HANG_UP, Answer(body=recorded.operation()))
    result = shown("done", "reached", patience=PATIENT)
    assert result.exit_code == 0
    assert result.stderr.count("No answer yet, trying again…") == 1
    assert len(api.changes()) == 3
    assert len({(one.key, one.body) for one in api.changes()}) == 1


def test_the_same_command_typed_again_after_silence_carries_the_same_key(
    api: FakeApi, shown: Run
) -> None:
    api.on("POST", COMPLETION, HANG_UP)
    silent = shown("done", "reached")
    assert silent.exit_code == 3
    assert "It will not be done twice." in silent.stderr
    api.on("POST", COMPLETION, Answer(body=recorded.operation()))
    assert shown("done", "reached").exit_code == 0
    assert len({one.key for one in api.changes()}) == 1


def test_an_answered_change_typed_again_is_a_new_wish(api: FakeApi, shown: Run) -> None:
    api.on("POST", f"{recorded.PATH}/notes", Answer(body=recorded.operation()))
    shown("note", "same words")
    shown("note", "same words")
    assert len({one.key for one in api.changes()}) == 2


def test_a_refusal_says_what_happened_what_is_safe_and_what_to_do(api: FakeApi, shown: Run) -> None:
    title, detail = "This step is already done.", "Ana did this 1 minute ago."
    api.on("POST", COMPLETION, problem(409, "step-already-ended", title, detail))
    result = shown("done", "reached")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "This step is already done. Ana did this 1 minute ago.",
        "Nothing was changed.",
        "See what is next: rightnow next",
        "(step-already-ended)",
    ]
    assert len(api.changes()) == 1


def test_skip_sends_the_reason(api: FakeApi, shown: Run) -> None:
    api.on("POST", f"{recorded.PATH}/steps/call-now/skip", Answer(body=recorded.operation()))
    result = shown("skip", "He called us")
    assert result.exit_code == 0
    assert "✓ Skipped: Call Doug now." in result.stdout
    assert api.changes()[0].json == {"reason": "He called us"}


def test_an_unknown_step_lists_those_there_are(api: FakeApi, run: Run) -> None:
    api.on("GET", "/cs/escalations/E-1042", Answer(body=recorded.case()))
    result = run("done", "--case", "E-1042", "--step", "dance")
    assert result.exit_code == 2
    assert "call-now  Call Doug now" in result.stderr


def test_an_own_letter_takes_the_known_subject(api: FakeApi, run: Run) -> None:
    letter = {"subject": "Sorry", "body": "See you [appointment day]", "blanks": ["day"]}
    mail = recorded.step(kind="email", letter=letter)
    api.on("GET", "/cs/escalations/E-1042", Answer(body=recorded.case(mail)))
    api.on("GET", recorded.PATH, Answer(body=recorded.case(mail)))
    api.on("POST", COMPLETION, Answer(body=recorded.operation()))
    sent = run("done", "reached", "--case", "E-1042", "--letter", "-", stdin="See you on Monday\n")
    assert sent.exit_code == 0
    assert api.changes()[0].json["letter"] == {"subject": "Sorry", "body": "See you on Monday"}
