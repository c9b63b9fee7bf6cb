"""Answers as the API gave them for Doug's case, with hostile words where customers write."""

from copy import deepcopy
from typing import Any

CASE_ID = "01a2010d-2306-7212-97c7-0a5b0e4906b7"
OP_ID = "01a20117-b261-7102-a42d-a825ef8d3d02"
HOSTILE = "\x1b[2J\x1b]0;owned\x07[red]I want to leave[/red] \u202eevil\u202c\x9b31m"
HARMLESS = "[red]I want to leave[/red] evil"
NOW = "2026-11-22T13:24:00Z"
PATH = f"/cs/escalations/{CASE_ID}"

_OUTCOMES = [
    {"id": "reached", "label": "We are talking"},
    {"id": "no-answer", "label": "No answer"},
]


def step(name: str = "call-now", **changes: Any) -> dict[str, Any]:
    """A step as `StepView` shows it."""
    told = {
        "id": name,
        "step": name,
        "kind": "call",
        "title": "Call Doug now",
        "why": "A fast call shows that we care.",
        "status": "open",
        "owner": "agent",
        "minutes": 5,
        "skip": "never",
        "promised": False,
        "outcomes": deepcopy(_OUTCOMES),
        "fields": [],
        "script": {
            "opening": "Hi Doug, this is Sarah.",
            "key_points": ["Say sorry once, and mean it."],
            "closing": "Thank you for picking up.",
        },
        "letter": None,
        "offer": None,
        "instructions": [],
        "opens_at": None,
        "opened_at": "2026-11-22T13:20:00Z",
        "due_at": "2026-11-22T14:30:00Z",
        "overdue": False,
        "snoozed_until": None,
        "ended_at": None,
        "ended_by": None,
        "outcome": None,
        "note": None,
    }
    return {**told, **changes}


CLOCK: dict[str, Any] = {
    "kind": "first_response",
    "light": "yellow",
    "started_at": "2026-11-22T13:10:00Z",
    "due_at": "2026-11-22T14:10:00Z",
    "warn_at": "2026-11-22T13:20:00Z",
    "met_at": None,
    "breached_at": None,
    "stopped_at": None,
    "paused_at": None,
    "calendar": "24/7",
    "policy": "standard@1",
    "why": "All hours count.",
}


def line(**changes: Any) -> dict[str, Any]:
    """A case in a list."""
    told = {
        "id": CASE_ID,
        "number": "E-1042",
        "version": 4,
        "status": "open",
        "light": "yellow",
        "type": "cancel_threat",
        "severity": "high",
        "title": "We missed 3 visits",
        "customer_name": "Doug Carter",
        "customer_annual_value": {"minor": 420000, "currency": "USD"},
        "assignee": None,
        "playbook": "cancel-threat@1",
        "step": {"id": "call-now", "kind": "call", "title": "Call Doug now", "due_at": None},
        "due_at": "2026-11-22T14:10:00Z",
        "opened_at": "2026-11-22T13:10:00Z",
        "now": NOW,
    }
    return {**told, **changes}


def next_action(**changes: Any) -> dict[str, Any]:
    """What `next` answers."""
    action = {
        "headline": "Call Doug now",
        "reason": "A fast call shows that we care.",
        "escalation": line(),
        "step": step(),
        "clock": CLOCK,
        "light": "yellow",
        "time_left": "46 minutes left",
        "win_condition": "They say they will stay.",
        "what_not_to_do": ["Do not argue."],
        "claimed": True,
    }
    return {"action": {**action, **changes}, "message": "Call Doug now", "waiting": 3}


def case(*steps: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A case, whole."""
    told = {
        **line(),
        "source": "agent",
        "team": "front-line",
        "description": HOSTILE,
        "customer": {
            "id": OP_ID,
            "name": "Doug Carter",
            "email": "doug@example.org",
            "phone": "+1 555 0100",
            "customer_since": "2020-03-01",
            "annual_value": {"minor": 420000, "currency": "USD"},
        },
        "playbook": {
            "slug": "cancel-threat",
            "version": 1,
            "name": "Customer Threatening to Cancel",
            "win_condition": "They say they will stay.",
            "what_not_to_do": ["Do not argue."],
        },
        "reasons": {
            "type": "It says “cancel my service”.",
            "severity": "The customer may leave.",
            "playbook": "The kind of case is cancel threat.",
        },
        "clocks": [CLOCK],
        "ai": {
            "sentiment": None,
            "mood": None,
            "churn_risk": None,
            "signals": [],
            "waiting": 0,
        },
        "alerts": [],
        "pause": None,
        "steps": list(steps) or [step()],
        "touches": 0,
        "reopened": 0,
        "merged_into": None,
        "absorbed": [],
        "appointment_at": None,
        "closes_at": None,
    }
    return {**told, **changes}


AI: dict[str, Any] = {
    "sentiment": {
        "score": -0.62,
        "label": "very_frustrated",
        "says": "very upset",
        "emoji": "\U0001f621",
        "polarity": "negative",
        "p_negative": 0.91,
        "source": "model",
        "version": "minilm-int8-8199be6f/1",
    },
    "mood": {"now": -0.4, "points": [0.2, -0.4], "drops": 1},
    "churn_risk": 0.74,
    "signals": ["cancel"],
    "waiting": 0,
}
"""What was read in the words of somebody who is upset."""


def alert(n: int = 1, **changes: Any) -> dict[str, Any]:
    """An alert of the case."""
    told = {
        "id": f"E-1042.{n}",
        "kind": "signal_words",
        "title": "Doug speaks of stopping.",
        "audience": "retention",
        "number": "E-1042",
        "customer_name": "Doug Carter",
        "raised_at": "2026-11-22T13:10:00Z",
        "expires_at": "2026-11-23T13:10:00Z",
        "button": {"label": "Keep Doug now", "number": "E-1042", "step": "call-now"},
        "source": "words",
    }
    return {**told, **changes}


def chance(**changes: Any) -> dict[str, Any]:
    """What `ai-predict-outcome` answers."""
    told = {
        "probability": 0.8254,
        "low": 0.767,
        "high": 0.8799,
        "n": 63,
        "source": "measured",
        "enough": True,
        "words": "Of 63 cases like this one, 52 ended well.",
        "segment": {"type": "cancel_threat", "severities": ["critical", "high"], "action": None},
    }
    return {**told, **changes}


def operation(status: str = "applied", **changes: Any) -> dict[str, Any]:
    """What a change answers."""
    told: dict[str, Any] = {
        "op_id": OP_ID,
        "status": status,
        "escalation_id": CASE_ID,
        "number": "E-1042",
        "version": 7 if status == "applied" else None,
        "snapshot": None,
        "code": None,
        "detail": None,
    }
    if status == "applied":
        told["snapshot"] = {
            "status": "open",
            "severity": "high",
            "assignee_id": None,
            "step": {
                "id": "listen",
                "kind": "task",
                "title": "Listen to {customer.first_name}",
                "due_at": "2026-11-22T13:39:00Z",
            },
            "due_at": None,
        }
    return {**told, **changes}


def entry(seq: int, **changes: Any) -> dict[str, Any]:
    """One thing that happened."""
    told = {
        "seq": seq,
        "at": "2026-11-22T13:20:00Z",
        "who": "Sarah Lind",
        "what": "To do until 2026-11-22 14:30 UTC: Call Doug now.",
        "words": None,
        "fact": "step_opened",
        "op_id": None,
    }
    return {**told, **changes}
