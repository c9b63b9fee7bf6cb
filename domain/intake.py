"""A first guess at what a new matter is, and how bad: plain rules on English words, with reasons.

A guess opens the case with the right playbook; a person, or the case's agent, corrects it. It reads
only what the customer says now (`domain.quoted_reply` cuts the rest). The words stand in
`domain.intake_words`; of the types that match, the first in `TYPE_RULES` wins.

The awkward cases: "I do not want to cancel" is no threat, and "you cancelled my appointment" is
ours, not theirs; "if nobody calls I will cancel" is a threat. Cancelling an order, an appointment
or a newsletter is not leaving. These are not the signal words (`signals/`): in doubt a signal word
counts, for it only calls for a person's eye, while a type opens a playbook and has to be plain.

Words are read, and quoted, as they look (`domain.folding`): what nobody can see in a word, or takes
for another letter, does not hide it. Reasons quote the customer: they are content, and stay where
content stays.
"""

import re
from collections.abc import Iterable

from domain import intake_words as words
from domain.folding import alike
from models.escalation import EscalationType
from models.frozen import Frozen
from models.severity import Severity

QUOTE_LENGTH = 60
"""Characters of the customer's words in a reason."""


class Guess(Frozen):
    """What a new matter seems to be, and why."""

    type: EscalationType
    severity: Severity
    type_reason: str
    """One sentence that quotes the customer."""

    severity_reason: str


def _any(wordings: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{'|'.join(wordings)})(?![\w-])", re.IGNORECASE)


_TYPES = tuple(
    (kind, tuple(_any((wording,)) for wording in wordings)) for kind, wordings in words.TYPE_RULES
)
_LEGAL, _DANGER, _ANGER = _any(words.LEGAL), _any(words.DANGER), _any(words.ANGER)
_REPEATED, _SUPERIOR, _CALM = _any(words.REPEATED), _any(words.SUPERIOR), _any(words.CALM)
_NOW = re.compile(
    r"[^.!?\n]{0,40}\b(?:today|now|immediately|right away|straight away|at once|asap|effective)\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\s*(?:(?:hi|hello|hey|dear)\b[^.?!\n]{0,30}[,\n] ?)?"
    r"(?:how|what|where|when|which|who|is|are|can|could|do|does|would|will)\b|[^?]{0,400}\?",
    re.IGNORECASE,
)
_REPLY = re.compile(r"\s*(?:re|aw|sv|antw)\s*(?:\[\d+\]\s*)?:", re.IGNORECASE)
_POLICY = re.compile(
    r"(?:refund|money[- ]back|reimbursement|compensation)s? (?:polic|guarantee|conditions|terms)"
    r"|how long[^.?!\n]{0,40}(?:refund|reimburs)|(?:what|which) (?:cases|circumstances|situations)"
    r"|cancell?ation (?:fee|charge|penalt|polic)",
    re.IGNORECASE,
)
_VERBS = (
    r"(?:want|wanting|wish|intend|intending|plan|planning|going|mean|looking|trying|thinking|asking"
    r"|asked|considering|like|said|say|saying|about)"
)
_NEGATED = re.compile(
    rf"(?:(?:\b(?:not|never|no longer|nor)|n't) (?:\w+ )?{_VERBS}"
    r"(?: (?:to|you|me|us|my|of|about|them|that|i|i'd|i'm|was|am|really|anyone|a))*"
    r"|\b(?:avoid|without|instead of|rather than|prevent|from|not|never|not to|no(?: \w+)?"
    r"|(?:no|any) (?:plans?|need|intention|wish|reason)(?: to| of)?|nor|neither)"
    r"|(?<!ca)(?<!could)n't)(?: (?:be|having to|even|actually|really|a|an|to))* $",
    re.IGNORECASE,
)
_QUOTES = str.maketrans("\u201c\u201d", '""')
_SHOUTED = re.compile(r"\b[A-Z]{3,}\b")


