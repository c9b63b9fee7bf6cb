"""`snooze`: not now, in plain words."""

from typing import Any

import pytest

from tests.terminal import recorded
from tests.terminal.conftest import Run
from tests.terminal.fake_api import Answer, FakeApi

SNOOZE = f"{recorded.PATH}/steps/call-now/snooze"


@pytest.fixture
def shown(api: FakeApi, run: Run) -> Run:
    """Doug's call is on the screen, at 13:24."""
    api.on("POST", "/cs/next", Answer(body=recorded.next_action()))
    api.on("GET", recorded.PATH, Answer(body=recorded.case()))
    api.on("POST", SNOOZE, Answer(body=recorded.operation()))
    assert run("next").exit_code == 0
    api.asked.clear()
    return run


@pytest.mark.parametrize(
    ("words", "body", "until"),
    [
        (("30m",), {"length": "30m"}, "13:54 (in 30 minutes)"),
        (("15:00",), {"until": "2026-11-22T15:00:00+00:00"}, "15:00 (in 1 hour 36 minutes)"),
        (
            ("2026-11-23 09:30", "He is away"),
            {"until": "2026-11-23T09:30:00+00:00", "reason": "He is away"},
            "tomorrow 09:30 (in 20 hours 6 minutes)",
        ),
    ],
)
def test_a_step_is_put_off_for_a_while_or_until_a_time(
    api: FakeApi, shown: Run, words: tuple[str, ...], body: Any, until: str
) -> None:
    result = shown("snooze", *words)
    assert result.exit_code == 0, result.stderr
    assert f"✓ Put off until {until}: Call Doug now. Its clocks go on." in result.stdout
    assert "rightnow undo" in result.stdout
    assert api.changes()[0].json == body


@pytest.mark.parametrize("time", ["13:00", "25:99", "later"])
def test_a_time_that_is_none_or_has_passed_changes_nothing(
    api: FakeApi, shown: Run, time: str
) -> None:
    assert shown("snooze", time).exit_code == 2
    assert api.changes() == []


def test_the_picture_says_what_was_put_off_and_that_time_runs(api: FakeApi, run: Run) -> None:
    asleep = recorded.step(snoozed_until="2026-11-22T15:00:00Z")
    api.on("GET", "/cs/escalations/E-1042", Answer(body=recorded.case(asleep)))
    api.on("GET", recorded.PATH + "/timeline", Answer(body={"items": [], "next_cursor": None}))
    shown = run("show", "E-1042")
    assert "put off until 15:00, 1 hour 6 minutes left" in shown.stdout
    card = run("next", "--case", "E-1042")
    assert "Put off until 15:00. Its clocks go on." in card.stdout
