"""The same values that are kept for long and by many, kept once.

Every running case carries its playbook, its policy and their open hours, and a worker remembers
two thousand cases that go by a dozen of each. What is written in the same letters is the same: two
values that are only equal, as `true` and `1` are, stay two.
"""

from collections.abc import Hashable
from typing import TypeVar

from models.frozen import Frozen
from models.hours import OpenHours
from models.playbook import Playbook
from models.sla import SlaPolicy

KNOWN = 500
"""So many values are known at most; then all are forgotten, and learnt again as they come."""

T = TypeVar("T", bound=Frozen)

_known: dict[Hashable, Frozen] = {}


def shared_playbook(playbook: Playbook) -> Playbook:
    """The same playbook that somebody has already, or else this one from now on."""
    return _shared(playbook)


def shared_policy(policy: SlaPolicy) -> SlaPolicy:
    """The same of a policy."""
    return _shared(policy)


def shared_hours(hours: tuple[OpenHours, ...] | None) -> tuple[OpenHours, ...] | None:
    """The same of open hours."""
    return hours and tuple(_shared(one) for one in hours)


def _shared(value: T) -> T:
    """Workflows run in threads; whoever loses a race keeps a value of its own, which is as good."""
    letters = (type(value), value.model_dump_json())
    known = _known.get(letters)
    if isinstance(known, type(value)):
        return known
    if len(_known) >= KNOWN:
        _known.clear()
    _known[letters] = value
    return value
