"""Prompts: what a language model is told, so that a customer's words stay what they are: facts.

The rule. Our instructions stand in the system message, and nothing else does. Everything that
somebody else wrote stands in the user message, in one JSON object, without tags, hidden signs or
personal details, and never more than so much of it. The newest messages matter most.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TypeAlias

from domain.fact_words import fact_values
from domain.plain import visible, without_tags
from domain.redaction import redact_all
from domain.script import Placeholder, Values, render
from models.draft import ReplyChannel
from models.escalation import NUMBER_PREFIX
from models.guidance_facts import GuidanceFacts, KnownFields, MessageFacts, StepFacts
from models.prompt import CANARY, Prompt, PromptFile
from models.step import Credit, OfferStep, Task

MAX_MESSAGE = 4000
"""Characters of one message."""

MAX_MESSAGES = 6
"""The newest ones."""

MAX_LOOKED_AT = 3 * MAX_MESSAGE
"""Characters of one text that are looked through for what is personal."""

MAX_USER = 24_000
"""Characters of the whole user message."""

_MAX_OURS = 1000
"""Characters of one text of the playbook."""

_TIGHTER = (MAX_MESSAGE, 3000, 2000, 1000, 500, 200, 80, 20)
"""How much of each text is kept, until everything fits."""

Json: TypeAlias = "str | bool | list[Json] | dict[str, Json] | None"


def prompt(
    file: PromptFile,
    facts: GuidanceFacts,
    known: KnownFields,
    *,
    canary: str,
    now: datetime,
    channel: ReplyChannel | None = None,
) -> Prompt:
    """What is sent for one request. `canary` is a secret mark of it: no answer may have it.

    Details are taken out before texts are cut, so that no half of one is left.
    """
    told = _facts(facts, now)
    if channel is not None:
        told["channel"] = channel.value
    texts = [visible(without_tags(_bounded(text))) for text in _texts(told)]
    redacted, placeholders = redact_all(texts, _with_people(known, facts))
    return Prompt(
        name=file.name,
        system=file.text.replace(CANARY, canary),
        user=_fitting(told, redacted),
        max_tokens=file.max_tokens,
        output=file.output,
        placeholders=placeholders,
    )


def sentiment_prompt(file: PromptFile, text: str, known: KnownFields, *, canary: str) -> Prompt:
    """What is sent to have one text read."""
    [redacted], placeholders = redact_all([visible(without_tags(_bounded(text)))], known)
    return Prompt(
        name=file.name,
        system=file.text.replace(CANARY, canary),
        user=json.dumps({"text": _cut(redacted, MAX_MESSAGE)}, ensure_ascii=False),
        max_tokens=file.max_tokens,
        output=file.output,
        placeholders=placeholders,
    )


def _bounded(text: str) -> str:
    """As much as is worth looking at: what follows would be cut anyway. It ends with a word."""
    if len(text) <= MAX_LOOKED_AT:
        return text
    return text[:MAX_LOOKED_AT].rpartition(" ")[0] or text[:MAX_LOOKED_AT]


def _with_people(known: KnownFields, facts: GuidanceFacts) -> KnownFields:
    """The names in the facts are personal too, whether they were given or not."""
    people = (facts.customer.name if facts.customer else None, facts.agent_name)
    names = (*known.names, *(name for name in people if name))
    return known.model_copy(update={"names": tuple(dict.fromkeys(names))})


def _facts(facts: GuidanceFacts, now: datetime) -> dict[str, Json]:
    values = fact_values(facts, now)
    customer = facts.customer
    return {
        "customer": None
        if customer is None
        else {
            "first_name": customer.first_name,
            "name": customer.name,
            "with_us_for": values[Placeholder.CUSTOMER_YEARS],
            "pays_a_year": str(customer.annual_value) if customer.annual_value else None,
            "tier": customer.tier.value if customer.tier else None,
        },
        "case": {
            "number": facts.number,
            "type": facts.type.value,
            "severity": facts.severity.value,
            "status": facts.status.value,
            "title": facts.title,
            "agent": facts.agent_name,
            "company": facts.company,
            "clock": facts.light.value,
            "due": facts.due_in,
            "waits_for": facts.waits_for,
            "appointment": _joined(facts.appointment_day, facts.appointment_time),
        },
        "playbook": render(facts.summary, values),
        "step": _step(facts.step, values) if facts.step else None,
        "do_not": [render(text, values) for text in facts.what_not_to_do],
        "goal": render(facts.win_condition, values),
        "noticed": list(facts.signals),
        "similar_cases": [
            # What was done in a case of another system is free text, and may name its customer.
            {"id": one.id, "outcome": one.outcome, "approach": one.approach}
            if one.id.startswith(NUMBER_PREFIX)
            else {"outcome": one.outcome}
            for one in facts.similar_cases
        ],
        "messages": [_message(one) for one in facts.messages[-MAX_MESSAGES:]],
        **({"agent_wants": facts.wish} if facts.wish else {}),
    }


def _step(facts: StepFacts, values: Values) -> dict[str, Json]:
    step = facts.step
    told: dict[str, Json] = {
        "kind": step.kind.value,
        "title": render(step.title, values),
        "why": render(step.why, values) if step.why else None,
        "due": facts.due_in,
        "outcomes": [one.label for one in step.outcomes],
    }
    if step.script:
        told["script"] = {
            "opening": render(step.script.opening, values),
            "key_points": [render(one, values) for one in step.script.key_points],
            "closing": render(step.script.closing, values) if step.script.closing else None,
        }
    if isinstance(step, OfferStep):
        told["offer"] = render(step.offer, values)
    if isinstance(step, OfferStep | Credit):
        told["at_most"] = str(step.at_most) if step.at_most else None
    if isinstance(step, Task):
        told["instructions"] = [render(one, values) for one in step.instructions]
    return told


def _message(message: MessageFacts) -> Json:
    return {"direction": message.direction.value, "text": message.text}


def _joined(*words: str | None) -> str | None:
    return ", ".join(word for word in words if word) or None


def _texts(told: Json) -> Iterator[str]:
    """Every text in it, in order. It is at most four deep: we built it."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, list):
        for one in told:
            yield from _texts(one)
    elif isinstance(told, dict):
        for one in told.values():
            yield from _texts(one)


def _fitting(told: dict[str, Json], texts: list[str]) -> str:
    """The object as JSON, with as much of each text as fits into the whole."""
    said = ""
    for at_most in _TIGHTER:
        left = iter(texts)
        whole = {name: _with(one, left, at_most, name) for name, one in told.items()}
        said = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
        if len(said) <= MAX_USER:
            break
    return said


def _with(told: Json, texts: Iterator[str], at_most: int, name: str) -> Json:
    """The same object with these texts in it."""
    if isinstance(told, str):
        return _cut(next(texts), at_most if name == "messages" else min(at_most, _MAX_OURS))
    if isinstance(told, list):
        return [_with(one, texts, at_most, name) for one in told]
    if isinstance(told, dict):
        return {key: _with(one, texts, at_most, name) for key, one in told.items()}
    return told


def _cut(text: str, at_most: int) -> str:
    """Not in the middle of a placeholder."""
    if len(text) <= at_most:
        return text
    kept = text[:at_most]
    opened = kept.rfind("[")
    if opened > at_most - 20 and "]" not in kept[opened:]:
        kept = kept[:opened]
    return kept
