"""`make eval`, outcomes: how good predictions are on real complaints and their real ends.

Each row is a complaint to a company, what the company did, and whether the customer disputed it.
The later half, by date, is predicted from the earlier one; then all of it, case after case.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from domain.calibration import curve, ece, error, noise, skill_interval
from domain.prediction import after, before
from domain.rate import ENOUGH
from evaluation.corpora import rows
from models.playbook import Prior
from models.prediction import Foretold, Tally

GUESS = Prior(successes=8.7, trials=10, source="specification, not measured")
_FEW = 20
_KNOWN = ("product", "channel", "timely")
_HELD_BACK = 0.1
"""How strongly the regression is held back (C). Chosen on later complaints, not on these."""


class Complaint(NamedTuple):
    """What a company did about a complaint, and whether the customer left it at that."""

    on: date
    action: str
    well: bool
    known: tuple[tuple[str, str], ...] = ()
    """What else was known when the company answered: product, channel, in time or not."""


class Seen:
    """Complaints that have ended, counted."""

    def __init__(self, complaints: Sequence[Complaint] = ()) -> None:
        self.every = Tally()
        self.by_action: defaultdict[str, Tally] = defaultdict(Tally)
        for one in complaints:
            self.add(one)

    def add(self, one: Complaint) -> None:
        """Count one more."""
        self.every = _more(self.every, one.well)
        self.by_action[one.action] = _more(self.by_action[one.action], one.well)


def _more(tally: Tally, well: bool) -> Tally:
    return Tally(tally.n + 1, tally.times + well)


Way = Callable[[Seen, Complaint], float]


def base(seen: Seen, _: Complaint) -> float:
    """How many ended well until then."""
    return (seen.every.times + 0.5) / (seen.every.n + 1)


def guess(_seen: Seen, _: Complaint) -> float:
    """What the specification says, whatever happens."""
    return GUESS.successes / GUESS.trials


def ours(seen: Seen, one: Complaint) -> float:
    """What Rightnow would predict."""
    return after(after(before(GUESS), seen.every), seen.by_action[one.action]).mean


def unpooled(seen: Seen, one: Complaint) -> float:
    """The rate of the action as it is; of an action that nobody has taken, that of all."""
    n, times = seen.by_action[one.action]
    return times / n if n else base(seen, one)


WAYS: dict[str, Way] = {
    "always the average": base,
    "always 87 %": guess,
    "rate of the action": unpooled,
    "beta-binomial": ours,
}


def complaints(folder: Path) -> list[Complaint]:
    """All of them, the oldest first."""
    found = (
        Complaint(
            date.fromisoformat(row["date"]),
            row["action_outcome"],
            row["disputed"] == "0",
            tuple((name, row[name]) for name in _KNOWN),
        )
        for row in rows(folder, "cfpb_outcomes_early")
    )
    return sorted(found, key=lambda one: one.on)


def parted(cases: Sequence[Complaint]) -> tuple[list[Complaint], list[Complaint]]:
    """The earlier half and the later one. No day is in both."""
    day = cases[len(cases) // 2].on
    return [one for one in cases if one.on < day], [one for one in cases if one.on >= day]


def held_out(way: Way, known: Sequence[Complaint], asked: Sequence[Complaint]) -> list[Foretold]:
    """Every complaint asked about, predicted from those that are known."""
    seen = Seen(known)
    return [Foretold(way(seen, one), base(seen, one), one.well) for one in asked]


def regression(known: Sequence[Complaint], asked: Sequence[Complaint]) -> list[Foretold]:
    """The same by a logistic regression, of the action and what else was known."""
    places = DictVectorizer()
    table = places.fit_transform([_features(one) for one in known])
    model = LogisticRegression(C=_HELD_BACK, max_iter=2_000)
    model.fit(table, [one.well for one in known])
    at = list(model.classes_).index(True)
    values = model.predict_proba(places.transform([_features(one) for one in asked]))[:, at]
    average = base(Seen(known), asked[0])
    return [
        Foretold(float(value), average, one.well) for value, one in zip(values, asked, strict=True)
    ]


def _features(one: Complaint) -> dict[str, str]:
    return {"action": one.action, **dict(one.known)}


def beside(told: Sequence[Foretold], other: Sequence[Foretold]) -> tuple[float, float]:
    """Between what the skill of one lies with 95 %, when the other is what it is measured by."""
    pairs = zip(told, other, strict=True)
    return skill_interval([one._replace(base=another.value) for one, another in pairs])


def rolling(way: Way, cases: Sequence[Complaint]) -> list[Foretold]:
    """Every complaint, predicted from those of the days before; the first twenty are not."""
    seen, waiting = Seen(), list[Complaint]()
    told = []
    for one in cases:
        if waiting and waiting[0].on < one.on:
            for other in waiting:
                seen.add(other)
            waiting.clear()
        if seen.every.n >= ENOUGH:
            told.append(Foretold(way(seen, one), base(seen, one), one.well))
        waiting.append(one)
    return told


def outcomes(folder: Path) -> None:
    """Print every figure."""
    cases = complaints(folder)
    known, asked = parted(cases)
    print(
        f"\nOutcomes: was the customer content with what was done? {len(asked):,} complaints since"
        f" {asked[0].on}, told from {len(known):,} before; Brier score and calibration error"
    )
    heads = f"{'Brier':>7} {'skill':>7} {'ECE':>6} {'chance':>7}"
    print(f"{'':20} {heads} {'skill, 95 %':>18} {f'Brier, from {_FEW}':>15}")
    few = known[-_FEW:]
    for name, way in WAYS.items():
        brier = _brier(held_out(way, few, asked))
        tell(name, held_out(way, known, asked), f" {brier:15.4f}")
    _regressed(known, asked)
    every = len(rolling(base, cases))
    print(f"The same, each of {every:,} from those of the days before it alone")
    for name, way in WAYS.items():
        tell(name, rolling(way, cases))


def _regressed(known: Sequence[Complaint], asked: Sequence[Complaint]) -> None:
    """The regression, and whether any difference is sure."""
    learnt, pooled = regression(known, asked), held_out(ours, known, asked)
    tell("logistic regression", learnt, f" {_brier(regression(known[-_FEW:], asked)):15.4f}")
    for name, told, other in (
        ("beta-binomial beside 87 %", pooled, held_out(guess, known, asked)),
        ("regression beside beta-binomial", learnt, pooled),
    ):
        low, high = beside(told, other)
        print(f"{name}: skill {low:.4f} to {high:.4f} with 95 %")


def tell(name: str, told: Sequence[Foretold], more: str = "", width: int = 20) -> None:
    """Print how good such predictions were, in one line."""
    brier, average = _brier(told), error([one.base for one in told], told)
    points, (low, high) = curve(told), skill_interval(told)
    print(
        f"{name:{width}} {brier:7.4f} {1 - brier / average:7.4f} {ece(points):6.3f}"
        f" {noise(points):7.3f} {f'{low:.4f} to {high:.4f}':>18}{more}"
    )


def _brier(told: Sequence[Foretold]) -> float:
    return error([one.value for one in told], told)
