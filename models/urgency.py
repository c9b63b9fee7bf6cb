"""How much a case presses: when it is due, and what moves it up the queue."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime

from models.frozen import Frozen

FAR = timedelta(hours=24)
"""A case whose turn is this far ahead does not press at all."""


class Pull(StrEnum):
    """What moves a case up the queue."""

    SEVERITY = "severity"
    MONEY = "money"
    """What the customer pays in a year is at stake."""

    CHURN_RISK = "churn_risk"
    SENTIMENT = "sentiment"
    WAITING = "waiting"
    """The customer had the last word."""

    REOPENED = "reopened"
    """It came back: we said that it was mended, and it was not."""


class HeadStart(Frozen):
    """How much earlier than its deadline a case is ranked, for one reason."""

    pull: Pull
    by: timedelta


class Urgency(Frozen):
    """How much a case presses.

    It holds instants and lengths of time and no `now`, so an order made from it never changes while
    nothing happens.
    """

    due_at: AwareDatetime
    """The sooner of the step's due time and the tightest SLA deadline."""

    head_starts: tuple[HeadStart, ...]
    """The longest first; none is zero."""

    @property
    def rank_at(self) -> datetime:
        """When its turn is. Queues are sorted by it, the earliest first."""
        return self.due_at - sum((one.by for one in self.head_starts), timedelta(0))

    def score(self, now: datetime) -> int:
        """0 to 100: 100 from its turn on, and 0 a day and more before it."""
        left = self.rank_at - now
        return round(100 * (1 - min(max(left / FAR, 0.0), 1.0)))


class Mind(Frozen):
    """What is known of the customer's mind; empty where nothing measured it."""

    churn_risk: float | None = None
    """0 to 1: how likely the customer leaves."""

    sentiment: float | None = None
    """-1 to 1: how the customer feels."""
