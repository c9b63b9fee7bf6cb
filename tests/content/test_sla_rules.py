"""What the page about SLA rules shows can be used as it stands, and so can what is shipped."""

import re
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from activities.adapters.sla_files import load_library
from cli import app
from models.calendar import CompanyTime, HolidaysOf
from upkeep.library import SLA_FOLDER

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "sla-rules.md"
BERLIN = CompanyTime(zone="Europe/Berlin", holidays=(HolidaysOf(country="DE"),))
FEED = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261228\nEND:VEVENT\nEND:VCALENDAR\n"


def test_the_examples_of_the_page_are_rules_that_are_taken(tmp_path: Path) -> None:
    policy, calendar = re.findall(r"```yaml\n(.+?)```", PAGE.read_text("utf-8"), re.DOTALL)
    for kind in ("policies", "calendars"):
        (tmp_path / kind).mkdir()
    standard = (SLA_FOLDER / "policies" / "standard.yaml").read_text("utf-8")
    (tmp_path / "policies" / "standard.yaml").write_text(standard)
    (tmp_path / "policies" / "premium.yaml").write_text(policy)
    (tmp_path / "calendars" / "business.yaml").write_text(calendar)
    (tmp_path / "calendars" / "shutdown.ics").write_text(FEED)
    found = load_library(tmp_path, BERLIN, date(2026, 11, 22))
    assert [one.slug for one in found.policies] == ["premium", "standard"]
    assert any(day.name == "Christmas Eve" for day in found.calendars[0].days_off)


@pytest.mark.parametrize("broken", [False, True])
def test_the_check_says_what_is_wrong_with_file_line_and_reason(
    tmp_path: Path, broken: bool
) -> None:
    for path in SLA_FOLDER.rglob("*.yaml"):
        (tmp_path / path.parent.name).mkdir(exist_ok=True)
        text = path.read_text("utf-8").replace("tuesday: [09:00", "tuesday: [19:00")
        (tmp_path / path.parent.name / path.name).write_text(text)
    folder = tmp_path if broken else SLA_FOLDER
    told = CliRunner().invoke(app, ["sla", "check", str(folder)])
    assert told.exit_code == int(broken)
    assert ("business.yaml:9 weekly.tuesday.0: ends before" in told.output) is broken
