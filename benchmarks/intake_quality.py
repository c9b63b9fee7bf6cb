"""How good the first guess of `domain.intake` is on customers' words that nobody here wrote.

The rules were worked out on the even rows of each file; the odd rows are measured, unless `--half`
says otherwise. Run `python -m benchmarks.intake_quality --data DIR`.
"""

import argparse
import csv
import sys
from collections import Counter
from pathlib import Path

from domain.intake import Guess, guess
from evaluation.corpora import STAYING
from models.escalation import EscalationType as Type
from models.severity import Severity

DEFAULT = Path("../shared/data")
SUPPORT = "bitext_customer_service.csv"
CANCEL = "nlupp_cancel.csv"
BACKGROUND = "banking77_train.csv"

INTENTS = {
    "delete_account": Type.CANCEL_THREAT,
    "get_refund": Type.BILLING_DISPUTE,
    "payment_issue": Type.BILLING_DISPUTE,
    "track_refund": Type.BILLING_DISPUTE,
    "complaint": Type.SERVICE_QUALITY,
}
"""What a person would file an intent under; every other intent is `other`."""

LEFT_OUT = {"review", "check_cancellation_fee"}
"""Praise and blame in one intent; and a question that people file differently."""

Row = dict[str, str]


def rows(file: Path, half: str) -> list[Row]:
    """The rows of one half: `even` (worked on), `odd` (held out) or `all`."""
    with file.open(encoding="utf-8", newline="") as lines:
        every = list(csv.DictReader(lines))
    return {"even": every[::2], "odd": every[1::2], "all": every}[half]


def line(name: str, pairs: list[tuple[bool, bool]]) -> str:
    """One line of the table, of (true, guessed) pairs."""
    hits = sum(true and guessed for true, guessed in pairs)
    true_count, guessed_count = sum(t for t, _ in pairs), sum(g for _, g in pairs)
    precision = f"{hits / guessed_count:9.3f}" if guessed_count else "        -"
    recall = f"{hits / true_count:7.3f}" if true_count else "      -"
    return f"{name:<44}{len(pairs):>6}{true_count:>6}{guessed_count:>8}{precision}{recall}"


def support(file: Path, half: str) -> None:
    """Types against the intents of Bitext, and what each intent was taken for."""
    found = [(row, guess("", row["text"])) for row in rows(file, half)]
    kept = [(row, each) for row, each in found if row["intent"] not in LEFT_OUT]
    for kind in Type:
        pairs = [
            (INTENTS.get(row["intent"], Type.OTHER) is kind, each.type is kind)
            for row, each in kept
        ]
        if any(map(any, pairs)):
            print(line(f"bitext: {kind}", pairs))
    print("\nBitext, what each intent was taken for:")
    for intent in sorted({row["intent"] for row, _ in found}):
        taken = Counter(str(each.type) for row, each in found if row["intent"] == intent)
        print(f"  {intent:<26}" + ", ".join(f"{name} {n}" for name, n in taken.most_common()))
    severities("bitext", [each for _, each in found])


def cancel(file: Path, half: str) -> None:
    """Cancel threats against NLU++, as it is labelled and without what is not leaving."""
    found = [(row, guess("", row["text"])) for row in rows(file, half)]
    threat = [(row, each.type is Type.CANCEL_THREAT) for row, each in found]
    print(line("nlu++: cancel column, by type", [(row["cancel"] == "1", g) for row, g in threat]))
    leaving = [
        (row["cancel"] == "1" and not STAYING & set(row["intents"].split("|")), g)
        for row, g in threat
    ]
    print(line("nlu++: cancel, and something to leave", leaving))


def background(file: Path, half: str) -> None:
    """Cancel threats among plain bank questions, of which few want to leave."""
    found = [(row, guess("", row["text"])) for row in rows(file, half)]
    pairs = [
        (row["intent"] == "terminate_account", each.type is Type.CANCEL_THREAT)
        for row, each in found
    ]
    print("\n" + line("banking77: terminate_account, by type", pairs))
    severities("banking77", [each for _, each in found])


def severities(name: str, guesses: list[Guess]) -> None:
    """How many of each severity: most plain questions should be neither critical nor high."""
    counts = Counter(each.severity for each in guesses)
    shares = ", ".join(f"{s} {counts[s] / max(1, len(guesses)):.1%}" for s in Severity)
    print(f"\n{name}, severity of {len(guesses)}: {shares}")


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT, help=f"default: {DEFAULT}")
    parser.add_argument("--half", choices=("odd", "even", "all"), default="odd")
    asked = parser.parse_args()
    missing = [name for name in (SUPPORT, CANCEL) if not (asked.data / name).is_file()]
    if missing:
        print(f"Not measured: {asked.data} has no {' and no '.join(missing)}. Give --data DIR.")
        return 1
    print(
        f"{asked.half} rows{'':<35}{'n':>6}{'true':>6}{'guessed':>8}{'precision':>9}{'recall':>7}"
    )
    cancel(asked.data / CANCEL, asked.half)
    support(asked.data / SUPPORT, asked.half)
    if (asked.data / BACKGROUND).is_file():
        background(asked.data / BACKGROUND, asked.half)
    return 0


if __name__ == "__main__":
    sys.exit(main())
