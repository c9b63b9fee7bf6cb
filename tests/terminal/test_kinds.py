"""Every kind of step can be worked at the terminal: money, times, questions; and undo."""

from typing import Any

import pytest

from tests.terminal import recorded
from tests.terminal.conftest import Run
from tests.terminal.fake_api import Answer, FakeApi, problem

USD = {"minor": 10_000, "currency": "USD"}
LIMITS = {"currency": "USD", "agent": 5000, "senior": 20000, "manager": 100000}
PAY = recorded.step(
    "pay",
    kind="credit",
    title="Give it back",
    script=None,
    outcomes=[
        {"id": "give", "label": "Give it", "grants": True, "without_fields": False},
        {"id": "none", "label": "We owe nothing", "grants": False, "without_fields": False},
    ],
    credit={"at_most": USD, "amount": None, "limits": LIMITS},
)
TIME = recorded.step(
    "time",
    kind="schedule",
    title="Find a time",
    script=None,
    outcomes=[
        {"id": "found", "label": "We have one", "grants": False, "without_fields": False},
        {"id": "none", "label": "No time fits", "grants": False, "without_fields": True},
    ],
    appointment_lasts_minutes=90,
)
ASK = recorded.step(
    "pay-approval",
    kind="approval",
    title="Say yes or no to the money",
    script=None,
    outcomes=[{"id": "yes", "label": "Yes", "grants": True, "without_fields": False}],
    question={
        "text": "May this money go to the customer?",
        "amount": {"minor": 30_000, "currency": "USD"},
        "asked_by": "Sarah Lind",
        "then": "No, not this much",
    },
)


def seeing(api: FakeApi, run: Run, step: dict[str, Any]) -> str:
    """The card of this step, on the screen."""
    api.on("POST", "/cs/next", Answer(body=recorded.next_action(step=step)))
    api.on("GET", recorded.PATH, Answer(body=recorded.case(step)))
    path = f"{recorded.PATH}/steps/{step['id']}"
    api.on("POST", f"{path}/completion", Answer(body=recorded.operation()))
    api.on("POST", f"{path}/delegation", Answer(body=recorded.operation()))
    shown = run("next")
    assert shown.exit_code == 0, shown.output
    api.asked.clear()
    return shown.stdout


def test_money_is_given_by_its_amount(api: FakeApi, run: Run) -> None:
    card = seeing(api, run, PAY)
    assert "You can give $100 at most." in card
    assert "An agent gives up to $50 alone." in card
    assert "rightnow done give --amount 49USD" in card
    assert "rightnow done none  " in card
    unsaid = run("done", "give")
    assert unsaid.exit_code == 2
    assert "How much money do they get?" in unsaid.stderr
    assert api.changes() == []
    assert run("done", "give", "--amount", "$49.50").exit_code == 0
    assert api.changes()[0].json["amount"] == {"minor": 4950, "currency": "USD"}


def test_a_time_is_written_down_and_only_where_one_was_found(api: FakeApi, run: Run) -> None:
    card = seeing(api, run, TIME)
    assert "It takes about 90 minutes." in card
    assert run("done", "found").exit_code == 2
    found = run("done", "found", "--at", "2026-12-01T09:30+01:00")
    assert found.exit_code == 0
    assert api.changes()[0].json["appointment_at"] == "2026-12-01T09:30:00+01:00"
    seeing(api, run, TIME)
    assert run("done", "none").exit_code == 0


def test_a_question_says_what_it_is_about_and_can_be_handed_on(api: FakeApi, run: Run) -> None:
    card = seeing(api, run, ASK)
    for words in (
        "May this money go to the customer?",
        "It is about $300.",
        "Sarah Lind asked for it.",
        "With no answer in time it counts as: No, not this much",
    ):
        assert words in card
    assert run("ask", "priya@demo.test").exit_code == 0
    assert api.changes()[0].json == {"person": "priya@demo.test"}


def test_what_was_just_done_is_taken_back_without_any_id(api: FakeApi, run: Run) -> None:
    seeing(api, run, recorded.step())
    done = run("done", "reached")
    assert "A mistake? Type within ten seconds: rightnow undo" in done.stdout
    api.on("POST", f"{recorded.PATH}/undo", Answer(body=recorded.operation()))
    assert "Taken back." in run("undo").stdout
    assert api.changes()[-1].json == {"op_id": recorded.OP_ID}


def test_what_is_too_late_says_so(api: FakeApi, run: Run) -> None:
    assert run("undo").exit_code == 2
    seeing(api, run, recorded.step())
    run("done", "reached")
    late = problem(409, "undo-too-late", "This can no longer be taken back.", "It is too late.")
    api.on("POST", f"{recorded.PATH}/undo", late)
    refused = run("undo")
    assert refused.exit_code != 0
    assert "too late" in refused.stderr


@pytest.mark.parametrize("to", [None, "manager"])
def test_a_case_is_handed_up_with_a_reason(api: FakeApi, run: Run, to: str | None) -> None:
    seeing(api, run, recorded.step())
    api.on("POST", f"{recorded.PATH}/hand-up", Answer(body=recorded.operation()))
    typed = ("hand-up", "He wants a manager.", *(("--to", to) if to else ()))
    assert run(*typed).exit_code == 0
    said = {"reason": "He wants a manager."}
    assert api.changes()[0].json == (said | {"to": to} if to else said)
