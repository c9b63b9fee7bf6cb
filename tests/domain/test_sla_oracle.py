"""T10: deadlines against a walker of wall clocks, to the second, in five zones, both switches."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.business_hours import materialise
from domain.open_hours import by_slug
from domain.sla_clock import Course, count
from models.calendar import WEEKDAYS, Calendar, DayOff
from models.sla import Era
from tests.domain.wall_walker import open_minutes, walk

DAYS = 24
PLACES = {
    "Europe/Berlin": (datetime(2026, 3, 18, tzinfo=UTC), datetime(2026, 10, 14, tzinfo=UTC)),
    "America/New_York": (datetime(2026, 2, 26, tzinfo=UTC), datetime(2026, 10, 22, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2026, 3, 25, tzinfo=UTC), datetime(2026, 9, 24, tzinfo=UTC)),
    "Pacific/Apia": (datetime(2011, 12, 20, tzinfo=UTC), datetime(2011, 9, 14, tzinfo=UTC)),
    "Asia/Kolkata": (datetime(2026, 3, 18, tzinfo=UTC), datetime(2026, 10, 14, tzinfo=UTC)),
}
"""Windows around both switches of each zone; Apia's left out a whole day, Kolkata's has none."""

CALENDARS = 2
CASES = 520
"""Five places, two windows, two calendars, 520 cases: more than ten thousand."""


def _spans(chance: random.Random) -> tuple[str, ...]:
    kind = chance.random()
    if kind < 0.1:
        return ()
    if kind < 0.25:
        return ("00:00-24:00",)
    found = []
    for _ in range(chance.randint(1, 3)):  # overlaps are meant to happen
        begin = chance.randrange(0, 1430)
        end = chance.choice([1440, chance.randrange(begin + 1, 1441)])
        found.append(f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}")
    return tuple(found)


def _calendar(chance: random.Random, zone: str, around: datetime) -> Calendar:
    weekly = {day: _spans(chance) for day in WEEKDAYS}
    weekly[WEEKDAYS[chance.randrange(7)]] = ("01:00-03:30", "08:00-24:00")
    off = tuple(
        DayOff(
            on=(around + timedelta(days=chance.randrange(DAYS))).date(),
            name="A day off",
            closed=() if chance.random() < 0.5 else (("02:00-12:15"), ("23:00-24:00")),
        )
        for _ in range(3)
    )
    known = {"known_from": date(2011, 1, 1), "known_until": date(2030, 1, 1)}
    return Calendar(
        slug="wild", name="Wild", owner="us", zone=zone, weekly=weekly, days_off=off, **known
    )


@pytest.mark.parametrize("zone", PLACES)
def test_deadlines_equal_those_of_a_walker_of_wall_clocks_traps_2_3_4_5_7_13(zone: str) -> None:
    chance = random.Random(zone)
    found = 0
    for begins_at in PLACES[zone]:
        for _ in range(CALENDARS):
            calendar = _calendar(chance, zone, begins_at)
            minutes = open_minutes(calendar, begins_at, DAYS)
            hours = materialise(calendar, "wild@1", begins_at, begins_at + timedelta(days=DAYS))
            for _ in range(CASES):
                start = begins_at + timedelta(seconds=chance.randrange(14 * 86_400))
                target = timedelta(
                    seconds=chance.choice(
                        [0, 1, 59, chance.randrange(60_000), chance.randrange(9_000)]
                    )
                )
                pauses = tuple(
                    (at, at + timedelta(seconds=chance.randrange(40_000)))
                    for at in (
                        start + timedelta(seconds=chance.randrange(-40_000, 60_000))
                        for _ in range(chance.choice([0, 0, 1, 3]))
                    )
                )
                expected = walk(minutes, begins_at, start, target, pauses)
                if expected is None:
                    continue  # beyond what the walker looked at
                course = Course(
                    by_slug([hours]), start, (Era(since=start, calendar="wild"),), pauses
                )
                due_at = count(course, target).due_at
                assert due_at == expected, (calendar, start, target, pauses)
                found += 1
    assert found >= 2000
