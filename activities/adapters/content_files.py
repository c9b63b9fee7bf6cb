"""Content files: strict YAML in, a noun out; or all that is wrong, with file, line and key."""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from activities.adapters.validation_words import flaws_of
from activities.adapters.yaml_tree import MAX_BYTES, Flaw, Node, compose, too_large
from models.errors import ContentInvalid, Trouble
from models.finding import Finding

MAX_TROUBLES = 50
"""More are counted and not listed."""

_MAX_WORDS = 300
Noun = TypeVar("Noun", bound=BaseModel)


def read_text(path: Path, leaf: type[ContentInvalid], *, at_most: int = MAX_BYTES) -> str:
    """The text of a file. Raises `leaf` when it is too large, not UTF-8, or cannot be read."""
    try:
        with path.open("rb") as file:
            raw = file.read(at_most + 1)
        if len(raw) > at_most:
            raise refused(path.name, (too_large(at_most),), leaf)
        return raw.decode("utf-8-sig")
    except OSError as error:
        flaw = Flaw(1, (), f"cannot be read ({error.strerror})", "Check its name and rights.")
        raise refused(path.name, (flaw,), leaf) from None
    except UnicodeDecodeError:
        flaw = Flaw(1, (), "is not UTF-8", "Save it as UTF-8.")
        raise refused(path.name, (flaw,), leaf) from None


def parse_as(noun: type[Noun], text: str, name: str, leaf: type[ContentInvalid]) -> Noun:
    """The noun in a text. `name` is what its troubles call it.

    Every value is text at first; the model makes numbers, truths and durations of it. Raises
    `leaf` with all troubles found, and nothing else, whatever the text is.
    """
    root, flaws = compose(text)
    if root is None:
        raise refused(name, flaws, leaf)
    try:
        found = noun.model_validate(_plain(root))
    except ValidationError as error:
        known = {flaw.place for flaw in flaws}
        more = (flaw for flaw in flaws_of(error, root) if flaw.place not in known)
        raise refused(name, (*flaws, *more), leaf) from None
    if flaws:
        raise refused(name, flaws, leaf)
    return found


def with_lines(findings: tuple[Finding, ...], text: str, name: str) -> tuple[Finding, ...]:
    """The findings of a lint with the file's name and line before each key."""
    root, _ = compose(text)
    return tuple(
        finding.model_copy(update={"where": f"{name}:{_line(root, finding.where)} {finding.where}"})
        for finding in findings
    )


def _line(root: Node | None, key: str) -> int:
    line = 1
    node = root
    for part in key.split("."):
        if node is not None and isinstance(node.value, list) and part.isdigit():
            node = node.value[int(part)] if int(part) < len(node.value) else None
        elif node is not None and isinstance(node.value, dict):
            node = node.value.get(part)
        if node is None:
            break
        line = node.line
    return line


def _plain(node: Node) -> Any:
    """The nodes as dicts, lists and text. At most 20 deep, so recursion is safe."""
    if isinstance(node.value, dict):
        return {key: _plain(inner) for key, inner in node.value.items()}
    if isinstance(node.value, list):
        return [_plain(inner) for inner in node.value]
    return node.value


def refused(name: str, flaws: tuple[Flaw, ...], leaf: type[ContentInvalid]) -> ContentInvalid:
    """The error that tells everything that is wrong with a file, in the order of its lines."""
    return invalid(name, [_trouble(name, flaw) for flaw in sorted(flaws, key=_by_line)], leaf)


def _by_line(flaw: Flaw) -> int:
    return flaw.line


def _trouble(name: str, flaw: Flaw) -> Trouble:
    key = ".".join(str(part) for part in flaw.place)
    where = f"{name}:{flaw.line} {key}".rstrip()
    mend = flaw.mend or "Change it, and check the text again."
    return Trouble(where=where[:_MAX_WORDS], what=flaw.what[:_MAX_WORDS], mend=mend)


def invalid(name: str, troubles: list[Trouble], leaf: type[ContentInvalid]) -> ContentInvalid:
    """The error that tells these troubles, or the first of them when there are too many."""
    count = len(troubles)
    first = troubles[0]
    detail = f"{name} has {count} {'problem' if count == 1 else 'problems'}."
    detail += f" The first: {first.where}: {first.what}."
    if count > MAX_TROUBLES:
        more = Trouble(where=name, what=f"and {count - MAX_TROUBLES} more problems")
        troubles = [*troubles[:MAX_TROUBLES], more]
    return leaf(detail, troubles=tuple(troubles))
