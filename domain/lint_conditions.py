"""Conditions that can never be true, because of a spelling or of the place where they stand."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from models.customer import Tier
from models.escalation import EscalationType, Source
from models.finding import Finding
from models.playbook import Place, Playbook
from models.predicate import All, AnyOf, Compare, Fact, Not, Predicate
from models.severity import Severity

_VALUES: Mapping[Fact, type[StrEnum]] = {
    Fact.TYPE: EscalationType,
    Fact.SEVERITY: Severity,
    Fact.SOURCE: Source,
    Fact.CUSTOMER_TIER: Tier,
}


def condition_findings(playbook: Playbook) -> Iterator[Finding]:
    """Unknown values, phrases without a word, and texts asked for when they are gone."""
    yield from _findings(playbook.triggers.when, ("triggers", "when"))
    for index, step in enumerate(playbook.steps):
        if step.when is None:
            continue
        place = ("steps", index, "when")
        yield from _findings(step.when, place)
        if any(node.field is Fact.TEXT for _, node in _compared(step.when, place)):
            yield Finding(
                where=where(place),
                what="a step cannot ask for the customer's words: a running case has none",
                mend="Ask in the trigger, or for another field such as `type`.",
            )


def where(place: Place) -> str:
    """A place as it is shown: `steps.2.due`."""
    return ".".join(str(part) for part in place)


def _findings(root: Predicate, place: Place) -> Iterator[Finding]:
    for at, node in _compared(root, place):
        known = _VALUES.get(node.field)
        values = node.value if isinstance(node.value, tuple) else (node.value,)
        for value in values:
            if known and value not in list(known):
                names = ", ".join(known)
                what = f"`{value}` is not a {node.field} that we know"
                yield Finding(where=where((*at, "value")), what=what, mend=f"Use one of: {names}.")
            if node.field is Fact.TEXT and not any(map(str.isalnum, str(value))):
                what = f"`{value}` has no word in it, so no text mentions it"
                yield Finding(where=where((*at, "value")), what=what, mend="Write a word.")


def _compared(node: Predicate, place: Place) -> Iterator[tuple[Place, Compare]]:
    match node:
        case Compare():
            yield place, node
        case All(all=parts):
            for index, part in enumerate(parts):
                yield from _compared(part, (*place, "all", index))
        case AnyOf(any=parts):
            for index, part in enumerate(parts):
                yield from _compared(part, (*place, "any", index))
        case Not(not_=part):
            yield from _compared(part, (*place, "not"))
        case _:
            return
