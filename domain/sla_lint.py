"""What is wrong with SLA policies and calendars that are well written, each on its own."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

from domain.business_hours import by_the_wall
from domain.open_hours import HORIZON
from models.actor import Role
from models.calendar import ALWAYS, Calendar
from models.duration import say_duration
from models.finding import Finding
from models.predicate import Always
from models.severity import Severity
from models.sla import ClockKind, PolicyFile

MOST_STRETCHES = 4_000
"""Of open hours until a target is used up: a clock walks through each of them, whenever it is set.

Two a day, for as far as a deadline is looked for, are 2,200.
"""

_STARTS = tuple(timedelta(days=days) for days in (0, 1, 2, 6, 101))
"""Days from today on which a case may come in, for all we know."""


def lint_calendar(calendar: Calendar, today: date) -> tuple[Finding, ...]:
    """A calendar whose days off leave no hour of a year open is of no use."""
    if any(by_the_wall(calendar, today, 366)):
        return ()
    what = "no hour of the coming year is open: days off close them all"
    return (_error("weekly", what, "Give it hours, or take days off away."),)


def lint_policies(
    policies: tuple[PolicyFile, ...], calendars: tuple[Calendar, ...], today: date
) -> dict[str, tuple[Finding, ...]]:
    """What is wrong with each policy, by slug: names, order, targets that never end, admins."""
    named = {name for policy in policies for name in policy.calendars}
    known = {one.slug: _summed(one, today) for one in calendars if one.slug in named}
    found: dict[str, list[Finding]] = {one.slug: [] for one in policies}
    earlier: dict[int, str] = {}
    for policy in policies:
        told = found[policy.slug]
        if policy.order in earlier:
            what = f"the order {policy.order} is that of `{earlier[policy.order]}`, too"
            told.append(_error("order", what, "Give each policy an order of its own."))
        earlier.setdefault(policy.order, policy.slug)
        missing = [one for one in policy.calendars if one not in known]
        told += [
            _error(
                _names(policy, name), f"there is no calendar `{name}`", "Add it, or name another."
            )
            for name in missing
        ]
        if not missing:
            told += _endless(policy, known)
        told += _admins(policy)
    last = max(policies, key=lambda one: one.order, default=None)
    if last is not None and not any(isinstance(one.when, Always) for one in policies):
        mend = "Write `when: {always: true}` into the last one."
        found[last.slug].append(_error("when", "a case may fit no policy at all", mend))
    return {slug: tuple(told) for slug, told in found.items()}


def _names(policy: PolicyFile, calendar: str) -> str:
    """Where a policy names a calendar."""
    for severity, targets in policy.targets.items():
        if targets.calendar == calendar:
            return f"targets.{severity}.calendar"
    if policy.notices is not None and policy.notices.calendar == calendar:
        return "notices.calendar"
    return "calendar"


class _Sums(NamedTuple):
    """The open hours of a calendar, summed up day by day from today on."""

    minutes: list[int]
    """How many are open before each day."""

    stretches: list[int]
    """In how many pieces."""

    def stretches_for(self, target: timedelta) -> int | None:
        """In how many pieces a target is used up at most. None when that takes too long."""
        most = 0
        for start in _STARTS:
            first = start.days
            wanted = self.minutes[first] + target / timedelta(minutes=1)
            last = bisect_left(self.minutes, wanted, first)
            if last - first > HORIZON.days:
                return None
            most = max(most, self.stretches[last] - self.stretches[first])
        return most


def _summed(calendar: Calendar, today: date) -> _Sums:
    days = list(by_the_wall(calendar, today, (HORIZON + max(_STARTS)).days))
    minutes = (sum(end - begin for begin, end in day) for day in days)
    return _Sums(list(accumulate(minutes, initial=0)), list(accumulate(map(len, days), initial=0)))


def _endless(policy: PolicyFile, known: Mapping[str, _Sums]) -> Iterator[Finding]:
    """Targets that their hours do not use up within 1,100 days, or in too many pieces."""
    for severity in Severity:
        calendar = policy.calendar_for(severity)
        for kind in ClockKind:
            target = policy.targets[severity].of(kind)
            if target is None or calendar == ALWAYS:
                continue
            where, pieces = f"targets.{severity}.{kind}", known[calendar].stretches_for(target)
            if pieces is None:
                what = f"the hours of `{calendar}` do not add up to it within 1,100 days"
                mend = f"Take less than {say_duration(target)}, or more hours."
                yield _error(where, what, mend)
            elif pieces > MOST_STRETCHES:
                what = f"the hours of `{calendar}` add up to it in {pieces:,} pieces"
                mend = (
                    f"Take a shorter target, or hours in fewer pieces: {MOST_STRETCHES:,} at most."
                )
                yield _error(where, what, mend)


def _admins(policy: PolicyFile) -> Iterator[Finding]:
    """An admin configures and does not work cases: a case handed to one waits for nobody."""
    for place, action in enumerate(policy.on_breach):
        if action.hand_to is Role.ADMIN:
            what = "an admin sets things up and does not work cases"
            yield _error(f"on_breach.{place}.hand_to", what, "Use agent, senior or manager.")


def _error(where: str, what: str, mend: str) -> Finding:
    return Finding(where=where, what=what, mend=mend)
