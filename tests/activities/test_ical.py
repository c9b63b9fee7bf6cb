"""iCal feeds: days off in, and everything else refused with its line, at once and cheaply."""

import time
import tracemalloc
from datetime import date

import pytest

from activities.adapters.ical import MAX_REPEATS, read_ical
from models.calendar import DayOff


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
    found, flaws = read_ical(feed(*lines))
    assert not flaws
    assert {one.on for one in found} == days


def test_a_part_of_a_day_and_a_folded_name_are_read_trap_9() -> None:
    lines = (
        "DTSTART;TZID=Europe/Berlin:20261224T120000",
        "DTEND;TZID=Europe/Berlin:20261224T180000",
        "SUMMARY:Christmas\r\n  Eve",
    )
    found, _ = read_ical(feed(*lines))
    eve = DayOff(on=date(2026, 12, 24), name="Christmas Eve", closed=("12:00-18:00",))
    assert found == (eve,)


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
    ],
)
def test_what_is_no_list_of_days_off_is_refused_with_its_line(
    lines: tuple[str, ...], line: int, what: str
) -> None:
    found, [flaw] = read_ical(feed(*lines))
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
    _, flaws = read_ical(text)
    spent = time.process_time() - spent
    tracemalloc.start()
    read_ical(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert flaws
    assert spent < 0.1
    assert peak < 10_000_000
