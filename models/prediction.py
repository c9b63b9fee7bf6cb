"""A prediction: how likely something is in a case, from cases like it that are over.

It says what came of such cases, and not what an action does: easy cases are treated otherwise.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import Field

from models.escalation import EscalationType
from models.frozen import Frozen
from models.performance import Count, Share
from models.severity import Severity
from models.text import Slug

Score = Annotated[float, Field(ge=1, le=5)]


class PredictionSource(StrEnum):
    """What a prediction rests on."""

    PRIOR = "prior"
    """No case like it is over: what was believed before, and what wider cases say."""

    MODEL = "model"
    """What was read in the customer's words. No cases were counted for it."""

    MEASURED = "measured"
    """Cases like it that are over, few of them held back by what was believed before."""


class Segment(Frozen):
    """Which cases are like one: all that is told here is the same in them."""

    type: EscalationType
    severities: tuple[Severity, ...]
    """One of these. All of them, when the cases of a narrower band are too few to say."""

    action: Slug | None
    """The playbook that they went by, or the step of it that was done; empty when any."""


class Prediction(Frozen):
    """How likely a case ends in some way."""

    value: Share
    low: Share
    high: Share
    """With 80 % the rate of such cases lies between low and high."""

    n: Count
    """Cases like it that are over."""

    source: PredictionSource
    enough: bool
    """They are 20 at least. Below, the value is a guess, and is to be shown as one."""

    words: Annotated[str, Field(examples=["Of 63 cases like this one, 52 ended well."])]
    segment: Segment


class PredictedCsat(Frozen):
    """The satisfaction, 1 to 5, that customers told after cases like one."""

    value: Score | None
    """The mean that is expected; empty when they are too few to say."""

    low: Score | None
    high: Score | None
    """With 80 % the mean of such cases lies between low and high."""

    n: Count
    source: PredictionSource
    enough: bool
    words: str


class Estimate(Frozen):
    """A number of which people are told how many cases it was counted from."""

    value: float | None
    """Empty when too few cases are known to say."""

    low: float | None
    high: float | None
    """With 80 % the truth lies between low and high. Empty where nothing was counted."""

    n: Count
    source: PredictionSource
    enough: bool
    """They are 20 at least."""

    words: Annotated[str, Field(examples=["Of 63 cases like this one, 9 lost the customer."])]
    """How it came about; or why there is no number."""


class Outlook(Frozen):
    """What may become of a case, whatever is done in it."""

    churn_risk: Estimate
    """How much the customer's words speak for their leaving, from 0 to 1: guessed weights, so `n`
    is 0, and its source is `model`."""

    loss: Estimate
    """How many customers left, from 0 to 1, in cases like it."""

    csat: Estimate
    """The satisfaction, from 1 to 5, that customers told after cases of its type."""


class Tally(NamedTuple):
    """Cases that are over, and in how many of them something was so. Never more than there are."""

    n: int = 0
    times: int = 0


class Tallies(NamedTuple):
    """The cases of a type that are over, counted for one that is not.

    Pressing and calm cases are told apart by their severity, `in_band` are those of the same side.
    Cases of an earlier system have no severity, and went by no playbook of ours.
    """

    well: Tally
    well_in_band: Tally
    by_action: Tally
    by_action_in_band: Tally
    lost: Tally
    lost_in_band: Tally


class EndedCase(NamedTuple):
    """A case that is over, with what was known of it when it was opened.

    Type and severity are those that it ended with: one that was corrected on the way was not known.
    """

    opened_at: datetime | None
    """Empty of a case of an earlier system of which nobody knows how long it took."""

    ended_at: datetime
    type: EscalationType
    severity: Severity | None
    """Empty of a case of an earlier system, as its playbook is."""

    version: str | None
    """`missed-appointment@3`."""

    well: bool

    @property
    def playbook(self) -> str | None:
        """The playbook of the version: `missed-appointment`."""
        return self.version.partition("@")[0] if self.version is not None else None


class Foretold(NamedTuple):
    """What was predicted of a case before it began, and what came of it."""

    value: float
    base: float
    """The share of all cases that had ended well until then."""

    well: bool


class CurvePoint(Frozen):
    """Cases of which about the same was predicted."""

    predicted: Share
    """On average."""

    observed: Share
    """How many of them ended well."""

    n: Count
    low: Share
    high: Share
    """With 95 % the truth lies between low and high (Wilson)."""


class PredictionQuality(Frozen):
    """How good predictions were: each made from those cases alone that had ended before."""

    n: Count
    """Cases that were predicted. The first 20 are only learnt from."""

    imported: Count
    """How many of them were of an earlier system."""

    enough: bool
    brier: float | None
    """The mean squared error: 0 is perfect. Empty when they are too few to say."""

    base_brier: float | None
    """The same of somebody who always says how many ended well until then."""

    skill: float | None
    """How much of that error is gone: 1 is perfect, below 0 is worse than saying nothing."""

    skill_low: float | None
    skill_high: float | None
    """With 95 % the skill lies between low and high."""

    log_loss: float | None
    ece: float | None
    """How far predicted and observed are apart, over the points of the curve."""

    ece_noise: float | None
    """How far they would be apart by chance alone, were every prediction right."""

    curve: tuple[CurvePoint, ...]
    """Up to ten points of equally many cases, 20 at least."""

    source: PredictionSource
    words: str
