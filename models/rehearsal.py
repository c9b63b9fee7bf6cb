"""A rehearsal: ended cases once more, under rules that are only a draft, and what was different."""

from uuid import UUID

from pydantic import AwareDatetime

from models.event import Event
from models.frozen import Frozen
from models.messages import Book, Opening
from models.sla import ClockKind
from models.text import Line


class PastCase(Frozen):
    """A case that has ended: what it was pinned to, how it began, and what happened."""

    book: Book
    opening: Opening
    events: tuple[Event, ...]
    text: str | None
    """Its title and description. None when they were erased."""


class Countdown(Frozen):
    """One target of one case from its start to its end, however often its deadline moved."""

    kind: ClockKind
    started_at: AwareDatetime
    due_at: AwareDatetime
    """Where its deadline stood last."""

    warnings: int = 0
    """Notices that it is near."""

    misses: int = 0


class Countdowns(Frozen):
    """All that the clocks of one case did."""

    told: tuple[Countdown, ...]
    notices: int = 0
    """How often somebody of ours was told: warnings and misses."""


class CountdownChange(Frozen):
    """One target that would have been another one. Without `before` it is new; or else gone."""

    kind: ClockKind
    before: Countdown | None
    after: Countdown | None


class CaseRehearsal(Frozen):
    """One case, as it is on record and as it would have been."""

    id: UUID
    number: Line
    policy_before: Line
    policy_after: Line
    before: Countdowns
    after: Countdowns
    long_pause: bool = False
    """It was on hold for longer than the draft allows."""

    @property
    def changes(self) -> tuple[CountdownChange, ...]:
        """What would have been different, by clock and start."""
        then = {(one.kind, one.started_at): one for one in self.before.told}
        now = {(one.kind, one.started_at): one for one in self.after.told}
        return tuple(
            CountdownChange(kind=key[0], before=then.get(key), after=now.get(key))
            for key in sorted({*then, *now}, key=lambda key: (key[1], key[0]))
            if then.get(key) != now.get(key)
        )


class LeftOut(Frozen):
    """A case that nothing is said about, and why."""

    number: Line
    why: Line


class ClockSum(Frozen):
    """One kind of clock over all cases: how it was, and how it would have been."""

    kind: ClockKind
    targets_before: int = 0
    targets_after: int = 0
    earlier: int = 0
    """Deadlines that would have been earlier."""

    later: int = 0
    missed_before: int = 0
    """Of the targets on record, those that were missed."""

    missed_after: int = 0
    newly_missed: int = 0
    no_longer_missed: int = 0
    warnings_before: int = 0
    warnings_after: int = 0


class SlaRehearsal(Frozen):
    """What a draft of SLA rules would have changed."""

    cases: int
    """How many were gone through again; those left out are not among them."""

    clocks: tuple[ClockSum, ...]
    notices_before: int
    notices_after: int
    long_pauses: int
    """Cases that were on hold for longer than the draft allows."""

    changed: tuple[CaseRehearsal, ...]
    left_out: tuple[LeftOut, ...]
    cut: bool = False
    """There was no time for all of the cases that were wanted."""


class OtherPlaybook(Frozen):
    """A case that would have begun with another playbook."""

    id: UUID
    number: Line
    had: Line
    """What it began with, then."""

    before: Line | None
    """What it would begin with today; none when nothing fits."""

    after: Line | None
    why: Line | None


class PlaybookRehearsal(Frozen):
    """What the trigger of a draft playbook would have changed."""

    slug: Line
    cases: int
    gained: int
    """Cases that would have begun with the draft, and do not without it."""

    lost: int
    chosen: int
    """Cases that would have begun with it."""

    suggested: int
    """Cases for which it would have been offered to a person."""

    changed: tuple[OtherPlaybook, ...]
    left_out: tuple[LeftOut, ...]
    cut: bool = False
    """There was no time for all of the cases that were wanted."""
