"""A language's signal words, ready to be looked for: by the first word of each phrase.

Nothing is made a regular expression. A phrase is tried only where its first word stands, over at
most eight words and two gaps of four: the time is linear in the text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from domain.folding import form
from models.lexicon import EITHER, GAP, LexiconFile
from models.signal import About, SignalKind

GAP_WORDS = 4
"""Words that `...` lets pass at most."""

Part = frozenset[str] | None
"""The forms that a word of a phrase may have; None is a gap."""

Tag = TypeVar("Tag")


@dataclass(frozen=True, slots=True)
class Phrase(Generic[Tag]):
    """A phrase, and what is known of it."""

    parts: tuple[Part, ...]
    tag: Tag
    stops: frozenset[str] = frozenset()
    """Words that its gaps never pass."""


Index = Mapping[str, tuple[Phrase[Tag], ...]]
"""Phrases by the forms of their first word."""


@dataclass(frozen=True, slots=True)
class TurnTo:
    """What a turning phrase makes of the words of some kinds."""

    rank: int
    """Where its group stands in the file: of several that hold a word the first is right."""

    about: About
    kinds: frozenset[SignalKind]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What is looked for in the texts of one language."""

    language: str
    signals: Index[SignalKind]
    alerts: frozenset[SignalKind]
    turns: Index[TurnTo]
    negators: Index[None]
    """By the forms of their last word, and read backwards."""

    taken_back: Index[None]
    carriers: frozenset[str]
    doubts: frozenset[str]
    spellings: Mapping[str, str]
    """What a misspelt word is read as."""

    @classmethod
    def of(cls, file: LexiconFile) -> "Lexicon":
        """The lexicon in a file. Made once, and used for every text."""
        ends = file.endings
        kinds = file.kinds.items()
        stops = _plain(file.stops)
        return cls(
            language=file.language,
            signals=_index(
                Phrase(_parts(phrase, ends), kind, stops)
                for kind, words in kinds
                for phrase in words.phrases
            ),
            alerts=frozenset(kind for kind, words in kinds if words.alerts),
            turns=_index(
                Phrase(
                    _parts(phrase, ends),
                    TurnTo(rank, turn.about, frozenset(turn.kinds)),
                    stops | _plain(turn.stops),
                )
                for rank, turn in enumerate(file.turns)
                for phrase in turn.phrases
            ),
            negators=_index(Phrase(_parts(one, ends)[::-1], None) for one in file.negators),
            taken_back=_index(Phrase(_parts(one, ends), None) for one in file.taken_back),
            carriers=_plain(file.carriers),
            doubts=_plain(file.doubts),
            spellings={
                form(one): form(right) for right, wrong in file.spellings.items() for one in wrong
            },
        )


def _plain(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(form, words))


def _parts(phrase: str, endings: Iterable[str]) -> tuple[Part, ...]:
    return tuple(None if word == GAP else _forms(word, endings) for word in phrase.split())


def _forms(word: str, endings: Iterable[str]) -> frozenset[str]:
    """Every form of either word; with `*`, with each ending and without."""
    forms: set[str] = set()
    for either in word.split(EITHER):
        stem = form(either.removesuffix("*"))
        forms |= {stem, *(stem + form(one) for one in endings if either.endswith("*"))}
    return frozenset(forms)


def _index(phrases: Iterable[Phrase[Tag]]) -> Index[Tag]:
    index: dict[str, list[Phrase[Tag]]] = {}
    for phrase in phrases:
        for first in phrase.parts[0] or ():
            index.setdefault(first, []).append(phrase)
    return {first: tuple(found) for first, found in index.items()}


def reach(
    parts: Sequence[Part], words: Sequence[str], at: int, stops: frozenset[str] = frozenset()
) -> int | None:
    """The word after a phrase that begins at `at`; None when it does not stand there.

    A sign between two words is a word of its own, with no letter in it; no phrase goes over one.
    """
    for number, part in enumerate(parts):
        if part is None:
            return _over_gap(parts[number + 1 :], words, at, stops)
        if at >= len(words) or words[at] not in part:
            return None
        at += 1
    return at


def _over_gap(
    parts: Sequence[Part], words: Sequence[str], at: int, stops: frozenset[str]
) -> int | None:
    for begin in range(at, min(len(words), at + GAP_WORDS + 1)):
        if (end := reach(parts, words, begin, stops)) is not None:
            return end
        if words[begin] in stops or not words[begin][0].isalnum():
            return None
    return None
