"""Times, money and people in words."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from terminal import shape

NOW = datetime(2026, 11, 22, 13, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (46, "14:10 (in 46 minutes)"),
        (-12, "13:12 (12 minutes ago)"),
        (0, "13:24 (now)"),
        (24 * 60, "tomorrow 13:24 (in 1 day)"),
        (-24 * 60, "yesterday 13:24 (1 day ago)"),
        (7 * 24 * 60, "Sun 29 Nov 13:24 (in 7 days)"),
        (60 * 24 * 60, "Thu 21 Jan 2027 13:24 (in 60 days)"),
    ],
)
def test_a_time_is_told_on_the_clock_and_in_words(minutes: int, words: str) -> None:
    assert shape.when(NOW + timedelta(minutes=minutes), NOW, UTC) == words


def test_tomorrow_begins_at_midnight_of_the_zone() -> None:
    at = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert shape.clock_time(at, NOW, UTC) == "23:30"
    assert shape.clock_time(at, NOW, ZoneInfo("Europe/Berlin")) == "tomorrow 00:30"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(46, "46 minutes left"), (0, "0 seconds left"), (-12, "12 minutes late")],
)
def test_time_left_is_factual_when_it_is_over(minutes: int, words: str) -> None:
    assert shape.time_left(NOW + timedelta(minutes=minutes), NOW) == words


def test_without_a_deadline_there_is_no_time_limit() -> None:
    assert shape.time_left(None, NOW) == "no time limit"
    assert shape.when(None, NOW) == ""


def test_utc_moments_in_a_sentence_are_told_in_the_own_zone() -> None:
    told = shape.local_moments("Due 2026-11-22 14:10 UTC.", NOW, ZoneInfo("Europe/Berlin"))
    assert told == "Due 15:10."
    odd = "Due 2026-99-99 99:99 UTC."
    assert shape.local_moments(odd, NOW, UTC) == odd


@pytest.mark.parametrize(
    ("since", "words"),
    [
        ("2020-03-01", "6 years"),
        ("2025-11-22", "1 year"),
        ("2025-11-23", "11 months"),
        ("2026-11-01", "new"),
        (None, ""),
        ("soon", ""),
    ],
)
def test_years_with_us_are_whole(since: str | None, words: str) -> None:
    assert shape.years_with_us(since, NOW) == words


@pytest.mark.parametrize(
    ("typed", "minor", "currency", "told"),
    [
        ("4200USD", 420000, "USD", "$4,200"),
        ("$4,200", 420000, "USD", "$4,200"),
        ("4200.5 eur", 420050, "EUR", "4,200.50 EUR"),
        ("€9.99", 999, "EUR", "9.99 EUR"),
        ("5000JPY", 5000, "JPY", "5,000 JPY"),
    ],
)
def test_money_is_read_and_told(typed: str, minor: int, currency: str, told: str) -> None:
    read = shape.read_money(typed)
    assert read == {"minor": minor, "currency": currency}
    assert shape.money(read) == told


@pytest.mark.parametrize("typed", ["4200", "USD", "-5USD", "4.200,00EUR", "1.5JPY", "$5USD", ""])
def test_what_is_not_clearly_money_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(typed)}$"):
        shape.read_money(typed)


@pytest.mark.parametrize("value", [None, {}, {"minor": "5"}, "5"])
def test_no_money_is_told_as_nothing(value: object) -> None:
    assert shape.money(value) == ""


def test_an_instant_that_cannot_be_read_is_none() -> None:
    assert shape.moment("soon") is None
    assert shape.moment(None) is None
    assert shape.moment("2026-11-22T13:24:00") == NOW
