"""Labelled texts that nobody here wrote, and which part of each is never learnt from.

The files lie outside of the project; their README names sources and licences. A part of each is
held out: by product (reviews), by fold (NLU++), by their own split (comments), by a hash of the id
(tweets, customers), and where nothing groups them by a hash of the text (UCI, CLINC, Bitext,
BANKING77). Of those last a text with the same words as one that is learnt from is on neither side.
"""

import csv
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

Row = dict[str, str]

HELD_OUT = 5
"""Every so manieth group of a file is held out."""


@dataclass(frozen=True)
class Labelled:
    """A text with what people said of it."""

    text: str
    label: float
    origin: str


def rows(folder: Path, name: str) -> Iterator[Row]:
    """The rows of a file. Raises FileNotFoundError."""
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def is_held_out(group: str) -> bool:
    """Whether a group of rows is only for measuring."""
    return hashlib.sha256(group.encode()).digest()[0] % HELD_OUT == 0


def sided(found: Iterable[Row], *, held_out: bool) -> Iterator[Row]:
    """Rows of one side, by a hash of each text.

    Templates write one text in many ways: what would be held out and has just the words of a text
    that is learnt from, in whatever order and spelling, measures nothing and is left out.
    """
    parts: tuple[list[Row], list[Row]] = ([], [])
    for row in found:
        parts[is_held_out(row["text"])].append(row)
    learnt, measured = parts
    known = {words_of(row["text"]) for row in learnt}
    if held_out:
        return (row for row in measured if words_of(row["text"]) not in known)
    return iter(learnt)


def words_of(text: str) -> frozenset[str]:
    """The different words of a text, without capitals and signs."""
    return frozenset(re.findall(r"[a-z0-9]+", text.lower()))


def valence(folder: Path, *, held_out: bool) -> list[Labelled]:
    """Scores of -1 to 1: tweets by id, reviews by product."""
    tweets = _scored(folder, "valence_tweets", lambda row: row["id"], held_out)
    reviews = _scored(folder, "valence_reviews", lambda row: row["id"].partition("_")[0], held_out)
    return [*tweets, *reviews]


def _scored(
    folder: Path, name: str, group: Callable[[Row], str], held_out: bool
) -> Iterator[Labelled]:
    for row in rows(folder, name):
        if is_held_out(group(row)) == held_out:
            yield Labelled(row["text"], float(row["valence"]), name)


POLARITY = {"negative": 0.0, "neutral": 1.0, "positive": 2.0}
SLIGHT = 0.1
"""A valence nearer to zero than this is neither."""


def polarity(folder: Path, *, held_out: bool) -> list[Labelled]:
    """Negative, neutral or positive: comments by their own split, reviews, and scored texts."""
    name = "goemotions_dev2k" if held_out else "goemotions_train12k"
    comments = [
        Labelled(row["text"], POLARITY[row["label"]], name)
        for row in rows(folder, name)
        if row["label"] in POLARITY
    ]
    reviews = [
        Labelled(row["text"], 2.0 * float(row["positive"]), "uci_amazon_sentences")
        for row in sided(rows(folder, "uci_amazon_sentences"), held_out=held_out)
    ]
    scored = [
        Labelled(one.text, 1.0 + (one.label > SLIGHT) - (one.label < -SLIGHT), one.origin)
        for one in valence(folder, held_out=held_out)
    ]
    return [*comments, *reviews, *scored]


_LEAVING = {"cancel_order", "delete_account"}


def cancelling(folder: Path, *, held_out: bool) -> list[Labelled]:
    """Whether somebody wants to end, close, block or take back something: 1 or 0."""
    spoken = [
        Labelled(row["text"], float(row["cancel"]), "nlupp_cancel")
        for row in rows(folder, "nlupp_cancel")
        if (row["fold"] in {"8", "9"}) == held_out
    ]
    assistant = [
        Labelled(row["text"], float(row["cancel"]), "clinc150_val")
        for row in sided(rows(folder, "clinc150_val"), held_out=held_out)
    ]
    written = [
        Labelled(row["text"], float(row["intent"] in _LEAVING), "bitext_customer_service")
        for row in sided(rows(folder, "bitext_customer_service"), held_out=held_out)
    ]
    return [*spoken, *assistant, *written]


STAYING = {
    "appointment", "booking", "card", "debit", "direct_debit", "lost_stolen", "overdraft",
    "restaurant", "spa", "standing_order", "transfer_payment_deposit",
}  # fmt: skip
"""What else the `cancel` column of NLU++ means: blocking a card, calling off a meeting."""


def leaving(folder: Path, *, held_out: bool) -> list[Labelled]:
    """Whether somebody wants to end all they have with a company, and not an order: 1 or 0."""
    spoken = [
        Labelled(
            row["text"],
            float(row["cancel"] == "1" and not STAYING & set(row["intents"].split("|"))),
            "nlupp_cancel",
        )
        for row in rows(folder, "nlupp_cancel")
        if (row["fold"] in {"8", "9"}) == held_out
    ]
    written = [
        Labelled(row["text"], float(row["intent"] == intent), name)
        for name, intent in (
            ("bitext_customer_service", "delete_account"),
            ("banking77_train", "terminate_account"),
        )
        for row in sided(rows(folder, name), held_out=held_out)
    ]
    return [*spoken, *written]


@dataclass(frozen=True)
class Question:
    """What somebody wrote, with what it is about: the same thing is a similar case."""

    text: str
    intent: str
    kind: str
    """The type of case that it would be."""

    origin: str


_KINDS = {
    "CANCELLATION_FEE": "cancel_threat",
    "INVOICE": "billing_dispute",
    "PAYMENT": "billing_dispute",
    "REFUND": "billing_dispute",
    "DELIVERY": "service_quality",
    "ORDER": "service_quality",
    "SHIPPING_ADDRESS": "service_quality",
}


def questions(folder: Path, *, held_out: bool) -> list[Question]:
    """Questions of people to banks and shops. All of banks are of one type: its filter helps least.

    Bitext's are made from templates, and easy.
    """
    banks = [
        Question(row["text"], row["intent"], "billing_dispute", "banking77_train")
        for row in sided(rows(folder, "banking77_train"), held_out=held_out)
    ]
    shops = [
        Question(
            row["text"],
            row["intent"],
            _KINDS.get(row["category"], "other"),
            "bitext_customer_service",
        )
        for row in sided(rows(folder, "bitext_customer_service"), held_out=held_out)
    ]
    return [*banks, *shops]


def off_topic(folder: Path) -> list[str]:
    """Questions about anything in the world, of which no past case is a similar one."""
    return [row["text"] for row in rows(folder, "nfcats_questions")]
