"""The risk that a message alone speaks for: between 0 and 1, and each sign adds to it."""

import pytest
from hypothesis import given, strategies as st

from activities.adapters.signal_files import load_lexicons
from domain.churn import Threat, churn_risk, threat_of
from domain.signal_words import find_all

CHANCE = st.floats(0, 1)


def test_who_says_nothing_bad_stays_and_who_says_everything_goes() -> None:
    assert churn_risk(cancelling=0, leaving=False, law=False, score=0.5) == 0
    assert churn_risk(cancelling=1, leaving=True, law=True, score=-1) > 0.9
    threat = churn_risk(cancelling=0.05, leaving=True, law=False, score=0.1)
    order = churn_risk(cancelling=0.95, leaving=False, law=False, score=0.1)
    assert threat > order > 0.4


@given(CHANCE, CHANCE, st.booleans(), st.booleans(), st.floats(-1, 1))
def test_a_further_sign_never_lowers_the_risk(
    one: float, other: float, leaving: bool, law: bool, score: float
) -> None:
    low, high = sorted([one, other])
    less = churn_risk(cancelling=low, leaving=leaving, law=law, score=score)
    assert 0 <= less <= churn_risk(cancelling=high, leaving=leaving, law=law, score=score) <= 1
    assert less <= churn_risk(cancelling=low, leaving=True, law=law, score=score)
    assert less <= churn_risk(cancelling=low, leaving=leaving, law=True, score=score)
    assert less <= churn_risk(cancelling=low, leaving=leaving, law=law, score=-1)


@pytest.mark.parametrize(
    ("text", "leaving", "law", "denied"),
    [
        ("I want to cancel my contract", True, False, False),
        ("Please do not cancel my contract", False, False, True),
        ("I won't cancel, and I am not switching to anybody", False, False, True),
        ("I do not want to cancel, but I will", True, False, False),
        ("Don't cancel my visit. Cancel my contract", True, False, False),
        ("You cancelled my visit", False, False, False),
        ("Cancel my visit, and do not cancel my contract", False, False, False),
        ("Your competitor costs less", True, False, False),
        ("My lawyer will write", False, True, False),
        ("I asked the bank for a chargeback", False, True, False),
        ("I want a refund", False, False, False),
        ("I am no lawyer", False, False, False),
        ("All is well", False, False, False),
    ],
)
def test_what_somebody_threatens_with_the_signal_words_tell(
    text: str, leaving: bool, law: bool, denied: bool
) -> None:
    told = threat_of(find_all(text, load_lexicons()))
    assert told == Threat(leaving=leaving, law=law, denied=denied)
