"""Redaction: what is personal stays in the house, and comes back into the answer.

The rule. What is kept about this customer is replaced wherever it stands, then whatever has the
form of something personal. Each becomes a placeholder, such as `[NAME_1]`, that only we can read.
A text that already has something in it that looks like a placeholder has that replaced too, first
of all (`[TEXT_1]`), so that no customer can write one. The same words are always the same
placeholder, other spellings of them another one: what is filled in again is what was there.

It is looked for in a copy in one spelling and replaced by its place, so that dashes, marks on
letters and groups of digits hide nothing. In doubt a little too much is taken out.

It does not make a text anonymous: a name that is not kept about this customer is not found.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from domain import known_spellings, personal, personal_ids
from domain.personal import Span
from domain.spelling import one_spelling
from domain.streets import streets
from models.guidance_facts import KnownFields, Placeholders

MAX_VALUE = 2000
"""Characters that one placeholder can stand for; longer finds are several."""

_PLACEHOLDER = re.compile(r"\[[A-Z]{2,8}_[0-9]{1,6}\]")
_LIKE_ONE = re.compile(r"\[\s{0,3}[A-Za-z]{2,12}[ _-]?[0-9]{1,6}\s{0,3}\]")

Finder = Callable[[str], Iterable[Span]]
_Piece = tuple[int, int, str | None]
"""From where to where, and the placeholder that stands there."""

NEVER_SAID = ("[TEXT_", "[CARD_", "[IBAN_", "[BIRTH_")
"""Placeholders that no answer may have: there is no good reason to say these to anybody."""


def redact(
    text: str, known: KnownFields, before: Placeholders | None = None
) -> tuple[str, Placeholders]:
    """The text with placeholders, and what they stand for. `before` is what is known already."""
    texts, found = redact_all([text], known, before)
    return texts[0], found


def redact_all(
    texts: Sequence[str], known: KnownFields, before: Placeholders | None = None
) -> tuple[list[str], Placeholders]:
    """The same for several texts, which share their placeholders."""
    table = _Table(before or Placeholders())
    finders = _finders(known)
    return [_redacted(text, finders, table) for text in texts], table.placeholders


def refill(text: str, placeholders: Placeholders) -> str:
    """Put back what was replaced, in one pass. What we did not make stays as it is."""
    values = dict(placeholders.pairs)
    return _PLACEHOLDER.sub(lambda found: values.get(found.group(), found.group()), text)


def strangers(text: str, placeholders: Placeholders) -> tuple[str, ...]:
    """What looks like a placeholder and is none of ours, or one that no answer may have."""
    ours = {name for name, _ in placeholders.pairs}
    looks = (found.group() for found in _LIKE_ONE.finditer(text))
    return tuple(
        dict.fromkeys(one for one in looks if one not in ours or one.startswith(NEVER_SAID))
    )


class _Table:
    """Which words have which placeholder, while texts are read."""

    def __init__(self, before: Placeholders) -> None:
        self._names = {value: name for name, value in before.pairs}
        self._counts: dict[str, int] = {}
        for name, _ in before.pairs:
            label, _, number = name.strip("[]").rpartition("_")
            self._counts[label] = max(self._counts.get(label, 0), int(number))

    def name(self, label: str, value: str) -> str:
        """The placeholder of these words; a new one the first time."""
        if value not in self._names:
            self._counts[label] = self._counts.get(label, 0) + 1
            self._names[value] = f"[{label}_{self._counts[label]}]"
        return self._names[value]

    @property
    def placeholders(self) -> Placeholders:
        return Placeholders(pairs=tuple((name, value) for value, name in self._names.items()))


def _redacted(text: str, finders: list[tuple[str, Finder]], table: _Table) -> str:
    """Each finder looks at what the ones before it left, never into a placeholder."""
    spelt = one_spelling(text)
    pieces: list[_Piece] = [(0, len(text), None)]
    for label, find in finders:
        pieces = [
            part
            for piece in pieces
            for part in ([piece] if piece[2] else _split(text, spelt, piece, label, find, table))
        ]
    return "".join(name or text[start:end] for start, end, name in pieces)


def _split(
    text: str, spelt: str, piece: _Piece, label: str, find: Finder, table: _Table
) -> Iterator[_Piece]:
    """A piece without a placeholder, in pieces with and without one."""
    begin, ended, _ = piece
    at = begin
    for start, end in find(spelt[begin:ended]):
        if begin + start > at:
            yield at, begin + start, None
        at = begin + end
        for cut in range(begin + start, at, MAX_VALUE):
            cut_end = min(at, cut + MAX_VALUE)
            yield cut, cut_end, table.name(label, text[cut:cut_end])
    if at < ended:
        yield at, ended, None


def _finders(known: KnownFields) -> list[tuple[str, Finder]]:
    return [
        ("TEXT", _of(_LIKE_ONE)),
        ("EMAIL", _any_of(known_spellings.anywhere(known.emails))),
        ("ID", _any_of(known_spellings.ids(known.ids))),
        ("PHONE", _any_of(known_spellings.numbers(known.phones))),
        ("URL", personal.urls),
        ("EMAIL", personal.mails),
        ("NAME", _any_of(known_spellings.names(known.names))),
        ("IBAN", personal.ibans),
        ("CARD", personal.cards),
        ("CARD", personal_ids.card_codes),
        ("BIRTH", personal_ids.births),
        ("ADDRESS", streets),
        ("NAME", _any_of(known_spellings.names(known.colleagues, known_spellings.WORDS_TOO))),
        ("ID", personal_ids.named_ids),
        ("ID", personal_ids.references),
        ("PHONE", personal.phones),
        ("ID", personal.long_ids),
    ]


def _of(pattern: re.Pattern[str]) -> Finder:
    return lambda text: (found.span() for found in pattern.finditer(text))


def _nothing(_: str) -> Iterable[Span]:
    return ()


def _any_of(patterns: Iterable[str]) -> Finder:
    """The longest first. Each is a plain word or a row of them, so this is linear enough."""
    ordered = sorted({one for one in patterns if one}, key=lambda one: (-len(one), one))
    return _of(re.compile("|".join(ordered), re.IGNORECASE)) if ordered else _nothing
