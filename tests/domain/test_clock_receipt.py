"""Receipts: what counted adds up to the target, and every gap has its reason."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from domain.clock_receipt import receipt
from domain.open_hours import by_slug
from domain.sla_clock import Course, count, draw
from models.calendar import Calendar, DayOff
from models.clock_receipt import ClockReceipt, LineKind
from models.severity import Severity
from models.sla import ClockKind, Era, Pause, SlaPolicy, Targets
from tests.domain.calendars import ROUND, WORK, calendar, course, daily, hours, utc
from tests.domain.cases import DAY, HOUR, MINUTE

POLICY = SlaPolicy(
    slug="test",
    version=4,
    name="Test",
    targets={one: Targets(first_response=HOUR, resolution=DAY) for one in Severity},
)
SPLIT = daily("09:00-12:00", "13:00-17:00")
EASTER = DayOff(on=date(2026, 4, 6), name="Easter Monday")


def _receipt(way: Course, target: timedelta, pauses: tuple[Pause, ...] = ()) -> ClockReceipt:
    clock = draw(way, POLICY, ClockKind.RESOLUTION, Severity.LOW, target)
    return receipt(way, clock, pauses, None)


def _told(found: ClockReceipt) -> list[str]:
    return [
        f"{one.kind} {one.from_at:%d %H:%M} {one.until_at:%d %H:%M}"
        + (f" {one.name}" if one.name else "")
        for one in found.lines
    ]


def test_a_receipt_names_every_holiday_that_it_skipped_trap_10() -> None:
    shop = calendar(WORK, "Europe/Berlin", (EASTER,))
    found = _receipt(course(shop, utc("2026-04-03 14:30")), HOUR)
    assert _told(found) == [
        "counted 03 14:30 03 15:00",
        "closed 03 15:00 06 07:00",
        "holiday 06 07:00 06 15:00 Easter Monday",
        "closed 06 15:00 07 07:00",
        "counted 07 07:00 07 07:30",
    ]
    assert (found.counted, found.due_at) == (HOUR, utc("2026-04-07 07:30"))
    assert (found.policy, found.calendars, found.zone) == ("test@4", ("shop@1",), "Europe/Berlin")


def test_a_receipt_shows_pauses_and_the_switch_of_the_clocks() -> None:
    shop = calendar(ROUND, "Europe/Berlin")
    start = utc("2026-03-28 22:00")
    gap = (start + HOUR, start + 2 * HOUR)
    found = _receipt(course(shop, start, gap), 6 * HOUR)
    kinds = [line.kind for line in found.lines]
    assert kinds == [LineKind.COUNTED, LineKind.PAUSED, LineKind.COUNTED]
    assert [(one.at, one.by) for one in found.shifts] == [(utc("2026-03-29 01:00"), 3600)]
    assert found.counted == 6 * HOUR


def test_a_target_that_is_used_up_as_a_pause_begins_is_due_then() -> None:
    start = utc("2026-03-02 12:00")
    way = course(None, start, (start + HOUR, start + 2 * HOUR))
    assert count(way, HOUR).due_at == start + HOUR


def test_time_that_was_counted_stays_counted_when_the_hours_change() -> None:
    """Plain's rule: the past is frozen, and only what is left counts against the new hours."""
    start = utc("2026-03-06 16:00")
    sunday = utc("2026-03-08 10:00")
    known = by_slug([hours(calendar(), start)])
    eras = (Era(since=start, calendar="shop"), Era(since=sunday, calendar="24/7"))
    assert count(Course(known, start, eras), 3 * HOUR).due_at == sunday + 2 * HOUR


INSTANTS = st.integers(0, 60 * 86_400).map(
    lambda second: datetime(2026, 2, 20, tzinfo=UTC) + timedelta(seconds=second)
)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata")
SHOPS = {
    (zone, name): calendar(weekly, zone, (EASTER,))
    for zone in ZONES
    for name, weekly in (("work", WORK), ("round", ROUND), ("split", SPLIT))
}
KNOWN = {key: hours(shop, datetime(2026, 2, 20, tzinfo=UTC)) for key, shop in SHOPS.items()}


@settings(max_examples=150, deadline=None)
@given(
    key=st.sampled_from(sorted(SHOPS)),
    start=INSTANTS,
    target=st.integers(0, 30 * 3600),
    gaps=st.lists(st.tuples(INSTANTS, st.integers(0, 5 * 86_400)), max_size=5),
)
def test_what_counts_adds_up_to_the_target_whatever_the_pauses_trap_13(
    key: tuple[str, str], start: datetime, target: int, gaps: list[tuple[datetime, int]]
) -> None:
    """I7: used, paused and outside the hours are the whole time; a pause never shortens it."""
    stops = tuple((at, at + timedelta(seconds=length)) for at, length in gaps)
    way = Course(by_slug([KNOWN[key]]), start, (Era(since=start, calendar="shop"),), stops)
    length = timedelta(seconds=target)
    found = _receipt(way, length)
    assert found.due_at is not None
    assert found.counted == length
    ends = [start, *(one.until_at for one in found.lines)]
    assert [one.from_at for one in found.lines] == ends[:-1]
    assert ends[-1] == found.due_at >= start
    without_pauses = count(way._replace(gaps=()), length).due_at
    assert without_pauses is not None
    assert without_pauses <= found.due_at
    assert count(way._replace(gaps=stops[::-1]), length).due_at == found.due_at


@pytest.mark.parametrize("shop", [None, calendar()])
def test_a_target_of_nothing_is_due_at_its_start(shop: Calendar | None) -> None:
    start = utc("2026-03-07 12:00")
    assert _receipt(course(shop, start), timedelta(0)).due_at == start
    assert count(course(shop, start), 5 * MINUTE).due_at != start
