"""Rates of small numbers: published values, what always holds, and when nothing is said."""

from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from domain.rate import ENOUGH, ENOUGH_FOR_TAIL, compare, difference, interval, percent, rate, times
from models.performance import Verdict

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("so_many", "of", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_the_one_that_newcombe_published(
    so_many: int, of: int, low: float, high: float
) -> None:
    """Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I."""
    assert interval(so_many, of) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
    ],
)
def test_the_difference_is_the_one_that_newcombe_published(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe 1998, "Interval estimation for the difference", table II, method 10."""
    assert difference(first, second) == pytest.approx((low, high), abs=5e-5)


counts = st.integers(0, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@given(counts)
def test_an_interval_holds_the_rate_and_stays_within_what_is_possible(
    told: tuple[int, int],
) -> None:
    so_many, of = told
    low, high = interval(so_many, of)
    assert 0 <= low < high <= 1
    if of:
        assert low <= so_many / of <= high


@given(counts, counts)
def test_a_difference_read_the_other_way_round_is_the_same(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    low, high = difference(first, second)
    assert -1 <= low <= high <= 1
    assert difference(second, first) == pytest.approx((-high, -low))


def test_more_cases_say_it_more_surely() -> None:
    widths = [high - low for low, high in (interval(7 * many, 10 * many) for many in (1, 10, 100))]
    assert widths == sorted(widths, reverse=True)


def test_more_times_than_cases_cannot_be() -> None:
    with pytest.raises(ValueError, match="5 of 4"):
        interval(5, 4)


def test_below_enough_only_the_counts_are_said() -> None:
    few, none, many = rate(ENOUGH - 1, ENOUGH - 1), rate(0, 0), rate(17, 20)
    assert (few.rate, few.words) == (None, "19 of 19: too few to say")
    assert (none.rate, none.words) == (None, "none yet")
    assert many.rate == pytest.approx(0.85)
    assert many.words == "17 of 20 (85 %), likely between 64 % and 95 %"


def test_nearly_all_is_not_all_and_nearly_nothing_is_not_nothing() -> None:
    assert [percent(share) for share in (0.0, 0.001, 0.5, 0.999, 1.0)] == [
        "0 %", "1 %", "50 %", "99 %", "100 %",
    ]  # fmt: skip


def test_times_are_said_as_far_as_so_many_can_tell() -> None:
    assert times(0, None, None).words == "none yet"
    assert times(ENOUGH - 1, HOUR, 2 * HOUR).words == "too few to say"
    half = times(ENOUGH_FOR_TAIL - 1, HOUR, 2 * HOUR)
    assert (half.p50, half.p90, half.words) == (HOUR, None, "half within 1 hour")
    whole = times(ENOUGH_FOR_TAIL, HOUR, 2 * HOUR)
    assert whole.words == "half within 1 hour, nine of ten within 2 hours"


@pytest.mark.parametrize(
    ("skipped", "done", "verdict"),
    [
        ((0, 0), (90, 100), Verdict.TOO_FEW),
        ((19, 19), (90, 100), Verdict.TOO_FEW),
        ((8, 10), (85, 100), Verdict.TOO_FEW),
        ((170, 200), (255, 300), Verdict.NO_WORSE),
        ((50, 100), (90, 100), Verdict.WORSE),
        ((90, 100), (50, 100), Verdict.BETTER),
        ((960, 1000), (990, 1000), Verdict.WORSE),
    ],
)
def test_what_is_said_of_a_difference_is_what_its_interval_allows(
    skipped: tuple[int, int], done: tuple[int, int], verdict: Verdict
) -> None:
    assert compare(skipped, done).verdict is verdict
