"""Answers of the API, made harmless. Customers' words are in them, and a terminal obeys bytes.

Rule: what came over the wire is cleaned once, whole, before anybody prints a piece of it. Escape
sequences, control characters, text that runs backwards and invisible signs are taken out; line
breaks stay. Rich's markup is never read (terminal/screen.py prints `Text` alone).
"""

import re
import unicodedata
from typing import Any

Answer = dict[str, Any]
"""JSON as it came, and clean."""

_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI: colours, cursor, erase
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS, …
    r"|\x1b[ -/]*[0-~]?"
)
_JOINERS = frozenset("\u200c\u200d")
"""Invisible, but Persian words and emoji need them."""

MOST_MARKS = 3
"""Accents on one letter; more are noise that runs over the lines above."""


def harmless(text: str) -> str:
    """`text` without anything that a terminal would obey or that hides what it says."""
    text = re.sub(r"\r\n?|[\u0085\u2028\u2029]", "\n", text).replace("\t", " ")
    kept: list[str] = []
    marks = 0
    for sign in _ESCAPES.sub("", text):
        kind = unicodedata.category(sign)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        hidden = kind.startswith("C") and sign != "\n" and sign not in _JOINERS
        if not hidden and marks <= MOST_MARKS:
            kept.append(sign)
    return "".join(kept)


def clean(value: Any) -> Any:
    """A JSON value with every text in it harmless, names of fields included."""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, list):
        return [clean(one) for one in value]
    if isinstance(value, dict):
        return {harmless(name): clean(one) for name, one in value.items()}
    return value


def one_line(text: str | None) -> str:
    """The text on one line: someone else's line break never begins a line of ours."""
    return " ".join((text or "").split())
