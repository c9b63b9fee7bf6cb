"""The ground that a draft must stand on: what is known of a case, and what a step allows.

Two kinds of words. Ours are the playbook's and the record's: they are true. Theirs are messages,
titles and what was noticed in them: a customer can write anything, so an amount or a name may be
repeated from them, but no address, no case number and no promise.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.amounts import Amount, amounts
from domain.fact_words import fact_values, step_words
from domain.moments import known_moments, without_moments
from domain.plain import plain, without_tags
from domain.script import Placeholder, render
from models.draft import GuidanceDraft, ResponseDraft
from models.guidance_facts import GuidanceFacts
from models.money import Money
from models.step import Credit, OfferStep, Step, Task

MAX_THEIRS = 24_000
"""Characters of customers' words that are looked at."""

_GIVEN = (Placeholder.CUSTOMER_FIRST_NAME, Placeholder.CUSTOMER_NAME, Placeholder.CASE_TITLE)
"""What stands in our texts and a customer chose: it must not make a promise ours."""


@dataclass(frozen=True)
class Ground:
    """What may be said. Every text in it was read by `plain`."""

    ours: str
    theirs: str
    step: str
    """The words of the step to do now."""

    at_most: Money | None
    """What the step may cost at most."""

    is_credit: bool
    """Whether the step gives money back."""

    do_nots: tuple[str, ...]
    customer: str | None
    agent: str | None
    has_hints: bool
    """Whether the step has something to tell the agent, beside the first words."""

    names: tuple[str, ...]
    """Whose names may be long: the customer's, the agent's, the company's."""

    amounts: frozenset[Amount]
    moments: frozenset[str]
    step_amounts: frozenset[Amount]

    @property
    def whole(self) -> str:
        """Everything."""
        return f"{self.ours}\n{self.theirs}"


@dataclass(frozen=True)
class Said:
    """A draft for the checks. Every text was read by `plain`."""

    told: tuple[str, ...]
    """What the agent is told about the case."""

    spoken: tuple[str, ...]
    """What the customer hears or reads, and hints for it."""

    labels: tuple[str, ...]
    """Those of them that need not be sentences: hints, a subject."""

    hints: tuple[str, ...] | None
    """The hints; None for an answer, which has none."""

    raw: tuple[str, ...]
    """The texts as they were written."""

    canary: str

    @property
    def texts(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.told, *self.spoken)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Those that are whole sentences."""
        return (*self.told, *(text for text in self.spoken if text not in self.labels))

    @property
    def whole(self) -> str:
        """All of them, a line each."""
        return "\n".join(self.texts)


def said(draft: GuidanceDraft | ResponseDraft, canary: str) -> Said:
    """A draft as the checks want it."""
    told, spoken = _parts(draft)
    hints = tuple(map(plain, draft.key_points)) if isinstance(draft, GuidanceDraft) else None
    subject = "" if isinstance(draft, GuidanceDraft) else plain(draft.subject or "")
    return Said(
        labels=(subject,) if hints is None else hints,
        hints=hints,
        told=tuple(plain(text) for text in told),
        spoken=tuple(plain(text) for text in spoken),
        raw=(*told, *spoken),
        canary=canary,
    )


def ground(facts: GuidanceFacts, now: datetime) -> Ground:
    """What may be said about a case."""
    values = fact_values(facts, now)
    given = tuple(values[one] or "" for one in _GIVEN)
    values = {one: None if one in _GIVEN else value for one, value in values.items()}
    step = facts.step.step if facts.step else None
    step_text = _lines(step_words(step, values) if step else ())
    do_nots = tuple(plain(render(text, values)) for text in facts.what_not_to_do)
    ours = _lines((step_text, *_ours(facts), *filter(None, values.values()), *do_nots))
    theirs = _lines((*given, *_theirs(facts)))
    whole = f"{ours}\n{theirs}"
    customer = facts.customer
    people = (customer.name if customer else None, facts.agent_name, facts.company)
    return Ground(
        ours=ours,
        theirs=theirs,
        step=step_text,
        at_most=_at_most(step),
        is_credit=isinstance(step, Credit),
        do_nots=do_nots,
        customer=plain(customer.name) if customer else None,
        agent=plain(facts.agent_name) if facts.agent_name else None,
        has_hints=step is not None and _has_hints(step),
        names=tuple(plain(name) for name in people if name),
        amounts=frozenset(amounts(without_moments(whole))),
        moments=known_moments(whole),
        step_amounts=frozenset(amounts(step_text)),
    )


def texts_of(draft: GuidanceDraft | ResponseDraft) -> tuple[str, ...]:
    """Every text of a draft."""
    told, spoken = _parts(draft)
    return (*told, *spoken)


def _parts(draft: GuidanceDraft | ResponseDraft) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if isinstance(draft, GuidanceDraft):
        spoken = (draft.opening, *draft.key_points, draft.closing)
        return (draft.summary, draft.reason), spoken
    return (), (*((draft.subject,) if draft.subject else ()), draft.text)


def _ours(facts: GuidanceFacts) -> tuple[str, ...]:
    customer, chance = facts.customer, facts.prediction
    return (
        facts.summary,
        facts.win_condition,
        f"{facts.status} {facts.severity} {facts.type}".replace("_", " "),
        facts.due_in or "",
        (facts.step.due_in or "") if facts.step else "",
        facts.waits_for or "",
        f"{customer.since:%B %Y}" if customer and customer.since else "",
        f"{customer.tier} customer" if customer and customer.tier else "",
        f"{chance.value:.0%}, {chance.n} cases" if chance else "",
        *(one.id for one in facts.similar_cases),
    )


def _theirs(facts: GuidanceFacts) -> tuple[str, ...]:
    messages = "\n".join(without_tags(message.text) for message in facts.messages[::-1])
    others = (f"{one.outcome} {one.approach}" for one in facts.similar_cases)
    wish = without_tags(facts.wish or "")[:MAX_THEIRS]
    return (*facts.signals, *others, wish, messages[:MAX_THEIRS])


def _lines(texts: tuple[str, ...]) -> str:
    return plain("\n".join(text for text in texts if text))


def _has_hints(step: Step) -> bool:
    is_task = isinstance(step, Task) and bool(step.instructions)
    return is_task or (step.script is not None and bool(step.script.key_points))


def _at_most(step: Step | None) -> Money | None:
    return step.at_most if isinstance(step, OfferStep | Credit) else None
