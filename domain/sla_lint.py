"""What is wrong with SLA policies and calendars that are well written, each on its own."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from domain.business_hours import materialise
from domain.open_hours import HORIZON, by_slug
from domain.sla_clock import Course, count
from models.actor import Role
from models.calendar import ALWAYS, Calendar
from models.duration import say_duration
from models.finding import Finding
from models.predicate import Always
from models.severity import Severity
from models.sla import ClockKind, Era, PolicyFile

_STARTS = tuple(timedelta(days=days) for days in (0, 1, 2, 6, 101))
"""Days from today on which a case may come in, for all we know."""


def lint_calendar(calendar: Calendar, today: date) -> tuple[Finding, ...]:
    """A calendar whose days off leave no hour of a year open is of no use."""
    since = _midnight(today)
    year = materialise(calendar, calendar.slug, since, since + timedelta(days=366))
    if sum(year.lengths[1::2]):
        return ()
    what = "no hour of the coming year is open: days off close them all"
    return (_error("weekly", what, "Give it hours, or take days off away."),)


def lint_policies(
    policies: tuple[PolicyFile, ...], calendars: tuple[Calendar, ...], today: date
) -> dict[str, tuple[Finding, ...]]:
    """What is wrong with each policy, by slug: names, order, targets that never end, admins."""
    known = {one.slug for one in calendars}
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
            told += _endless(policy, calendars, today)
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


def _endless(policy: PolicyFile, calendars: tuple[Calendar, ...], today: date) -> Iterator[Finding]:
    """Targets that their hours do not use up within 1,100 days."""
    since = _midnight(today)
    until = since + HORIZON + max(_STARTS) + timedelta(days=1)
    named = [one for one in calendars if one.slug in policy.calendars]
    hours = by_slug([materialise(one, one.slug, since, until) for one in named])
    for severity in Severity:
        calendar = policy.calendar_for(severity)
        for kind in ClockKind:
            target = policy.targets[severity].of(kind)
            if target is None or calendar == ALWAYS:
                continue
            for later in _STARTS:
                start = since + later
                way = Course(hours, start, (Era(since=start, calendar=calendar),))
                if count(way, target).due_at is None:
                    what = f"the hours of `{calendar}` do not add up to it within 1,100 days"
                    mend = f"Take less than {say_duration(target)}, or more hours."
                    yield _error(f"targets.{severity}.{kind}", what, mend)
                    break


def _admins(policy: PolicyFile) -> Iterator[Finding]:
    """An admin configures and does not work cases: a case handed to one waits for nobody."""
    for place, action in enumerate(policy.on_breach):
        if action.hand_to is Role.ADMIN:
            what = "an admin sets things up and does not work cases"
            yield _error(f"on_breach.{place}.hand_to", what, "Use agent, senior or manager.")


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _error(where: str, what: str, mend: str) -> Finding:
    return Finding(where=where, what=what, mend=mend)
