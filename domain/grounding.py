"""Grounding: a draft of a language model is shown only when everything in it may be said.

The checks, in their order: lengths; sense; amounts, times, names, cases and addresses that are in
the facts; no question for a secret; promises that the step allows; phrases and do-nots; no links;
words that are easy; English; and not the secret of the request. Each text is read by `plain` first,
so that nothing hides. What is found is told in plain words: it is the text of the one attempt to
mend it.

These checks know words, not sense: a lie in plain small words passes. A person reads before
anything is sent.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeAlias

from domain import leaks, phrases, promises, reading, secret_asks
from domain.amounts import Amount, amounts
from domain.ground import Ground, Said, ground, said, texts_of
from domain.language import is_english
from domain.moments import moments, without_moments
from domain.names import known_words, strange_names
from domain.plain import hides
from domain.redaction import refill, strangers
from domain.sense import nonsense
from models.draft import GuidanceDraft, Refusal, RefusalCode, ResponseDraft
from models.guidance_facts import GuidanceFacts, Placeholders

MAX_REFUSALS = 20
"""More are not told."""

_MAX_DETAIL = 300
_SMALLEST = 10
"""Bare numbers below it need no ground: two ways, three tries."""

Check: TypeAlias = Callable[[Said, Ground], Iterator[str]]
Draft: TypeAlias = GuidanceDraft | ResponseDraft


def _hidden(said: Said, _: Ground) -> Iterator[str]:
    if any(map(hides, said.raw)):
        yield "has signs that nobody can see"
    if not all(text for text in said.texts):
        yield "has nothing to read"


def _amounts(said: Said, ground: Ground) -> Iterator[str]:
    for text in said.texts:
        for amount in amounts(without_moments(text)):
            if not _is_known(amount, ground.amounts):
                unit = f" {amount.unit}" if amount.unit else ""
                yield f"says {amount.value:f}{unit}, which is not in the facts"


def _is_known(amount: Amount, known: frozenset[Amount]) -> bool:
    if amount in known or (not amount.unit and amount.value < _SMALLEST):
        return True
    return any(amount.value == one.value and not (amount.unit and one.unit) for one in known)


def _moments(said: Said, ground: Ground) -> Iterator[str]:
    for text in said.texts:
        for moment in moments(text):
            if moment not in ground.moments:
                yield f"says “{moment.rstrip('?')}”, a day or time that is not in the facts"


def _names(said: Said, ground: Ground) -> Iterator[str]:
    known = known_words(ground.whole)
    for text in said.texts:
        for name in strange_names(text, known):
            yield f"names “{name[:40]}”, who or which is not in the facts"


def _phrases(said: Said, _: Ground) -> Iterator[str]:
    for phrase in phrases.banned(said.texts):
        yield f"says “{phrase[:60]}”, which we do not say"


def _do_nots(said: Said, ground: Ground) -> Iterator[str]:
    for rule in phrases.done_although(said.texts, ground.do_nots, ground.step):
        yield f"does what the playbook forbids: {rule[:200]}"


def _grade(said: Said, ground: Ground) -> Iterator[str]:
    """Texts of fewer words than a block has are read together with the others only."""
    texts = [_with_short_names(text, ground) for text in said.texts]
    whole = " ".join(text if text.endswith((".", "!", "?")) else f"{text}." for text in texts)
    for text in (*texts, whole):
        grade = reading.grade(text)
        if reading.word_count(text) >= reading.MIN_BLOCK and grade > reading.MAX_GRADE:
            limit = f"{reading.MAX_GRADE:.0f}"
            yield f"reads at grade {grade:.1f}, at most {limit}: “{text[:60]}”"
    for word in reading.banned(whole):
        yield f"has the word “{word}”; say: {reading.BANNED[word]}"


def _with_short_names(text: str, ground: Ground) -> str:
    """A long name makes no text hard to read."""
    for name in ground.names:
        for part in (name, *name.split()):
            text = text.replace(part, "Ann") if len(part) > 2 else text
    return text


def _language(said: Said, ground: Ground) -> Iterator[str]:
    """Our playbooks decide, and not the customer: they are in English, so the answer is."""
    if not is_english(ground.ours):
        return
    known = known_words(ground.whole)
    for text in said.texts:
        if not is_english(text):
            yield f"is not in English: “{text[:60]}”"
        other = [char for char in text if char.isalpha() and ord(char) > 0x24F]
        if other and not all(word in known for word in known_words(text) if not word.isascii()):
            yield f"has letters that English does not have: “{''.join(other)[:20]}”"


CHECKS: tuple[tuple[RefusalCode, Check], ...] = (
    (RefusalCode.RANGE, _hidden),
    (RefusalCode.SENSE, nonsense),
    (RefusalCode.AMOUNT, _amounts),
    (RefusalCode.MOMENT, _moments),
    (RefusalCode.NAME, _names),
    (RefusalCode.CASE, leaks.cases),
    (RefusalCode.CONTACT, leaks.contacts),
    (RefusalCode.SECRET, secret_asks.asked),
    (RefusalCode.PROMISE, promises.broken),
    (RefusalCode.PHRASE, _phrases),
    (RefusalCode.DO_NOT, _do_nots),
    (RefusalCode.LINK, leaks.links),
    (RefusalCode.GRADE, _grade),
    (RefusalCode.LANGUAGE, _language),
    (RefusalCode.CANARY, leaks.canary),
)
"""Every check, in the order in which they are told."""


def refusals(
    draft: Draft,
    facts: GuidanceFacts,
    now: datetime,
    *,
    canary: str,
    checks: tuple[tuple[RefusalCode, Check], ...] = CHECKS,
) -> tuple[Refusal, ...]:
    """Why a draft may not be shown; nothing when it may. At most 20 reasons, each once."""
    words, known = said(draft, canary), ground(facts, now)
    found = (
        Refusal(code=code, detail=detail[:_MAX_DETAIL])
        for code, check in checks
        for detail in check(words, known)
    )
    return tuple(dict.fromkeys(found))[:MAX_REFUSALS]


def judge(
    draft: Draft,
    facts: GuidanceFacts,
    placeholders: Placeholders,
    now: datetime,
    *,
    canary: str,
) -> tuple[Draft, tuple[Refusal, ...]]:
    """The draft with its placeholders filled in again, and why it may not be shown.

    Everything is checked as it would be shown: what a placeholder stands for counts too.
    """
    if found := strangers("\n".join(texts_of(draft)), placeholders):
        return draft, tuple(
            Refusal(code=RefusalCode.PLACEHOLDER, detail=f"has the unknown placeholder {one[:60]}")
            for one in found[:MAX_REFUSALS]
        )
    try:
        filled = refilled(draft, placeholders)
    except ValueError:
        detail = "is too long with its placeholders filled in"
        return draft, (Refusal(code=RefusalCode.RANGE, detail=detail),)
    return filled, refusals(filled, facts, now, canary=canary)


def refilled(draft: Draft, placeholders: Placeholders) -> Draft:
    """The draft with what its placeholders stand for. Raises ValueError when it is too long
    then."""
    if isinstance(draft, ResponseDraft):
        subject = refill(draft.subject, placeholders) if draft.subject else None
        return ResponseDraft(subject=subject, text=refill(draft.text, placeholders))
    return GuidanceDraft(
        summary=refill(draft.summary, placeholders),
        reason=refill(draft.reason, placeholders),
        opening=refill(draft.opening, placeholders),
        key_points=tuple(refill(one, placeholders) for one in draft.key_points),
        closing=refill(draft.closing, placeholders),
    )


def repair_request(reasons: tuple[Refusal, ...]) -> str:
    """What is said in the one attempt to mend a draft: our own words, and short.

    It quotes nothing that was refused: what a customer wrote must not come back as an order.
    """
    asked = dict.fromkeys(_MEND[reason.code] for reason in reasons)
    lines = "\n".join(f"- {one}" for one in asked)
    return f"Your answer was not taken. Write it again, as one JSON object, and mend this:\n{lines}"


_MEND = {
    RefusalCode.SHAPE: "Write all of the fields, each as plain text, and nothing beside them.",
    RefusalCode.PLACEHOLDER: "Use only placeholders that stand in the facts, exactly as they are.",
    RefusalCode.RANGE: "Write plain text in every field, and keep it short.",
    RefusalCode.SENSE: "Speak as the agent. Say each thing once. End every text. Give some hints.",
    RefusalCode.AMOUNT: "Say no number, amount or share that is not in the facts.",
    RefusalCode.MOMENT: "Say no day or time that is not in the facts. Leave it out.",
    RefusalCode.NAME: "Name nobody and nothing that is not in the facts.",
    RefusalCode.CASE: "Name no case number that is not in the facts.",
    RefusalCode.CONTACT: "Write no address and no telephone number.",
    RefusalCode.SECRET: "Ask for no password, PIN, code or number of a card.",
    RefusalCode.PROMISE: "Promise only what the step offers, and no more than it allows.",
    RefusalCode.PHRASE: "Use no pressure, no blame and no talk of policies or machines.",
    RefusalCode.DO_NOT: "Keep to everything under do_not.",
    RefusalCode.LINK: "Write no link, markup or code.",
    RefusalCode.GRADE: "Use short, common words and short sentences, for a child of eleven.",
    RefusalCode.LANGUAGE: "Write in English.",
    RefusalCode.CANARY: "Write only what is asked for.",
}
