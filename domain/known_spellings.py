"""What is kept of a customer, as expressions that find it in a text in one spelling.

Marks on letters, `ss` for a sharp s and `ue` for an umlaut, white space, and signs between groups
make no difference. Short ones are found as whole words only: the id `4200` is not in
`14200`.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from domain.language import is_small_word
from domain.spelling import one_spelling

SHORTEST_ID, SHORTEST_NUMBER = 3, 4
"""An id of fewer signs, or of fewer digits alone, is as well a number of visits. Behind a word
such as `customer` it is found by its form (`domain.personal_ids`)."""

LONG_ID = 6
"""So many letters and digits mixed are in no word by chance."""

SHORTEST_PHONE = 5
"""Fewer digits are no number of a telephone."""

WORDS_TOO = frozenset(
    (
        "bill", "price", "cash", "rich", "page", "mark", "mike", "rob", "frank", "grant", "chase",
        "pat", "grace", "hope", "joy", "faith", "rose", "dawn", "june", "april", "august", "summer",
        "art", "gene", "jack", "guy", "dean", "miles", "drew", "wade", "lane", "day", "young",
        "long", "short", "brown", "white", "green", "black", "gray", "king", "cook", "baker",
        "hall", "wood", "woods", "stone", "best", "good", "love", "case", "call", "bond", "banks",
        "post", "power", "rush", "sharp", "small", "strong", "wise", "little", "church", "field",
        "hill", "house", "park", "parks", "street", "waters", "wolf", "star", "light",
    )
)  # fmt: skip
"""Names that are as well words of a complaint. A colleague is found by one with a capital only; a
customer, who may sign in small letters, by every one."""

_PART = re.compile(r"[^\W\d_][^\s,;]*")
_GROUP = re.compile(r"[^\W\d_]+|\d+")
_LETTERS = re.compile(r"ss|[aou]e|.", re.DOTALL)
_TWO_WAYS = {"ss": "(?:ss|\u00df)", "ae": "ae?", "oe": "oe?", "ue": "ue?"}
_AS_TWO = str.maketrans(
    {"\u00df": "ss", "\u1e9e": "SS", "\u00e4": "ae", "\u00f6": "oe", "\u00fc": "ue",
     "\u00c4": "Ae", "\u00d6": "Oe", "\u00dc": "Ue"}
)  # fmt: skip


def anywhere(values: Iterable[str]) -> Iterator[str]:
    """The value, also within a word."""
    return (_spaced(one) for one in values)


def ids(values: Iterable[str]) -> Iterator[str]:
    """Ids, however their groups are joined: `CUST-00417` is `cust 00417` and `CUST00417`.

    One that is long, and letters and digits, is found within a word too.
    """
    for value in values:
        groups = _GROUP.findall(one_spelling(value))
        size, mixed = sum(map(len, groups)), len(set(map(str.isdecimal, groups))) == 2
        joined = r"[\s./:#-]{0,2}".join(map(_letters, groups))
        if mixed and size >= LONG_ID:
            yield joined
        elif size >= (SHORTEST_NUMBER if all(map(str.isdecimal, groups)) else SHORTEST_ID):
            yield rf"(?<![\w$\u20ac\u00a3])(?<!\d[.,]){joined}(?!\w|[.,]\d)"


def numbers(values: Iterable[str]) -> Iterator[str]:
    """The digits of a number, however they are grouped; and with a plus or without."""
    for value in values:
        digits = "".join(filter(str.isdecimal, one_spelling(value)))
        if len(digits) >= SHORTEST_PHONE:
            yield r"(?<!\d)\+?" + r"[ ()./-]{0,3}".join(digits) + r"(?!\d)"


def names(values: Iterable[str], exactly: frozenset[str] = frozenset()) -> Iterator[str]:
    """Whole names, and each part of two letters or more, as whole words.

    A part that is a small word of English too, such as `Will`, or one of `exactly`, is found as a
    name only when it is written with a capital. Digits may stand beside a name: `carter77`.
    """
    for value in values:
        words = value.split()
        yield _alone(r"[\s.,-]{0,5}".join(map(_letters, words)), but="[^\\W\\d]")
        for part in _parts(value):
            exact = is_small_word(part) or part.casefold() in exactly
            found = f"(?-i:{re.escape(one_spelling(part))})" if exact else _letters(part)
            yield _alone(found, but=r"[^\W\d]")


def _parts(value: str) -> Iterator[str]:
    """The words of a name, and both halves of a double one: `Karl-Heinz`."""
    for word in _PART.findall(value):
        halves = [word, *word.split("-")] if "-" in word else [word]
        yield from (one for half in halves if len(one := half.strip(".'")) >= 2)


def _alone(pattern: str, but: str = r"\w") -> str:
    return rf"(?<!{but}){pattern}(?!{but})"


def _spaced(value: str) -> str:
    return r"\s{1,5}".join(map(_letters, value.split()))


def _letters(word: str) -> str:
    """A word in every spelling of its letters."""
    word = one_spelling(unicodedata.normalize("NFC", word).translate(_AS_TWO)).lower()
    return "".join(_TWO_WAYS.get(one) or re.escape(one) for one in _LETTERS.findall(word))
