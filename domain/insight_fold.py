"""What a customer's words and the alerts change about a state, event by event.

The rule. The churn risk of a case rises with one message and falls slowly: what somebody says about
leaving is not taken back by a friendly line. After each message it is the greater of the new one
and half of what it was.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never
from uuid import UUID

from domain.mood import after
from models import event as ev
from models.alert import AlertKind
from models.escalation import EscalationState, Status
from models.sentiment import Feeling, LookAgain, Mood
from models.signal import Heard, SignalKind

FORGETS = 0.5
"""The part of an earlier churn risk that is left after another message."""


def evolve_alert(state: EscalationState, event: ev.Event, fact: ev.AlertFact) -> EscalationState:
    """What a fact about alerts changes."""
    match fact:
        case ev.AlertRaised(alert=alert):
            return state.model_copy(update={"alerts": (*state.alerts, alert)})
        case ev.AlertSeen(alert=n):
            return _on_alert(state, n, seen_at=event.at, seen_by=event.actor.id, snoozed_until=None)
        case ev.AlertSnoozed(alert=n, until=until, expires_at=expires_at):
            return _on_alert(state, n, snoozed_until=until, expires_at=expires_at)
        case ev.AlertReturned(alert=n):
            return _on_alert(state, n, snoozed_until=None)
        case never:
            assert_never(never)


def _on_alert(state: EscalationState, n: int, **change: object) -> EscalationState:
    alerts = tuple(one.model_copy(update=change) if one.n == n else one for one in state.alerts)
    return state.model_copy(update={"alerts": alerts})


def evolve_reading(state: EscalationState, fact: ev.MessageRead) -> EscalationState:
    """What somebody read in a message."""
    if fact.second:
        return _read_again(state, fact)
    told: dict[str, object] = {
        "unread": tuple(one for one in state.unread if one != fact.content_id),
        "look_again": LookAgain(content_id=fact.content_id, mood=state.mood)
        if fact.again
        else None,
    }
    if fact.sentiment is not None:
        told["mood"] = after(state.mood or Mood(), fact.sentiment, fact.drop)
        if fact.sentiment.feeling is not Feeling.UNSURE:
            told["sentiment"] = fact.sentiment
    if fact.predicted is not None:
        told["predicted"] = fact.predicted
        if state.predicted_at_first is None:
            told["predicted_at_first"] = fact.predicted
    if fact.churn_risk is not None:
        told["churn_risk"] = round(max(fact.churn_risk, FORGETS * (state.churn_risk or 0.0)), 4)
    return state.model_copy(update=told)


def _read_again(state: EscalationState, fact: ev.MessageRead) -> EscalationState:
    """The words that were read last count as somebody else reads them."""
    told: dict[str, object] = {"look_again": None}
    if state.look_again is not None and fact.sentiment is not None:
        told["mood"] = after(state.look_again.mood or Mood(), fact.sentiment, fact.drop)
        if fact.sentiment.feeling is not Feeling.UNSURE:
            told["sentiment"] = fact.sentiment
    return state.model_copy(update=told)


def evolve_words(
    state: EscalationState,
    fact: ev.EscalationOpened | ev.MessageRecorded,
    content: UUID | None,
    at: datetime,
) -> EscalationState:
    """Words that came: their signals are remembered, and they wait to be read."""
    told: dict[str, object] = {}
    if fact.signals:
        told["heard"] = _hear(state, fact.signals, at)
    if fact.to_read and content is not None:
        told["unread"] = (*state.unread, content)
    return state.model_copy(update=told) if told else state


def evolve_changed(state: EscalationState, fact: ev.Changed) -> EscalationState:
    """Facts of the case were corrected. One of another type is compared with other cases."""
    told = fact.model_dump(include={"severity", "type", "title_id"}, exclude_none=True)
    if fact.type is not None:
        told |= {"predicted": None, "predicted_at_first": None}
    return state.model_copy(update=told)


def evolve_taken_in(state: EscalationState, fact: ev.Absorbed, at: datetime) -> EscalationState:
    """What the customer said in a case that was merged into this one."""
    told: dict[str, object] = {}
    if fact.signals:
        told["heard"] = _hear(state, fact.signals, at)
    if fact.unread:
        told["unread"] = tuple(dict.fromkeys((*state.unread, *fact.unread)))
    if fact.churn_risk is not None:
        told["churn_risk"] = max(fact.churn_risk, state.churn_risk or 0.0)
    if state.mood is None:
        told |= {"mood": fact.mood, "sentiment": fact.sentiment}
    return state.model_copy(update=told) if told else state


def _hear(state: EscalationState, signals: Sequence[SignalKind], at: datetime) -> tuple[Heard, ...]:
    known = {one.kind: one for one in state.heard}
    for kind in dict.fromkeys(signals):
        before = known.get(kind)
        anew = before is not None and _is_over(state, before, at)
        number = (before.round if before else 1) + (1 if anew else 0)
        known[kind] = Heard(kind=kind, last_at=at, round=number)
    return tuple(known.values())


def _is_over(state: EscalationState, heard: Heard, at: datetime) -> bool:
    """Whether nobody is shown the alert about these words any more."""
    about = occasion_of(heard)
    for one in state.alerts:
        if one.kind is AlertKind.SIGNAL_WORDS and one.occasion == about:
            mended = state.status is Status.RESOLVED and one.raised_at <= (state.resolved_at or at)
            return one.seen_at is not None or at >= one.expires_at or mended
    return False


def occasion_of(heard: Heard) -> str:
    """The occasion of an alert about signal words: their kind, and from the second time on which
    time it is."""
    return str(heard.kind) if heard.round == 1 else f"{heard.kind}/{heard.round}"
