"""Phrases that nobody of ours says, and the do-nots of a playbook.

A do-not is a sentence, such as "Do not blame a teammate". A clause breaks it when it has the
sentence's words that carry meaning, at least half of them and two if there are so many, and does
not itself say not to. What the step's own words would break is not checked, nor is a do-not with
a condition ("before you say sorry"): that is for people. Quoted words in one are checked always.
"""

import re
from collections.abc import Iterator

from domain.language import is_small_word
from domain.promises import clauses, denied

BANNED = re.compile(
    r"\b(?:calm down|per (?:our |company )?policy|against (?:our )?policy|our policy (?:is|says)"
    r"|nothing (?:more )?(?:i|we) can do|not my (?:job|department|problem)|you should have"
    r"|you must understand|you failed to|last chance|final offer|hurry|act (?:now|fast)"
    r"|limited time|(?:this )?offer (?:ends|expires)|only \d+ left|no[- ]brainer"
    r"|you(?:'ll| will) regret|can't afford not to|everyone (?:else )?is|once in a lifetime"
    r"|or else|we never make mistakes|are you stupid|shut up|trust me|to be honest|idiot\w*"
    r"|stupid|liars?|sue|as an ai|language model|system prompt"
    r"|you(?:'re| are) (?:so |very |just )?(?:bad|rude|crazy|dumb|wrong|lying|difficult)"
    r"|(?:previous|prior|above) instructions|run (?:the )?playbook)\b",
    re.IGNORECASE,
)
"""Pressure, blame, contempt, and a machine that talks of itself."""

UNKIND = re.compile(
    r"\b(?:hang up (?:on|now|the)|hang up$|go away|get lost|send (?:them|him|her|you) away"
    r"|make (?:them|him|her|you) wait|ignore (?:them|him|her|you|the customer)|laugh at|yell at"
    r"|shout at|lie to|threaten|make fun of|get rid of (?:them|him|her|you|the customer)"
    r"|put (?:them|him|her|you) off)\b",
    re.IGNORECASE,
)
"""What is done to nobody. To say that it must not be done is fine."""

_NOT = re.compile(r"^\W{0,3}(?:please )?(?:do not|don't|never)\s+", re.IGNORECASE)
_NEGATED = re.compile(r"\b(?:not|never|no|don't|won't|cannot|can't|without)\b", re.IGNORECASE)
_IF = re.compile(r"\b(?:before|until|unless|first|if|when|while)\b", re.IGNORECASE)
_QUOTED = re.compile(r'"([^"\n]{3,80})"')
_WORD = re.compile(r"[^\W\d_]{3,}")
_EMPTY = frozenset(
    (
        "say", "tell", "talk", "speak", "use", "make", "another", "even", "own", "way", "thing",
        "things", "them", "their", "your", "may", "might", "let", "try",
    )
)  # fmt: skip


def banned(texts: tuple[str, ...]) -> Iterator[str]:
    """Each phrase of the list that the texts have."""
    for text in texts:
        yield from (found.group() for found in BANNED.finditer(text))
        for clause in clauses(text):
            found = UNKIND.search(clause)
            if found and not _NEGATED.search(clause[: found.start()]):
                yield found.group()


def done_although(texts: tuple[str, ...], do_nots: tuple[str, ...], step: str) -> Iterator[str]:
    """Each do-not that a text breaks."""
    said = [one for text in texts for one in clauses(text) if not denied(one)]
    own = list(clauses(step))
    for rule in do_nots:
        quoted = [words.casefold() for words in _QUOTED.findall(rule)]
        if any(words in text.casefold() for words in quoted for text in texts):
            yield rule
            continue
        core = _core(rule)
        if not core or any(_breaks(clause, core) for clause in own):
            continue
        if any(_breaks(clause, core) for clause in said):
            yield rule


def _core(rule: str) -> frozenset[str]:
    """The words of a do-not that carry its meaning; none when it has a condition."""
    first = rule.partition(". ")[0]
    if not _NOT.match(first) or _IF.search(first):
        return frozenset()
    return _meaning(_NOT.sub("", first))


def _breaks(clause: str, core: frozenset[str]) -> bool:
    if _NEGATED.search(clause):
        return False
    shared = len(core & _meaning(clause))
    return shared >= min(2, len(core)) and 2 * shared >= len(core)


def _meaning(text: str) -> frozenset[str]:
    words = (word.casefold() for word in _WORD.findall(text))
    return frozenset(_stem(one) for one in words if one not in _EMPTY and not is_small_word(one))


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word
