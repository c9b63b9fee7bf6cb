"""What was read in a customer's words, as people see it: each part says who read it."""

from datetime import datetime
from typing import Annotated, NamedTuple

from pydantic import AwareDatetime, Field

from domain.alert_words import FEELINGS
from domain.sentiment import EMOJI
from models.escalation import EscalationState
from models.event import MessageRead
from models.frozen import Frozen
from models.performance import Count
from models.prediction import Outlook
from models.sentiment import Feeling, Polarity, ReadBy, Sentiment
from models.signal import SignalKind


class ToldBy(Frozen):
    """Who says something, in which version, and since when."""

    source: ReadBy
    version: str
    at: AwareDatetime | None = None
    """When it was read. Only where one case is read; empty of words that came with a merged case,
    and of what lies more than twenty readings back."""


class SentimentView(ToldBy):
    """How the customer sounded in their newest words that could be read."""

    score: Annotated[float, Field(ge=-1, le=1)]
    """-1 (as bad as can be) to 1."""

    label: Feeling
    says: str
    """The label in plain words."""

    emoji: str
    polarity: Polarity
    p_negative: float
    p_negative_source: ReadBy = ReadBy.MODEL
    """The built-in model says it, whoever says the score."""


class MoodView(Frozen):
    """How the customer felt over the whole case."""

    told_by: ToldBy | None
    """Who read the words that moved it last."""

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

    churn_risk_told_by: ToldBy | None = None
    """Who read the words of the customer that it was last reckoned from. Only where one case is
    read."""

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
    readings: tuple[tuple[datetime, MessageRead], ...] = ()
    """What was read in the customer's words, the newest first."""


NOTHING_BESIDES = Besides()


def insight_view(state: EscalationState | None, besides: Besides = NOTHING_BESIDES) -> InsightView:
    """What is known of a case by its words, and by cases like it."""
    if state is None:
        return InsightView(tokens_spent=besides.tokens_spent)
    told, mood = state.sentiment, state.mood
    by = _felt(told, besides) if told else None
    return InsightView(
        sentiment=_sentiment(told, by) if told and by else None,
        mood=MoodView(told_by=by, now=mood.now, points=mood.points, drops=len(mood.drops))
        if mood
        else None,
        churn_risk=state.churn_risk,
        churn_risk_told_by=_risk(besides) if state.churn_risk is not None else None,
        outlook=besides.outlook,
        signals=state.signals,
        waiting=len(state.unread),
        tokens_spent=besides.tokens_spent,
    )


def _sentiment(told: Sentiment, by: ToldBy) -> SentimentView:
    return SentimentView(
        score=told.score,
        label=told.feeling,
        says=FEELINGS[told.feeling],
        emoji=EMOJI[told.feeling],
        polarity=told.polarity,
        p_negative=told.p_negative,
        source=by.source,
        version=by.version,
        at=by.at,
    )


def _felt(told: Sentiment, besides: Besides) -> ToldBy:
    at = next((at for at, one in besides.readings if one.sentiment == told), None)
    return ToldBy(source=told.read_by, version=told.version, at=at)


def _risk(besides: Besides) -> ToldBy | None:
    """Only the built-in reader tells of it; a second reading does not."""
    for at, one in besides.readings:
        if one.churn_risk is not None and one.sentiment is not None:
            return ToldBy(source=one.sentiment.read_by, version=one.sentiment.version, at=at)
    return None
