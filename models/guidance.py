"""Guidance: what to do right now in one case, in two layers, each field with who says so.

The playbook's layer is there at once. A language model may put better words in a few text fields;
numbers, the action, the mood, the do-nots and the win condition are never its business.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, model_validator

from models.frozen import Frozen
from models.prediction import Outlook
from models.sentiment import Feeling
from models.text import Line, Slug, Text

Part = Annotated[float, Field(ge=0, le=1)]
"""A part of a whole: 0 to 1."""


class SaidBy(StrEnum):
    """Who says something."""

    LLM = "llm"
    """A language model: words only, checked."""

    MODEL = "model"
    """A small model or a count that is built in."""

    TEXT_SEARCH = "text-search"
    """Words that both have, and no model: what is found may be about something else."""

    PLAYBOOK = "playbook"
    """The playbook and the case's own facts."""


class ActionType(StrEnum):
    """What is to be done: one for each kind of step that people do, and three without a step."""

    CALL = "call"
    EMAIL = "email"
    OFFER = "offer"
    FOLLOW_UP = "follow_up"
    TASK = "task"
    APPROVAL = "approval"
    SCHEDULE = "schedule"
    CREDIT = "credit"
    DECIDE = "decide"
    """All steps are done: say how it ends."""

    WAIT = "wait"
    """It is somebody else's turn, or the engine's."""

    NOTHING = "nothing"
    """The case is over."""


class ActionUrgency(StrEnum):
    """How soon."""

    NOW = "now"
    """It is late already."""

    SOON = "soon"
    """It is due next."""

    IN_TURN = "in_turn"
    """There is time."""

    NONE = "none"
    """There is nothing to do."""


class Chance(Frozen):
    """How often it worked in cases like this one. Counted, never guessed by a language model."""

    value: Part
    low: Part
    """The lower end of the interval."""

    high: Part
    n: Annotated[int, Field(ge=0)]
    """How many cases were counted."""

    @model_validator(mode="after")
    def _in_order(self) -> "Chance":
        if not self.low <= self.value <= self.high:
            raise ValueError("value must lie between low and high")
        return self


class GuidanceSentiment(Frozen):
    """How the customer feels."""

    score: Annotated[float, Field(ge=-1, le=1)]
    """-1 (as bad as can be) to 1."""

    label: Feeling
    emoji: Annotated[str, Field(min_length=1, max_length=8)]
    """It never stands alone."""

    source: SaidBy = SaidBy.MODEL


class RecommendedAction(Frozen):
    """The one thing to do."""

    type: ActionType
    urgency: ActionUrgency
    reason: Text
    """Why, in plain words."""

    step_id: Slug | None = None
    """The step of the playbook, if it is one."""

    predicted_success: Chance | None = None
    """How often cases like it ended well in which this step was done, as `ai-predict-outcome` says
    of it. Empty when too few of them are known to say."""

    predicted_success_words: Line | None = None
    """How that was counted, or why there is no number."""


class GuidanceScript(Frozen):
    """What to say. Placeholders are filled."""

    opening: Text
    key_points: Annotated[tuple[Text, ...], Field(max_length=5)] = ()
    closing: Text | None = None


class Precedent(Frozen):
    """A case like this one, and how it ended."""

    id: Line
    """Its number: `E-1031`."""

    outcome: Line
    approach: Annotated[Text, Field(max_length=500)]
    """What was done."""

    similarity: Part
    """The cosine of both; of a text search its rank, which cannot be compared with a cosine."""


class Sources(Frozen):
    """Who says what. Empty where nobody says anything."""

    summary: SaidBy = SaidBy.PLAYBOOK
    reason: SaidBy = SaidBy.PLAYBOOK
    script: SaidBy = SaidBy.PLAYBOOK
    predicted_success: SaidBy | None = None
    similar_cases: SaidBy | None = None
    churn_risk: SaidBy | None = None
    predicted_csat: SaidBy | None = None


class Guidance(Frozen):
    """What to do right now in one case."""

    summary: Text
    """What the case is about and where it stands."""

    sentiment: GuidanceSentiment | None = None
    recommended_action: RecommendedAction
    script: GuidanceScript | None = None
    """Empty when there is nothing to say to anybody."""

    what_not_to_do: Annotated[tuple[Text, ...], Field(max_length=12)] = ()
    win_condition: Text
    warning: Line | None = None
    """Something in the customer's words that an agent has to look at, in one sentence."""

    similar_cases: Annotated[tuple[Precedent, ...], Field(max_length=5)] = ()
    similar_cases_words: Line | None = None
    """Why they were looked for by words alone, or why there is none."""

    churn_risk: Part | None = None
    """As `outlook.churn_risk` says it."""

    predicted_csat: Annotated[float, Field(ge=1, le=5)] | None = None
    """Stars that the customer would give, 1 to 5, as `outlook.csat` says it."""

    outlook: Outlook | None = None
    """What may become of the case: each number with its interval, its `n` and its source."""

    source: Literal[SaidBy.LLM, SaidBy.PLAYBOOK] = SaidBy.PLAYBOOK
    """`llm` when a language model wrote some of the words."""

    sources: Sources = Sources()
    version: Line
    """Of the playbook, and of the prompt when a language model wrote: `cancel-threat@3`."""

    generated_at: AwareDatetime
    why_not_llm: Line | None = None
    """Why these are the playbook's words, when a language model was asked."""
