"""A language's signal words, as its file in `signals/` lists them. Plain words, no patterns.

A phrase is one to eight words with single spaces. Three signs mean something. `cancel*` is the
word with any of the file's `endings`, or none. `visit*/call*` is either word. `...` lets up to four
words pass, none of them one of the file's `stops`: `cancel* ... visit*` is also "cancel today's
visit".
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from models.frozen import Frozen
from models.playbook import Misfit, Misfits, Place
from models.signal import About, SignalKind
from models.text import can_be_seen, clean

MAX_PHRASES = 500
"""In one file, all lists together."""

MAX_WORDS = 8
GAP = "..."
MAX_GAPS = 2
EITHER = "/"
_ONE = r"[^\W_]+(?:'[^\W_]+)*\*?"
_WORD = re.compile(f"{_ONE}(?:{EITHER}{_ONE})*")


def _phrase(text: str) -> str:
    words = _words(text)
    if GAP in (words[0], words[-1]):
        raise ValueError("must begin and end with a word, not with `...`")
    if any(one == GAP == after for one, after in pairwise(words)):
        raise ValueError("has `...` twice in a row; once is enough")
    if words.count(GAP) > MAX_GAPS:
        raise ValueError(f"has `...` more than {MAX_GAPS} times")
    return " ".join(words)


def _plain_phrase(text: str) -> str:
    words = _words(text)
    if GAP in words:
        raise ValueError("`...` has no meaning here; write the words out")
    return " ".join(words)


def _word(text: str) -> str:
    words = _words(text)
    if len(words) > 1 or not words[0].replace("'", "").isalnum():
        raise ValueError("must be one plain word")
    return words[0]


def _words(text: str) -> list[str]:
    """The words of a phrase. Raises ValueError for any other sign than those that mean."""
    words = clean(text).replace("\u2019", "'").split()
    if not words:
        raise ValueError("must not be empty")
    if len(words) > MAX_WORDS:
        raise ValueError(f"has more than {MAX_WORDS} words")
    for word in words:
        if word != GAP and not (_WORD.fullmatch(word) and all(map(_visible, word))):
            raise ValueError(
                "may only have words with single spaces, `*` after a word, `/` between two of which"
                " either will do, and `...` between words; for a hyphen write a space"
            )
    return words


def _visible(char: str) -> bool:
    return unicodedata.category(char).startswith("M") or can_be_seen(char)


_Length = StringConstraints(max_length=100)
Phrase = Annotated[str, _Length, AfterValidator(_phrase)]
PlainPhrase = Annotated[str, _Length, AfterValidator(_plain_phrase)]
"""A phrase without `...`."""

Word = Annotated[str, StringConstraints(max_length=30), AfterValidator(_word)]
Phrases = Annotated[tuple[Phrase, ...], Field(min_length=1, max_length=MAX_PHRASES)]
PlainPhrases = Annotated[tuple[PlainPhrase, ...], Field(max_length=MAX_PHRASES)]
Words = Annotated[tuple[Word, ...], Field(max_length=200)]


class KindWords(Frozen):
    """The words of one kind."""

    alerts: bool
    """Whether a word of this kind raises an alert, where nothing turns its meaning."""

    phrases: Phrases


class Turn(Frozen):
    """Phrases around a signal word that turn its meaning: "cancel my appointment"."""

    about: About
    kinds: Annotated[tuple[SignalKind, ...], Field(min_length=1)]
    """Whose words they turn."""

    stops: Words = ()
    """Further words that `...` never passes in these phrases."""

    phrases: Phrases
    """Each holds the signal word, whole."""


class LexiconFile(Frozen):
    """The signal words of one language."""

    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
    """Two or three letters, as the file is called."""

    version: Annotated[int, Field(ge=1, le=1_000_000)]
    """Counted up with every change, by hand."""

    endings: Annotated[tuple[Word, ...], Field(max_length=40)] = ()
    """What `*` stands for."""

    spellings: Annotated[dict[Word, Words], Field(max_length=100)] = Field(default_factory=dict)
    """Words as people misspell them, each under the word that it is read as."""

    stops: Words = ()
    """Words that `...` never passes: such as and, because, i."""

    negators: PlainPhrases = ()
    """What denies a signal word that follows: "do not", "never"."""

    carriers: Words = ()
    """Words over which a negation reaches: "I do not *want to* cancel"."""

    doubts: Words = ()
    """Words which, at most three before a negation, make it deny nothing: if, unless, why."""

    taken_back: PlainPhrases = ()
    """What later in the sentence undoes a negation: "unless", "but i will"."""

    kinds: Annotated[dict[SignalKind, KindWords], Field(min_length=1)]
    turns: Annotated[tuple[Turn, ...], Field(max_length=40)] = ()
    """Of several that hold a word, the first is right."""

    @model_validator(mode="after")
    def _each_phrase_once(self) -> Self:
        found: list[Misfit] = []
        seen: dict[tuple[str, str], Place] = {}
        for place, phrase in self._placed():
            first = seen.setdefault((_list(place), phrase.casefold()), place)
            if first != place:
                where = ".".join(map(str, first))
                found.append(Misfit(place, f"`{phrase}` is there twice; first under {where}"))
        if len(seen) > MAX_PHRASES:
            found.append(Misfit((), f"has {len(seen)} phrases, and may have {MAX_PHRASES}"))
        if found:
            raise Misfits(tuple(found))
        return self

    def _placed(self) -> Iterator[tuple[Place, str]]:
        for name, phrases in (("negators", self.negators), ("taken_back", self.taken_back)):
            for at, phrase in enumerate(phrases):
                yield (name, at), phrase
        for kind, words in self.kinds.items():
            for at, phrase in enumerate(words.phrases):
                yield ("kinds", kind.value, "phrases", at), phrase
        for number, turn in enumerate(self.turns):
            for at, phrase in enumerate(turn.phrases):
                yield ("turns", number, "phrases", at), phrase


def _list(place: Place) -> str:
    """In which list no phrase may stand twice: the kinds are one, and so are the turns."""
    return str(place[0])
