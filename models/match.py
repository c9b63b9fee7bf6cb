"""Which playbook a new case gets, and why."""

from models.frozen import Frozen
from models.playbook import PlaybookVersion
from models.text import Line


class Suggestion(Frozen):
    """A playbook that would fit too."""

    version: PlaybookVersion
    why: Line
    """One plain sentence."""


class Match(Frozen):
    """The playbook that a case starts with."""

    version: PlaybookVersion
    why: Line
    """One plain sentence."""

    suggestions: tuple[Suggestion, ...] = ()
    """Others that fit, best first: for a person to choose."""
