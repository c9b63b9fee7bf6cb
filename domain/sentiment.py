"""What a sentiment score is called, and when it is not believed.

One table: a label belongs to a band of scores, and the bands touch. What is written in a language
that the reader does not know is `unsure`, and so is a score that the reader itself contradicts: one
that is not bad while most people would call the text negative, or the other way round. "You charged
me twice, I want it back now" has hardly a word of anger in it, and is not called neutral.
"""

from models.sentiment import Feeling, Polarity, ReadBy, Sentiment

BANDS = (
    (-0.6, Feeling.VERY_FRUSTRATED),
    (-0.2, Feeling.FRUSTRATED),
    (0.2, Feeling.NEUTRAL),
    (0.6, Feeling.SATISFIED),
)
"""Up to and including so much; a score above all of them is delighted."""

EMOJI = {
    Feeling.VERY_FRUSTRATED: "\U0001f621",
    Feeling.FRUSTRATED: "\U0001f61f",
    Feeling.NEUTRAL: "\U0001f610",
    Feeling.SATISFIED: "\U0001f642",
    Feeling.DELIGHTED: "\U0001f60a",
    Feeling.UNSURE: "\u2753",
}
"""For who likes to look. It never stands alone."""

SURELY = 0.8
"""A text that is negative with this probability is not called satisfied, nor one that is not
negative with this probability frustrated."""

LIKELY = 0.75
"""A text that is negative with this probability is not called neutral: of such texts nearly four of
five are negative (79 % of a sample of those that `evaluation` learns from). They are 3 of 100 that
would be called neutral; the others still move the mood."""


def feeling(score: float, p_negative: float, *, known_language: bool = True) -> Feeling:
    """The label of a score."""
    if not known_language:
        return Feeling.UNSURE
    found = next((label for up_to, label in BANDS if score <= up_to), Feeling.DELIGHTED)
    good = found in (Feeling.SATISFIED, Feeling.DELIGHTED)
    bad = found in (Feeling.FRUSTRATED, Feeling.VERY_FRUSTRATED)
    if (good and p_negative >= SURELY) or (bad and p_negative <= 1 - SURELY):
        return Feeling.UNSURE
    if found is Feeling.NEUTRAL and p_negative >= LIKELY:
        return Feeling.UNSURE
    return found


ORDER = tuple(one for one in Feeling if one is not Feeling.UNSURE)
"""The labels, from the worst to the best."""


def settled(own: Sentiment, score: float, version: str) -> Sentiment:
    """Our own reading, or a language model's, which counts when it is worse and lies near.

    Worse: its score is below ours. So what our own reading was worth an alert stays one, whatever a
    customer tells the model to say. Near: by one label at most, or where our own is unsure; then it
    says upset or calm, and never satisfied, for nobody here can contradict it.
    """
    theirs = feeling(score, 0.5)
    if score >= own.score:
        return own
    if own.feeling is Feeling.UNSURE:
        if theirs in (Feeling.SATISFIED, Feeling.DELIGHTED):
            return own
    elif abs(ORDER.index(own.feeling) - ORDER.index(theirs)) > 1:
        return own
    kind = Polarity.NEUTRAL
    if theirs in (Feeling.FRUSTRATED, Feeling.VERY_FRUSTRATED):
        kind = Polarity.NEGATIVE
    elif theirs in (Feeling.SATISFIED, Feeling.DELIGHTED):
        kind = Polarity.POSITIVE
    return own.model_copy(
        update={
            "score": score,
            "feeling": theirs,
            "polarity": kind,
            "read_by": ReadBy.LLM,
            "version": version,
        }
    )
