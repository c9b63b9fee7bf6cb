"""What would become of each step if a case went on by another playbook."""

from enum import StrEnum

from models.frozen import Frozen
from models.text import Line


class Fate(StrEnum):
    """What becomes of a step."""

    STAYS = "stays"
    """It has ended, and stays as it is."""

    GOES_ON = "goes_on"
    """It goes on, as the new playbook says it. Its due time stays."""

    PROMISED = "promised"
    """It was promised to the customer: it goes on as it was."""

    VANISHES = "vanishes"
    """It is not to be done any more."""

    NEW = "new"
    """It is to be done now, or its time is set."""

    LATER = "later"
    """Its turn comes later."""

    PASSED = "passed"
    """It is new, and the case is past it: it is left out."""

    CANNOT = "cannot"
    """It stands in the way; `why` says what to do first."""


class StepFate(Frozen):
    """One step, and what would become of it."""

    step: Line
    """The run, such as `call-now#2`; of one that has no run yet, the step."""

    title: Line
    fate: Fate
    why: Line | None = None


class ChangePlan(Frozen):
    """All that would happen. The same plan has the same token."""

    playbook: Line
    previous: Line
    swaps: bool
    """Another playbook, and not another version of the same one."""

    fates: tuple[StepFate, ...]
    token: Line
    """Hand it in with the change: it is refused when something else would happen by then."""

    @property
    def possible(self) -> bool:
        """Whether nothing stands in the way."""
        return all(one.fate is not Fate.CANNOT for one in self.fates)
