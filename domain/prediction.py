"""How likely a case ends well, from cases like it that are over. Few cases say little.

The rule. What was believed before weighs as much as ten cases, never more. It is moved by the cases
of the type, those by those of the action, and these by those of the same severity: at each stage
what is known of the wider cases weighs as much as ten of the narrower ones (beta-binomial with
partial pooling). What is told is of the narrowest cases that are twenty at least; where none are,
of the widest that have the action, and it is said that they are too few.

How many customers left is counted in the same way, with no belief before. It is another number than
the risk that a customer's words tell (domain/churn.py): how both go together nobody has measured,
so people are told both, each with how many cases it was counted from.
"""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from domain.beta import quantile
from domain.rate import ENOUGH
from models.escalation import EscalationType
from models.playbook import Prior
from models.prediction import (
    Estimate,
    Outlook,
    PredictedCsat,
    Prediction,
    PredictionSource,
    Segment,
    Tallies,
    Tally,
)
from models.severity import Severity

STRENGTH = 10.0
"""What is known of wider cases weighs as much as so many."""

SURE = 0.99
"""Nothing is believed more surely before it was measured."""

_SIDE = 0.10
"""So much lies below the interval of 80 %, and so much above it."""

_SIDE_Z = 1.2815515655446004
"""The same, of a normal distribution."""

_PRESSING = (Severity.CRITICAL, Severity.HIGH)
_CALM = (Severity.MEDIUM, Severity.LOW)


class Belief(NamedTuple):
    """How likely each rate is: Beta(a, b)."""

    a: float
    b: float

    @property
    def mean(self) -> float:
        """The rate that is expected."""
        return self.a / (self.a + self.b)


UNKNOWN = Belief(0.5, 0.5)
"""Anything may be (Jeffreys)."""


def band(severity: Severity) -> tuple[Severity, ...]:
    """The severities that are alike: pressing ones or calm ones."""
    return _PRESSING if severity in _PRESSING else _CALM


def before(prior: Prior | None) -> Belief:
    """What is believed before anything was measured: 87 % of whatever is Beta(8.7, 1.3)."""
    if prior is None:
        return UNKNOWN
    share = max(1 - SURE, min(SURE, prior.successes / prior.trials))
    strength = min(STRENGTH, prior.trials)
    return Belief(share * strength, (1 - share) * strength)


def after(belief: Belief, seen: Tally) -> Belief:
    """What is believed of narrower cases, of which so many were seen."""
    strength = min(STRENGTH, belief.a + belief.b)
    share = belief.mean
    return Belief(share * strength + seen.times, (1 - share) * strength + seen.n - seen.times)


def pooled(belief: Belief, wider: Sequence[Tally], narrower: Sequence[Tally]) -> tuple[Belief, int]:
    """What is believed of the narrowest cases that are enough, and which those are.

    `narrower` are those that may be told, the widest first; `wider` only move what is believed.
    """
    told = max((at for at, one in enumerate(narrower) if one.n >= ENOUGH), default=0)
    for tally in (*wider, *narrower[: told + 1]):
        belief = after(belief, tally)
    return belief, told


def success(
    prior: Prior | None,
    tallies: Tallies,
    type_: EscalationType,
    severity: Severity,
    action: str | None = None,
) -> Prediction:
    """How likely a case ends well: mended, never reopened, and the customer stays.

    `prior` is the guess of the playbook; without an action it is of cases like it by any playbook.
    """
    if action is None:
        wider, narrower = [], [tallies.well, tallies.well_in_band]
    else:
        wider, narrower = [tallies.well], [tallies.by_action, tallies.by_action_in_band]
    belief, told = pooled(before(prior), wider, narrower)
    segment = _segment(type_, severity, told, action)
    return _told(belief, narrower[told], segment, "ended well")


def loss(tallies: Tallies, type_: EscalationType, severity: Severity) -> Prediction:
    """How likely the customer leaves, by how many left in cases like it."""
    narrower = [tallies.lost, tallies.lost_in_band]
    belief, told = pooled(UNKNOWN, [], narrower)
    return _told(belief, narrower[told], _segment(type_, severity, told, None), "lost the customer")


