"""Alerts: what somebody should know of a case now, and whether it still holds.

The rule. After every decision the state is looked at, and each occasion that is worth an alert and
never had one gets one. So an alert depends on how a case stands, not on how it came to that; what
comes twice, late or in another order raises it once. One is live until somebody says that they saw
it, it expires, or its occasion is gone: the clock was met, the step was done, the case is over.

| alert | occasion | whom it concerns |
|---|---|---|
| SLA warning | a warning of a clock is out | the owner |
| breach | a clock was missed | the managers |
| overdue step | a step was not done in time | the owner |
| sentiment drop | the mood fell, or became bad | the seniors, to look at it |
| signal words | words of one kind that the customer means, and again after somebody saw it, after
it expired, or after the case was resolved | the team that keeps customers |
| touches | the third message or call (a setting) | the seniors |
| high value | more than $5,000 a year (a setting) in a case | the managers |
| prediction drop | the predicted success fell by more than 0.15 (a setting) | the seniors |
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple, assert_never
from uuid import UUID

from domain.insight_fold import occasion_of
from domain.story import Story
from models.actor import Person, Role
from models.alert import Alert, AlertFor, AlertKind, AlertRules, AlertSource
from models.command import Acknowledge, SnoozeAlert
from models.errors import AlertUnknown, SnoozeInvalid
from models.escalation import EscalationState, Status
from models.event import AlertRaised, AlertReturned, AlertSeen, AlertSnoozed
from models.sentiment import ReadBy

LIVES_IN = frozenset({Status.OPEN, Status.PAUSED, Status.RESOLVED})
COUNTED = {
    AlertKind.TOUCHES: "touches",
    AlertKind.HIGH_VALUE: "value",
    AlertKind.PREDICTION_DROP: "prediction",
}
"""Alerts by a threshold of the house: what each is about. A case that is reopened has them anew."""

IMPORTANCE = (
    AlertKind.SLA_BREACH,
    AlertKind.SIGNAL_WORDS,
    AlertKind.SENTIMENT_DROP,
    AlertKind.SLA_WARNING,
    AlertKind.OVERDUE_STEP,
    AlertKind.PREDICTION_DROP,
    AlertKind.HIGH_VALUE,
    AlertKind.TOUCHES,
)
"""Which alerts are told first."""

LONGEST = timedelta(days=7)
"""How long an alert can be put off at most."""

MOST = 100
"""So many alerts a case raises at most: who has not looked by then looks at the case itself."""


class Occasion(NamedTuple):
    """Something that is worth an alert."""

    kind: AlertKind
    about: str
    audience: AlertFor
    step: str | None = None


def watch(story: Story) -> None:
    """Raise an alert for each new occasion. In a case without such rules there is none."""
    rules = story.book.rules.alerts
    if rules is None or story.state.status not in LIVES_IN:
        return
    known = {(one.kind, one.occasion) for one in story.state.alerts}
    for one in occasions(story.state, rules):
        if (one.kind, one.about) in known or len(story.state.alerts) >= MOST:
            continue
        known.add((one.kind, one.about))
        story.tell(
            AlertRaised(
                alert=Alert(
                    n=len(story.state.alerts) + 1,
                    kind=one.kind,
                    occasion=one.about,
                    audience=one.audience,
                    raised_at=story.now,
                    expires_at=story.now + rules.lasts,
                    step=one.step,
                    source=_source(story.state, one.kind),
                )
            )
        )


def _source(state: EscalationState, kind: AlertKind) -> AlertSource:
    """Who says so. A mood drops with the words that were read last."""
    match kind:
        case AlertKind.SIGNAL_WORDS:
            return AlertSource.WORDS
        case AlertKind.SENTIMENT_DROP if state.sentiment is not None:
            by_llm = state.sentiment.read_by is ReadBy.LLM
            return AlertSource.LLM if by_llm else AlertSource.MODEL
        case AlertKind.PREDICTION_DROP:
            return AlertSource.MODEL
        case _:
            return AlertSource.PLAYBOOK


def occasions(state: EscalationState, rules: AlertRules) -> Iterator[Occasion]:
    """Everything about a case that is worth an alert as it stands now."""
    yield from _of_clocks(state)
    for run in state.steps:
        if run.reminders and run.for_now:
            yield Occasion(AlertKind.OVERDUE_STEP, run.id, AlertFor.OWNER, run.id)
    mended_at = state.resolved_at if state.status is Status.RESOLVED else None
    for heard in state.heard:
        if mended_at is None or heard.last_at > mended_at:
            yield Occasion(AlertKind.SIGNAL_WORDS, occasion_of(heard), AlertFor.RETENTION)
    if mended_at is not None:
        return
    for number in range(len(state.mood.drops) if state.mood else 0):
        yield Occasion(AlertKind.SENTIMENT_DROP, f"drop {number + 1}", AlertFor.SENIORS)
    if state.touches >= rules.touches:
        yield _of_counted(state, AlertKind.TOUCHES, AlertFor.SENIORS)
    if state.customer_annual_value > rules.value:
        yield _of_counted(state, AlertKind.HIGH_VALUE, AlertFor.MANAGERS)
    if state.predicted is not None and state.predicted_at_first is not None:
        fell = state.predicted_at_first - state.predicted
        if fell > rules.prediction_drop:
            yield _of_counted(state, AlertKind.PREDICTION_DROP, AlertFor.SENIORS)


def _of_counted(state: EscalationState, kind: AlertKind, audience: AlertFor) -> Occasion:
    return Occasion(kind, _counted(state, kind), audience)


def _counted(state: EscalationState, kind: AlertKind) -> str:
    """What an alert by a threshold is about. One that is put off sleeps on, whatever becomes of the
    case meanwhile (trap 41)."""
    for one in state.alerts:
        if one.kind is kind and one.snoozed_until is not None and one.seen_at is None:
            return one.occasion
    return COUNTED[kind] + (f"/{state.reopened + 1}" if state.reopened else "")


def _of_clocks(state: EscalationState) -> Iterator[Occasion]:
    for clock in state.clocks:
        if clock.ended:
            continue
        about = f"{clock.kind}#{clock.set_in or clock.epoch}"
        if clock.breached_at is not None:
            yield Occasion(AlertKind.SLA_BREACH, about, AlertFor.MANAGERS)
        elif clock.warned_at is not None:
            level = max(1, clock.warned)
            yield Occasion(AlertKind.SLA_WARNING, f"{about}/{level}", AlertFor.OWNER)


def live(state: EscalationState) -> tuple[Alert, ...]:
    """The alerts that nobody has seen and whose occasion holds, oldest first.

    It does not ask what time it is: those that are put off or have expired are among them. Nor does
    it ask for the thresholds: what is counted was enough when it was raised, and is until the case
    is mended.
    """
    if state.status not in LIVES_IN or not state.alerts:
        return ()
    holds = {(one.kind, one.about) for one in occasions(state, AlertRules())}
    if state.status is not Status.RESOLVED:
        holds |= {(kind, _counted(state, kind)) for kind in COUNTED}
    return tuple(
        one.model_copy(update={"due_at": _due_at(state, one)})
        for one in state.alerts
        if one.seen_at is None and (one.kind, one.occasion) in holds
    )


def _due_at(state: EscalationState, alert: Alert) -> datetime | None:
    """By when we promised what an alert is about. None where nothing was promised by a time."""
    run = state.run(alert.step) if alert.step else None
    if run is not None:
        return run.due_at
    kind, _, _ = alert.occasion.partition("#")
    return next((one.due_at for one in state.clocks if one.kind == kind and not one.ended), None)


def showing(alert: Alert, now: datetime) -> bool:
    """Whether it is to be shown at this time: neither put off nor expired."""
    waits = alert.snoozed_until is not None and now < alert.snoozed_until
    return not waits and now < alert.expires_at


def concerns(
    alert: Alert,
    person: Person,
    owner: UUID | None,
    *,
    rank: int,
    keeps_customers: bool,
    seniors: bool = True,
) -> bool:
    """Whether an alert is for this person.

    `owner`: whoever has the case; while nobody has it, everybody of its `rank` and above.
    `seniors`: the house has any; where it has none, the managers stand in for them (trap 30).
    """
    stands_in = not seniors and person.role is Role.MANAGER
    match alert.audience:
        case AlertFor.OWNER:
            free = owner is None and person.role.rank >= rank
            return owner == person.id or free
        case AlertFor.SENIORS:
            return person.role is Role.SENIOR or stands_in
        case AlertFor.MANAGERS:
            return person.role is Role.MANAGER
        case AlertFor.RETENTION:
            return keeps_customers and person.role is not Role.ADMIN
        case never:
            assert_never(never)


def answer(story: Story, command: Acknowledge | SnoozeAlert) -> None:
    """Somebody saw it, or wants to see it later. Raises AlertUnknown, SnoozeInvalid."""
    match command:
        case Acknowledge():
            acknowledge(story, command)
        case SnoozeAlert():
            snooze(story, command)
        case never:
            assert_never(never)


def acknowledge(story: Story, command: Acknowledge) -> None:
    """Somebody saw it. A second time changes nothing."""
    alert = _find(story.state, command.alert)
    if alert.seen_at is None:
        story.tell(AlertSeen(alert=alert.n))


def snooze(story: Story, command: SnoozeAlert) -> None:
    """Not now: it comes back by itself, and lasts as long again from then on."""
    alert = _find(story.state, command.alert)
    if alert.seen_at is not None:
        raise SnoozeInvalid("Somebody has seen this alert already: it is over.")
    if command.until <= story.now:
        raise SnoozeInvalid("That time has passed. Choose one that lies ahead.")
    if command.until > story.now + LONGEST:
        raise SnoozeInvalid("That is too long: an alert can wait for a week.")
    rules = story.book.rules.alerts or AlertRules()
    story.tell(
        AlertSnoozed(alert=alert.n, until=command.until, expires_at=command.until + rules.lasts)
    )


def tick(story: Story) -> None:
    """Bring back what was put off long enough."""
    for alert in story.state.alerts:
        if alert.snoozed_until is not None and alert.snoozed_until <= story.now:
            story.tell(AlertReturned(alert=alert.n))


def next_at(state: EscalationState) -> datetime | None:
    """When the next one that was put off comes back."""
    asleep = [one.snoozed_until for one in state.alerts if one.snoozed_until and not one.seen_at]
    return min(asleep, default=None)


def _find(state: EscalationState, n: int) -> Alert:
    found = next((one for one in state.alerts if one.n == n), None)
    if found is None:
        raise AlertUnknown(f"{state.number_text} has no alert {n}.")
    return found
