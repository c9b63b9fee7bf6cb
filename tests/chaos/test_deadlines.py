"""The checker's own wall clock: what it counts, to the last piece of a second."""

from datetime import UTC, datetime, timedelta

from models.calendar import ALWAYS
from models.severity import Severity
from models.sla import Era
from tests.chaos.deadlines import standard, used_up

SUNDAY = datetime(2026, 11, 22, 9, 55, 45, 635000, UTC)
MONDAY_MORNING = datetime(2026, 11, 23, 9, tzinfo=UTC)
HALF_A_SECOND = timedelta(milliseconds=500)
FOUR_HOURS = timedelta(hours=4)


def _calmed(after: timedelta) -> tuple[Era, ...]:
    hours = standard().calendar_for(Severity.MEDIUM)
    return Era(since=SUNDAY, calendar=ALWAYS), Era(since=SUNDAY + after, calendar=hours)


def test_what_is_left_of_a_second_waits_for_the_morning_too() -> None:
    eras = _calmed(FOUR_HOURS - HALF_A_SECOND)
    assert used_up(FOUR_HOURS, SUNDAY, eras) == MONDAY_MORNING + HALF_A_SECOND


def test_what_was_used_up_before_the_change_stays_where_it_was() -> None:
    assert used_up(FOUR_HOURS, SUNDAY, _calmed(FOUR_HOURS)) == SUNDAY + FOUR_HOURS
    assert used_up(FOUR_HOURS, SUNDAY, _calmed(FOUR_HOURS * 2)) == SUNDAY + FOUR_HOURS


def test_a_target_that_fills_a_day_ends_with_the_day() -> None:
    hours = _calmed(timedelta())[1:]
    closing = MONDAY_MORNING.replace(hour=17)
    assert used_up(timedelta(hours=8), SUNDAY, hours) == closing
    assert used_up(timedelta(hours=8) + HALF_A_SECOND, SUNDAY, hours) == (
        MONDAY_MORNING + timedelta(days=1) + HALF_A_SECOND
    )


def test_a_change_within_a_minute_loses_no_piece_of_it() -> None:
    hours = standard().calendar_for(Severity.MEDIUM)
    noon = MONDAY_MORNING.replace(hour=12, second=30, microsecond=250000)
    eras = (Era(since=noon, calendar=hours), Era(since=noon + HALF_A_SECOND, calendar=ALWAYS))
    assert used_up(FOUR_HOURS, noon, eras) == noon + FOUR_HOURS


def test_what_lies_in_a_gap_counts_nowhere() -> None:
    hour, always = timedelta(hours=1), (Era(since=SUNDAY, calendar=ALWAYS),)
    gaps = ((SUNDAY + hour, SUNDAY + hour * 3), (SUNDAY + hour * 2, SUNDAY + hour * 4))
    assert used_up(FOUR_HOURS, SUNDAY, always, gaps) == SUNDAY + hour * 7
    assert used_up(hour, SUNDAY, always, gaps) == SUNDAY + hour, "used up as the gap begins"
    assert used_up(hour, SUNDAY + hour, always, gaps) == SUNDAY + hour * 5
    shut = (SUNDAY, MONDAY_MORNING + hour)
    assert used_up(hour, SUNDAY, _calmed(timedelta())[1:], [shut]) == MONDAY_MORNING + hour * 2
