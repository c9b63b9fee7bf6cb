"""What was read in a customer's words, as people see it: each part says who read it."""

from typing import Annotated, NamedTuple

from pydantic import Field

from domain.alert_words import FEELINGS
from domain.sentiment import EMOJI
from models.escalation import EscalationState
from models.frozen import Frozen
from models.performance import Count
from models.prediction import Outlook
from models.sentiment import Feeling, Polarity, ReadBy
from models.signal import SignalKind


class SentimentView(Frozen):
    """How the customer sounded in their newest words that could be read."""

    score: Annotated[float, Field(ge=-1, le=1)]
    """-1 (as bad as can be) to 1."""

    label: Feeling
    says: str
    """The label in plain words."""

    emoji: str
    polarity: Polarity
    p_negative: float
    source: ReadBy
    version: str


class MoodView(Frozen):
    """How the customer felt over the whole case."""

    now: float | None
    points: tuple[float, ...]
    """The smoothed score after each message, of the newest ones."""

    drops: int
    """How often it became much worse."""


class InsightView(Frozen):
    """What the customer's words tell. Empty until somebody has read them."""

    sentiment: SentimentView | None = None
    mood: MoodView | None = None
    churn_risk: Annotated[float | None, Field(ge=0, le=1)] = None
    """How much speaks for the customer leaving, by weights that are guesses, not measurements.
    `outlook` has it beside what was counted."""

    outlook: Outlook | None = None
    """What may become of the case: each number with its interval, its `n` and its source. Only
    where one case is read, and only while it is not over."""

    signals: tuple[SignalKind, ...] = ()
    """Kinds of signal words that the customer used and means."""

    waiting: int = 0
    """Messages that nobody has read yet."""

    tokens_spent: Count | None = None
    """What language models have cost in this case so far. For seniors, managers and admins, where
    one case is read."""


class Besides(NamedTuple):
    """What is known of a case beside its own state."""

    outlook: Outlook | None = None
    tokens_spent: int | None = None


NOTHING_BESIDES = Besides()


def insight_view(state: EscalationState | None, besides: Besides = NOTHING_BESIDES) -> InsightView:
    """What is known of a case by its words, and by cases like it."""
    if state is None:
        return InsightView(tokens_spent=besides.tokens_spent)
    told, mood = state.sentiment, state.mood
    return InsightView(
        sentiment=SentimentView(
            score=told.score,
            label=told.feeling,
            says=FEELINGS[told.feeling],
            emoji=EMOJI[told.feeling],
            polarity=told.polarity,
            p_negative=told.p_negative,
            source=told.read_by,
            version=told.version,
        )
        if told
        else None,
        mood=MoodView(now=mood.now, points=mood.points, drops=len(mood.drops)) if mood else None,
        churn_risk=state.churn_risk,
        outlook=besides.outlook,
        signals=state.signals,
        waiting=len(state.unread),
        tokens_spent=besides.tokens_spent,
    )
