"""How good predictions were, told honestly: each case is predicted from what was known before it.

A case is known from when it ended, and is predicted when it was opened: nothing of its future, and
nothing of its own end, is in what is said of it. Beside every error stands that of somebody who
always says how many cases had ended well until then.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import log, pi, sqrt

from domain.prediction import UNKNOWN, band, before, pooled
from domain.rate import ENOUGH, interval
from models.playbook import Prior
from models.prediction import (
    CurvePoint,
    EndedCase,
    Foretold,
    PredictionQuality,
    PredictionSource,
    Tally,
)

POINTS = 10
_Z = 1.959963984540054
_Key = tuple[object, ...]


def foretell(
    cases: Iterable[EndedCase], priors: Mapping[str, Prior]
) -> Iterator[tuple[EndedCase, Foretold]]:
    """Each case with what would have been predicted of it, in the order of their openings.

    Nothing is told before twenty cases have ended. `priors` are the guesses of the versions
    of playbooks that they went by. A case of which nobody knows when it was opened tells of others,
    and is not told itself: it could be told from cases that ended during its life.
    """
    over = sorted(cases, key=lambda one: one.ended_at)
    seen: defaultdict[_Key, Tally] = defaultdict(Tally)
    known = 0
    openings = [(one.opened_at, one) for one in over if one.opened_at is not None]
    for opened_at, case in sorted(openings, key=lambda one: one[0]):
        while known < len(over) and over[known].ended_at < opened_at:
            _count(seen, over[known])
            known += 1
        if known >= ENOUGH:
            yield case, _foretold(case, seen, priors)


def quality(told: Sequence[tuple[bool, Foretold]]) -> PredictionQuality:
    """How good they were; with each it is said whether its case is of an earlier system."""
    cases = [one for _, one in told]
    imported = sum(is_imported for is_imported, _ in told)
    if len(cases) < ENOUGH:
        return _too_few(len(cases), imported)
    brier, base = error([one.value for one in cases], cases), error([o.base for o in cases], cases)
    low, high = skill_interval(cases)
    points = curve(cases)
    return PredictionQuality(
        n=len(cases),
        imported=imported,
        enough=True,
        brier=round(brier, 4),
        base_brier=round(base, 4),
        skill=round(1 - brier / base, 4),
        skill_low=round(low, 4),
        skill_high=round(high, 4),
        log_loss=round(sum(_surprise(one) for one in cases) / len(cases), 4),
        ece=round(ece(points), 4),
        ece_noise=round(noise(points), 4),
        curve=points,
        source=PredictionSource.MEASURED,
        words=_words(len(cases), brier, base, low, high),
    )


def error(values: Sequence[float], cases: Sequence[Foretold]) -> float:
    """The Brier score of such values: their mean squared error."""
    pairs = zip(values, cases, strict=True)
    return sum((value - case.well) ** 2 for value, case in pairs) / len(cases)


def curve(cases: Sequence[Foretold]) -> tuple[CurvePoint, ...]:
    """Predicted beside observed, in points of equally many cases, twenty at least."""
    many = max(1, min(POINTS, len(cases) // ENOUGH))
    order = sorted(cases, key=lambda one: one.value)
    edges = [at * len(order) // many for at in range(many + 1)]
    parts = (order[low:high] for low, high in pairwise(edges))
    return tuple(_point(part) for part in parts if part)


def ece(points: Sequence[CurvePoint]) -> float:
    """The expected calibration error: how far predicted and observed are apart, on average."""
    total = sum(one.n for one in points)
    return sum(one.n * abs(one.predicted - one.observed) for one in points) / total


def noise(points: Sequence[CurvePoint]) -> float:
    """The same as chance alone would make it, were every prediction right."""
    total = sum(one.n for one in points)
    spread = ((one.n, one.predicted * (1 - one.predicted) / one.n) for one in points)
    return sum(n * sqrt(2 / pi * variance) for n, variance in spread) / total


def skill_interval(cases: Sequence[Foretold]) -> tuple[float, float]:
    """Between what the skill lies with 95 %, by the differences case by case. Of two at least."""
    gains = [(one.base - one.well) ** 2 - (one.value - one.well) ** 2 for one in cases]
    mean = sum(gains) / len(gains)
    spread = sum((gain - mean) ** 2 for gain in gains) / (len(gains) - 1)
    half = _Z * sqrt(spread / len(gains))
    base = error([one.base for one in cases], cases)
    return (mean - half) / base, (mean + half) / base


def _count(seen: defaultdict[_Key, Tally], case: EndedCase) -> None:
    for key in ((), *_keys(case)):
        n, times = seen[key]
        seen[key] = Tally(n + 1, times + case.well)


def _keys(case: EndedCase) -> tuple[_Key, _Key, _Key]:
    """The cases that are like it: of the type, by the playbook, and as pressing as well."""
    side = band(case.severity) if case.severity is not None else None
    return (case.type,), (case.type, case.playbook), (case.type, case.playbook, side)


def _foretold(case: EndedCase, seen: Mapping[_Key, Tally], priors: Mapping[str, Prior]) -> Foretold:
    of_type, by, in_band = (seen.get(key, Tally()) for key in _keys(case))
    if case.version is None:
        belief, _ = pooled(UNKNOWN, [], [of_type])
    else:
        belief, _ = pooled(before(priors.get(case.version)), [of_type], [by, in_band])
    every = seen[()]
    return Foretold(belief.mean, (every.times + 0.5) / (every.n + 1), case.well)


def _surprise(case: Foretold) -> float:
    return -log(case.value if case.well else 1 - case.value)


def _point(part: Sequence[Foretold]) -> CurvePoint:
    well = sum(one.well for one in part)
    low, high = interval(well, len(part))
    return CurvePoint(
        predicted=round(sum(one.value for one in part) / len(part), 4),
        observed=round(well / len(part), 4),
        n=len(part),
        low=round(low, 4),
        high=round(high, 4),
    )


def _words(n: int, brier: float, base: float, low: float, high: float) -> str:
    beside = f"a Brier score of {brier:.3f} beside {base:.3f}, over {n} cases"
    if low > 0:
        return f"Predictions were better than the average alone: {beside}."
    if high < 0:
        return f"Predictions were worse than the average alone: {beside}. Do not go by them."
    return f"Predictions were neither surely better nor surely worse than the average: {beside}."


def _too_few(n: int, imported: int) -> PredictionQuality:
    return PredictionQuality(
        n=n,
        imported=imported,
        enough=False,
        brier=None,
        base_brier=None,
        skill=None,
        skill_low=None,
        skill_high=None,
        log_loss=None,
        ece=None,
        ece_noise=None,
        curve=(),
        source=PredictionSource.PRIOR,
        words=f"Not enough cases yet to say how good predictions are: {n} could be predicted.",
    )
