"""Urgency: whose turn it is, and why, as a pure function of what is known of a case.

A case is ranked by the sooner of its step's due time and its tightest deadline, less a head start
for each reason to take it first. The head starts are lengths of time and add up, so their weights
can be read: a critical case goes before a low one that is due four hours sooner.

| what | head start |
|---|---|
| severity critical, high, medium | 4 h, 2 h, 1 h |
| a year's value of 5,000, of 1,000 and more | 1 h, 30 min |
| churn risk of 0.5, of 0.25 and more; a threat to leave counts as 0.5 at least | 1 h, 30 min |
| sentiment of -0.5 and less | 30 min |
| the customer had the last word | 30 min |
| it was reopened | 1 h |

Churn risk and sentiment are what the built-in reader, or a language model, reads in the customer's
own words. A case of which nobody has read any words goes by its type.
"""

from datetime import datetime, timedelta

from models.duration import say_duration
from models.escalation import EscalationState, EscalationType
from models.money import Money
from models.severity import Severity
from models.urgency import HeadStart, Mind, Pull, Urgency

_NONE = timedelta(0)
_HALF_AN_HOUR = timedelta(minutes=30)
_HOUR = timedelta(hours=1)

SEVERITY = {
    Severity.CRITICAL: timedelta(hours=4),
    Severity.HIGH: timedelta(hours=2),
    Severity.MEDIUM: _HOUR,
    Severity.LOW: _NONE,
}
MONEY = ((500_000, _HOUR), (100_000, _HALF_AN_HOUR))
"""From so many minor units a year on."""

CHURN_RISK = ((0.5, _HOUR), (0.25, _HALF_AN_HOUR))
THREAT = 0.5
"""The churn risk, at least, of somebody who came to say that they leave."""

BAD_MOOD = -0.5


def urgency(state: EscalationState, due_at: datetime, mind: Mind | None = None) -> Urgency:
    """How much a case presses whose next thing is due then. What is not known moves nothing."""
    known = mind or Mind()
    threat = THREAT if state.type is EscalationType.CANCEL_THREAT else 0.0
    risk = max(known.churn_risk or 0.0, threat)
    bad_mood = known.sentiment is not None and known.sentiment <= BAD_MOOD
    found = {
        Pull.SEVERITY: SEVERITY[state.severity],
        Pull.MONEY: _from(state.customer_annual_value, MONEY),
        Pull.CHURN_RISK: _from(risk, CHURN_RISK),
        Pull.SENTIMENT: _HALF_AN_HOUR if bad_mood else _NONE,
        Pull.WAITING: _HALF_AN_HOUR if state.customer_spoke_last else _NONE,
        Pull.REOPENED: _HOUR if state.reopened else _NONE,
    }
    starts = [HeadStart(pull=pull, by=by) for pull, by in found.items() if by]
    starts.sort(key=lambda one: one.by, reverse=True)
    return Urgency(due_at=due_at, head_starts=tuple(starts))


def _from(amount: float, steps: tuple[tuple[float, timedelta], ...]) -> timedelta:
    return next((by for at_least, by in steps if amount >= at_least), _NONE)


def explain(found: Urgency, now: datetime, *, name: str, value: Money | None) -> str:
    """Why this case comes first, in one plain sentence: the time, and the two strongest reasons."""
    words = {
        Pull.SEVERITY: "it is a bad one",
        Pull.MONEY: f"{value} a year are at stake" if value else "much money is at stake",
        Pull.CHURN_RISK: f"{name} may leave us",
        Pull.SENTIMENT: f"{name} is upset",
        Pull.WAITING: f"{name} waits for our answer",
        Pull.REOPENED: "it came back",
    }
    strong = [one for one in found.head_starts if one.pull is not Pull.SEVERITY or one.by > _HOUR]
    reasons = [words[one.pull] for one in strong[:2]]
    return f"{_time(found.due_at, now)}{_tail(reasons)}."


def _time(due_at: datetime, now: datetime) -> str:
    if due_at >= now:
        return f"It is due in {say_duration(due_at - now)}"
    return f"It is {say_duration(now - due_at)} late"


def _tail(reasons: list[str]) -> str:
    if not reasons:
        return ""
    *first, last = reasons
    return f", {first[0]}, and {last}" if first else f", and {last}"
