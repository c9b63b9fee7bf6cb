"""Moods: a bad word is no trend, a drop is told once, and what nobody could read moves nothing."""

from collections.abc import Iterable
from functools import reduce

import pytest
from hypothesis import given, strategies as st

from domain.mood import BAD, after
from domain.sentiment import feeling
from models.sentiment import Feeling, Mood, Polarity, ReadBy, Sentiment

SCORES = st.lists(st.floats(-1, 1), max_size=30)


def said(score: float, *, readable: bool = True) -> Sentiment:
    """A message with that score."""
    return Sentiment(
        score=score,
        feeling=feeling(score, 0.5) if readable else Feeling.UNSURE,
        polarity=Polarity.NEUTRAL,
        p_negative=0.5,
        read_by=ReadBy.MODEL,
        version="test",
    )


def mood(messages: Iterable[Sentiment]) -> Mood:
    """The mood after these messages, in the order in which they were written."""
    return reduce(after, messages, Mood())


def drops(*scores: float) -> tuple[int, ...]:
    """Where the mood drops."""
    return mood([said(score) for score in scores]).drops


@pytest.mark.parametrize(
    ("scores", "where"),
    [
        ((), ()),
        ((-1.0,), ()),
        ((0.6, 0.5, 0.6), ()),
        ((0.8, -0.4), (1,)),
        ((0.1, -0.6), (1,)),
        ((-0.5, -0.6, -0.7), ()),
        ((0.8, -0.9, -0.9, -0.9), (1,)),
        ((0.8, -0.9, 0.9, 0.9, -0.9), (1, 4)),
        ((0.0, -0.3, -0.3, -0.3), (2,)),
        ((1.0, 1.0, -0.4, 0.5, -1.0), (2,)),  # better by 0.1: that is no recovery
        ((1.0, 1.0, -0.4, 0.8, -1.0), (2, 4)),  # better by 0.25
    ],
)
def test_a_drop_is_told_where_it_happens_and_once(
    scores: tuple[float, ...], where: tuple[int, ...]
) -> None:
    assert drops(*scores) == where


@given(SCORES)
def test_the_mood_stays_among_what_was_said(scores: list[float]) -> None:
    told = mood([said(score) for score in scores])
    assert len(told.points) == len(scores)
    assert all(min(scores) - 1e-3 <= point <= max(scores) + 1e-3 for point in told.points)
    assert told.now == (told.points[-1] if scores else None)


@given(SCORES)
def test_nothing_is_told_of_a_mood_that_only_gets_better(scores: list[float]) -> None:
    assert not drops(*sorted(scores))


@given(SCORES)
def test_between_two_drops_the_mood_was_better_again(scores: list[float]) -> None:
    told = mood([said(score) for score in scores])
    for first, second in zip(told.drops, told.drops[1:], strict=False):
        between = told.points[first + 1 : second]
        assert between
        assert max(between) > min(told.points[first : second + 1])
    assert all(told.points[at] < max(told.points[:at]) for at in told.drops)


@given(SCORES, st.integers(0, 30))
def test_what_nobody_could_read_moves_nothing(scores: list[float], place: int) -> None:
    messages = [said(score) for score in scores]
    with_noise = [*messages[:place], said(-1, readable=False), *messages[place:]]
    assert mood(with_noise).points == mood(messages).points


def test_bad_is_where_the_label_says_so() -> None:
    assert feeling(BAD, 0.5) is Feeling.FRUSTRATED
