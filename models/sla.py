"""SLA: how soon we owe an answer, and the clocks that keep us honest."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from models.actor import Role
from models.calendar import ALWAYS, CalendarName
from models.duration import Duration
from models.frozen import Frozen
from models.predicate import Predicate, bounded
from models.severity import Severity
from models.text import Line, Slug


def _nothing(value: Any) -> bool:
    """Left out of what is stored when it says nothing: an event of 0.1.0 keeps its hash."""
    return not value


class ClockKind(StrEnum):
    """What a clock counts to."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    """The answer to what the customer said after our first one."""

    RESOLUTION = "resolution"


class Targets(Frozen):
    """How soon, for one severity."""

    first_response: Duration
    resolution: Duration
    next_response: Duration | None = Field(default=None, exclude_if=_nothing)
    """Runs while the customer spoke last, and never before the first response. Empty: none."""

    calendar: CalendarName | None = Field(default=None, exclude_if=_nothing)
    """Which hours count for this severity. Left out: the policy's."""

    def of(self, kind: ClockKind) -> timedelta | None:
        """How soon a clock of this kind counts to."""
        match kind:
            case ClockKind.FIRST_RESPONSE:
                return self.first_response
            case ClockKind.NEXT_RESPONSE:
                return self.next_response
            case ClockKind.RESOLUTION:
                return self.resolution


class WarningLevel(Frozen):
    """When a warning goes out. Exactly one is given; both count in the policy's hours."""

    before: Duration | None = None
    """So much of the target is left. A target that is not longer warns at its half."""

    at_percent: Annotated[int, Field(ge=1, le=99)] | None = None
    """So much of the target is used up."""

    @model_validator(mode="after")
    def _exactly_one(self) -> WarningLevel:
        if (self.before is None) == (self.at_percent is None):
            raise ValueError("give exactly one of before, at_percent")
        return self


class BreachAction(Frozen):
    """What happens when a target is missed. Exactly one of the first three is given."""

    notify: Literal["owner", "managers", "vp"] | None = None
    severity: Literal["up"] | None = None
    """The case becomes one step more severe, within the same policy."""

    hand_to: Role | None = None
    """The case goes back into the queue, for this role and above."""

    clocks: tuple[ClockKind, ...] = ()
    """Only when one of these is missed. Left out: any."""

    @model_validator(mode="after")
    def _exactly_one(self) -> BreachAction:
        if sum(one is not None for one in (self.notify, self.severity, self.hand_to)) != 1:
            raise ValueError("give exactly one of notify, severity, hand_to")
        return self


class PauseRules(Frozen):
    """What a pause does."""

    stops: tuple[ClockKind, ...] = tuple(ClockKind)
    """Clocks that stand still during a pause. The others run on."""

    longest: Annotated[Duration, Field(ge=timedelta(minutes=1))] = timedelta(days=7)
    """The longest a pause may last, and how long one lasts that names no end."""

    ends_on_reply: bool = True
    """When the customer writes, the case goes on by itself."""


class NoticeRules(Frozen):
    """When notices to us leave. Letters to customers are not notices."""

    calendar: CalendarName
    """They wait until it opens."""

    urgent: tuple[Severity, ...] = ()
    """Cases so severe do not wait."""


class MergeRule(StrEnum):
    """From when on clocks count when another case of the same matter is merged into a case."""

    EARLIEST = "earliest"
    """From when the customer first turned to us, in either case."""

    OWN = "own"
    """As before."""


class ReopenRule(StrEnum):
    """What the clocks do when a resolved case is reopened."""

    FRESH = "fresh"
    """The whole resolution target anew, counted from the reopening."""

    RESUME = "resume"
    """The time used before counts; the time it was resolved does not."""

    FOLLOW_UP_ONLY = "follow_up_only"
    """Only the next response is owed."""


class PolicyTerms(Frozen):
    """What a policy says about the clocks of a case."""

    slug: Slug
    name: Line
    targets: dict[Severity, Targets]
    calendar: CalendarName = ALWAYS
    """Which hours count, where a severity does not say so itself."""

    warn_before: Duration = timedelta(minutes=30)
    """How much of a target is left when its warning goes out, where no `warnings` are given."""

    warnings: Annotated[tuple[WarningLevel, ...], Field(max_length=8, exclude_if=_nothing)] = ()
    """Several levels, in minutes or in percent."""

    on_breach: Annotated[tuple[BreachAction, ...], Field(max_length=12)] = (
        BreachAction(notify="managers"),
        BreachAction(notify="owner"),
    )
    """What happens when a target is missed, in this order."""

    pauses: PauseRules = PauseRules()
    notices: NoticeRules | None = None
    """Left out: notices leave at any hour."""

    reopen: ReopenRule = ReopenRule.FRESH
    merge: MergeRule = MergeRule.EARLIEST

    def calendar_for(self, severity: Severity) -> str:
        """The calendar that counts for a severity."""
        return self.targets[severity].calendar or self.calendar

    @property
    def levels(self) -> tuple[WarningLevel, ...]:
        """Every warning level."""
        return self.warnings or (WarningLevel(before=self.warn_before),)

    @property
    def calendars(self) -> tuple[str, ...]:
        """Every calendar that it names, without the one that is built in."""
        named = {self.calendar_for(severity) for severity in self.targets}
        if self.notices is not None:
            named.add(self.notices.calendar)
        return tuple(sorted(named - {ALWAYS}))


