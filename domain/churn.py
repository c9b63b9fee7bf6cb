"""How much a message speaks for its writer leaving: a guess by weights, until outcomes are known.

The rule. Each sign takes away a part of the chance that they stay, independently of the others;
what is taken is the risk. The weights are guesses (priors), not measurements. What somebody
threatens with, the signal words tell (`signals/`): a word that does not count is no sign.

The awkward case: "please do not cancel" sounds to a model of meaning like "please cancel". Where
every word of ending is denied, whatever the model heard is held down to `DENIED`.
"""

from collections.abc import Iterable

from models.frozen import Frozen
from models.signal import About, Signal, SignalKind

CANCELLING = 0.55
"""Somebody surely wants to end something. It may be an order or an appointment."""

LEAVING = 0.6
"""Somebody says, and does not deny, that they leave or go to a competitor."""

LAW = 0.3
ANGER = 0.35
"""As bad a mood as can be."""

DENIED = 0.1
"""How sure anybody can be at most that somebody ends what they say that they do not end."""

_ENDING = frozenset({SignalKind.CANCEL, SignalKind.LEAVING})


class Threat(Frozen):
    """What somebody says that they may do."""

    leaving: bool
    """They leave, or go to a competitor."""

    law: bool
    """They go to the law, to an authority, or have their bank take the money back."""

    denied: bool
    """They speak of ending something, and deny it each time."""


def threat_of(signals: Iterable[Signal]) -> Threat:
    """What the signal words of a text threaten with."""
    found = tuple(signals)
    counted = [one for one in found if one.counts]
    ending = [one for one in found if one.kind in _ENDING]
    return Threat(
        leaving=any(one.about is About.CUSTOMER_LEAVES for one in counted),
        law=any(one.about in (About.LEGAL, About.MONEY) for one in counted),
        denied=bool(ending) and all(one.about is About.NEGATED for one in ending),
    )


def churn_risk(*, cancelling: float, leaving: bool, law: bool, score: float) -> float:
    """0 to 1. `cancelling` is a probability, `score` the sentiment from -1 to 1."""
    stays = 1.0 - CANCELLING * cancelling
    stays *= 1.0 - (LEAVING if leaving else 0.0)
    stays *= 1.0 - (LAW if law else 0.0)
    stays *= 1.0 - ANGER * max(0.0, -score)
    return round(1.0 - stays, 4)
