"""Labels of scores: one table without gaps; and when nobody believes a score."""

from hypothesis import given, strategies as st

from domain.sentiment import EMOJI, LIKELY, feeling
from models.sentiment import Feeling

SCORES = st.floats(-1, 1)
UNDECIDED = 0.5


@given(SCORES, SCORES)
def test_a_better_score_never_has_a_worse_name(one: float, other: float) -> None:
    worst_first = list(Feeling)
    low, high = sorted([one, other])
    assert worst_first.index(feeling(low, UNDECIDED)) <= worst_first.index(feeling(high, UNDECIDED))


def test_the_ends_and_the_middle_have_their_names() -> None:
    named = {score: feeling(score, UNDECIDED) for score in (-1, -0.6, -0.3, 0, 0.2, 0.3, 1)}
    assert named == {
        -1: Feeling.VERY_FRUSTRATED,
        -0.6: Feeling.VERY_FRUSTRATED,
        -0.3: Feeling.FRUSTRATED,
        0: Feeling.NEUTRAL,
        0.2: Feeling.NEUTRAL,
        0.3: Feeling.SATISFIED,
        1: Feeling.DELIGHTED,
    }


def test_a_good_score_of_a_text_that_is_surely_negative_is_not_believed() -> None:
    assert feeling(0.5, 0.9) is Feeling.UNSURE
    assert feeling(-0.5, 0.1) is Feeling.UNSURE
    assert feeling(0, 0.9) is Feeling.UNSURE
    assert feeling(0, LIKELY) is Feeling.UNSURE
    assert feeling(0, LIKELY - 0.01) is Feeling.NEUTRAL
    assert feeling(0.3, LIKELY) is Feeling.SATISFIED


@given(SCORES, st.floats(0, 1))
def test_of_another_language_nobody_is_sure(score: float, negative: float) -> None:
    assert feeling(score, negative, known_language=False) is Feeling.UNSURE


def test_every_label_has_a_face() -> None:
    assert set(EMOJI) == set(Feeling)
    assert len(set(EMOJI.values())) == len(EMOJI)
