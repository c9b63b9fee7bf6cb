"""Promises in a draft: money back, less to pay, something for nothing, a guarantee, our guilt.

The rule. A promise is only made where the step of the playbook speaks of the same thing. An amount
that the customer hears is no higher than the step's limit, or the step's own, or what they pay,
and it is said once: `$50 each month` is another promise than `$50`.
What the agent is told about the case may say that the customer asks for it, or that nobody may
give it.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from domain.amounts import Amount, amounts, is_money
from domain.ground import Ground, Said
from domain.promise_words import KINDS, MORE_ONCE, MORE_THEN, UNSPACED
from models.money import Money

_KINDS = {
    kind: re.compile(rf"(?<![^\W\d_])(?:{words})|(?:{UNSPACED.get(kind, '(?!)')})", re.IGNORECASE)
    for kind, words in KINDS.items()
}
_ONCE = re.compile(MORE_ONCE, re.IGNORECASE)
_THEN = re.compile(MORE_THEN, re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?\n\u3002]+(?=\s|$)|\n")
_OF_CREDIT = frozenset(("money back", "credit", "compensation"))
_CLAUSE = re.compile(
    r"[.!?;:,\n]+(?=\s|$)|[\n\u3002]|\s-\s|(?<!\w)(?:but|then|instead|until|unless|except|and)(?!\w)",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"^\W{0,3}(?:please )?(?:do not|don't|never) (?:yet )?(?:offer|promise|give|mention|talk"
    r"|speak|guarantee|bring up|say)\b(?! no\b)",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:asks?|asked|asking|wants?|wanted|demands?|demanded|requests?|requested|expects?"
    r"|expected|hopes?|claims?|claimed|says?|said|threatens?|complains?)\b",
    re.IGNORECASE,
)
_PAID = re.compile(
    r"\byou (?:\w+ )?(?:pay|paid|spend|spent|saw|see)\b|\bpays? us\b|\b(?:charged|billed)\b",
    re.IGNORECASE,
)
_GRANTED = re.compile(
    r"\b(?:we|i|you) (?:will|can|must|should|may|shall)\b|\b(?:approved?|grant(?:ed)?|authori\w+"
    r"|give|offer|issue|process|entitled|gets?|receives?)\b",
    re.IGNORECASE,
)


def broken(said: Said, ground: Ground) -> Iterator[str]:
    """Each promise that may not be made, and each amount that is too high for the step."""
    spoken = [clause for text in said.spoken for clause in clauses(text) if not denied(clause)]
    told = [one for text in said.told for one in clauses(text) if not denied(one) and _ours(one)]
    promised = False
    for clause in (*spoken, *told):
        for kind in kinds(clause):
            promised = True
            if not _allowed(kind, ground):
                yield f"promises {kind}, which this step does not allow: “{clause[:80]}”"
    yield from _too_much(spoken + told if promised else spoken, ground)
    own = frozenset(_repeats(ground.step))
    for text in said.texts:
        for words in _repeats(text, is_told=text in said.told):
            if words not in own:
                yield f"promises “{words[:40]}”, which is more than the step gives"


def kinds(text: str) -> Iterator[str]:
    """Which promises a text makes."""
    return (kind for kind, words in _KINDS.items() if words.search(text))


def clauses(text: str) -> Iterator[str]:
    """The parts of a text between signs and words such as `but`."""
    return (clause.strip() for clause in _CLAUSE.split(text) if clause and clause.strip())


def denied(clause: str) -> bool:
    """Whether a clause tells the agent not to do it."""
    return bool(_DENIED.search(clause))


def _ours(clause: str) -> bool:
    """Whether a clause about the case promises something, and not only says who asks for it."""
    return bool(_GRANTED.search(clause)) or not _ASKED.search(clause)


def _allowed(kind: str, ground: Ground) -> bool:
    if ground.is_credit and kind in _OF_CREDIT:
        return True
    return any(_KINDS[kind].search(one) for one in clauses(ground.step) if not denied(one))


def _too_much(clauses: list[str], ground: Ground) -> Iterator[str]:
    """To the customer no amount above the limit is named, and no share of its own.

    What the customer pays or was charged may be said, if nothing is promised in the same breath.
    """
    for clause in clauses:
        if _PAID.search(clause) and not any(kinds(clause)):
            continue
        for amount in amounts(clause):
            if is_money(amount) and not _within(amount, ground):
                yield f"names {amount.value:f} {amount.unit}, which is more than the step allows"
            elif amount.unit == "%" and amount not in ground.step_amounts:
                yield f"names {amount.value:f} %, which the step does not offer"


def _repeats(text: str, *, is_told: bool = False) -> Iterator[str]:
    """The words by which a promise is given each month, for life, or once more."""
    for sentence in _SENTENCE.split(text):
        promised = False
        for clause in clauses(sentence):
            if denied(clause) or (is_told and not _ours(clause)):
                continue
            found = _THEN.search(clause) if promised else None
            if any(kinds(clause)):
                promised, found = True, _ONCE.search(clause)
            if found:
                yield found.group().casefold()


def _within(amount: Amount, ground: Ground) -> bool:
    if amount in ground.step_amounts and ground.at_most is None:
        return True
    return ground.at_most is not None and _fits(amount, ground.at_most)


def _fits(amount: Amount, limit: Money) -> bool:
    return amount.unit == limit.currency and amount.value <= Decimal(limit.minor) / 100
