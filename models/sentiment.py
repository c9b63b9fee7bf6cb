"""How a customer feels, as their words show it: a score, a label, and who says so."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from models.frozen import Frozen


class Feeling(StrEnum):
    """What a score is called. From the worst to the best; `unsure` when nobody can tell."""

    VERY_FRUSTRATED = "very_frustrated"
    FRUSTRATED = "frustrated"
    NEUTRAL = "neutral"
    SATISFIED = "satisfied"
    DELIGHTED = "delighted"
    UNSURE = "unsure"


class Polarity(StrEnum):
    """What most people would call a text."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class ReadBy(StrEnum):
    """Who read a text."""

    MODEL = "model"
    """The model that is built in."""

    LLM = "llm"
    """A language model, whose answer is worse than that of the built-in one and near to it."""


class Sentiment(Frozen):
    """How somebody feels who wrote a text."""

    score: Annotated[float, Field(ge=-1, le=1)]
    """-1 (as bad as can be) to 1; 0 is neither."""

    feeling: Feeling
    """What the score is called, for people who work on the case."""

    polarity: Polarity
    p_negative: Annotated[float, Field(ge=0, le=1)]
    """How likely people would call the text negative. Always as the built-in model says it."""

    read_by: ReadBy
    version: str
    """Of the model, or of the prompt."""


class Reading(Frozen):
    """What a text tells of its writer."""

    sentiment: Sentiment
    cancel_intent: Annotated[float, Field(ge=0, le=1)]
    """How likely the writer wants to end, close, block or take back something."""

    churn_risk: Annotated[float, Field(ge=0, le=1)]
    """How much the text alone speaks for the customer leaving."""


class Mood(Frozen):
    """How a customer felt over the messages of one case."""

    points: tuple[float, ...] = ()
    """The smoothed score after each message that could be read, -1 to 1; of the newest ones."""

    drops: tuple[int, ...] = ()
    """At which messages, counted from 0, the mood dropped."""

    heard: Annotated[int, Field(ge=0)] = 0
    """Messages so far, with those that nobody could read."""

    felt: Annotated[int, Field(ge=0)] = 0
    """Messages that could be read."""

    best: Annotated[float, Field(ge=-1, le=1)] = 0.0
    """From where a drop is measured."""

    lowest: Annotated[float, Field(ge=-1, le=1)] = 0.0
    """From where getting better is measured."""

    told: bool = False
    """A drop was told, and it has not got better since."""

    @property
    def now(self) -> float | None:
        """Where it stands; empty before the first message."""
        return self.points[-1] if self.points else None


class LookAgain(Frozen):
    """Words that somebody else is to read too, and how it was before they came."""

    content_id: UUID
    mood: Mood | None = None
