"""Facts about alerts, and about what was read in a customer's words."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from models.alert import Alert
from models.frozen import Frozen
from models.sentiment import Sentiment


def _is_none(value: object) -> bool:
    """Left out of what is stored: it says nothing."""
    return value is None or value is False


class AlertRaised(Frozen):
    """Somebody should know of this now."""

    fact: Literal["alert_raised"] = "alert_raised"
    alert: Alert


class AlertSeen(Frozen):
    """Somebody said that they saw it."""

    fact: Literal["alert_seen"] = "alert_seen"
    alert: Annotated[int, Field(ge=1)]


class AlertSnoozed(Frozen):
    """It was put off."""

    fact: Literal["alert_snoozed"] = "alert_snoozed"
    alert: Annotated[int, Field(ge=1)]
    until: AwareDatetime
    expires_at: AwareDatetime
    """It lasts as long again from when it comes back."""


class AlertReturned(Frozen):
    """An alert that was put off is back."""

    fact: Literal["alert_returned"] = "alert_returned"
    alert: Annotated[int, Field(ge=1)]


class MessageRead(Frozen):
    """What the customer's words tell of how they feel."""

    fact: Literal["message_read"] = "message_read"
    content_id: UUID
    sentiment: Annotated[Sentiment | None, Field(exclude_if=_is_none)] = None
    """Empty when nobody could read it: the words are gone, or no reader is there."""

    drop: Annotated[float, Field(gt=0, le=2)] = 0.4
    """By how much the mood had to fall to be told, by the rules of the case."""

    predicted: Annotated[float | None, Field(ge=0, le=1, exclude_if=_is_none)] = None
    """How likely it seems by now that the case ends well. Empty while too few cases are known."""

    churn_risk: Annotated[float | None, Field(ge=0, le=1, exclude_if=_is_none)] = None
    """How much these words speak for the customer leaving."""

    again: Annotated[bool, Field(exclude_if=_is_none)] = False
    """Somebody else is to read them, too."""

    second: Annotated[bool, Field(exclude_if=_is_none)] = False
    """This is what somebody else read in the words that were read last: it counts instead."""


AlertFact = AlertRaised | AlertSeen | AlertSnoozed | AlertReturned
"""Facts about alerts."""

InsightFact = AlertFact | MessageRead
"""Facts that change nothing about what is to be done."""
