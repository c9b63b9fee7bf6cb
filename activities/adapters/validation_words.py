"""What Pydantic found wrong, in plain words, each with its place in the document as written."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from pydantic import ValidationError

from activities.adapters.yaml_tree import Flaw, Node
from models.duration import say_duration
from models.playbook import Misfits, Place

_TAGS = frozenset({"Compare", "All", "AnyOf", "Not", "Always", "[key]"})
"""What Pydantic names in a place that nobody wrote: a kind of condition, or that a key is meant."""

_CONDITION = "Use `field`, `op` and `value`, or one of: all, any, not, always."
_LENGTH_OF_TIME = "Write it like 15m, 24h or 7d."
_MEMBER = re.compile(r"<[^<>:]*: ([^<>]*)>")
_PART = re.compile(r"(days|seconds)=(\d+)")
_PATTERNS = {
    "^[a-z0-9]+(-[a-z0-9]+)*$": "may only have lower case letters, digits and single hyphens",
    "^[A-Z]{3}$": "must be a currency code of three capital letters, such as USD",
}
_SAYINGS: dict[str, tuple[str, str]] = {
    "missing": ("is missing", "Add it."),
    "extra_forbidden": ("is not a key that we know", "Take it out, or check its spelling."),
    "enum": ("must be one of: {expected}", ""),
    "literal_error": ("must be: {expected}", ""),
    "union_tag_invalid": ("must be one of: {expected_tags}", ""),
    "int_parsing": ("must be a whole number", ""),
    "int_type": ("must be a whole number", ""),
    "int_from_float": ("must be a whole number", ""),
    "int_parsing_size": ("is too big a number", ""),
    "float_parsing": ("must be a number", ""),
    "float_type": ("must be a number", ""),
    "finite_number": ("must be a number", ""),
    "bool_parsing": ("must be true or false", ""),
    "bool_type": ("must be true or false", ""),
    "time_delta_parsing": ("is not a length of time", _LENGTH_OF_TIME),
    "time_delta_type": ("is not a length of time", _LENGTH_OF_TIME),
    "string_type": ("must be text", ""),
    "tuple_type": ("must be a list", "Begin each line of it with a hyphen."),
    "dict_type": ("must be a block of keys", ""),
    "model_type": ("must be a block of keys", ""),
    "model_attributes_type": ("must be a block of keys", ""),
    "string_too_short": ("must not be empty", ""),
    "string_too_long": ("is too long: at most {max_length} characters", ""),
    "too_short": ("needs at least {min_length}", "Add one."),
    "too_long": ("has too many: at most {max_length}", ""),
    "greater_than": ("must be more than {gt}", ""),
    "greater_than_equal": ("must be at least {ge}", ""),
    "less_than": ("must be less than {lt}", ""),
    "less_than_equal": ("must be at most {le}", ""),
}


MAX_ERRORS = 500
"""Later ones are not looked at: nobody mends so many in one go."""


class _Spot(NamedTuple):
    """A place in the document, and what stands there or nearest above."""

    place: Place
    node: Node
    is_guess: bool
    """The error is about one member of a union of which another may have been meant."""


def flaws_of(error: ValidationError, root: Node) -> Iterator[Flaw]:
    """Every flaw once, at the deepest place that is known."""
    raw_errors = error.errors(include_url=False, include_input=False)[:MAX_ERRORS]
    found = [one for raw in raw_errors for one in _flaws(dict(raw), root)]
    precise = {flaw.place for flaw, is_guess in found if not is_guess}
    seen: set[Place] = set()
    for flaw, is_guess in found:
        if is_guess and (flaw.place in seen or _any_below(precise, flaw.place)):
            continue
        seen.add(flaw.place)
        yield flaw


def _any_below(places: Iterable[Place], place: Place) -> bool:
    return any(other[: len(place)] == place for other in places)


def _flaws(raw: dict[str, Any], root: Node) -> Iterator[tuple[Flaw, bool]]:
    """The flaws of one error; and whether it is only one of several guesses at a union."""
    kind, context = str(raw["type"]), raw.get("ctx") or {}
    spot = _locate(tuple(raw["loc"]), root, lacks_key=kind == "missing")
    problem = context.get("error")
    if isinstance(problem, Misfits):
        for misfit in problem.found:
            yield _flaw(_walk((*spot.place, *misfit.place), root), misfit.what), False
    elif kind == "union_tag_not_found":
        is_step = "_kind()" not in str(context.get("discriminator"))
        what = "needs a `kind`" if is_step else "is not a condition"
        mend = "Add `kind: call`, or another kind." if is_step else _CONDITION
        yield _flaw(spot, what, mend), False
    elif kind == "union_tag_invalid":
        yield _flaw(_walk((*spot.place, "kind"), root), *_say(kind, context, "")), False
    elif kind == "too_short" and spot.node.value:
        return  # its items are wrong, and that is said where they stand
    elif spot.is_guess:
        yield _flaw(spot, "is not a value that fits here"), True
    else:
        yield _flaw(spot, *_say(kind, context, str(raw["msg"]))), False


def _flaw(spot: _Spot, what: str, mend: str = "") -> Flaw:
    return Flaw(spot.node.line, spot.place, what, mend)


def _say(kind: str, context: dict[str, Any], message: str) -> tuple[str, str]:
    if kind == "value_error":
        return str(context.get("error", message)), ""
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(str(context.get("pattern")), "is not written as it should be"), ""
    if kind not in _SAYINGS:
        return f"is not right ({message})", ""
    what, mend = _SAYINGS[kind]
    return what.format_map({key: _value(value) for key, value in context.items()}), mend


def _value(value: object) -> str:
    """A limit or a choice as a person writes it; Pydantic gives some of them as Python's `repr`."""
    text = _MEMBER.sub(r"\1", str(value)).replace("'", "")
    if text.startswith("datetime.timedelta("):
        parts = {name: int(count) for name, count in _PART.findall(text)}
        return say_duration(timedelta(**parts))
    return text


def _locate(loc: Place, root: Node, *, lacks_key: bool) -> _Spot:
    """Where in the document Pydantic means.

    Its places hold names between the keys that are not in the document: the kind of a step, the
    kind of a condition, the type of a value.
    """
    is_in_step = len(loc) > 2 and loc[0] == "steps"
    return _walk((*loc[:2], *loc[3:]) if is_in_step else loc, root, lacks_key=lacks_key)


def _walk(parts: Place, root: Node, *, lacks_key: bool = False) -> _Spot:
    place: list[str | int] = []
    node, is_guess = root, False
    for index, part in enumerate(parts):
        inner = _child(node, part)
        if inner is not None:
            node, is_guess = inner, False
            place.append(part)
        elif lacks_key and index == len(parts) - 1:
            place.append(part)
        elif part not in _TAGS:
            is_guess = True
    return _Spot(tuple(place), node, is_guess and not lacks_key)


def _child(node: Node, part: str | int) -> Node | None:
    if isinstance(node.value, dict) and isinstance(part, str):
        return node.value.get(part)
    if isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
        return node.value[part]
    return None
