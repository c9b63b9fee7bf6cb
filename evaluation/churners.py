"""`make eval`, churn: is a regression better than counts where much is known of each customer?

Each row is a customer of a telephone company with what was known of them, and whether they left.
The customers held out, by a hash of their id, are predicted from so many of the others.
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from domain.prediction import UNKNOWN, after
from evaluation.corpora import is_held_out, rows
from evaluation.outcomes import beside, tell
from models.prediction import Foretold, Tally

LEARNT_FROM = (20, 50, 200, 1_000)
_HELD_BACK = 0.1
"""How strongly the regression is held back (C), as with the complaints."""

_NUMBERS = ("tenure", "MonthlyCharges", "TotalCharges", "SeniorCitizen")
_LEFT_OUT = ("customerID", "Churn", *_NUMBERS)


class Customer(NamedTuple):
    """What was known of somebody, and whether they left."""

    id: str
    left: bool
    contract: str
    line: str
    known: dict[str, str | float]


def customers(folder: Path) -> list[Customer]:
    """All of them."""
    found = []
    for row in rows(folder, "telco_churn_half"):
        known: dict[str, str | float] = {
            name: value for name, value in row.items() if name not in _LEFT_OUT
        }
        known |= {name: float(row[name].strip() or 0) for name in _NUMBERS}
        left, line = row["Churn"] == "Yes", row["InternetService"]
        found.append(Customer(row["customerID"], left, row["Contract"], line, known))
    return found


def counted(known: Sequence[Customer], asked: Sequence[Customer]) -> list[float]:
    """As Rightnow counts: all, those of the contract, and those of the same line as well."""
    seen: defaultdict[tuple[str, ...], Tally] = defaultdict(Tally)
    for one in known:
        for key in _keys(one):
            n, times = seen[key]
            seen[key] = Tally(n + 1, times + one.left)
    told = []
    for one in asked:
        belief = UNKNOWN
        for key in _keys(one):
            belief = after(belief, seen[key])
        told.append(belief.mean)
    return told


def _keys(one: Customer) -> tuple[tuple[str, ...], ...]:
    return (), (one.contract,), (one.contract, one.line)


def regression(known: Sequence[Customer], asked: Sequence[Customer]) -> list[float]:
    """By a logistic regression of everything that is known."""
    places = DictVectorizer(sparse=False)
    table = places.fit_transform([one.known for one in known])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=_HELD_BACK, max_iter=2_000))
    model.fit(table, np.array([one.left for one in known]))
    told = model.predict_proba(places.transform([one.known for one in asked]))
    return [float(value) for value in told[:, list(model.classes_).index(True)]]


def churn(folder: Path) -> None:
    """Print every figure."""
    everybody = customers(folder)
    asked = [one for one in everybody if is_held_out(one.id)]
    others = sorted((one for one in everybody if not is_held_out(one.id)), key=lambda one: one.id)
    print(
        f"\nChurn: did the customer leave? {len(asked):,} customers held out by a hash of their id;"
        " Brier score and calibration error"
    )
    print(f"{'':34} {'Brier':>7} {'skill':>7} {'ECE':>6} {'chance':>7} {'skill, 95 %':>18}")
    for many in (*LEARNT_FROM, len(others)):
        _compared(others[:many], asked)


def _compared(known: Sequence[Customer], asked: Sequence[Customer]) -> None:
    average = (sum(one.left for one in known) + 0.5) / (len(known) + 1)
    ways = {
        "always the average": [average] * len(asked),
        "beta-binomial": counted(known, asked),
        "logistic regression": regression(known, asked),
    }
    told = {
        name: [Foretold(value, average, one.left) for value, one in zip(values, asked, strict=True)]
        for name, values in ways.items()
    }
    for name, cases in told.items():
        tell(f"from {len(known):5,}: {name}", cases, width=34)
    low, high = beside(told["logistic regression"], told["beta-binomial"])
    print(f"  regression beside beta-binomial: skill {low:.4f} to {high:.4f} with 95 %")
