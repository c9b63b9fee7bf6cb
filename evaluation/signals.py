"""`make eval`, signal words: precision and recall of the alerts they raise, beside three words.

First on sentences made up for this, by those who wrote the lists: on those that the lists were
mended by it can only be good; on those written afterwards it shows more. Then on labelled texts
that nobody here wrote, the part that no list was made from.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from activities.adapters.signal_files import load_lexicons
from domain.lexicon import Lexicon
from domain.mentions import first_mentioned, words
from domain.signal_words import ENGLISH, find
from evaluation.corpora import Labelled, cancelling, leaving
from models.signal import About, SignalKind

SENTENCES = Path(__file__).parent / "signal_sentences.csv"
SPEC_WORDS = ("cancel", "competitor", "lawyer")
CALLED_OFF = frozenset({About.CUSTOMER_LEAVES, About.APPOINTMENT, About.ONE_THING})


def names_three_in_any_form(text: str) -> bool:
    """Whether a word begins with one of the three, denied or not."""
    return any(word.startswith(SPEC_WORDS) for word in words(text))


def names_three(text: str) -> bool:
    """Whether a text mentions one of the three words of the specification, and does not deny it."""
    return first_mentioned(SPEC_WORDS, words(text)) is not None


class Sentence(NamedTuple):
    """A sentence, which sort it is, and the kinds whose alert it should raise."""

    part: str
    """`tuned` when the lists were mended by it, `known` when it is known to go wrong, `unseen` when
    it was written after the lists, `later` when it was written between their first and their second
    version. By neither of these was a list ever mended."""

    slice: str
    alerts: frozenset[SignalKind]
    text: str


def sentences() -> list[Sentence]:
    """Every sentence of the file."""
    with SENTENCES.open(newline="", encoding="utf-8") as file:
        return [
            Sentence(
                row["part"],
                row["slice"],
                frozenset(SignalKind(kind) for kind in row["alerts"].split("|") if kind),
                row["text"],
            )
            for row in csv.DictReader(file)
        ]


def alerts(text: str, lexicon: Lexicon) -> frozenset[SignalKind]:
    """The kinds of the signal words that count in a text."""
    return frozenset(one.kind for one in find(text, lexicon) if one.counts)


def calls_off(text: str, lexicon: Lexicon) -> bool:
    """Whether the writer ends something, be it an order or an appointment, or leaves."""
    ending = (SignalKind.CANCEL, SignalKind.LEAVING)
    return any(one.about in CALLED_OFF for one in find(text, lexicon) if one.kind in ending)


def leaves(text: str, lexicon: Lexicon) -> bool:
    """Whether an alert is raised that the writer leaves."""
    return any(one.counts and one.about is About.CUSTOMER_LEAVES for one in find(text, lexicon))


def tell(folder: Path) -> None:
    """Print every figure."""
    [english] = [one for one in load_lexicons() if one.language == ENGLISH]
    for name, texts, told in (
        (
            "Signal words: raises an alert, sentences the lists were mended by",
            made("tuned", "known"),
            alerts,
        ),
        ("Signal words: raises an alert, sentences written after them", made("unseen"), alerts),
        ("Signal words: raises an alert, later sentences", made("later"), alerts),
        ("Signal words: wants to end something", cancelling(folder, held_out=True), calls_off),
        ("Signal words: leaves", leaving(folder, held_out=True), leaves),
    ):
        ours = [bool(told(one.text, english)) for one in texts]
        _table(name, texts, ours)


def made(*parts: str) -> list[Labelled]:
    """The sentences of these parts: 1 where an alert should be raised, else 0; by their sort."""
    return [
        Labelled(one.text, float(bool(one.alerts)), one.slice)
        for one in sentences()
        if one.part in parts
    ]


def _table(name: str, texts: Sequence[Labelled], ours: Sequence[bool]) -> None:
    print(f"\n{name} ({len(texts):,} texts): precision / recall, false alarms")
    print(
        f"{'':26} {'n':>6} {'yes':>6} {'signal words':>18} {'three words':>18} {'in any form':>18}"
    )
    three = [names_three(one.text) for one in texts]
    forms = [names_three_in_any_form(one.text) for one in texts]
    for origin in [*dict.fromkeys(one.origin for one in texts), "all"]:
        here = [n for n, one in enumerate(texts) if origin in (one.origin, "all")]
        true = [texts[n].label == 1 for n in here]
        found = " ".join(
            f"{_both(true, [told[n] for n in here]):>18}" for told in (ours, three, forms)
        )
        print(f"{origin:26} {len(here):6} {sum(true):6} {found}")


def _both(true: Sequence[bool], told: Sequence[bool]) -> str:
    """`0.95 / 0.80, 3`; a dash where there is nothing to divide by."""
    hits = sum(yes and said for yes, said in zip(true, told, strict=True))
    return f"{_share(hits, sum(told))} / {_share(hits, sum(true))}, {sum(told) - hits}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "-"
