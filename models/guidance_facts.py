"""What may be said in a guidance: everything that is known of a case, and nothing else is true."""

from datetime import date
from typing import Annotated

from pydantic import Field

from models.command import Direction
from models.customer import Tier
from models.escalation import EscalationType, Light, Status
from models.frozen import Frozen
from models.guidance import Chance, GuidanceSentiment, Part, Precedent
from models.money import Money
from models.prediction import Outlook
from models.severity import Severity
from models.similar import FoundBy
from models.step import Step
from models.text import MAX_TEXT_BYTES, Line, Text

Raw = Annotated[str, Field(max_length=MAX_TEXT_BYTES)]
"""Somebody's words as they came."""


class CustomerFacts(Frozen):
    """Whom it is about."""

    first_name: Line
    name: Line
    since: date | None = None
    annual_value: Money | None = None
    tier: Tier | None = None


class StepFacts(Frozen):
    """The step to do now, with the playbook's own words, not filled yet."""

    step: Step
    due_in: Line | None = None
    """By when, in words: `in 12 minutes`."""

    is_late: bool = False


class MessageFacts(Frozen):
    """A message from or to the customer."""

    direction: Direction
    text: Raw


class GuidanceFacts(Frozen):
    """Everything that may be said about one case."""

    number: Line
    """`E-1042`."""

    type: EscalationType
    severity: Severity
    status: Status
    title: Line
    company: Line
    agent_name: Line | None = None
    customer: CustomerFacts | None = None
    playbook: Line
    """The version by name: `cancel-threat@3`."""

    summary: Text
    """The playbook's own, of this kind of trouble."""

    step: StepFacts | None = None
    """Empty while nothing is to be done."""

    what_not_to_do: Annotated[tuple[Text, ...], Field(max_length=12)] = ()
    win_condition: Text
    light: Light = Light.GREEN
    due_in: Line | None = None
    """The tightest clock in words: `in 40 minutes`, `12 minutes ago`."""

    waits_for: Line | None = None
    """Whom or what the case waits for: `the customer's answer`."""

    appointment_day: Line | None = None
    """In finished words, where the customer lives: `Tuesday, May 5`."""

    appointment_time: Line | None = None
    """`9:30 am`."""

    signals: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    """What was noticed, in plain words: `speaks of a competitor`."""

    messages: Annotated[tuple[MessageFacts, ...], Field(max_length=50)] = ()
    """The oldest first."""

    wish: Annotated[Raw | None, Field()] = None
    """What the agent wants said. Theirs, as a customer's words are: it makes no promise ours."""

    similar_cases: Annotated[tuple[Precedent, ...], Field(max_length=5)] = ()
    similar_found_by: FoundBy | None = None
    """How they were looked for."""

    similar_words: Line | None = None
    """Why by words alone, or why there is none."""

    prediction: Chance | None = None
    """Of the step to do now."""

    prediction_words: Line | None = None
    """How it was counted, or why there is none."""

    sentiment: GuidanceSentiment | None = None
    churn_risk: Part | None = None
    predicted_csat: Annotated[float, Field(ge=1, le=5)] | None = None
    outlook: Outlook | None = None


class KnownFields(Frozen):
    """What is kept about one customer and must not leave the house as it is."""

    names: Annotated[tuple[Line, ...], Field(max_length=10)] = ()
    """Full names. First and last names are found in them."""

    colleagues: Annotated[tuple[Line, ...], Field(max_length=60)] = ()
    """Full names of our own people, of whom texts may speak too."""

    emails: Annotated[tuple[Line, ...], Field(max_length=10)] = ()
    phones: Annotated[tuple[Line, ...], Field(max_length=10)] = ()
    ids: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    """The ids of other systems."""


class Placeholders(Frozen):
    """Which placeholder stands for what, in the order in which they were made."""

    pairs: tuple[tuple[str, str], ...] = ()
    """`("[NAME_1]", "Doug")`."""
