"""Names in a draft that nobody gave us: words with a capital where none belongs.

Within a sentence a capital means a name. At its beginning every word has one, so there a word is
a name only when it is greeted or does something: "Marcus will call you", and not "Listening
helps". Names in small letters are not found.
"""

import re
from collections.abc import Iterator

from domain.language import is_small_word

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_START = re.compile(r"(?:^|[.!?:;\n]|[\"(\[*]|(?:^|\n) ?-|\n)\s{0,3}[\"'(*-]{0,3}$")
_DOES = frozenset(
    (
        "will", "is", "has", "was", "can", "said", "says", "calls", "called", "promised", "from",
        "wants", "and", "agreed", "approved", "needs", "asked", "asks", "would", "must", "should",
        "comes", "came", "knows", "knew", "goes", "went", "helps", "helped", "gets", "got", "takes",
        "took", "does", "did", "had", "tells", "told", "thinks", "sees", "saw", "works", "worked",
        "handles", "fixes", "fixed", "checks", "checked", "brings", "sends", "sent", "gives",
        "gave", "makes", "made", "visits", "meets", "writes", "wrote", "may", "might", "could",
        "lives", "drives", "looks",
    )
)  # fmt: skip
_NO_NAMES = frozenset(
    (
        "i", "ok", "okay", "mr", "mrs", "ms", "dr", "hi", "hello", "hey", "dear", "thanks",
        "nobody", "someone", "somebody", "everyone", "everybody", "everything", "nothing",
        "something", "anything", "one", "another", "each", "both", "either", "neither",
        "many", "several", "time", "money", "trust", "yes", "sorry", "customer", "customers",
        "technician", "technicians", "tech", "techs", "manager", "boss", "agent", "agents", "team",
        "man", "woman", "trouble", "honesty", "patience", "silence", "care", "kindness", "sense",
        "people", "first", "then", "next", "last", "please", "help", "english", "usd", "eur",
        "gbp", "jpy", "chf", "cad", "aud",
    )
)  # fmt: skip


def strange_names(text: str, known: frozenset[str]) -> Iterator[str]:
    """The words of a text that look like names and are not among the known ones."""
    found = list(_WORD.finditer(text))
    for index, match in enumerate(found):
        word = match.group()
        if not word[0].isupper() or is_known(word, known):
            continue
        starts = bool(_START.search(text[max(0, match.start() - 6) : match.start()]))
        follows = found[index + 1].group() if index + 1 < len(found) else ""
        if not starts or (follows in _DOES and not word.endswith("ing")):
            yield word


def is_known(word: str, known: frozenset[str]) -> bool:
    """Whether a word is no name, or one that we were given; a possessive is its owner."""
    low = word.casefold()
    low = low.removesuffix("'s").rstrip("'")
    whole = low.partition("'")[0]
    return any(
        one in known or one in _NO_NAMES or is_small_word(one)
        for one in (low, whole, low.removesuffix("s"))
    )


def known_words(text: str) -> frozenset[str]:
    """Every word of the facts, in small letters."""
    return frozenset(word.casefold().removesuffix("'s") for word in _WORD.findall(text))
