"""How good predictions were: nothing of a case's future is in what is said of it."""

from datetime import timedelta

import pytest
from hypothesis import given, settings, strategies as st

from domain.calibration import curve, ece, error, foretell, noise, quality
from domain.prediction import band, success
from models.escalation import EscalationType
from models.playbook import Prior
from models.prediction import EndedCase, Foretold, Tallies, Tally
from models.severity import Severity
from tests.domain.cases import HOUR, NOON

GUESS = {"refund@1": Prior(successes=8.7, trials=10, source="a guess")}


def over(hour: int, *, well: bool, took: int = 1, version: str | None = "refund@1") -> EndedCase:
    """A case that was opened so many hours after noon."""
    opened_at = NOON + hour * HOUR
    type_, severity = EscalationType.BILLING_DISPUTE, Severity.HIGH
    return EndedCase(opened_at, opened_at + took * HOUR, type_, severity, version, well)


def test_the_first_twenty_are_only_learnt_from() -> None:
    cases = [over(2 * hour, well=True) for hour in range(25)]
    told = list(foretell(cases, GUESS))
    assert [case for case, _ in told] == cases[20:]
    assert told[0][1].base == pytest.approx(20.5 / 21)


def test_a_case_is_known_only_after_it_has_ended() -> None:
    slow = [over(0, well=False, took=1_000) for _ in range(50)]
    fast = [over(2 * hour, well=True) for hour in range(1, 31)]
    told = list(foretell([*slow, *fast], GUESS))
    assert len(told) == 10
    assert all(one.value > 0.9 for _, one in told)


def test_a_case_of_which_nobody_knows_when_it_began_tells_of_others_and_is_not_told() -> None:
    old = [over(2 * at, well=True, version=None)._replace(opened_at=None) for at in range(20)]
    assert list(foretell(old, GUESS)) == []
    new = over(100, well=False)
    assert [case for case, _ in foretell([*old, new], GUESS)] == [new]


@settings(max_examples=50)
@given(st.lists(st.booleans(), min_size=41, max_size=60), st.integers(20, 40))
def test_what_comes_later_changes_nothing_that_was_said_before(ends: list[bool], at: int) -> None:
    cases = [over(2 * hour, well=well) for hour, well in enumerate(ends)]
    turned = [
        one._replace(well=not one.well) if place >= at else one for place, one in enumerate(cases)
    ]
    said = [one.value for _, one in foretell(cases, GUESS)]
    again = [one.value for _, one in foretell(turned, GUESS)]
    assert said[: at - 19] == again[: at - 19]


def test_cases_of_an_earlier_system_are_told_by_their_type_alone() -> None:
    cases = [over(2 * hour, well=hour % 2 == 0, version=None) for hour in range(60)]
    [*_, (_, last)] = foretell(cases, {})
    assert last.value == pytest.approx(0.5, abs=0.01)


@st.composite
def histories(draw: st.DrawFn) -> list[EndedCase]:
    """Cases of several kinds, by several versions, one after the other."""
    drawn = st.builds(
        EndedCase,
        opened_at=st.just(NOON),
        ended_at=st.just(NOON),
        type=st.sampled_from((EscalationType.BILLING_DISPUTE, EscalationType.OTHER)),
        severity=st.sampled_from(Severity),
        version=st.sampled_from(("refund@1", "refund@2", "call@1")),
        well=st.booleans(),
    )
    found = draw(st.lists(drawn, min_size=21, max_size=90))
    times = [NOON + 2 * at * HOUR for at in range(len(found))]
    return [
        one._replace(opened_at=at, ended_at=at + HOUR) for at, one in zip(times, found, strict=True)
    ]


@settings(max_examples=60)
@given(histories())
def test_what_is_judged_is_what_would_have_been_told(cases: list[EndedCase]) -> None:
    [*_, (last, judged)] = foretell(cases, GUESS)
    assert last.severity is not None

    def tally(**alike: object) -> Tally:
        found = [
            one.well
            for one in cases[:-1]
            if all(getattr(one, name) == value for name, value in alike.items())
        ]
        return Tally(len(found), sum(found))

    def both(**alike: object) -> Tally:
        assert last.severity is not None
        parts = [tally(severity=one, **alike) for one in band(last.severity)]
        return Tally(sum(one.n for one in parts), sum(one.times for one in parts))

    of_type, by = {"type": last.type}, {"type": last.type, "playbook": last.playbook}
    seen = Tallies(tally(**of_type), both(**of_type), tally(**by), both(**by), Tally(), Tally())
    prior = GUESS.get(last.version or "")
    told = success(prior, seen, last.type, last.severity, last.playbook)
    assert judged.value == pytest.approx(told.value, abs=1e-4)


def test_below_twenty_nothing_is_said_but_how_many() -> None:
    told = quality([(False, Foretold(0.9, 0.8, well=True))] * 19)
    assert (told.n, told.enough, told.brier, told.skill, told.curve) == (19, False, None, None, ())
    assert told.words.endswith("19 could be predicted.")
    assert quality([]).n == 0


def test_predictions_that_are_right_beat_the_average_and_wrong_ones_are_told_so() -> None:
    right = [Foretold(0.9 if well else 0.1, 0.5, well) for well in (True, False) * 50]
    told = quality([(True, one) for one in right])
    assert (told.brier, told.base_brier, told.skill) == (0.01, 0.25, 0.96)
    assert (told.n, told.imported) == (100, 100)
    assert told.words.startswith("Predictions were better than the average alone")
    wrong = quality([(False, one._replace(value=1 - one.value)) for one in right])
    assert wrong.skill is not None
    assert wrong.skill < 0
    assert wrong.words.endswith("Do not go by them.")
    same = quality([(False, one._replace(value=0.5)) for one in right])
    assert same.skill == 0
    assert "neither" in same.words


def test_errors_are_those_that_are_computed_by_hand() -> None:
    cases = [Foretold(0.8, 0.5, well=True), Foretold(0.4, 0.5, well=False)]
    assert error([one.value for one in cases], cases) == pytest.approx((0.04 + 0.16) / 2)
    many = cases * 20
    points = curve(many)
    assert [(one.predicted, one.observed, one.n) for one in points] == [(0.4, 0, 20), (0.8, 1, 20)]
    assert ece(points) == pytest.approx(0.3)
    assert 0 < noise(points) < 0.1


@given(
    st.lists(
        st.builds(Foretold, st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.booleans()),
        min_size=20,
        max_size=300,
    )
)
def test_a_curve_has_every_case_once_in_points_of_twenty_at_least(cases: list[Foretold]) -> None:
    points = curve(cases)
    assert sum(one.n for one in points) == len(cases)
    assert all(one.n >= 20 for one in points)
    assert len(points) <= 10
    assert [one.predicted for one in points] == sorted(one.predicted for one in points)
    told = quality([(False, one) for one in cases])
    assert told.skill_low is not None
    assert told.skill is not None
    assert told.skill_high is not None
    assert told.skill_low - 1e-4 <= told.skill <= told.skill_high + 1e-4


def test_a_case_without_a_known_length_knows_nothing_of_its_own_instant() -> None:
    cases = [over(0, well=True, took=0, version=None) for _ in range(100)]
    assert list(foretell(cases, {})) == []
    later = cases[0]._replace(opened_at=NOON + timedelta(seconds=1), ended_at=NOON + HOUR)
    assert len(list(foretell([*cases, later], {}))) == 1