class SlaPolicy(PolicyTerms):
    """How soon we owe an answer and a solution. Versioned, and pinned to the running escalation."""

    version: Annotated[int, Field(ge=1)]

    @property
    def ref(self) -> str:
        """The version by name: `standard@1`."""
        return f"{self.slug}@{self.version}"


class PolicyFile(PolicyTerms):
    """A policy as people write it."""

    owner: Line
    """Who answers for it."""

    order: Annotated[int, Field(ge=0, le=10_000)]
    """Policies are tried in this order, and the first whose condition holds is taken."""

    when: Annotated[Predicate, AfterValidator(bounded)]

    @model_validator(mode="after")
    def _whole(self) -> PolicyFile:
        if missing := [str(one) for one in Severity if one not in self.targets]:
            raise ValueError(f"has no targets for: {', '.join(missing)}")
        if self.reopen is ReopenRule.FOLLOW_UP_ONLY:
            for severity, targets in self.targets.items():
                if targets.next_response is None:
                    what = "reopens with the next response only, and has no target for it"
                    raise ValueError(f"{what}: {severity}")
        return self

    def pinned(self, version: int) -> SlaPolicy:
        """What a case takes along."""
        told = {name: getattr(self, name) for name in PolicyTerms.model_fields}
        return SlaPolicy(version=version, **told)


class PolicyVersion(Frozen):
    """One version of a policy."""

    version: Annotated[int, Field(ge=1)]
    hash: Line
    policy: PolicyFile

    @property
    def ref(self) -> str:
        """The version by name: `standard@1`."""
        return f"{self.policy.slug}@{self.version}"


class Pause(Frozen):
    """A time in which clocks stood still, half-open."""

    from_at: AwareDatetime
    until: AwareDatetime
    """When it ends by itself, at the latest."""

    ended_at: AwareDatetime | None = None
    stops: tuple[ClockKind, ...]
    by: UUID | None = None
    """Who put the case on hold; nobody when it was resolved in the meantime."""

    reason_id: UUID | None = None


class Era(Frozen):
    """From when on which hours counted for a clock. What was counted before stays as it was."""

    since: AwareDatetime
    calendar: CalendarName


class ClockPlan(Frozen):
    """One deadline, computed once. Its instants are UTC and are never recomputed on replay."""

    kind: ClockKind
    started_at: AwareDatetime
    target: Duration
    due_at: AwareDatetime
    warn_at: AwareDatetime
    """The first warning."""

    calendar: Line = ALWAYS
    """The calendar that counts now: `business@3`, or `24/7`."""

    policy: Line
    """Slug and version of the policy that set it: `standard@1`."""

    why: Line
    """The deadline explained in one sentence."""

    later_warnings: Annotated[tuple[AwareDatetime, ...], Field(exclude_if=_nothing)] = ()
    """The warnings after the first one."""

    eras: Annotated[tuple[Era, ...], Field(exclude_if=_nothing)] = ()
    """Which hours counted from when on. Empty: the same ones from the start."""


class Clock(ClockPlan):
    """One SLA target of one escalation, as it stands."""

    epoch: Annotated[int, Field(ge=1)] = 1
    """Counts the recomputations: a notice belongs to one epoch and never to a later one."""

    set_in: Annotated[int | None, Field(exclude_if=_nothing)] = None
    """The epoch in which it was set, when it has only moved since. Empty: this one."""

    warned_at: AwareDatetime | None = None
    warned: Annotated[int, Field(ge=0, exclude_if=_nothing)] = 0
    """How many of its warnings are out; of a clock that was warned before, one at least."""

    breached_at: AwareDatetime | None = None
    met_at: AwareDatetime | None = None
    stopped_at: AwareDatetime | None = None
    """When the case ended before the target was met."""

    paused_at: Annotated[AwareDatetime | None, Field(exclude_if=_nothing)] = None
    """Since when it stands still."""

    @property
    def ended(self) -> bool:
        """Met, or stopped for good."""
        return self.met_at is not None or self.stopped_at is not None

    @property
    def running(self) -> bool:
        """Neither met nor stopped, and not standing still."""
        return not self.ended and self.paused_at is None

    @property
    def next_warning_at(self) -> datetime | None:
        """When the next warning is due; none left when empty."""
        all_of_them = (self.warn_at, *self.later_warnings)
        out = max(self.warned, 1 if self.warned_at else 0)
        return all_of_them[out] if out < len(all_of_them) else None
