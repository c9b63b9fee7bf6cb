"""Playbook files: YAML in, playbooks out, or everything that is wrong, with file, line and key."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from activities.adapters.validation_words import flaws_of
from activities.adapters.yaml_tree import MAX_BYTES, TOO_LARGE, Flaw, Node, compose
from models.errors import PlaybookInvalid, Trouble
from models.finding import Finding
from models.playbook import Playbook

MAX_TROUBLES = 50
"""More are counted and not listed."""

_MAX_WORDS = 300


def load_folder(folder: Path) -> tuple[Playbook, ...]:
    """Every `*.yaml` of a folder, in the order of their names.

    A file has the name of its playbook's slug, so no two can have the same. Raises
    PlaybookInvalid with the troubles of all files together.
    """
    playbooks: list[Playbook] = []
    troubles: list[Trouble] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            playbook = load_file(path)
        except PlaybookInvalid as invalid:
            troubles += invalid.troubles
            continue
        playbooks.append(playbook)
        if playbook.slug != path.stem:
            what = f"the slug is `{playbook.slug}`, and the file is called `{path.name}`"
            mend = f"Call the file `{playbook.slug}.yaml`."
            troubles.append(Trouble(where=f"{path.name}:1 slug", what=what, mend=mend))
    if troubles:
        raise _invalid(folder.name, troubles)
    return tuple(playbooks)


def load_file(path: Path) -> Playbook:
    """The playbook in a file. Raises PlaybookInvalid, also when it cannot be read."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise _refuse(path.name, (TOO_LARGE,))
        text = raw.decode("utf-8-sig")
    except OSError as error:
        flaw = Flaw(1, (), f"cannot be read ({error.strerror})", "Check its name and rights.")
        raise _refuse(path.name, (flaw,)) from None
    except UnicodeDecodeError:
        raise _refuse(path.name, (Flaw(1, (), "is not UTF-8", "Save it as UTF-8."),)) from None
    return parse(text, path.name)


def parse(text: str, name: str) -> Playbook:
    """The playbook in a text. `name` is what its troubles call it.

    Every value is text at first; the model makes numbers, truths and durations of it. Raises
    PlaybookInvalid with all troubles found, each like `missed-appointment.yaml:12
    steps.2.due.within`, and nothing else, whatever the text is.
    """
    root, flaws = compose(text)
    if root is None:
        raise _refuse(name, flaws)
    try:
        playbook = Playbook.model_validate(_plain(root))
    except ValidationError as error:
        known = {flaw.place for flaw in flaws}
        more = (flaw for flaw in flaws_of(error, root) if flaw.place not in known)
        raise _refuse(name, (*flaws, *more)) from None
    if flaws:
        raise _refuse(name, flaws)
    return playbook


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


def _refuse(name: str, flaws: tuple[Flaw, ...]) -> PlaybookInvalid:
    return _invalid(name, [_trouble(name, flaw) for flaw in sorted(flaws, key=_by_line)])


def _by_line(flaw: Flaw) -> int:
    return flaw.line


def _trouble(name: str, flaw: Flaw) -> Trouble:
    key = ".".join(str(part) for part in flaw.place)
    where = f"{name}:{flaw.line} {key}".rstrip()
    return Trouble(where=where[:_MAX_WORDS], what=flaw.what[:_MAX_WORDS], mend=flaw.mend)


def _invalid(name: str, troubles: list[Trouble]) -> PlaybookInvalid:
    count = len(troubles)
    first = troubles[0]
    detail = f"{name} has {count} {'problem' if count == 1 else 'problems'}."
    detail += f" The first: {first.where}: {first.what}."
    if count > MAX_TROUBLES:
        more = Trouble(where=name, what=f"and {count - MAX_TROUBLES} more problems")
        troubles = [*troubles[:MAX_TROUBLES], more]
    return PlaybookInvalid(detail, troubles=tuple(troubles))
