"""iCal feeds: days off in, and everything else refused with its line, at once and cheaply."""

import time
import tracemalloc
from datetime import date

import pytest

from activities.adapters.ical import MAX_REPEATS, read_ical
from models.calendar import DayOff

BERLIN = "Europe/Berlin"


def feed(*lines: str) -> str:
    """A feed with one event."""
    whole = ("BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", *lines, "END:VEVENT")
    return "\r\n".join((*whole, "END:VCALENDAR", ""))


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        (("DTSTART;VALUE=DATE:20261225", "SUMMARY:Christmas"), {date(2026, 12, 25)}),
        (
            ("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261227", "SUMMARY:Shut"),
            {date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 26)},
        ),
        (
            ("DTSTART;VALUE=DATE:20260229".replace("0229", "0228"), "RRULE:FREQ=YEARLY;COUNT=3"),
            {date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 28)},
        ),
        (
            ("DTSTART;VALUE=DATE:20280229", "RRULE:FREQ=YEARLY;UNTIL=20321231"),
            {date(2028, 2, 29), date(2032, 2, 29)},
        ),
        (("DTSTART;VALUE=DATE:20261225", "STATUS:CANCELLED"), set()),
    ],
)
def test_days_off_are_read(lines: tuple[str, ...], days: set[date]) -> None:
    found, flaws = read_ical(feed(*lines), BERLIN)
    assert not flaws
    assert {one.on for one in found} == days


def test_a_part_of_a_day_and_a_folded_name_are_read_trap_9() -> None:
    lines = (
        "DTSTART;TZID=Europe/Berlin:20261224T120000",
        "DTEND;TZID=Europe/Berlin:20261224T180000",
        "SUMMARY:Christmas\r\n  Eve",
    )
    found, _ = read_ical(feed(*lines), BERLIN)
    eve = DayOff(on=date(2026, 12, 24), name="Christmas Eve", closed=("12:00-18:00",))
    assert found == (eve,)


