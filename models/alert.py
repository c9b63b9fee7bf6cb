"""Alerts: what somebody should know of a case now, whom it concerns, and for how long."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from models.duration import Duration
from models.frozen import Frozen
from models.text import Line


def _nothing(value: object) -> bool:
    """Left out of what is stored when it says nothing."""
    return not value


class AlertKind(StrEnum):
    """What happened."""

    SLA_WARNING = "sla_warning"
    """The time that we promised runs out soon."""

    SLA_BREACH = "sla_breach"
    """We are late."""

    OVERDUE_STEP = "overdue_step"
    """Nobody did the step in time."""

    SENTIMENT_DROP = "sentiment_drop"
    """The customer's mood has become much worse."""

    SIGNAL_WORDS = "signal_words"
    """The customer speaks of leaving, of a lawyer, of money back."""

    TOUCHES = "touches"
    """It goes back and forth, and is not mended."""

    HIGH_VALUE = "high_value"
    """Much money is at risk."""

    PREDICTION_DROP = "prediction_drop"
    """It looks much less likely than before that this ends well."""


class AlertFor(StrEnum):
    """Whom an alert concerns."""

    OWNER = "owner"
    """Whoever has the case; while nobody has it, everybody of its rank and above."""

    SENIORS = "seniors"
    MANAGERS = "managers"
    RETENTION = "retention"
    """The team that keeps customers from leaving; the seniors where there is none."""


class AlertSource(StrEnum):
    """Who says so."""

    PLAYBOOK = "playbook"
    """Clocks, steps, and thresholds of the house."""

    WORDS = "words"
    """Lists of words."""

    MODEL = "model"
    """The built-in reader, or a count."""

    LLM = "llm"
    """A language model, whose reading lay near to the built-in one's."""


class AlertRules(Frozen):
    """From when on something is worth an alert, as the house settled it when a case was opened."""

    touches: Annotated[int, Field(ge=2, le=100)] = 3
    """So many messages and calls in a case that is not mended."""

    value: Annotated[int, Field(ge=0, le=10**15)] = 500_000
    """More than so many minor units a year are much money at risk."""

    mood_drop: Annotated[float, Field(gt=0, le=2)] = 0.4
    """By how much the mood has to fall, on the scale from -1 to 1."""

    prediction_drop: Annotated[float, Field(gt=0, le=1)] = 0.15
    """By how much the predicted success has to fall."""

    lasts: Duration = timedelta(hours=24)
    """How long an alert is shown when nobody says that they saw it."""


class Alert(Frozen):
    """One alert of one case. An occasion raises one alert, and never a second."""

    n: Annotated[int, Field(ge=1)]
    """Its place among the alerts of its case."""

    kind: AlertKind
    occasion: Line
    """What it is about: a clock, a step run, a kind of words. With the kind it is unique."""

    audience: AlertFor
    raised_at: AwareDatetime
    expires_at: AwareDatetime
    """Nobody is shown it any more from then on. By the case's own time, as all instants here."""

    source: AlertSource = AlertSource.PLAYBOOK
    step: Annotated[Line | None, Field(exclude_if=_nothing)] = None
    """The step run that it is about. Empty: the one that is to be done now."""

    due_at: Annotated[AwareDatetime | None, Field(exclude_if=_nothing)] = None
    """By when we promised what it is about; only of one that is live. Empty where nothing was."""

    snoozed_until: Annotated[AwareDatetime | None, Field(exclude_if=_nothing)] = None
    seen_at: Annotated[AwareDatetime | None, Field(exclude_if=_nothing)] = None
    """When somebody said that they saw it: then it is over."""

    seen_by: Annotated[UUID | None, Field(exclude_if=_nothing)] = None
