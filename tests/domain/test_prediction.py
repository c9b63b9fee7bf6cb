"""Predictions: a guess is moved by cases, few cases say little, and it is always said how few."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from domain.prediction import UNKNOWN, after, band, before, csat, loss, outlook, pooled, success
from models.escalation import EscalationType
from models.playbook import Prior
from models.prediction import Prediction, PredictionSource, Tallies, Tally
from models.severity import Severity

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "predictions.md"
GUESS = Prior(successes=8.7, trials=10, source="a guess")
NONE = Tally()
BILLING = EscalationType.BILLING_DISPUTE


def counted(**given: tuple[int, int]) -> Tallies:
    """Cases that are over; none where nothing is given."""
    return Tallies(**{name: Tally(*given.get(name, (0, 0))) for name in Tallies._fields})


def told(
    action: str | None = "refund", prior: Prior | None = GUESS, **given: tuple[int, int]
) -> Prediction:
    """How likely a pressing billing dispute ends well."""
    return success(prior, counted(**given), BILLING, Severity.HIGH, action)


@st.composite
def nested(draw: st.DrawFn) -> Tallies:
    """Cases of a type, of which some went by the action, and of these some are as pressing."""
    counts: list[Tally] = []
    n, times = draw(st.integers(0, 5_000)), None
    for _ in range(3):
        most = n if times is None else times
        times = draw(st.integers(0, most))
        bad = draw(st.integers(0, n - times)) if counts else n - times
        n = times + bad
        counts.append(Tally(n, times))
    return Tallies(counts[0], counts[1], counts[1], counts[2], counts[0], counts[1])


def test_a_guess_of_87_of_a_hundred_weighs_as_much_as_ten_cases_however_sure_it_says_it_is() -> (
    None
):
    assert before(GUESS) == pytest.approx((8.7, 1.3))
    assert before(Prior(successes=870, trials=1000, source="x")) == pytest.approx((8.7, 1.3))
    assert before(Prior(successes=1, trials=2, source="x")) == pytest.approx((1, 1))
    assert before(None) == UNKNOWN


def test_nothing_is_certain_before_it_was_measured() -> None:
    assert before(Prior(successes=10, trials=10, source="x")) == pytest.approx((9.9, 0.1))
    assert told(prior=Prior(successes=10, trials=10, source="x")).low < 1


@given(st.floats(1e-6, 1), st.floats(1e-6, 1_000))
def test_any_guess_that_a_playbook_may_have_can_be_told(share: float, trials: float) -> None:
    successes = max(1e-9, min(trials, share * trials))
    found = told(prior=Prior(successes=successes, trials=trials, source="x"))
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_where_no_case_is_over_it_is_said_to_be_a_guess() -> None:
    found = told()
    assert (found.value, found.n, found.source) == (0.87, 0, PredictionSource.PRIOR)
    assert not found.enough
    assert found.words == "No case like this one is over yet: this is a guess."
    assert found.low < 0.75 < 0.95 < found.high


@pytest.mark.parametrize(
    ("by_action", "in_band", "value", "n", "words"),
    [
        ((7, 5), (3, 3), 13.7 / 17, 7, "Not enough cases yet: 7 like this one."),
        ((19, 19), (1, 1), 27.7 / 29, 19, "Not enough cases yet: 19 like this one."),
        ((20, 10), (19, 9), 18.7 / 30, 20, "Of 20 cases like this one, 10 ended well."),
        ((100, 50), (63, 52), (58.7 / 110 * 10 + 52) / 73, 63,
         "Of 63 cases like this one, 52 ended well."),
    ],
)  # fmt: skip
def test_the_narrowest_cases_that_are_twenty_at_least_are_told(
    by_action: tuple[int, int], in_band: tuple[int, int], value: float, n: int, words: str
) -> None:
    found = told(by_action=by_action, by_action_in_band=in_band)
    assert (found.n, found.words) == (n, words)
    assert found.value == pytest.approx(value, abs=1e-4)
    assert found.enough is (n >= 20)
    assert found.source is PredictionSource.MEASURED
    assert len(found.segment.severities) == (2 if n == in_band[0] else 4)
    assert (found.segment.type, found.segment.action) == (BILLING, "refund")


def test_cases_of_the_type_move_an_action_that_nobody_has_taken_but_are_not_counted_as_its() -> (
    None
):
    found = told(well=(1_000, 500))
    assert found.value == pytest.approx(0.5, abs=0.01)
    assert (found.n, found.source, found.enough) == (0, PredictionSource.PRIOR, False)


def test_without_an_action_all_cases_of_the_type_count() -> None:
    found = told(action=None, well=(40, 30), well_in_band=(5, 0), by_action=(9, 9))
    assert (found.n, found.segment.action) == (40, None)
    assert found.value == pytest.approx(38.7 / 50)


def test_severities_are_pressing_or_calm() -> None:
    assert band(Severity.CRITICAL) == band(Severity.HIGH)
    assert band(Severity.MEDIUM) == band(Severity.LOW)
    assert not set(band(Severity.HIGH)) & set(band(Severity.LOW))
    assert set(band(Severity.HIGH)) | set(band(Severity.LOW)) == set(Severity)


@given(nested(), st.sampled_from(Severity), st.sampled_from((None, "refund")))
def test_the_value_lies_in_its_interval_and_all_of_it_is_possible(
    seen: Tallies, severity: Severity, action: str | None
) -> None:
    for found in (
        success(GUESS, seen, BILLING, severity, action),
        loss(seen, BILLING, severity),
    ):
        assert 0 <= found.low <= found.value <= found.high <= 1
        assert found.enough is (found.n >= 20)


@given(nested(), st.integers(0, 4_999))
def test_a_case_that_ended_well_after_all_never_lowers_it(seen: Tallies, more: int) -> None:
    better = Tallies(*(Tally(n, min(n, times + more)) for n, times in seen))
    assert (
        success(GUESS, better, BILLING, Severity.HIGH, "refund").value
        >= success(GUESS, seen, BILLING, Severity.HIGH, "refund").value
    )


@given(st.integers(20, 1_000), st.integers(0, 10), st.integers(2, 5))
def test_more_cases_of_the_same_rate_make_it_surer(n: int, tenths: int, times: int) -> None:
    def width(many: int) -> float:
        rate = (10 * many, tenths * many)
        found = told(by_action=rate, well=rate)
        return found.high - found.low

    assert width(n * times) <= width(n) + 2e-4


@given(st.integers(0, 20), st.integers(0, 20))
def test_few_cases_move_it_little_and_many_leave_nothing_of_the_guess(good: int, bad: int) -> None:
    belief = before(GUESS)
    moved = after(belief, Tally(good + bad, good)).mean
    if good + bad:
        rate = good / (good + bad)
        assert min(rate, belief.mean) - 1e-9 <= moved <= max(rate, belief.mean) + 1e-9
        share = (good + bad) / (good + bad + 10)
        assert moved == pytest.approx(rate * share + belief.mean * (1 - share))
        many = Tally(1_000_000 * (good + bad), 1_000_000 * good)
        assert after(belief, many).mean == pytest.approx(rate, abs=1e-4)
    else:
        assert moved == pytest.approx(belief.mean)


def test_narrower_cases_are_pulled_to_the_wider_ones_by_ten_and_no_more() -> None:
    wide, narrow = Tally(1_000, 900), Tally(20, 10)
    belief, at = pooled(before(GUESS), [], [wide, narrow])
    assert at == 1
    assert belief.mean == pytest.approx((after(before(GUESS), wide).mean * 10 + 10) / 30)


def test_how_many_customers_left_is_told_without_any_guess() -> None:
    found = loss(counted(lost=(80, 8), lost_in_band=(30, 6)), BILLING, Severity.CRITICAL)
    assert (found.n, found.words) == (30, "Of 30 cases like this one, 6 lost the customer.")
    assert 0.1 < found.value < 0.2
    unknown = loss(counted(), BILLING, Severity.CRITICAL)
    assert (unknown.value, unknown.source) == (0.5, PredictionSource.PRIOR)
    assert unknown.high - unknown.low > 0.9


def test_a_satisfaction_is_told_of_twenty_scores_at_least() -> None:
    few = csat((0, 0, 0, 0, 19), (0, 0, 0, 0, 500))
    assert (few.value, few.low, few.high, few.n, few.enough) == (None, None, None, 19, False)
    assert few.words == "Not enough scores yet: 19 of cases like this one."
    found = csat((0, 0, 0, 10, 10), (100, 100, 100, 100, 100))
    assert found.value is not None
    assert 3 < found.value < 4.5
    assert found.words == "Customers of 20 cases like this one gave 4.5 of 5 on average."


@given(st.lists(st.integers(0, 900), min_size=5, max_size=5), st.integers(0, 900))
def test_a_satisfaction_lies_in_its_interval(alike: list[int], others: int) -> None:
    found = csat(alike, [one + others for one in alike])
    if sum(alike) < 20:
        assert found.value is None
        return
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert 1 <= found.low <= found.value <= found.high <= 5


def test_twenty_customers_who_are_all_content_do_not_make_it_sure() -> None:
    found = csat((0, 0, 0, 0, 20), (0, 0, 0, 0, 20))
    assert found.low is not None
    assert found.high is not None
    assert found.low < 4.95 < found.high <= 5


def test_there_are_five_scores() -> None:
    with pytest.raises(ValueError, match="five"):
        csat((1, 2), (1, 2, 3, 4, 5))


def test_people_are_told_of_each_number_how_many_cases_it_was_counted_from() -> None:
    left = loss(counted(lost=(80, 8), lost_in_band=(30, 6)), BILLING, Severity.CRITICAL)
    told = outlook(0.4, left, csat((0, 0, 0, 10, 10), (0, 0, 0, 10, 10)))
    assert (told.loss.value, told.loss.low, told.loss.high) == (left.value, left.low, left.high)
    assert (told.loss.n, told.loss.words) == (30, left.words)
    assert (told.csat.n, told.csat.source, told.csat.enough) == (20, "measured", True)
    assert (told.churn_risk.value, told.churn_risk.n, told.churn_risk.low) == (0.4, 0, None)
    assert told.churn_risk.source is PredictionSource.MODEL
    assert "guess" in told.churn_risk.words


def test_of_fewer_than_twenty_cases_people_are_told_no_number_but_why() -> None:
    left = loss(counted(lost=(19, 8)), BILLING, Severity.CRITICAL)
    told = outlook(None, left, csat((0, 0, 0, 0, 19), (0, 0, 0, 0, 500)))
    for one in (told.loss, told.csat, told.churn_risk):
        assert (one.value, one.low, one.high, one.enough) == (None, None, None, False)
    assert (told.loss.n, told.loss.words) == (19, "Not enough cases yet: 19 like this one.")
    assert (told.csat.n, told.csat.words) == (
        19,
        "Not enough scores yet: 19 of cases like this one.",
    )
    assert told.churn_risk.words == "Nobody has read words of the customer yet."


def test_the_page_shows_what_is_told_of_such_cases() -> None:
    page = PAGE.read_text(encoding="utf-8")
    shown = [json.loads(one) for one in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]
    left = loss(counted(lost=(63, 9)), BILLING, Severity.HIGH)
    told = outlook(None, left, csat((0,) * 5, (0,) * 5))
    assert told.loss.model_dump(mode="json") in shown
    for part in type(told).model_fields:
        assert f"| `{part}` |" in page
