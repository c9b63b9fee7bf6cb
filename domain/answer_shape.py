"""Whether an answer has the shape that was asked for: the part of JSON Schema that we use.

Endpoints promise it and do not keep it: some ignore the schema, some drop the limits of numbers.
So every answer is looked at here, and once more by whoever asked, who knows what it means.
"""

from collections.abc import Mapping, Sequence
from typing import Any

DEEPEST = 20
"""Levels of an answer, and steps through references."""

_KINDS: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "integer": (int,),
    "number": (int, float),
}


def misfit(value: Any, schema: Any) -> str | None:
    """Where a value does not fit, such as `actions.0.kind`; None when it does.

    Known are `type`, `enum`, `const`, `anyOf`, `allOf`, `$ref` into `$defs`, `properties`,
    `required`, `additionalProperties`, `items`, and the limits of lengths and numbers. A
    description or a pattern asks for nothing here.
    """
    return _look(value, schema, schema, (), 0)


def _look(value: Any, schema: Any, root: Any, at: tuple[str, ...], deep: int) -> str | None:
    place = ".".join(at) or "the answer"
    if deep > DEEPEST:
        return place
    if not isinstance(schema, Mapping):
        return None if schema is not False else place
    ways = schema.get("anyOf")
    if isinstance(ways, list) and all(_look(value, one, root, at, deep + 1) for one in ways):
        return place
    name = schema.get("$ref")
    meant = [_meant(name, root)] if isinstance(name, str) else []
    for one in (*meant, *schema.get("allOf", ())):
        if found := _look(value, one, root, at, deep + 1):
            return found
    if not (_is_a(value, schema) and _is_one_of(value, schema) and _is_within(value, schema)):
        return place
    match value:
        case dict():
            return _fields(value, schema, root, at, deep)
        case list():
            return _items(value, schema, root, at, deep)
        case _:
            return None


def _meant(name: str, root: Any) -> Any:
    """What a reference stands for. One that leads nowhere lets nothing pass."""
    defined = root.get("$defs", {}) if isinstance(root, Mapping) else {}
    return defined.get(name.removeprefix("#/$defs/"), False)


def _is_a(value: Any, schema: Mapping[str, Any]) -> bool:
    asked = schema.get("type")
    if asked is None:
        return True
    names = asked if isinstance(asked, list) else [asked]
    if isinstance(value, bool):
        return "boolean" in names
    return any(isinstance(value, _KINDS.get(name, ())) for name in names)


def _is_one_of(value: Any, schema: Mapping[str, Any]) -> bool:
    allowed = [*schema["enum"]] if "enum" in schema else None
    if "const" in schema:
        allowed = [schema["const"]]
    return allowed is None or any(type(one) is type(value) and one == value for one in allowed)


def _is_within(value: Any, schema: Mapping[str, Any]) -> bool:
    match value:
        case str():
            return _between(len(value), schema, "minLength", "maxLength")
        case list():
            return _between(len(value), schema, "minItems", "maxItems")
        case bool():
            return True
        case int() | float():
            above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
            open_ends = (above is None or value > above) and (below is None or value < below)
            return open_ends and _between(value, schema, "minimum", "maximum")
        case _:
            return True


def _between(found: float, schema: Mapping[str, Any], least: str, most: str) -> bool:
    low, high = schema.get(least), schema.get(most)
    return (low is None or found >= low) and (high is None or found <= high)


def _fields(
    value: Mapping[str, Any], schema: Mapping[str, Any], root: Any, at: tuple[str, ...], deep: int
) -> str | None:
    known = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            return ".".join((*at, name))
    for name, one in value.items():
        asked = known.get(name, schema.get("additionalProperties", True))
        if found := _look(one, asked, root, (*at, name if name in known else "?"), deep + 1):
            return found
    return None


def _items(
    value: Sequence[Any], schema: Mapping[str, Any], root: Any, at: tuple[str, ...], deep: int
) -> str | None:
    asked = schema.get("items", True)
    for place, one in enumerate(value):
        if found := _look(one, asked, root, (*at, str(place)), deep + 1):
            return found
    return None
