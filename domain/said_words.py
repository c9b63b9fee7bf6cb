"""The words that a customer wrote now, each with its place in the text as it was given.

Quotes and signatures are left out (`domain.quoted_reply`), and so are addresses of pages and mails,
whose words nobody wrote. A single line end is a space, an empty line ends a sentence; so does the
place where a quote stood. Where a line begins with a capital is kept: in a chat nobody writes full
stops.

The awkward case: a text may be 64 KB long, and what matters stands at either end. So the first and
the last 4,000 characters of what was written now are read, and nothing between.
"""

import re
from dataclasses import dataclass, field

from domain.folding import Seen, form, seen
from domain.quoted_reply import new_lines

MAX_READ = 8000
"""Characters of new words that are read: half at the beginning, half at the end."""

MAX_TEXT = 64 * 1024
_BREAK = "\n\n"
_TOKEN = re.compile(
    r"(?P<address>(?:https?://|www\.)\S{1,500}|[^\s@]{1,64}@[^\s@]{1,255})"
    r"|(?P<word>\d+(?:[.,:]\d+)+|[^\W_]+(?:'[^\W_]+)*)"
    r"|(?P<end>[.!?;:\u2026]|\n[ \t]*\n)"
    r"|(?P<sign>--+|[^\s\w'\"\u201c\u201d\u201e\u00ab\u00bb*~-])"
)
SENTENCE_END, SIGN = ".", ","
_HYPHENS = frozenset({"-", "-\n"})
_BETWEEN_LETTERS = frozenset({" ", "_", "*", "~"})


@dataclass(frozen=True, slots=True)
class Said:
    """Words in their order. A sign between two of them is a word of its own: `.` or `,`."""

    words: tuple[str, ...]
    """As they are compared (`domain.folding.form`)."""

    spans: tuple[tuple[int, int], ...]
    """Where each begins and ends in what is seen."""

    seen: Seen

    begins: frozenset[int] = field(default_factory=frozenset)
    """Which words begin a line with a capital, and so perhaps a sentence. "I" tells nothing."""

    glued: frozenset[int] = field(default_factory=frozenset)
    """Which words may be one with the word before: a hyphen between, or both are single letters."""

    def span(self, first: int, after: int) -> tuple[int, int]:
        """Where the words from `first` up to `after` stand in the text as it was given."""
        start, end = self.spans[first][0], self.spans[after - 1][1]
        return self.seen.places[start], self.seen.places[end - 1] + 1

    def shown(self, first: int, after: int) -> str:
        """These words as they are seen, on one line."""
        return " ".join(self.seen.text[self.spans[first][0] : self.spans[after - 1][1]].split())


def said_words(text: str) -> Said:
    """The words of what is new in a text. Of a longer text than 64 KB the rest is not read."""
    new = _ends(_new(seen(text[:MAX_TEXT])))
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    begins: set[int] = set()
    glued: set[int] = set()
    for token in _TOKEN.finditer(new.text):
        between = new.text[spans[-1][1] if spans else 0 : token.start()]
        if "\n" in between and _is_capital(token.group()):
            begins.add(len(words))
        if words and _is_glue(between, words[-1], token.group()):
            glued.add(len(words))
        words.append(_word(token))
        spans.append(token.span())
    return Said(tuple(words), tuple(spans), new, frozenset(begins), frozenset(glued))


def _is_capital(word: str) -> bool:
    return word[0].isupper() and word.partition("'")[0] != "I"


def _is_glue(between: str, before: str, word: str) -> bool:
    """Whether the end of a word stands here: "can-cel", "can-\\ncel", "c a n c e l"."""
    letters = len(before) == len(word) == 1 and word.isalpha() and before.isalpha()
    return between in _HYPHENS or (letters and between in _BETWEEN_LETTERS)


def _word(token: re.Match[str]) -> str:
    match token.lastgroup:
        case "word":
            return form(token.group()) or SIGN
        case "end":
            return SENTENCE_END
        case _:
            return SIGN


def _new(whole: Seen) -> Seen:
    """Only the new lines; an empty line where some were cut."""
    lines = whole.text.split("\n")
    kept: list[tuple[int, int]] = []
    at = 0
    for line, is_new in zip(lines, new_lines(lines), strict=True):
        end = min(at + len(line) + 1, len(whole.text))
        if is_new and kept and kept[-1][1] == at:
            kept[-1] = (kept[-1][0], end)
        elif is_new:
            kept.append((at, end))
        at = end
    return _joined(whole, kept)


def _ends(whole: Seen) -> Seen:
    """The beginning and the end, cut between words, when it is too long to read all of it."""
    length, half = len(whole.text), MAX_READ // 2
    if length <= MAX_READ:
        return whole
    head, tail = whole.text[:half], whole.text[length - half :]
    until = max(head.rfind(" "), head.rfind("\n")) + 1 or half
    spaces = [place for place in (tail.find(" "), tail.find("\n")) if place >= 0]
    since = length - half + min(spaces, default=0)
    return _joined(whole, [(0, until), (since, length)])


def _joined(whole: Seen, parts: list[tuple[int, int]]) -> Seen:
    if parts == [(0, len(whole.text))]:
        return whole
    text = _BREAK.join(whole.text[start:end] for start, end in parts)
    places: list[int] = []
    for start, end in parts:
        if places:
            places += [whole.places[start - 1]] * len(_BREAK)
        places += whole.places[start:end]
    return Seen(text, tuple(places))
