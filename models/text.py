"""Text as it may enter the house: one cleaning rule for API, mail, webhooks and models' answers.

NUL and lone surrogates pass through Temporal and are refused by PostgreSQL, so one bad message
would become an activity that retries for ever. They are refused here, at the edge.
"""

import re
import unicodedata
from itertools import groupby, islice
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

MAX_TEXT_BYTES = 64 * 1024
MAX_MARKS = 5000
"""Combining marks on one letter. Normalising sorts them in quadratic time; a word has a few."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UNSEEN = re.compile(
    "[\x80-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""What leaves no trace by itself: Unicode's Default_Ignorable_Code_Point, and named blanks."""

_UNTEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def clean(text: str) -> str:
    """Return `text` as NFC with `\\n` line ends.

    Raises ValueError for control characters (NUL included), lone surrogates, thousands of marks on
    one letter, or more than 64 KB of UTF-8. Tabs and line breaks are kept.
    """
    if text.isascii() and text.isprintable() and len(text) <= MAX_TEXT_BYTES:
        return text  # nearly every line is: it spares three looks at it
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := _CONTROL.search(text):
        raise ValueError(f"has a control character (U+{ord(found.group()):04X}); take it out")
    _require_size(text)
    if text.isascii():
        return text
    if any(is_mark and len(list(run)) > MAX_MARKS for is_mark, run in groupby(text, _is_mark)):
        raise ValueError(f"has more than {MAX_MARKS} marks on one letter; take them out")
    text = unicodedata.normalize("NFC", text)
    _require_size(text)
    return text


def scrub(text: str) -> str:
    """Make `clean` text of anything, for input that cannot be sent back, such as a mail.

    Control characters and lone surrogates become U+FFFD; what is over 64 KB is cut off.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")[:MAX_TEXT_BYTES]
    text = _UNTEXT.sub("\ufffd", text)
    if not text.isascii():
        runs = groupby(text, _is_mark)
        tame = (islice(run, MAX_MARKS) if is_mark else run for is_mark, run in runs)
        text = unicodedata.normalize("NFC", "".join(char for run in tame for char in run))
    return text.encode("utf-8")[:MAX_TEXT_BYTES].decode("utf-8", "ignore")


def can_be_seen(text: str) -> bool:
    """Whether anything in it leaves a trace: a letter, a digit, a sign.

    Not white space, not zero-width or other invisible characters, and not marks without a letter.
    """
    return any(not (char.isspace() or _is_mark(char) or _UNSEEN.fullmatch(char)) for char in text)


def _is_mark(char: str) -> bool:
    return unicodedata.category(char).startswith("M")


def _require_size(text: str) -> None:
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError:
        raise ValueError("has half of a surrogate pair, which is not text; take it out") from None
    if size > MAX_TEXT_BYTES:
        raise ValueError(f"is {size} bytes long; at most {MAX_TEXT_BYTES} are taken")


def _one_line(text: str) -> str:
    text = clean(text).strip()
    if "\n" in text:
        raise ValueError("must be one line")
    if not text:
        raise ValueError("must not be empty")
    return text


def _not_empty(text: str) -> str:
    text = clean(text)
    if not text.strip():
        raise ValueError("must not be empty")
    return _seen(text)


def _seen(text: str) -> str:
    if not can_be_seen(text):
        raise ValueError("has only characters that nobody can see; write something to read")
    return text


Line = Annotated[str, AfterValidator(_one_line), Field(min_length=1, max_length=200)]
"""One line of at most 200 characters."""

VisibleLine = Annotated[Line, AfterValidator(_seen)]
"""A line by which people know somebody or something: a name, a title. There is something to see.

For what comes in. What is kept is read as a `Line`: it may be older than this rule."""

Text = Annotated[str, AfterValidator(_not_empty), Field(min_length=1, max_length=MAX_TEXT_BYTES)]
"""Text of at most 64 KB, with something to see in it."""

Slug = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", min_length=1, max_length=60)
]
"""A name for machines: lower case letters, digits and hyphens."""
