"""Text as the eye reads it: what hides, doubles or imitates letters is taken out before a check.

Zero-width signs, bidirectional marks and soft hyphens go; full-width and other forms become the
usual ones; Cyrillic and Greek letters that look Latin become Latin; quotes and dashes are folded.
So a word with a zero-width space in it, in full width, or with a Cyrillic `e`, is that word.
The time is linear in the text.
"""

import re
import unicodedata
from html import unescape

MAX_MARKS = 4
"""Marks on one letter that are kept. Normalising sorts them, and a word has a few."""

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    "\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_OF_EMOJI = "\ufe0f\u200d"
_TAG = re.compile(r"</?[a-zA-Z!?][^<>]{0,400}>")
_SPACE = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\n{3,}")

_LOOKS_LIKE = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u051b\u051d"
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0423\u0406\u0408\u0405"
    "\u03b1\u03bf\u03c1\u03bd\u03b9\u03ba\u03c4\u03c5\u03c7"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7"
    "\u0131\u0261\u217c",
    "aeopcyxijsdhqwABEKMHOPCTXYIJSaopviktuxABEZHIKMNOPTYXigl",
)
_FOLDED = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201b": "'", "\u02bc": "'", "\u00b4": "'", "`": "'",
        "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"',
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
        "\u2044": "/", "\u2215": "/", "\u066a": "%", "\u2052": "%",
    }
)  # fmt: skip


def visible(text: str) -> str:
    """The same words in the usual forms, without what hides. Other alphabets stay as they are.

    NFKC, single spaces, at most one empty line in a row.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = _HIDDEN.sub("", text)
    if not text.isascii():
        text = _HIDDEN.sub("", unicodedata.normalize("NFKC", _few_marks(text)))
    lines = (line.strip() for line in _SPACE.sub(" ", text).split("\n"))
    return _LINES.sub("\n\n", "\n".join(lines)).strip()


def plain(text: str) -> str:
    """`visible`, and every letter that imitates another is that other one. For checks only."""
    return imitated(visible(text))


def imitated(text: str) -> str:
    """The same text, sign for sign, with the letters and quotes that others imitate."""
    return text.translate(_LOOKS_LIKE).translate(_FOLDED)


def hides(text: str) -> bool:
    """Whether it has signs that nobody can see. Those that belong to an emoji do not count."""
    return any(found.group() not in _OF_EMOJI for found in _HIDDEN.finditer(text))


def without_tags(text: str) -> str:
    """Text without tags and comments, if somebody sent some: what a person would see, about."""
    if "<" in text:
        text = _TAG.sub(" ", _without_comments(text))
    return unescape(text) if "&" in text else text


def _without_comments(text: str) -> str:
    """A comment that never ends takes the rest with it. Linear, unlike an expression."""
    kept: list[str] = []
    start = 0
    while (opened := text.find("<!--", start)) != -1:
        kept.append(text[start:opened])
        closed = text.find("-->", opened + 4)
        if closed == -1:
            return " ".join(kept)
        start = closed + 3
    return " ".join([*kept, text[start:]])


def _few_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char)[0] == "M" else 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)
