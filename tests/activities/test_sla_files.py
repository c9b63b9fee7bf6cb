"""SLA files: what is taken, and what is refused with file, line and reason before it is used."""

import time
import tracemalloc
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from activities.adapters.sla_files import SlaLibrary, load_library
from models.calendar import CompanyTime, HolidaysOf
from models.errors import SlaInvalid, Trouble
from models.severity import Severity
from models.sla import ClockKind
from upkeep.library import SLA_FOLDER

TODAY = date(2026, 11, 22)
BERLIN = CompanyTime(zone="Europe/Berlin", holidays=(HolidaysOf(country="DE", subdivision="BE"),))
CALENDAR = """slug: shop
name: The shop
owner: us
zone: Europe/Berlin
weekly:
  monday: [09:00-12:00, 13:00-17:00]
"""
POLICY = """slug: mine
name: Mine
owner: us
order: 1
when: {always: true}
calendar: shop
targets:
  critical: {first_response: 15m, resolution: 4h}
  high: {first_response: 30m, resolution: 8h}
  medium: {first_response: 2h, resolution: 24h}
  low: {first_response: 4h, resolution: 40h}
"""


def library(tmp_path: Path, **files: str) -> SlaLibrary:
    """A library of these files; `shop.yaml` is a calendar and `mine.yaml` a policy."""
    known = {"calendars/shop.yaml": CALENDAR, "policies/mine.yaml": POLICY}
    for name, text in {**known, **files}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return load_library(tmp_path, BERLIN, TODAY)


def refusal(tmp_path: Path, name: str, text: str) -> str:
    """How a library with this file is refused: place and reason of its first trouble."""
    with pytest.raises(SlaInvalid) as caught:
        library(tmp_path, **{name: text})
    first = caught.value.troubles[0]
    return f"{first.where}: {first.what}"


def test_the_shipped_rules_are_those_of_the_design() -> None:
    found = load_library(SLA_FOLDER, BERLIN, TODAY)
    [standard] = found.policies
    [business] = found.calendars
    told = {
        severity: (f"{one.first_response}", f"{one.resolution}", standard.calendar_for(severity))
        for severity, one in standard.targets.items()
    }
    assert told == {
        Severity.CRITICAL: ("0:15:00", "4:00:00", "24/7"),
        Severity.HIGH: ("0:30:00", "8:00:00", "24/7"),
        Severity.MEDIUM: ("2:00:00", "1 day, 0:00:00", "business"),
        Severity.LOW: ("4:00:00", "1 day, 16:00:00", "business"),
    }
    assert business.zone == "Europe/Berlin"
    assert "2027-03-08" in {f"{day.on}" for day in business.days_off}, "a holiday of Berlin alone"
    assert standard.targets[Severity.LOW].of(ClockKind.NEXT_RESPONSE) is not None


def test_a_feed_beside_a_calendar_is_read(tmp_path: Path) -> None:
    days = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261228\nSUMMARY:Stocktaking\nEND:VEVENT\n"
    files = {
        "calendars/days.ics": f"{days}END:VCALENDAR\n",
        "calendars/shop.yaml": f"{CALENDAR}feeds: [days.ics]\n",
    }
    [shop] = library(tmp_path, **files).calendars
    assert [(day.on, day.name) for day in shop.days_off] == [(date(2026, 12, 28), "Stocktaking")]


