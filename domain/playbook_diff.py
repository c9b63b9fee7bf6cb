"""What one version of a playbook says otherwise than another, step by step, in plain words."""

from collections.abc import Iterator
from typing import Any

from models.playbook import Playbook
from models.playbook_diff import Change, ChangeKind, PlaybookDiff
from models.step import Step

_MAX_SAID = 120


def diff(before: Playbook, after: Playbook) -> PlaybookDiff:
    """Everything that changed: what was added, taken out, moved, or is said otherwise."""
    changes = [*_fields((), _document(before), _document(after))]
    old = {step.id: step for step in before.steps}
    new = {step.id: step for step in after.steps}
    for kind, ids, others in ((ChangeKind.REMOVED, old, new), (ChangeKind.ADDED, new, old)):
        changes += [Change(kind=kind, where=f"steps.{one}") for one in ids if one not in others]
    for step_id, step in new.items():
        if step_id in old:
            changes += _fields(("steps", step_id), _said(old[step_id]), _said(step))
    changes += _moved(list(old), list(new))
    return PlaybookDiff(changes=tuple(changes))


def _document(playbook: Playbook) -> dict[str, Any]:
    return playbook.model_dump(mode="json", by_alias=True, exclude={"steps"})


def _said(step: Step) -> dict[str, Any]:
    return step.model_dump(mode="json", by_alias=True, exclude={"id"})


def _fields(place: tuple[str, ...], before: Any, after: Any) -> Iterator[Change]:
    """Field by field where both sides have fields; else the whole value."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in {**before, **after}:
            yield from _fields((*place, name), before.get(name), after.get(name))
        return
    yield Change(
        kind=ChangeKind.CHANGED,
        where=".".join(place),
        before=_short(before),
        after=_short(after),
    )


def _moved(old: list[str], new: list[str]) -> Iterator[Change]:
    """Steps that both have, in another order."""
    before = [one for one in old if one in new]
    after = [one for one in new if one in old]
    for index, step_id in enumerate(after):
        if before[index] != step_id:
            above = f"below {after[index - 1]}" if index else "to the top"
            yield Change(kind=ChangeKind.MOVED, where=f"steps.{step_id}", after=above)


def _short(value: Any) -> str | None:
    if value is None:
        return None
    text = " ".join(str(value).split())
    return text if len(text) <= _MAX_SAID else f"{text[: _MAX_SAID - 1]}…"
