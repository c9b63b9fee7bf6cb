"""A customer's mood over the messages of one case: where it stands, and when it dropped.

The rule. Each message pulls the mood half of the way to its own score, so one remark is not a
trend. A drop is told when the mood, over two messages at least, has fallen by more than 0.4 from
the best that it was, or has become bad (-0.2 or less) after it was not. Another drop is told only
after the mood got better by 0.2 from its lowest: a mood that stays bad is told once.

What nobody could read moves nothing. Our own words, quotes and signatures are never asked.
"""

from models.sentiment import Feeling, Mood, Sentiment

PULL = 0.5
DROP = 0.4
BAD = -0.2
RECOVERY = 0.2
KEPT = 50
"""How many points of the curve are kept."""


def after(mood: Mood, told: Sentiment, drop: float = DROP) -> Mood:
    """The mood after one message more. `drop`: by how much it has to fall to be told."""
    heard = mood.model_copy(update={"heard": mood.heard + 1})
    if told.feeling is Feeling.UNSURE:
        return heard
    before = mood.now
    point = told.score if before is None else before + PULL * (told.score - before)
    point = round(point, 4)
    update: dict[str, object] = {"points": (*mood.points, point)[-KEPT:], "felt": mood.felt + 1}
    if before is None:
        return heard.model_copy(update={**update, "best": point, "lowest": point})
    lowest = min(mood.lowest, point)
    armed = not mood.told or point >= lowest + RECOVERY
    best = point if mood.told else max(mood.best, point)
    fell = armed and (best - point > drop or before > BAD >= point)
    if fell:
        update |= {"drops": (*mood.drops, mood.heard), "lowest": point, "told": True}
    else:
        update |= {"lowest": lowest, "told": not armed}
    return heard.model_copy(update={**update, "best": best if armed else mood.best})
