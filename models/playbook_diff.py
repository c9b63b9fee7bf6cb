"""The difference between two versions of a playbook."""

from enum import StrEnum

from models.frozen import Frozen


class ChangeKind(StrEnum):
    """What happened to a part of a playbook."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"


class Change(Frozen):
    """One part that is not what it was."""

    kind: ChangeKind
    where: str
    """Such as `steps.call-now.due.within`."""

    before: str | None = None
    after: str | None = None


class PlaybookDiff(Frozen):
    """Everything that is not what it was; empty when both say the same."""

    changes: tuple[Change, ...]
