"""Sense: a draft that repeats itself, stops in the middle, or speaks as the customer says nothing.

Small models write such things, whatever they are told, and every other check lets them pass: no
word in them is forbidden. Each text has to end as a sentence and to say a thing once; where the
step has hints the draft has some; and whoever speaks is the agent.
"""

import re
from collections import Counter
from collections.abc import Iterator

from domain.ground import Ground, Said

_SENTENCE = re.compile(r"[.!?\u2026:;\n\u3002]+(?=\W|$)")
_ENDS = re.compile(r"[.!?\u2026\u3002][\W_]{0,20}$")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_WANTS_OUT = re.compile(
    r"\bi(?: am|'m|'d)? (?:really |just )?(?:want|wish|plan|going|would like|like|decided) to"
    r" (?:(?:leave|quit|cancel|sue)(?: you| this company)?(?=\W*(?:$|[.,!;\n]))|cancel (?:my|our)\b"
    r"|go to (?:a|another|your) competitor)|\bi am leaving you\b",
    re.IGNORECASE,
)
SAME_WORDS = 4
"""Words in a row that are a row."""

OFTEN = 4
"""A row, or a short sentence, that is there so often in one text is a loop."""

SHORT = 3
"""A sentence of so few words may be there again: `I am sorry.`"""

SIGNATURE = 4
"""A last line of so few words may be a name under a letter."""


def nonsense(said: Said, ground: Ground) -> Iterator[str]:
    """Why nobody could use the draft."""
    for text in said.texts:
        if found := _again(text):
            yield f"says the same again: “{found[:60]}”"
    for text in said.sentences:
        if not _has_end(text):
            yield f"does not end as a sentence: “{text[-40:]}”"
        if _is_customer(text, ground, is_told=text in said.told):
            yield f"speaks as the customer: “{text[:60]}”"
    spoken = [" ".join(_words(text)) for text in said.spoken]
    if len(set(spoken)) < len(spoken):
        yield "says the same in two places"
    if ground.has_hints and said.hints == ():
        yield "has no hints, and the step has some"


def _again(text: str) -> str | None:
    """A sentence, or a row of words, that is there too often."""
    for one, times in Counter(tuple(_words(part)) for part in _SENTENCE.split(text)).items():
        if one and times >= (2 if len(one) > SHORT else OFTEN):
            return " ".join(one)
    words = _words(text)
    rows = Counter(zip(*(words[at:] for at in range(SAME_WORDS)), strict=False))
    return next((" ".join(row) for row, times in rows.items() if times >= OFTEN), None)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _has_end(text: str) -> bool:
    """Whether it ends as a sentence. Below one, a letter may end with names."""
    if _ENDS.search(text):
        return True
    lines = [line for line in text.split("\n") if line.strip()]
    return len(_words(lines[-1] if lines else "")) <= SIGNATURE and any(
        _ENDS.search(line) for line in lines[:-1]
    )


def _is_customer(text: str, ground: Ground, *, is_told: bool) -> bool:
    """Whether the customer speaks. The agent is told `This is Doug`, and asks `Is this Doug?`"""
    if not is_told and _WANTS_OUT.search(text):
        return True
    whole, agent = ground.customer or "", (ground.agent or "").casefold().split()
    names = [one for one in {whole, *whole.split()[:1]} if one and one.casefold() not in agent]
    if not names or whole.casefold() == " ".join(agent):
        return False
    says = "i am|i'm|my name is" if is_told else "i am|i'm|my name is|this is|it is|it's"
    who = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    spoken = rf"(?<!\w)(?:{says}) (?:{who})(?=[.,!;\n]|$| and\b| here\b)"
    return bool(re.search(spoken, text, re.IGNORECASE))