def guess(subject: str, text: str) -> Guess:
    """Guess type and severity of what a customer wrote.

    The subject of a reply is not read: its words are old. `text` is without quotes and signature.
    `guess("Help", "I want to cancel my account today")` is a critical cancel threat.
    """
    subject = alike(subject)
    said = _plain(alike(text) if _REPLY.match(subject) else f"{subject}\n\n{alike(text)}")
    kind, hits = _type(said)
    severity, why = _severity(said, kind, hits)
    return Guess(
        type=kind,
        severity=severity,
        type_reason=_quote(hits[0]) if hits else "Nothing in it says what kind it is.",
        severity_reason=why,
    )


def _plain(text: str) -> str:
    """Straight quotes and single spaces; empty lines become line ends, other line ends spaces."""
    text = text.translate(_QUOTES)
    paragraphs = re.split(r"\n[ \t]*\n", text)
    return "\n".join(" ".join(each.split()) for each in paragraphs if each.strip())


def _meant(pattern: re.Pattern[str], said: str) -> list[re.Match[str]]:
    """The hits that are not denied in their own sentence."""
    hits = []
    for hit in pattern.finditer(said):
        before = re.split(r"[.!?;\n]", said[max(0, hit.start() - 80) : hit.start()])[-1]
        if not _NEGATED.search(before):
            hits.append(hit)
    return hits


def _type(said: str) -> tuple[EscalationType, list[re.Match[str]]]:
    """The first type that matches, with its hits, those of the plainest wording first."""
    for kind, patterns in _TYPES:
        hits = [hit for pattern in patterns for hit in _meant(pattern, said)]
        asks_policy = kind is EscalationType.BILLING_DISPUTE and _POLICY.search(said)
        if hits and not asks_policy:
            return kind, hits
    return EscalationType.OTHER, []


def _severity(said: str, kind: EscalationType, hits: list[re.Match[str]]) -> tuple[Severity, str]:
    """The gravest rule that holds; medium when none does."""
    grave = ((_LEGAL, "The law or the bank comes in"), (_DANGER, "Somebody may be hurt"))
    for pattern, why in grave:
        if found := _meant(pattern, said):
            return Severity.CRITICAL, f"{why}: {_quote(found[0], small=True)}"
    now = any(_NOW.match(said, hit.end()) for hit in hits)
    match kind:
        case EscalationType.EXECUTIVE:
            return Severity.CRITICAL, "An executive is in it."
        case EscalationType.CANCEL_THREAT if now:
            return Severity.CRITICAL, "The customer is leaving right now."
        case EscalationType.CANCEL_THREAT:
            return Severity.HIGH, "The customer may leave."
        case EscalationType.BILLING_DISPUTE if now:
            return Severity.HIGH, "The customer wants the money now."
    return _mood(said, kind)


def _mood(said: str, kind: EscalationType) -> tuple[Severity, str]:
    """High when angry or not for the first time, low when calm, else medium."""
    tone = (
        (_REPEATED, "It is not the first time"),
        (_ANGER, "The customer is angry"),
        (_SUPERIOR, "The customer asks for somebody higher up"),
    )
    for pattern, why in tone:
        if found := _meant(pattern, said):
            return Severity.HIGH, f"{why}: {_quote(found[0], small=True)}"
    if len(_SHOUTED.findall(said)) >= 5 or "!!!" in said:
        return Severity.HIGH, "The customer shouts."
    if hit := _CALM.search(said):
        return Severity.LOW, f"There is no hurry: {_quote(hit, small=True)}"
    if kind is EscalationType.OTHER and _QUESTION.match(said.strip()):
        return Severity.LOW, "It is a question."
    return Severity.MEDIUM, "Nothing in it says that it is worse or better than usual."


def _quote(hit: re.Match[str], *, small: bool = False) -> str:
    """`It says “cancel my account”.`"""
    evidence = " ".join(hit.group().split())
    if len(evidence) > QUOTE_LENGTH:
        evidence = evidence[: QUOTE_LENGTH - 1].rstrip() + "…"
    return f"{'it' if small else 'It'} says “{evidence}”."
