"""Open hours: zones, switches of clocks, days that are missing, holidays, odd weeks."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from domain.business_hours import materialise
from domain.open_hours import HORIZON, by_slug, spans
from models.calendar import CalendarFile, DayOff, minutes_of
from tests.domain.calendars import ROUND, WORK, calendar, daily, due, hours, utc
from tests.domain.cases import DAY, HOUR, MINUTE, SECOND

BERLIN, NEW_YORK, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"


def test_an_hour_from_friday_half_past_four_is_due_on_monday_trap_1() -> None:
    assert due(calendar(), "2026-03-06 16:30", HOUR) == utc("2026-03-09 09:30")


@pytest.mark.parametrize(
    ("zone", "opens", "closes", "elapsed"),
    [
        (NEW_YORK, "2026-03-07 17:00", "2026-03-08 17:00", 23 * HOUR),
        (NEW_YORK, "2026-10-31 17:00", "2026-11-01 17:00", 25 * HOUR),
        (LORD_HOWE, "2026-04-04 12:00", "2026-04-05 12:00", 24 * HOUR + 30 * MINUTE),
        ("Pacific/Apia", "2011-12-29 12:00", "2011-12-31 12:00", 24 * HOUR),
        ("Africa/Casablanca", "2026-02-14 12:00", "2026-02-16 12:00", 49 * HOUR),
        ("Africa/Cairo", "2026-04-23 12:00", "2026-04-24 12:00", 23 * HOUR),
        ("America/Santiago", "2026-09-05 12:00", "2026-09-06 12:00", 23 * HOUR),
        ("Europe/London", "2026-03-28 12:00", "2026-03-29 12:00", 23 * HOUR),
    ],
)
def test_golden_vectors_t10_trap_5(zone: str, opens: str, closes: str, elapsed: timedelta) -> None:
    """RELIABILITY B6: what lies between two times of a wall clock, as it really passes."""
    first, last = datetime.fromisoformat(opens), datetime.fromisoformat(closes)
    around = range(-3, (last - first).days + 4)
    dates = [first.date() + timedelta(days=number) for number in around]
    off = [DayOff(on=one, name="Closed") for one in dates if not first.date() <= one <= last.date()]
    off.append(DayOff(on=first.date(), name="Not yet", closed=(f"00:00-{first:%H:%M}",)))
    off.append(DayOff(on=last.date(), name="Over", closed=(f"{last:%H:%M}-24:00",)))
    begins_at = utc(f"{dates[1]} 00:00")
    found = materialise(
        calendar(ROUND, zone, tuple(off)), "golden@1", begins_at, utc(f"{dates[-2]} 00:00")
    )
    assert timedelta(seconds=sum(found.lengths[1::2])) == elapsed
    opened = begins_at + timedelta(seconds=found.lengths[0])
    assert opened == first.replace(tzinfo=ZoneInfo(zone))


def test_hours_are_wall_times_of_a_zone_and_never_an_offset_trap_2() -> None:
    shop = calendar(WORK, BERLIN)
    for friday, opens in (("2026-03-27", "07:00"), ("2026-10-23", "08:00")):
        monday = utc(f"{friday} 00:00") + 3 * DAY
        start = f"{friday} {'16:00' if opens == '07:00' else '15:00'}"
        assert due(shop, start, HOUR) == monday + timedelta(hours=int(opens[:2])) + HOUR


def test_a_wall_time_that_occurs_twice_counts_twice_and_a_missing_one_not_at_all_trap_3() -> None:
    night = calendar(daily("02:00-03:00"), BERLIN)
    assert due(night, "2026-10-24 22:00", 2 * HOUR) == utc("2026-10-25 02:00")
    assert due(night, "2026-03-28 22:00", HOUR) == utc("2026-03-30 01:00")


def test_lord_howe_puts_its_clocks_back_by_half_an_hour_trap_5() -> None:
    night = calendar(daily("01:30-02:00"), LORD_HOWE)
    assert due(night, "2026-04-04 12:00", HOUR) == utc("2026-04-04 15:30")


def test_a_day_that_a_zone_left_out_opens_no_shop_trap_5() -> None:
    shop = calendar(daily("09:00-17:00"), "Pacific/Apia")
    thursday_evening = "2011-12-30 03:00"  # Friday never came: Saturday has the first eight hours
    assert due(shop, thursday_evening, 9 * HOUR) == utc("2011-12-31 20:00")


def test_a_case_from_before_the_switch_reads_the_same_after_it_trap_4() -> None:
    """What was open is cut by the offset of its own day, whenever one asks."""
    shop = calendar(WORK, BERLIN)
    early = hours(shop, utc("2026-03-20 10:00"))
    late = materialise(shop, "shop@1", utc("2026-03-01 00:00"), utc("2026-12-01 00:00"))
    start = utc("2026-03-20 10:00")
    first = [next(spans(by_slug([one]), "shop", start))[:2] for one in (early, late)]
    assert first[0] == first[1] == (start, utc("2026-03-20 16:00"))


@pytest.mark.parametrize("weekly", [WORK, ROUND, daily("23:59-24:00"), daily("00:00-00:01")])
@pytest.mark.parametrize("start", ["2026-03-06 16:59", "2026-03-07 23:00", "2026-12-31 23:59"])
def test_any_calendar_gives_a_deadline_that_is_not_before_its_start_trap_6(
    weekly: object, start: str
) -> None:
    for target in (timedelta(0), SECOND, HOUR):
        found = due(calendar(weekly), start, target)
        assert found is not None
        assert found >= utc(start)


def test_a_day_until_24_00_loses_no_minute_trap_7() -> None:
    assert due(calendar(ROUND), "2026-03-02 12:34", 10 * DAY) == utc("2026-03-12 12:34")


@pytest.mark.parametrize(
    "span", ["09:00-00:00", "17:00-09:00", "09:00-09:00", "24:00-24:00", "09:60-10:00", "9-17", ""]
)
def test_hours_that_end_before_they_begin_are_refused_trap_8(span: str) -> None:
    with pytest.raises(ValueError, match=r"begins|times of a day|no day has"):
        minutes_of(span)


@pytest.mark.parametrize("weekly", [{}, {"monday": []}])
def test_a_calendar_that_never_opens_is_refused_trap_8(weekly: object) -> None:
    told = {"slug": "shut", "name": "Shut", "owner": "us", "zone": "UTC", "weekly": weekly}
    with pytest.raises(ValidationError, match="never open"):
        CalendarFile.model_validate(told)


def test_the_search_for_a_deadline_always_ends_trap_8() -> None:
    shop = calendar(WORK, days_off=())
    closed = hours(shop, utc("2026-03-02 12:00")).model_copy(update={"lengths": ()})
    assert list(spans(by_slug([closed]), "shop", utc("2026-03-02 12:00"))) == []
    assert due(calendar({"monday": ["09:00-09:01"]}), "2026-03-02 12:00", 40 * HOUR) is None


def test_a_lunch_break_and_a_part_of_a_day_off_trap_9() -> None:
    split = daily("09:00-12:00", "13:00-17:00")
    assert due(calendar(split), "2026-03-02 11:30", HOUR) == utc("2026-03-02 13:30")
    eve = DayOff(on=date(2026, 12, 24), name="Christmas Eve", closed=("12:00-24:00",))
    shop = calendar(WORK, days_off=(eve,))
    assert due(shop, "2026-12-24 11:00", 2 * HOUR) == utc("2026-12-25 10:00")


def test_hours_that_overlap_count_once() -> None:
    shop = calendar(daily("09:00-12:00", "10:00-11:00", "11:30-13:00"))
    assert due(shop, "2026-03-02 08:00", 4 * HOUR) == utc("2026-03-02 13:00")


def test_the_deadline_is_closing_time_and_not_the_next_opening() -> None:
    assert due(calendar(), "2026-03-06 16:00", HOUR) == utc("2026-03-06 17:00")


def test_a_case_that_outlives_its_hours_goes_on_with_the_last_ordinary_week() -> None:
    start = utc("2026-03-02 09:00")
    end = hours(calendar(), start).ends_at
    late = DayOff(on=(end - 2 * DAY).date(), name="Late holiday")
    for days_off in ((), (late,)):
        known = by_slug([hours(calendar(WORK, BERLIN, days_off), start)])
        later = [one for one in spans(known, "shop", end) if one.guessed]
        week = [one for one in later if one.begins_at < end + 7 * DAY]
        assert sum((one.ends_at - one.begins_at for one in week), timedelta(0)) == 40 * HOUR
        assert later[-1].ends_at > end + HORIZON


def test_the_hours_of_a_case_are_a_few_kilobytes() -> None:
    rich = calendar(daily("09:00-12:00", "13:00-17:00"), BERLIN)
    assert len(hours(calendar(WORK, BERLIN), utc("2026-03-02 12:00")).model_dump_json()) < 5_000
    assert len(hours(rich, utc("2026-03-02 12:00")).model_dump_json()) < 12_000
