"""Conditions as a typed tree: `all`, `any`, `not` over documented fields. Safe by construction.

At most 5 levels deep and 100 nodes, lists of at most 200 values; evaluated in linear time.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from models.frozen import Frozen
from models.text import Line

MAX_DEPTH = 5
MAX_NODES = 100


class Fact(StrEnum):
    """What a condition can ask about."""

    TYPE = "type"
    SEVERITY = "severity"
    SOURCE = "source"
    TEXT = "text"
    """Title and description together."""

    CUSTOMER_TIER = "customer.tier"
    CUSTOMER_YEARS = "customer.years"
    CUSTOMER_ANNUAL_VALUE = "customer.annual_value"
    """Minor units of the customer's currency."""

    APPOINTMENT_KNOWN = "appointment.known"
    TOUCHES = "touches"
    """Messages and calls so far."""

    REOPENED = "reopened"
    """How often the case was reopened."""


class Operator(StrEnum):
    """How a field is compared."""

    IS = "is"
    IS_NOT = "is_not"
    ONE_OF = "one_of"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    MENTIONS = "mentions"
    """The text has at least one of these words or phrases, whole words, any case."""


_NUMBERS = {Fact.CUSTOMER_YEARS, Fact.CUSTOMER_ANNUAL_VALUE, Fact.TOUCHES, Fact.REOPENED}
_NUMBERS_AS_TEXT = [str(fact) for fact in _NUMBERS]
_DIGITS = re.compile(r"^[0-9]{1,16}$")


class Compare(Frozen):
    """One comparison: `{field: severity, op: is, value: critical}`."""

    field: Fact
    op: Operator
    value: (
        Annotated[bool, Field(strict=True)]
        | Annotated[int, Field(ge=0, le=10**15)]
        | Line
        | Annotated[tuple[Line, ...], Field(min_length=1, max_length=200)]
    )

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: Any) -> Any:
        """Content files know only text: where a number or a truth is wanted, read one."""
        if not isinstance(given, dict) or not isinstance(value := given.get("value"), str):
            return given
        if given.get("field") in _NUMBERS_AS_TEXT and _DIGITS.match(value):
            return {**given, "value": int(value)}
        if given.get("field") == Fact.APPOINTMENT_KNOWN and value in ("true", "false"):
            return {**given, "value": value == "true"}
        return given

    @model_validator(mode="after")
    def _fits(self) -> Compare:
        several = isinstance(self.value, tuple)
        if several != (self.op in (Operator.ONE_OF, Operator.MENTIONS)):
            raise ValueError(f"`{self.op}` wants {'one value' if several else 'a list of values'}")
        if (self.op is Operator.MENTIONS) != (self.field is Fact.TEXT):
            raise ValueError("`mentions` goes with the field `text`, and `text` with `mentions`")
        if self.op in (Operator.AT_LEAST, Operator.AT_MOST) and self.field not in _NUMBERS:
            raise ValueError(f"`{self.op}` wants a number field; `{self.field}` is none")
        if self.field in _NUMBERS and type(self.value) is not int:
            raise ValueError(f"`{self.field}` is compared with a whole number")
        if self.field is Fact.APPOINTMENT_KNOWN and not isinstance(self.value, bool):
            raise ValueError("`appointment.known` is compared with true or false")
        return self


class All(Frozen):
    """True when every one of its conditions is."""

    all: Annotated[tuple[Predicate, ...], Field(min_length=1, max_length=50)]


class AnyOf(Frozen):
    """True when at least one of its conditions is."""

    any: Annotated[tuple[Predicate, ...], Field(min_length=1, max_length=50)]


class Not(Frozen):
    """True when its condition is not."""

    model_config = ConfigDict(populate_by_name=True)

    not_: Annotated[Predicate, Field(alias="not")]


class Always(Frozen):
    """True for every case."""

    always: Annotated[Literal[True], BeforeValidator(lambda given: given in (True, "true"))]


def _kind(given: Any) -> str | None:
    """Which condition it is, told by its keys, so that an error names one kind and not all."""
    if isinstance(given, Compare | All | AnyOf | Not | Always):
        return type(given).__name__
    if not isinstance(given, dict):
        return None
    keys = {"all": "All", "any": "AnyOf", "not": "Not", "not_": "Not", "always": "Always"}
    return next((name for key, name in keys.items() if key in given), "Compare")


Predicate = Annotated[
    Annotated[Compare, Tag("Compare")]
    | Annotated[All, Tag("All")]
    | Annotated[AnyOf, Tag("AnyOf")]
    | Annotated[Not, Tag("Not")]
    | Annotated[Always, Tag("Always")],
    Discriminator(_kind),
]
All.model_rebuild()
AnyOf.model_rebuild()
Not.model_rebuild()


def size(node: Predicate) -> tuple[int, int]:
    """How deep a tree is, and how many nodes it has."""
    match node:
        case All(all=parts) | AnyOf(any=parts):
            inner = [size(part) for part in parts]
        case Not(not_=part):
            inner = [size(part)]
        case _:
            return 1, 1
    return 1 + max(depth for depth, _ in inner), 1 + sum(count for _, count in inner)


def bounded(node: Predicate) -> Predicate:
    """Refuse a tree of more than 5 levels or 100 nodes with a ValueError."""
    depth, count = size(node)
    if depth > MAX_DEPTH:
        raise ValueError(f"is {depth} levels deep; at most {MAX_DEPTH} are allowed")
    if count > MAX_NODES:
        raise ValueError(f"has {count} conditions; at most {MAX_NODES} are allowed")
    return node
