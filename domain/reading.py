"""Reading: is a text easy enough for a twelve-year-old to follow at once?

The grade is Flesch and Kincaid's: the school year in which a child can read it. It is worked out
here, without a download. Short labels swing wildly, so only blocks of six words or more have one
that means something.
"""

import re

MAX_GRADE = 6.0
MAX_SENTENCE = 15
"""Words in a sentence, at most."""

MIN_BLOCK = 6
"""Words that a block must have for its grade to mean anything."""

_WORD = re.compile(r"[A-Za-z']+")
_END = re.compile(r"[.!?]+(?:\s|$)")
_PIECE = re.compile(r"[.!?:]+(?:\s|$)|\n")
_SILENT_E = re.compile(r"e$")
_SOUNDED_LE = re.compile(r"[^aeiou]le$")
_VOWELS = re.compile(r"[aeiouy]+")

BANNED = {
    "leverage": "use",
    "utilize": "use",
    "utilise": "use",
    "facilitate": "help",
    "stakeholder": "the people it is about",
    "escalate": "hand up",
    "deescalate": "calm down",
    "sla": "on time",
    "kpi": "goal",
    "csat": "happy customers",
    "nps": "would tell a friend",
    "churn": "leave",
    "sentiment": "how they feel",
    "resolve": "fix",
    "resolution": "fix",
    "remediate": "fix",
    "mitigate": "make smaller",
    "expedite": "speed up",
    "prioritize": "do first",
    "prioritise": "do first",
    "optimize": "make better",
    "proactive": "early",
    "synergy": "work together",
    "incentivize": "reward",
    "commence": "start",
    "terminate": "end",
    "remuneration": "pay",
    "aforementioned": "this",
    "inconvenience": "trouble",
    "touchpoint": "talk",
}
"""Words that nobody says at a kitchen table, and what to say instead."""

_ENDINGS = ("", "s", "d", "ed", "ing", "r", "rs")


def syllables(word: str) -> int:
    """How many syllables an English word has, about."""
    word = word.lower()
    if not _SOUNDED_LE.search(word):
        word = _SILENT_E.sub("", word)
    return max(1, len(_VOWELS.findall(word)))


def grade(text: str) -> float:
    """The school grade of a text; 0 when it has no words."""
    found = _WORD.findall(text)
    if not found:
        return 0.0
    sentences = max(1, len(_END.findall(text + " ")))
    per_word = sum(map(syllables, found)) / len(found)
    return 0.39 * len(found) / sentences + 11.8 * per_word - 15.59


def word_count(text: str) -> int:
    """How many words a text has."""
    return len(_WORD.findall(text))


def long_sentences(text: str) -> tuple[str, ...]:
    """The sentences of more than 15 words. A line of its own, or a colon, ends one too."""
    pieces = (piece.strip() for piece in _PIECE.split(text))
    return tuple(piece for piece in pieces if word_count(piece) > MAX_SENTENCE)


def _banned_forms() -> dict[str, str]:
    """Each banned word in its forms: `escalate`, `escalates`, `escalated`, `escalating`."""
    forms: dict[str, str] = {}
    for word in BANNED:
        stem = word.removesuffix("e")
        for ending in _ENDINGS:
            forms[word + ending] = word
            forms[stem + ending] = word
    return forms


_FORMS = _banned_forms()


def banned(text: str) -> tuple[str, ...]:
    """The banned words in a text, as the list has them, each once.

    A noun on the list is banned in every form; `escalation`, the noun, is not on it.
    """
    found = (_FORMS.get(word.strip("'")) for word in _WORD.findall(text.lower().replace("-", "")))
    return tuple(dict.fromkeys(word for word in found if word is not None))