def test_a_feed_of_another_zone_is_refused_with_file_and_line(tmp_path: Path) -> None:
    event = "DTSTART;TZID=America/New_York:20261224T120000\nDTEND:20261224T180000\n"
    files = {
        "calendars/days.ics": f"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{event}END:VEVENT\nEND:VCALENDAR\n",
        "calendars/shop.yaml": CALENDAR.replace("Europe/Berlin", "company") + "feeds: [days.ics]\n",
    }
    with pytest.raises(SlaInvalid) as caught:
        library(tmp_path, **files)
    [told] = caught.value.troubles
    assert told.where == "days.ics:3"
    assert told.what == "has times of `America/New_York`, and not of Europe/Berlin"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (CALENDAR.replace("09:00-12:00", "12:00-09:00"), "shop.yaml:6 weekly.monday.0: ends"),
        (CALENDAR.replace("12:00,", "00:00,"), "shop.yaml:6 weekly.monday.0: ends before"),
        (CALENDAR.replace("09:00-12:00", "09:00-25:00"), "shop.yaml:6 weekly.monday.0: has a time"),
        (CALENDAR.replace("[09:00-12:00, 13:00-17:00]", "[]"), "shop.yaml:1: is never open"),
        (CALENDAR.replace("monday", "moonday"), "shop.yaml:6 weekly.moonday"),
        (CALENDAR.replace("Europe/Berlin", "Europe/Atlantis"), "shop.yaml:4 zone: `Europe/Atl"),
        (CALENDAR.replace("Europe/Berlin", "../../etc/passwd"), "shop.yaml:4 zone: "),
        (CALENDAR.replace("owner: us\n", ""), "shop.yaml:1 owner: is missing"),
        (f"{CALENDAR}holidays: [{{country: QQ}}]\n", "shop.yaml:7 holidays.0.country: no holidays"),
        (f"{CALENDAR}feeds: [../secret.ics]\n", "shop.yaml:7 feeds.0: `../secret.ics` is not"),
        (f"{CALENDAR}colour: red\n", "shop.yaml:7 colour: is not a key"),
        ("", "shop.yaml:1: is empty"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_trap_8(tmp_path: Path, text: str, told: str) -> None:
    assert refusal(tmp_path, "calendars/shop.yaml", text).startswith(told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (POLICY.replace("owner: us\n", ""), "mine.yaml:1 owner: is missing"),
        (POLICY.replace("40h", "399d"), "mine.yaml:11 targets.low.resolution: the hours of `shop`"),
        (POLICY.replace("calendar: shop", "calendar: shup"), "mine.yaml:6 calendar: there is no"),
        (POLICY.replace("  low:", "  lowest:"), "mine.yaml:11 targets.lowest"),
        (POLICY.replace("{always: true}", "{field: severity, op: is, value: low}"), "mine.yaml:5"),
        (POLICY.replace("4h}", "-4h}"), "mine.yaml:8 targets.critical.resolution"),
        (f"{POLICY}reopen: follow_up_only\n", "mine.yaml:1: reopens with the next response only"),
        (f"{POLICY}warnings: [{{}}]\n", "mine.yaml:12 warnings.0: give exactly one"),
        (f"{POLICY}on_breach: [{{notify: nobody}}]\n", "mine.yaml:12 on_breach.0.notify"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(tmp_path: Path, text: str, told: str) -> None:
    assert refusal(tmp_path, "policies/mine.yaml", text).startswith(told)


def test_two_policies_of_one_order_are_refused(tmp_path: Path) -> None:
    told = refusal(tmp_path, "policies/other.yaml", POLICY.replace("slug: mine", "slug: other"))
    assert told == "other.yaml:4 order: the order 1 is that of `mine`, too"


BOMBS = {
    "aliases": "a: &a [x, x]\n" + "".join(f"b{n}: [*a, *a]\n" for n in range(9_000)),
    "deep": "weekly: " + "[" * 50_000,
    "wide": CALENDAR + "".join(f"  - 0{n % 9}:00-10:00\n" for n in range(200_000)),
    "spans": CALENDAR.replace("13:00-17:00", ", ".join(["13:00-17:00"] * 9_000)),
    "days": f"{CALENDAR}days:\n" + "  - {on: 2026-12-24, name: x}\n" * 2_900,
}


EACH_HOUR = ", ".join(f"{hour:02}:00-{hour:02}:01" for hour in range(24))
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Twenty-four minutes a day, each in another hour."""

TINY = CALENDAR.replace(
    "  monday: [09:00-12:00, 13:00-17:00]\n",
    "".join(f"  {day}: [{EACH_HOUR}]\n" for day in WEEK),
)


def owing(target: str) -> str:
    """A policy that owes everything within so much."""
    kinds = ", ".join(f"{kind}: {target}" for kind in ClockKind)
    head, _, _ = POLICY.partition("  critical:")
    return head + "".join(f"  {severity}: {{{kinds}}}\n" for severity in Severity)


HARD_TO_COUNT = {
    "endless": ("399d", "do not add up to it within 1,100 days"),
    "almost endless": ("430h", "add up to it in 25,800 pieces"),
    "in too many pieces": ("67h", "add up to it in 4,032 pieces"),
}


@pytest.mark.parametrize("bomb", HARD_TO_COUNT)
def test_hours_that_are_hard_to_count_are_refused_as_fast_t47(tmp_path: Path, bomb: str) -> None:
    target, what = HARD_TO_COUNT[bomb]
    files = {"calendars/shop.yaml": TINY, "policies/mine.yaml": owing(target)}
    spent, peak, troubles = cost_of_refusing(tmp_path, files)
    assert len(troubles) == len(Severity) * len(ClockKind)
    assert all(what in one.what for one in troubles)
    assert spent < 0.1
    assert peak < 10_000_000


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_hostile_calendar_is_refused_in_a_tenth_of_a_second_and_ten_megabytes_t47(
    tmp_path: Path, bomb: str
) -> None:
    spent, peak, _ = cost_of_refusing(tmp_path, {"calendars/shop.yaml": BOMBS[bomb]})
    assert spent < 0.1
    assert peak < 10_000_000


def cost_of_refusing(tmp_path: Path, files: dict[str, str]) -> tuple[float, int, Sequence[Trouble]]:
    """Seconds of work, the least of three; the most bytes at once; and what was wrong."""

    def refuse() -> tuple[float, Sequence[Trouble]]:
        began = time.process_time()
        with pytest.raises(SlaInvalid) as caught:
            library(tmp_path, **files)
        return time.process_time() - began, caught.value.troubles

    refuse()  # what is imported once is not its doing
    spent = min(refuse()[0] for _ in range(3))
    tracemalloc.start()
    _, troubles = refuse()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return spent, peak, troubles
