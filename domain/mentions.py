"""Does a text mention a word or a phrase, and not deny it?

The rule. A phrase is mentioned when its words stand in the text as whole words, one after the
other, in any case, with only white space or hyphens between them. Words are read as they look
(`domain.folding`): without signs of no width, marks on letters, full width, and letters of another
alphabet that look Latin. A possessive `'s` is not counted.

It is not mentioned where a negation stands before it, with nothing but carrier words in between:
"I do not want to cancel", "never cancel", "not switching to". Any other word, and any sign such
as a comma, ends the reach of a negation: "you did not come, I want to cancel" and "if you do not
help I will cancel" mention `cancel`. When in doubt it is a mention: a false alarm costs a look,
a missed one a customer. "I can't cancel online" is a wish that failed, so `can't` denies nothing.

No regular expression is made from anybody's words. The time is linear in the text.
"""

import re
from collections.abc import Iterable, Iterator

from domain.folding import alike

_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*|--+|[^\s\w-]|_")

Words = tuple[str, ...]


def words(text: str) -> Words:
    """The words of a text, in order; any sign between two of them is a token of its own."""
    return tuple(token.removesuffix("'s") for token in _TOKEN.findall(alike(text).casefold()))


_NEGATIONS = frozenset(
    words(
        "not never no without nor neither don't dont doesn't doesnt didn't didnt won't wont"
        " wouldn't wouldnt isn't isnt aren't arent wasn't wasnt weren't werent haven't havent"
        " hasn't hasnt hadn't hadnt shouldn't shouldnt"
    )
)
_CARRIERS = frozenset(
    words(
        "to be been being want wants wanted wanting wish wishing going gonna plan plans planning"
        " intend intending need needing mean have had having like trying try thinking think"
        " about of considering looking ready yet ever even really actually currently"
        " a an any the my our"
    )
)
_NO_DENIAL_AFTER = frozenset({"can", "could", "why"})
_REACH = 8


def first_mentioned(phrases: Iterable[str], text: Words) -> str | None:
    """The first phrase, in the order of the text, that it mentions; None when there is none."""
    by_first: dict[str, list[tuple[Words, str]]] = {}
    for phrase in phrases:
        if sought := words(phrase):
            by_first.setdefault(sought[0], []).append((sought, phrase))
    for start, phrase in _found(by_first, text):
        if not _denied(text, start):
            return phrase
    return None


def _found(by_first: dict[str, list[tuple[Words, str]]], text: Words) -> Iterator[tuple[int, str]]:
    for start, word in enumerate(text):
        for sought, phrase in by_first.get(word, ()):
            if text[start : start + len(sought)] == sought:
                yield start, phrase


def _denied(text: Words, start: int) -> bool:
    """Whether a negation reaches the word at `start`."""
    for at in range(start - 1, max(-1, start - 1 - _REACH), -1):
        if text[at] in _NEGATIONS:
            return not (at > 0 and text[at - 1] in _NO_DENIAL_AFTER)
        if text[at] not in _CARRIERS:
            return False
    return False
