"""Our own reading and a second one: what is worse and near is believed, and nothing else."""

from hypothesis import given, strategies as st

from domain.mood import after
from domain.sentiment import ORDER, feeling, settled
from models.sentiment import Feeling, Mood, Polarity, ReadBy, Sentiment

SCORES = st.floats(-1, 1)


def read(score: float, label: Feeling) -> Sentiment:
    """What the built-in reader says."""
    return Sentiment(
        score=score,
        feeling=label,
        polarity=Polarity.NEUTRAL,
        p_negative=0.5,
        read_by=ReadBy.MODEL,
        version="test",
    )


@given(SCORES, SCORES)
def test_the_label_moves_by_one_at_most(ours: float, theirs: float) -> None:
    own = read(ours, feeling(ours, 0.5))
    found = settled(own, theirs, "sentiment@1")
    assert abs(ORDER.index(found.feeling) - ORDER.index(own.feeling)) <= 1
    assert found == own or (found.score, found.read_by) == (theirs, ReadBy.LLM)


@given(SCORES, SCORES, st.floats(0, 1))
def test_it_never_makes_a_reading_better(ours: float, theirs: float, negative: float) -> None:
    own = read(ours, feeling(ours, negative)).model_copy(update={"p_negative": negative})
    found = settled(own, theirs, "sentiment@1")
    assert found == own or found.score < own.score
    if own.feeling is Feeling.UNSURE and found != own:
        assert found.feeling in ORDER[:3]


@given(SCORES)
def test_one_that_is_unsure_becomes_upset_or_calm_and_never_satisfied(theirs: float) -> None:
    own = read(0.5, Feeling.UNSURE)
    found = settled(own, theirs, "sentiment@1")
    if theirs > 0.2:
        assert found == own
    else:
        assert (found.read_by, found.feeling) == (ReadBy.LLM, feeling(theirs, 0.5))


def test_of_words_that_nobody_here_can_read_the_customer_does_not_choose_the_label() -> None:
    own = read(0.0, Feeling.UNSURE).model_copy(update={"p_negative": 0.74})
    assert settled(own, 1.0, "sentiment@1") == own


@given(
    st.lists(st.tuples(SCORES, st.booleans()), min_size=1, max_size=8),
    SCORES,
    st.floats(0.1, 0.9),
)
def test_a_drop_of_our_own_reading_is_one_after_the_second_too(
    scores: list[tuple[float, bool]], theirs: float, drop: float
) -> None:
    mood, readings = (
        Mood(),
        [read(one, feeling(one, 0.5, known_language=is_read)) for one, is_read in scores],
    )
    for one in readings[:-1]:
        mood = after(mood, one, drop)
    own = after(mood, readings[-1], drop)
    second = after(mood, settled(readings[-1], theirs, "sentiment@1"), drop)
    assert set(own.drops) <= set(second.drops)
