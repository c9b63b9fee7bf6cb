"""Signs and words for lights, steps and cases. Never colour alone: a word and a shape go with it.

An unknown value of a newer API is shown as it is, without underscores.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sign:
    """A shape, the same for plain ASCII terminals, a word, and a colour."""

    shape: str
    plain: str
    word: str
    style: str

    def mark(self, *, ascii_only: bool) -> str:
        """The shape that this terminal can show."""
        return self.plain if ascii_only else self.shape


_LIGHTS = {
    "red": Sign("■", "!", "Act now", "bold red"),
    "yellow": Sign("▲", "^", "Do soon", "bold yellow"),
    "green": Sign("●", "o", "On time", "green"),
}
_STEPS = {
    "open": Sign("▶", ">", "to do now", "bold"),
    "running": Sign("◐", "~", "we are at it", "cyan"),
    "waiting": Sign("·", ".", "later", "dim"),
    "done": Sign("✓", "+", "done", "green"),
    "skipped": Sign("\u2013", "-", "skipped", "dim"),
    "failed": Sign("✗", "x", "not done", "red"),
    "cancelled": Sign("○", "o", "not needed", "dim"),
}
_CLOCKS = {
    "first_response": "First answer",
    "next_response": "Next answer",
    "resolution": "Solution",
}
_STATUSES = {
    "opening": "just came in",
    "open": "open",
    "paused": "on hold",
    "resolved": "solved",
    "cancelled": "stopped",
    "merged": "joined to another case",
    "closed": "closed",
}
OVER = ("cancelled", "merged", "closed")
"""Statuses of a case in which nothing more is to come."""

_TYPES = {
    "cancel_threat": "may leave us",
    "billing_dispute": "trouble with a bill",
    "service_quality": "bad work",
    "missed_appointment": "missed visit",
    "executive": "our bosses were asked",
    "other": "something else",
}
_DELIVERIES = {
    "planned": Sign("·", ".", "will go out", "dim"),
    "attempted": Sign("◐", "~", "trying", "cyan"),
    "sent": Sign("✓", "+", "sent", "green"),
    "failed": Sign("✗", "x", "could not send", "red"),
    "suppressed": Sign("\u2013", "-", "not sent, on purpose", "dim"),
    "cancelled": Sign("○", "o", "taken back", "dim"),
    "unknown": Sign("?", "?", "nobody knows: please check", "bold yellow"),
}

_AUDIENCES = {
    "owner": "whoever has the case",
    "seniors": "the seniors",
    "managers": "the managers",
    "retention": "the team that keeps customers",
}
_READERS = {
    "model": "by the built-in reader",
    "llm": "by a language model",
}
ALERT = Sign("▲", "!", "Look", "bold yellow")
"""Somebody should know of it now."""


def light(value: str, *, late: bool = False) -> Sign:
    """The tightest clock at a glance.

    With a step that is late while every deadline still holds it is at least to be done soon.
    """
    return _LIGHTS.get("yellow" if late and value == "green" else value) or _strange(value)


def step(value: str) -> Sign:
    """Where a step stands."""
    return _STEPS.get(value) or _strange(value)


def delivery(value: str) -> Sign:
    """Where a delivery stands."""
    return _DELIVERIES.get(value) or _strange(value)


def clock(kind: str) -> str:
    """What a clock counts to."""
    return _CLOCKS.get(kind) or _spaced(kind).capitalize()


def status(value: str) -> str:
    """Where a case stands."""
    return _STATUSES.get(value) or _spaced(value)


def trouble(value: str) -> str:
    """What kind of trouble it is."""
    return _TYPES.get(value) or _spaced(value)


def audience(value: str) -> str:
    """Whom an alert is for."""
    return _AUDIENCES.get(value) or _spaced(value)


def reader(value: str) -> str:
    """Who read how the customer feels."""
    return _READERS.get(value) or _spaced(value)


def _strange(value: str) -> Sign:
    return Sign("?", "?", _spaced(value), "")


def _spaced(value: str) -> str:
    return value.replace("_", " ")
