"""One spelling: a copy of a text, sign for sign, in which look-alikes are the same sign.

Dashes, middle dots and underscores are `-`, every digit is an ASCII one, letters have no marks and
quotes are straight. The copy is exactly as long as the text, so a place that is found in it is a
place in the text. The time is linear in the text.
"""

import unicodedata
from functools import lru_cache

from domain.plain import imitated

_SIGNS = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d", "-"),
    **dict.fromkeys("_\u00b7\u2022\u2024\u2027\u2219\u22c5\u30fb", "-"),
    **dict.fromkeys("\t\u00a0\u2007\u2009\u202f\u3000", " "),
    "\u1e9e": "\u00df", "\u00f8": "o", "\u00d8": "O", "\u0142": "l", "\u0141": "L",
    "\u0111": "d", "\u0110": "D", "\u00f0": "d", "\u00d0": "D",
}  # fmt: skip


def one_spelling(text: str) -> str:
    """The copy. ASCII text differs from it in its underscores and tabs only."""
    if text.isascii():
        return text.replace("_", "-").replace("\t", " ")
    return "".join(map(_sign, text))


@lru_cache(maxsize=4096)
def _sign(char: str) -> str:
    if char in _SIGNS:
        return _SIGNS[char]
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    char = imitated(char)
    parts = unicodedata.normalize("NFD", char)
    return parts[0] if all(unicodedata.category(one)[0] == "M" for one in parts[1:]) else char
