"""Whether an answer has the shape that was asked for."""

from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from domain.answer_shape import DEEPEST, misfit

ACTION = {
    "type": "object",
    "properties": {"kind": {"enum": ["call", "write"]}, "why": {"type": ["string", "null"]}},
    "required": ["kind"],
    "additionalProperties": False,
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "actions": {"type": "array", "items": {"$ref": "#/$defs/Action"}, "maxItems": 2},
        "score": {"type": "integer", "minimum": -100, "maximum": 100},
        "share": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        "words": {"type": "string", "minLength": 2, "maxLength": 5},
        "version": {"const": 1},
        "either": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Action"}]},
        "both": {"allOf": [{"$ref": "#/$defs/Action"}], "description": "says nothing"},
        "on": {"type": "boolean"},
        "nowhere": {"$ref": "#/$defs/Missing"},
        "round": {"$ref": "#/$defs/Round"},
    },
    "required": ["score"],
    "$defs": {
        "Action": ACTION,
        "Round": {"anyOf": [{"$ref": "#/$defs/Round"}, {"$ref": "#/$defs/Round"}]},
    },
}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"actions": []},
        {"actions": [{"kind": "call"}, {"kind": "write", "why": None}]},
        {"share": 0.5},
        {"words": "ab"},
        {"words": "abcde"},
        {"version": 1},
        {"either": "a"},
        {"either": {"kind": "call"}},
        {"both": {"kind": "call"}},
        {"on": False},
        {"another": "field"},
    ],
)
def test_what_fits_is_let_pass(more: dict[str, Any]) -> None:
    assert misfit({"score": -100, **more}, SCHEMA) is None


@pytest.mark.parametrize(
    ("answer", "where"),
    [
        ([], "the answer"),
        (None, "the answer"),
        ({}, "score"),
        ({"score": 1.5}, "score"),
        ({"score": True}, "score"),
        ({"score": "1"}, "score"),
        ({"score": 101}, "score"),
        ({"score": 10**15}, "score"),
        ({"score": -101}, "score"),
        ({"score": 1, "share": 0}, "share"),
        ({"score": 1, "share": 1.0}, "share"),
        ({"score": 1, "words": "a"}, "words"),
        ({"score": 1, "words": "abcdef"}, "words"),
        ({"score": 1, "version": 2}, "version"),
        ({"score": 1, "version": True}, "version"),
        ({"score": 1, "version": "1"}, "version"),
        ({"score": 1, "on": 0}, "on"),
        ({"score": 1, "on": None}, "on"),
        ({"score": 1, "either": 5}, "either"),
        ({"score": 1, "both": {"kind": "refund"}}, "both.kind"),
        ({"score": 1, "actions": {}}, "actions"),
        ({"score": 1, "actions": [{"kind": "call"}] * 3}, "actions"),
        ({"score": 1, "actions": [{"kind": "refund"}]}, "actions.0.kind"),
        ({"score": 1, "actions": [{"kind": "call"}, {}]}, "actions.1.kind"),
        ({"score": 1, "actions": [{"kind": "call", "why": 5}]}, "actions.0.why"),
        ({"score": 1, "actions": [{"kind": "call", "refund": 5}]}, "actions.0.?"),
        ({"score": 1, "nowhere": 1}, "nowhere"),
    ],
)
def test_what_does_not_fit_is_told_by_its_place(answer: Any, where: str) -> None:
    assert misfit(answer, SCHEMA) == where


def test_what_leads_in_a_circle_or_too_deep_ends() -> None:
    assert misfit({"score": 1, "round": 1}, SCHEMA) == "round"
    nest: dict[str, Any] = {"$ref": "#"}
    deep: Any = 1
    schema: Any = {}
    for _ in range(DEEPEST + 2):
        deep, schema = [deep], {"items": schema}
    assert misfit(deep, schema) is not None
    assert misfit(1, nest) == "the answer", "a reference to anything but a definition"


class Inner(BaseModel):
    """Part of a model's shape."""

    model_config = ConfigDict(extra="forbid")
    kind: str = Field(max_length=5)


class Outer(BaseModel):
    """A model whose schema has what ours have."""

    model_config = ConfigDict(extra="forbid")
    parts: list[Inner] = Field(max_length=2)
    note: str | None
    share: float = Field(ge=0, le=1)


@pytest.mark.parametrize(
    ("answer", "fits"),
    [
        ({"parts": [{"kind": "a"}], "note": None, "share": 0}, True),
        ({"parts": [], "note": "b", "share": 1.0}, True),
        ({"parts": [{"kind": "abcdef"}], "note": None, "share": 0}, False),
        ({"parts": [{"kind": "a", "x": 1}], "note": None, "share": 0}, False),
        ({"parts": [{"kind": "a"}] * 3, "note": None, "share": 0}, False),
        ({"parts": [], "note": 1, "share": 0}, False),
        ({"parts": [], "share": 0}, False),
        ({"parts": [], "note": None, "share": 1.01}, False),
    ],
)
def test_it_judges_a_model_s_schema_as_the_model_does(answer: Any, fits: bool) -> None:
    assert (misfit(answer, Outer.model_json_schema()) is None) is fits
    try:
        Outer.model_validate(answer)
    except ValueError:
        assert not fits
    else:
        assert fits