@pytest.mark.parametrize(
    ("begins", "ends", "days"),
    [
        ("20261224T120000", "20261225T000000", {24: ("12:00-24:00",)}),
        ("20261224T000000", "20261225T000000", {24: ()}),
        ("20261224T000000", "20261224T120000", {24: ("00:00-12:00",)}),
        (
            "20261224T120000", "20261226T100000",
            {24: ("12:00-24:00",), 25: (), 26: ("00:00-10:00",)},
        ),
        ("20261224T120000", "20261226T000000", {24: ("12:00-24:00",), 25: ()}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("zone", ["", ";TZID=Europe/Berlin", ';X-A=1;tzid="Europe/Berlin"'])
def test_midnight_is_the_end_of_the_day_before(
    begins: str, ends: str, days: dict[int, tuple[str, ...]], zone: str
) -> None:
    found, flaws = read_ical(feed(f"DTSTART{zone}:{begins}", f"DTEND{zone}:{ends}"), BERLIN)
    assert not flaws
    assert {one.on.day: one.closed for one in found} == days


def test_a_date_is_one_wherever_it_was_written() -> None:
    found, flaws = read_ical(feed("DTSTART;VALUE=DATE;TZID=Asia/Tokyo:20261225"), BERLIN)
    assert not flaws
    assert [one.on for one in found] == [date(2026, 12, 25)]


@pytest.mark.parametrize(
    ("lines", "line", "what"),
    [
        (("DTSTART;VALUE=DATE:20261225", "RRULE:FREQ=YEARLY"), 5, "without end"),
        (("DTSTART;VALUE=DATE:20261225", "RRULE:FREQ=SECONDLY;COUNT=9"), 5, "than yearly"),
        (("DTSTART;VALUE=DATE:20261225", "RRULE:FREQ=YEARLY;COUNT=999999"), 5, "repeats more"),
        (("DTSTART;VALUE=DATE:20261225", "RRULE:FREQ=YEARLY;UNTIL=99991231"), 5, "repeats more"),
        (("DTSTART;VALUE=DATE:20261225", "RRULE:FREQ=YEARLY;BYDAY=MO;COUNT=2"), 5, "BYDAY"),
        (("DTSTART;VALUE=DATE:20261225", "RDATE:20270101"), 5, "RDATE"),
        (("DTSTART;VALUE=DATE:20261225", "DTEND;VALUE=DATE:20281225"), 4, "longer than"),
        (("DTSTART;VALUE=DATE:20261225", "DTEND;VALUE=DATE:20261224"), 4, "before it begins"),
        (("DTSTART:20261225T120000Z",), 4, "another zone"),
        (("DTSTART:20261325",), 4, "no year has"),
        (("SUMMARY:No date",), 3, "no date"),
        (("DTSTART:00010101", "DTEND:00010101"), 4, "no year has"),
        (("DTSTART:99991231", "DTEND:99991231"), 4, "no year has"),
        (("DTSTART:20261225", "RRULE:FREQ=YEARLY;COUNT=²"), 5, "repeats more"),
        (
            ("DTSTART;TZID=America/New_York:20261224T120000", "DTEND:20261224T180000"),
            4, "has times of `America/New_York`, and not of Europe/Berlin",
        ),
        (
            ("DTSTART:20261224T120000", "DTEND;TZID=Europe/London:20261224T180000"),
            5, "has times of `Europe/London`",
        ),
        (("DTSTART:20261224T120000",), 4, "closes nothing"),
        (("DTSTART:20261224T120000", "DTEND:20261224T120000"), 5, "closes nothing"),
        (("DTSTART:20261224T120000", "DTEND:20261224T090000"), 5, "ends before it begins"),
        (("DTSTART:20261224T120000", "DTEND:20261224T000000"), 5, "ends before it begins"),
        (("DTSTART:20261224T120000", "DTEND:20261226"), 5, "other end has none"),
        (("DTSTART:20261224", "DTEND:20261224T180000"), 5, "other end has none"),
        (("DTSTART:20261224T120000", "DTEND:20261224T235959"), 5, "has seconds"),
        (("DTSTART:20261224T120000", "DTEND:20261224T240000"), 5, "that no day has"),
        (("DTSTART;VALUE=DATE:20261224T120000",), 4, "is no DATE"),
        (("DTSTART:20261225", "DTSTART:20261226"), 5, "has DTSTART twice"),
        (("DTSTART:20261225", "RECURRENCE-ID:20261224"), 5, "RECURRENCE-ID"),
    ],
)  # fmt: skip
def test_what_is_no_list_of_days_off_is_refused_with_its_line(
    lines: tuple[str, ...], line: int, what: str
) -> None:
    found, [flaw] = read_ical(feed(*lines), BERLIN)
    assert found == ()
    assert flaw.line == line
    assert what in flaw.what


BOMBS = {
    "many events": "BEGIN:VCALENDAR\n"
    + "BEGIN:VEVENT\nDTSTART:20261225\nEND:VEVENT\n" * 4_000
    + "END:VCALENDAR",
    "many days": "BEGIN:VCALENDAR\n"
    + f"BEGIN:VEVENT\nDTSTART:20261225\nRRULE:FREQ=YEARLY;COUNT={MAX_REPEATS}\nEND:VEVENT\n" * 300
    + "END:VCALENDAR",
    "deep": "BEGIN:VCALENDAR\n" * 15_000,
    "folded": "BEGIN:VCALENDAR\n" + " x\n" * 80_000,
    "huge": "BEGIN:VCALENDAR\n" + "X" * 2_000_000,
    "empty": "",
    "no calendar": "hello",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_hostile_feed_is_refused_in_a_tenth_of_a_second_and_ten_megabytes_t47(bomb: str) -> None:
    text = BOMBS[bomb]
    spent = time.process_time()
    _, flaws = read_ical(text, BERLIN)
    spent = time.process_time() - spent
    tracemalloc.start()
    read_ical(text, BERLIN)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert flaws
    assert spent < 0.1
    assert peak < 10_000_000
