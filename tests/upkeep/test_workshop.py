"""The workshop on the terminal: played through in seconds, compared, and plain when it is wrong."""

import re
import shutil
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli import app
from upkeep.library import SLA_FOLDER

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
MISSED = str(PLAYBOOKS / "missed-appointment.yaml")


def _type(*words: str) -> Result:
    return CliRunner().invoke(app, ["playbook", *words])


def test_seven_days_of_a_playbook_are_printed() -> None:
    """Days count from the opening, and a day on which nothing happens has no heading."""
    began = time.monotonic()
    done = _type("simulate", MISSED)
    assert time.monotonic() - began < 10
    assert done.exit_code == 0, done.output
    assert _days(done) == ["Day 1"], "its call before the visit comes 23 hours after the opening"
    words = " ".join(done.output.split())
    for told in (
        "Missed Appointment: 7 days, played through by the rules that run cases.",
        "Mon 09:00:00 The agent Opened the case. It is high.",
        "Mon 09:05:00 The agent Done: Call Doug, say sorry. We talked.",
        "Mon 09:25:10 Rightnow Sent: a letter to the customer.",
        "Tue 08:15:00 Rightnow To do until 2026-03-03 08:45 UTC: Call Doug before the visit.",
        "Tue 08:20:00 The agent Done: Call Doug before the visit.",
        "It is resolved at the end: resolved after 25 minutes; 0 reminders, 1 letter or notice,"
        " 0 targets missed.",
    ):
        assert told in words


def test_a_promise_of_seven_days_is_among_the_seven_days_that_are_printed() -> None:
    done = _type("simulate", str(PLAYBOOKS / "cancel-threat.yaml"))
    assert done.exit_code == 0, done.output
    assert _days(done) == ["Day 1", "Day 2", "Day 8"]
    last = " ".join(done.output.partition("Day 8")[2].split())
    assert "Mon 09:35:00 Rightnow To do until 2026-03-09 17:35 UTC: Call once more." in last
    assert "Mon 09:40:00 The agent Done: Call once more. All is well." in last


def _days(done: Result) -> list[str]:
    return re.findall(r"^Day \d+", done.output, re.MULTILINE)


def test_a_script_says_what_the_agent_does(tmp_path: Path) -> None:
    script = tmp_path / "answers.yaml"
    script.write_text("severity: critical\nanswers:\n  apologise: never\n")
    done = _type("simulate", MISSED, "--script", str(script), "--days", "2")
    assert done.exit_code == 0, done.output
    assert "Time is short" in done.output
    assert "It is open at the end: never resolved; 4 reminders" in done.output


def test_a_calm_case_is_played_by_the_sla_rules_that_are_shipped_or_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty hours of business hours end on Friday at five; of twenty, on Wednesday at one."""
    monkeypatch.setenv("RIGHTNOW_TIME_ZONE", "UTC")
    monkeypatch.setenv("RIGHTNOW_HOLIDAYS", "")
    script, rules = tmp_path / "answers.yaml", tmp_path / "sla"
    script.write_text("severity: low\nanswers:\n  call-now: never\n")
    general = str(PLAYBOOKS / "general.yaml")
    done = _type("simulate", general, "--script", str(script))
    assert done.exit_code == 0, done.output
    words = " ".join(done.output.split())
    assert "SLA policy: Standard." in words
    assert "Fri 17:00:00 Rightnow Late: solution was due 2026-03-06 17:00 UTC." in words
    assert " 01:00:00" not in words, "nobody is told of it in the night"
    shutil.copytree(SLA_FOLDER, rules)
    standard = rules / "policies" / "standard.yaml"
    standard.write_text(standard.read_text().replace("40h", "20h"))
    done = _type("simulate", general, "--script", str(script), "--sla", str(rules))
    assert "Late: solution was due 2026-03-04 13:00 UTC." in " ".join(done.output.split())
    standard.write_text(standard.read_text().replace("20h", "399d"))
    done = _type("simulate", general, "--sla", str(rules))
    assert done.exit_code == 1
    assert "standard.yaml:12 targets.low.resolution" in done.output


def test_a_script_that_is_wrong_says_where(tmp_path: Path) -> None:
    script = tmp_path / "answers.yaml"
    script.write_text("answers:\n  apologise:\n    outcom: reached\n")
    done = _type("simulate", MISSED, "--script", str(script))
    assert done.exit_code == 1
    assert "answers.yaml:3" in done.output
    script.write_text("answers:\n  call-nobody: never\n")
    done = _type("simulate", MISSED, "--script", str(script))
    assert done.exit_code == 1
    assert "call-nobody" in done.output


def test_two_files_are_compared() -> None:
    assert _type("diff", MISSED, MISSED).exit_code == 0
    done = _type("diff", MISSED, str(PLAYBOOKS / "general.yaml"))
    assert done.exit_code == 1
    assert "removed steps.apologise" in done.output


def test_a_file_that_cannot_be_read_is_said_plainly(tmp_path: Path) -> None:
    for words in (["simulate"], ["diff", MISSED], ["lint"]):
        done = _type(*words, str(tmp_path / "none.yaml"))
        assert done.exit_code == 1
        assert "cannot be read" in done.output
        assert "Traceback" not in done.output


def test_the_how_to_s_commands_and_script_work(tmp_path: Path) -> None:
    page = (PLAYBOOKS.parent / "docs" / "how-to" / "write-a-playbook.md").read_text()
    for line in re.findall(r"^rightnow playbook (.+)$", page, re.MULTILINE):
        words = [str(PLAYBOOKS.parent / one) if "/" in one else one for one in line.split()]
        assert _type(*words).exit_code == (1 if "diff" in words else 0)
    script = tmp_path / "answers.yaml"
    script.write_text(page.partition("```yaml\n")[2].partition("```")[0])
    done = _type("simulate", MISSED, "--script", str(script))
    assert done.exit_code == 0, done.output
    assert "No answer" in done.output
