"""Conditions: whether one holds for a case, which part of it did, and how to say it in words."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import assert_never

from domain.mentions import Words, first_mentioned, words
from models.facts import Facts
from models.predicate import All, Always, AnyOf, Compare, Fact, Not, Operator, Predicate

_NAMES: Mapping[Fact, str] = {
    Fact.TYPE: "the kind of case",
    Fact.SEVERITY: "how bad it is",
    Fact.SOURCE: "the way it came in",
    Fact.TEXT: "the customer",
    Fact.CUSTOMER_TIER: "the customer's plan",
    Fact.CUSTOMER_YEARS: "the customer's full years with us",
    Fact.CUSTOMER_ANNUAL_VALUE: "what the customer pays in a year, in cents,",
    Fact.APPOINTMENT_KNOWN: "an appointment",
    Fact.TOUCHES: "the number of messages and calls so far",
    Fact.REOPENED: "how often the case came back",
}

_VERBS: Mapping[Operator, str] = {
    Operator.IS: "is",
    Operator.IS_NOT: "is not",
    Operator.ONE_OF: "is",
    Operator.AT_LEAST: "is at least",
    Operator.AT_MOST: "is at most",
}
_TRUTH = {True: "true", False: "false"}


class _Reading:
    """The facts of one evaluation; the text is cut into words at most once."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    @cached_property
    def words(self) -> Words:
        return words(self.facts.text)

    def value(self, fact: Fact) -> str | int | bool | None:
        return getattr(self.facts, fact.value.replace(".", "_"))  # type: ignore[no-any-return]


def holds(predicate: Predicate, facts: Facts) -> bool:
    """Whether a condition is true of a case. Linear in the tree and in the text.

    A fact that is not known, such as the plan of an unknown customer, is equal to nothing:
    `is` and `one_of` are false for it, and `is_not` is true.
    """
    return _reason(predicate, _Reading(facts)) is not None


def reason(predicate: Predicate, facts: Facts) -> str | None:
    """Why a condition is true, as a clause: the part of it that decided. None when it is not true.

    Where the customer's words decided, the phrase named is the playbook's, never the customer's.
    """
    return _reason(predicate, _Reading(facts))


def _reason(node: Predicate, reading: _Reading) -> str | None:
    match node:
        case Always():
            return "it fits every case"
        case All(all=parts):
            reasons: list[str] = []
            for part in parts:
                if (why := _reason(part, reading)) is None:
                    return None
                reasons.append(why)
            return " and ".join(reasons)
        case AnyOf(any=parts):
            return next((why for part in parts if (why := _reason(part, reading))), None)
        case Not(not_=part):
            return _deny(part) if _reason(part, reading) is None else None
        case Compare():
            return _compared(node, reading)
        case never:
            assert_never(never)


def _compared(node: Compare, reading: _Reading) -> str | None:
    if node.op is Operator.MENTIONS:
        phrase = first_mentioned(_several(node), reading.words)
        return None if phrase is None else f"the customer says “{phrase}”"
    return sentence(node) if _fits(node, reading.value(node.field)) else None


def _fits(node: Compare, known: str | int | bool | None) -> bool:
    match node.op:
        case Operator.IS:
            return known == node.value
        case Operator.IS_NOT:
            return known != node.value
        case Operator.ONE_OF:
            return known in _several(node)
        case Operator.AT_LEAST | Operator.AT_MOST:
            if not isinstance(known, int) or not isinstance(node.value, int):
                return False
            return known >= node.value if node.op is Operator.AT_LEAST else known <= node.value
        case Operator.MENTIONS:
            raise AssertionError("answered from the words of the text")
        case never:
            assert_never(never)


def asks_for_words(predicate: Predicate) -> bool:
    """Whether a condition cannot be answered without the customer's words."""
    match predicate:
        case All(all=parts) | AnyOf(any=parts):
            return any(asks_for_words(part) for part in parts)
        case Not(not_=part):
            return asks_for_words(part)
        case Compare(op=op):
            return op is Operator.MENTIONS
        case Always():
            return False
        case never:
            assert_never(never)


def sentence(predicate: Predicate) -> str:
    """A condition in plain words, as a clause: `the kind of case is missed appointment`."""
    match predicate:
        case Always():
            return "it is any case"
        case All(all=parts):
            return ", and ".join(_inside(part) for part in parts)
        case AnyOf(any=parts):
            return ", or ".join(_inside(part) for part in parts)
        case Not(not_=part):
            return _deny(part)
        case Compare():
            return _say(predicate)
        case never:
            assert_never(never)


def _inside(part: Predicate) -> str:
    """A part of a bigger condition, in brackets where one could read it two ways."""
    several = (isinstance(part, All) and len(part.all) > 1) or (
        isinstance(part, AnyOf) and len(part.any) > 1
    )
    return f"({sentence(part)})" if several else sentence(part)


def _deny(part: Predicate) -> str:
    if isinstance(part, Compare) and part.op is Operator.MENTIONS:
        return _say(part).replace(" says ", " does not say ", 1)
    return f"it is not so that {_inside(part)}"


def _say(node: Compare) -> str:
    name = _NAMES[node.field]
    if node.op is Operator.MENTIONS:
        return f"{name} says {_listed(f'“{phrase}”' for phrase in _several(node))}"
    if node.field is Fact.APPOINTMENT_KNOWN:
        known = bool(node.value) is (node.op is Operator.IS)
        return "an appointment is known" if known else "no appointment is known"
    return f"{name} {_VERBS[node.op]} {_listed(_plain(node))}"


def _several(node: Compare) -> tuple[str, ...]:
    return node.value if isinstance(node.value, tuple) else ()


def _plain(node: Compare) -> tuple[str, ...]:
    """The values as a person writes them."""
    if isinstance(node.value, tuple):
        return tuple(value.replace("_", " ") for value in node.value)
    if isinstance(node.value, bool):
        return (_TRUTH[node.value],)
    return (str(node.value).replace("_", " "),)


def _listed(values: Iterable[str]) -> str:
    """One, or two with `or`, or more: `a, b or c`."""
    *most, last = values
    return f"{', '.join(most)} or {last}" if most else last
