"""Text as the eye sees it, each letter with its place in the original.

Rule: normalise before checking. What cannot be seen (zero-width, soft hyphens, marks of direction)
is left out, full-width letters are plain ones, blanks are spaces and every line end is `\\n`. Then
`form` compares words as they look: without case, accents and apostrophes, and with letters of other
alphabets that look like Latin ones taken for those. "can\\u200bcel" and a "cancel" with a Cyrillic
"a" are both `cancel`.

The awkward case: a word in Russian comes out as nonsense in Latin letters. It is the same nonsense
for the words of a Russian list, so that they still find each other.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_DROPPED = frozenset({"Cf", "Cn", "Mn", "Me", "Mc"})
_LINE_ENDS = "\u2028\u2029\x85\x0b\x0c"
_BLANKS = "\u2800\u3164\uffa0\u115f\u1160\u1680"
_APOSTROPHES = "\u2018\u2019\u02bc\uff07\u00b4`\u2032"
_SEEN_AS = {
    **dict.fromkeys(_LINE_ENDS, "\n"),
    **dict.fromkeys(_BLANKS, " "),
    **dict.fromkeys(_APOSTROPHES, "'"),
    **dict.fromkeys("\u2010\u2011", "-"),
}

_ALIKE = {
    "\u0430\u0410\u03b1\u0391\u0251": "a", "\u0432\u0412\u03b2\u0392": "b",
    "\u0441\u0421\u03f2\u03f9": "c", "\u0501\u0500": "d", "\u0435\u0415\u03b5\u0395": "e",
    "\u0261\u03b3": "g", "\u043d\u041d\u0397\u04bb\u04ba\u0570": "h",
    "\u0456\u0406\u04c0\u04cf\u03b9\u0399\u0131": "i", "\u0458\u0408\u03f3": "j",
    "\u043a\u041a\u03ba\u039a": "k", "\u043c\u041c\u039c": "m", "\u03b7\u039d\u043f\u0578": "n",
    "\u043e\u041e\u03bf\u039f\u0585": "o", "\u0440\u0420\u03c1\u03a1": "p", "\u051b\u051a": "q",
    "\u0433": "r", "\u0455\u0405": "s", "\u0442\u0422\u03c4\u03a4": "t",
    "\u057d\u03c5\u03bc": "u", "\u03bd": "v", "\u051d\u051c\u03c9": "w",
    "\u0445\u0425\u03c7\u03a7": "x", "\u0443\u0423\u03a5": "y", "\u0396": "z",
}  # fmt: skip
"""Letters of Cyrillic, Greek and Armenian that are taken for Latin ones."""

_LATIN = {
    ord(char): latin.upper() if char.isupper() else latin
    for chars, latin in _ALIKE.items()
    for char in chars
}


@dataclass(frozen=True, slots=True)
class Seen:
    """Text as it is seen. `places[n]` is where its character `n` stands in the original."""

    text: str
    places: tuple[int, ...]


def seen(text: str) -> Seen:
    """What of a text can be seen. Linear; one character becomes at most eighteen."""
    chars: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        shown = char if char.isascii() and char.isprintable() else _shown(char)
        if shown == "\n" and chars and chars[-1] == "\r":
            chars[-1] = "\n"
        else:
            chars += shown
            places += [place] * len(shown)
    return Seen("".join(chars).replace("\r", "\n"), tuple(places))


def _shown(char: str) -> str:
    if char in "\t\n\r":
        return char
    if char in _SEEN_AS:
        return _SEEN_AS[char]
    kind = unicodedata.category(char)
    if kind in _DROPPED or kind == "Cc":
        return ""
    return _without_marks(unicodedata.normalize("NFKC", char))


def _without_marks(text: str) -> str:
    return "".join(char for char in text if unicodedata.category(char) not in _DROPPED)


def alike(text: str) -> str:
    """What can be seen of a text, in letters without marks and Latin where they look so.

    For whoever looks for words and shows them: case, apostrophes and lines stay. Linear.
    """
    shown = seen(text).text
    return shown if shown.isascii() else "".join(map(_alike, shown))


@lru_cache(maxsize=4096)
def _alike(char: str) -> str:
    return _without_marks(unicodedata.normalize("NFKD", char)).translate(_LATIN)


def form(word: str) -> str:
    """A word as it is compared: `"Lawyer\\u2019s"` is `lawyer`, and `"DON'T"` is `dont`."""
    if not word.isascii():
        word = _without_marks(unicodedata.normalize("NFKD", word)).translate(_LATIN)
    return word.casefold().removesuffix("'s").replace("'", "")
