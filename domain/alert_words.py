"""Alerts in plain words: what happened, what to do about it, what is told in the timeline."""

from typing import assert_never

from domain.clock_words import CLOCK_WORDS
from models import event as ev
from models.alert import Alert, AlertFor, AlertKind
from models.sentiment import Feeling, Sentiment
from models.signal import SignalKind
from models.sla import ClockKind

SIGNALS = {
    SignalKind.CANCEL: "stopping",
    SignalKind.COMPETITOR: "a competitor",
    SignalKind.LEAVING: "leaving us",
    SignalKind.LEGAL: "a lawyer",
    SignalKind.CHARGEBACK: "taking the money back",
    SignalKind.REFUND: "money back",
    SignalKind.REVIEW: "a bad review",
    SignalKind.REGULATOR: "a complaint to the authorities",
}
_FOR = {
    AlertFor.OWNER: "whoever has the case",
    AlertFor.SENIORS: "the seniors",
    AlertFor.MANAGERS: "the managers",
    AlertFor.RETENTION: "the team that keeps customers",
}
FEELINGS = {
    Feeling.VERY_FRUSTRATED: "very upset",
    Feeling.FRUSTRATED: "upset",
    Feeling.NEUTRAL: "neither happy nor upset",
    Feeling.SATISFIED: "content",
    Feeling.DELIGHTED: "happy",
    Feeling.UNSURE: "hard to read",
}


def title(alert: Alert, name: str) -> str:
    """What happened, in one short sentence. `name` is the customer's first name."""
    match alert.kind:
        case AlertKind.SLA_WARNING:
            return f"Time is short: we owe {name} the {_owed(alert)}."
        case AlertKind.SLA_BREACH:
            return f"We are late: {name} waits for the {_owed(alert)}."
        case AlertKind.OVERDUE_STEP:
            return "A step was not done in time."
        case AlertKind.SENTIMENT_DROP:
            return f"{name} is much less happy than before."
        case AlertKind.SIGNAL_WORDS:
            return f"{name} speaks of {_words(alert)}."
        case AlertKind.TOUCHES:
            return "It goes back and forth, and is not mended."
        case AlertKind.HIGH_VALUE:
            return f"Much money is at risk if {name} leaves."
        case AlertKind.PREDICTION_DROP:
            return "It looks much less likely now that this ends well."
        case never:
            assert_never(never)


def button(alert: Alert, name: str) -> str:
    """What the one button of an alert says."""
    match alert.kind:
        case AlertKind.SENTIMENT_DROP:
            return "Look at it now"
        case AlertKind.SIGNAL_WORDS:
            return f"Keep {name} now"
        case AlertKind.TOUCHES | AlertKind.HIGH_VALUE | AlertKind.PREDICTION_DROP:
            return "Take over now"
        case AlertKind.SLA_WARNING | AlertKind.SLA_BREACH | AlertKind.OVERDUE_STEP:
            return "Do it now"
        case never:
            assert_never(never)


def sentence(fact: ev.InsightFact) -> str:
    """What is told in the timeline."""
    match fact:
        case ev.AlertRaised(alert=alert):
            return f"Alert for {_FOR[alert.audience]}: {title(alert, 'the customer')}"
        case ev.AlertSeen():
            return "Saw the alert."
        case ev.AlertSnoozed(until=until):
            return f"Put the alert off until {until:%Y-%m-%d %H:%M} UTC."
        case ev.AlertReturned():
            return "The alert is back."
        case ev.MessageRead(sentiment=told):
            return _read(told)
        case never:
            assert_never(never)


def _read(told: Sentiment | None) -> str:
    """How the customer sounds, and who says so."""
    if told is None or told.feeling is Feeling.UNSURE:
        return "Nobody could tell how the customer feels."
    return f"The customer sounds {FEELINGS[told.feeling]}, as the {told.read_by} reads it."


def _words(alert: Alert) -> str:
    return SIGNALS[SignalKind(alert.occasion.partition("/")[0])]


def _owed(alert: Alert) -> str:
    return CLOCK_WORDS[ClockKind(alert.occasion.partition("#")[0])]
