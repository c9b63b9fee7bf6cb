"""The beta distribution, beside somebody else's."""

import pytest
from hypothesis import given, strategies as st
from scipy import stats

from domain.beta import cdf, quantile

strengths = st.floats(0.05, 6_000)
shares = st.floats(0.001, 0.999)


@given(shares, strengths, strengths)
def test_it_is_the_distribution_that_others_compute(x: float, a: float, b: float) -> None:
    assert cdf(x, a, b) == pytest.approx(float(stats.beta.cdf(x, a, b)), abs=1e-9)


@given(st.sampled_from((0.025, 0.1, 0.5, 0.9, 0.975)), strengths, strengths)
def test_its_quantiles_are_those_that_others_compute(share: float, a: float, b: float) -> None:
    assert quantile(share, a, b) == pytest.approx(float(stats.beta.ppf(share, a, b)), abs=1e-6)


@pytest.mark.parametrize(
    ("share", "a", "b", "rate"),
    [(0.5, 1, 1, 0.5), (0.1, 1, 1, 0.1), (0.25, 2, 1, 0.5), (0.75, 1, 2, 0.5)],
)
def test_it_is_right_where_it_can_be_computed_by_hand(
    share: float, a: float, b: float, rate: float
) -> None:
    assert quantile(share, a, b) == pytest.approx(rate, abs=1e-12)


def test_there_is_nothing_outside_of_what_a_rate_can_be() -> None:
    assert (cdf(-1, 2, 3), cdf(0, 2, 3), cdf(1, 2, 3), cdf(7, 2, 3)) == (0, 0, 1, 1)
    assert 0 <= quantile(0.1, 5_000, 0.05) <= 1


@pytest.mark.parametrize(("a", "b"), [(0, 1), (1, 0), (-1, 1), (float("nan"), 1)])
def test_what_is_no_distribution_is_refused(a: float, b: float) -> None:
    with pytest.raises(ValueError, match="no beta distribution"):
        cdf(0.5, a, b)
    with pytest.raises(ValueError, match="no beta distribution"):
        quantile(0.5, a, b)
