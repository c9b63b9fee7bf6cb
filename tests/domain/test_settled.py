"""Our own reading and a second one: near is believed, far is not."""

from hypothesis import given, strategies as st

from domain.sentiment import LIKELY, ORDER, feeling, settled
from models.sentiment import Feeling, Polarity, ReadBy, Sentiment

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


@given(SCORES)
def test_one_that_is_unsure_is_told_by_the_other(theirs: float) -> None:
    found = settled(read(0.0, Feeling.UNSURE), theirs, "sentiment@1")
    assert found.read_by is ReadBy.LLM
    assert found.feeling is feeling(theirs, 0.5)


@given(SCORES, st.floats(LIKELY, 1))
def test_whom_we_take_for_negative_no_other_calls_satisfied(theirs: float, negative: float) -> None:
    own = read(0.0, feeling(0.0, negative)).model_copy(update={"p_negative": negative})
    found = settled(own, theirs, "sentiment@1")
    assert found.feeling not in (Feeling.SATISFIED, Feeling.DELIGHTED)
    assert (found == own) is (theirs > 0.2)