def csat(alike: Sequence[int], all_: Sequence[int]) -> PredictedCsat:
    """The satisfaction that is expected. How often each score, 1 to 5, was given is told of both.

    The same pooling: all cases weigh as much as ten of those that are alike, and a single customer
    who gives every score alike weighs one of all. Raises ValueError unless five counts are given.
    """
    if len(alike) != _SCORES or len(all_) != _SCORES:
        raise ValueError("there are five scores")
    n = sum(alike)
    if n < ENOUGH:
        words = f"Not enough scores yet: {n} of cases like this one."
        return PredictedCsat(
            value=None, low=None, high=None, n=n, source=_source(n), enough=False, words=words
        )
    heard = sum(all_) + 1
    weights = [
        one + STRENGTH * (other + 1 / _SCORES) / heard
        for one, other in zip(alike, all_, strict=True)
    ]
    total = sum(weights)
    mean = sum(score * weight for score, weight in enumerate(weights, 1)) / total
    spread = sum((score - mean) ** 2 * weight for score, weight in enumerate(weights, 1)) / total
    half = _SIDE_Z * sqrt(spread / (total + 1))
    return PredictedCsat(
        value=round(mean, 4),
        low=round(max(1.0, mean - half), 4),
        high=round(min(float(_SCORES), mean + half), 4),
        n=n,
        source=_source(n),
        enough=True,
        words=f"Customers of {n} cases like this one gave {_mean(alike):.1f} of 5 on average.",
    )


_SCORES = 5


def outlook(by_words: float | None, left: Prediction, content: PredictedCsat) -> Outlook:
    """What people are told may become of a case. `by_words` is the risk by the customer's words."""
    return Outlook(churn_risk=_guessed(by_words), loss=_counted(left), csat=_counted(content))


def _guessed(risk: float | None) -> Estimate:
    words = "By the customer's words alone: a guess, no cases were counted for it."
    return Estimate(
        value=risk,
        low=None,
        high=None,
        n=0,
        source=PredictionSource.MODEL,
        enough=False,
        words=words if risk is not None else "Nobody has read words of the customer yet.",
    )


def _counted(told: Prediction | PredictedCsat) -> Estimate:
    """No number while the cases are too few: a guess would look like a measurement."""
    given = told.model_dump(include=set(Estimate.model_fields))
    if not told.enough:
        given |= {"value": None, "low": None, "high": None}
    if isinstance(told, Prediction):
        given["words"] = said_of(told)
    return Estimate.model_validate(given)


def said_of(told: Prediction) -> str:
    """How a prediction was counted; where no number is shown for it, why there is none."""
    return told.words if told.enough else _too_few(told.n)


def _mean(counts: Sequence[int]) -> float:
    return sum(score * many for score, many in enumerate(counts, 1)) / sum(counts)


def _segment(type_: EscalationType, severity: Severity, told: int, action: str | None) -> Segment:
    severities = band(severity) if told else (*_PRESSING, *_CALM)
    return Segment(type=type_, severities=severities, action=action)


def _told(belief: Belief, seen: Tally, segment: Segment, what: str) -> Prediction:
    """The interval is told around the value, which a lopsided one may not hold by itself."""
    value = belief.mean
    low, high = quantile(_SIDE, *belief), quantile(1 - _SIDE, *belief)
    return Prediction(
        value=round(value, 4),
        low=round(min(low, value), 4),
        high=round(max(high, value), 4),
        n=seen.n,
        source=_source(seen.n),
        enough=seen.n >= ENOUGH,
        words=_words(seen, what),
        segment=segment,
    )


def _source(n: int) -> PredictionSource:
    return PredictionSource.MEASURED if n else PredictionSource.PRIOR


def _words(seen: Tally, what: str) -> str:
    if seen.n == 0:
        return "No case like this one is over yet: this is a guess."
    if seen.n < ENOUGH:
        return _too_few(seen.n)
    return f"Of {seen.n} cases like this one, {seen.times} {what}."


def _too_few(n: int) -> str:
    return f"Not enough cases yet: {n} like this one."
