"""The lifecycle: which commands and which timers live in which status. One table, one test."""

from enum import StrEnum

from models.command import CommandKind
from models.errors import EscalationClosed, NotInThisStatus
from models.escalation import Status


class Timer(StrEnum):
    """Everything that time can bring about."""

    SLA = "sla"
    """Warnings and breaches."""

    STEP = "step"
    """Waiting steps open; overdue ones are reminded."""

    PROMISE = "promise"
    """The same for steps that were promised to the customer."""

    DELIVERY = "delivery"
    """Planned deliveries leave."""

    CLOSING = "closing"
    """A resolved case closes."""


_K = CommandKind
_WORK = {_K.COMPLETE_STEP, _K.SKIP_STEP}
_TALK = {_K.RECORD_MESSAGE, _K.ADD_NOTE, _K.ASSIGN}
_ENGINE = {_K.TICK, _K.END_EFFECT, _K.MOVE_CLOCK}

COMMANDS: dict[Status, frozenset[CommandKind]] = {
    Status.OPENING: frozenset({_K.OPEN}),
    Status.OPEN: frozenset(_WORK | _TALK | _ENGINE | {_K.CHANGE, _K.RESOLVE, _K.CANCEL}),
    Status.PAUSED: frozenset(_WORK | _TALK | _ENGINE | {_K.CHANGE, _K.RESOLVE, _K.CANCEL}),
    Status.RESOLVED: frozenset(_WORK | _TALK | _ENGINE | {_K.CHANGE, _K.REOPEN, _K.CANCEL}),
    Status.CANCELLED: frozenset({_K.TICK, _K.END_EFFECT}),
    Status.MERGED: frozenset({_K.TICK, _K.END_EFFECT}),
    Status.CLOSED: frozenset({_K.TICK, _K.END_EFFECT}),
}
"""In resolved, work means promised steps: the others were cancelled when the case was resolved."""

TIMERS: dict[Status, frozenset[Timer]] = {
    Status.OPENING: frozenset(),
    Status.OPEN: frozenset({Timer.SLA, Timer.STEP, Timer.PROMISE, Timer.DELIVERY}),
    Status.PAUSED: frozenset({Timer.PROMISE, Timer.DELIVERY}),
    Status.RESOLVED: frozenset({Timer.PROMISE, Timer.DELIVERY, Timer.CLOSING}),
    Status.CANCELLED: frozenset({Timer.DELIVERY}),
    Status.MERGED: frozenset({Timer.DELIVERY}),
    Status.CLOSED: frozenset({Timer.DELIVERY}),
}
"""After the end only deliveries that are already on their way are waited for."""

OVER = frozenset({Status.CANCELLED, Status.MERGED, Status.CLOSED})
"""Statuses that nothing leads out of. The workflow ends in them."""

_SAY = {
    _K.COMPLETE_STEP: "finish a step",
    _K.SKIP_STEP: "skip a step",
    _K.RECORD_MESSAGE: "record a message",
    _K.ADD_NOTE: "add a note",
    _K.ASSIGN: "assign it",
    _K.CHANGE: "change its facts",
    _K.RESOLVE: "resolve it",
    _K.REOPEN: "reopen it",
    _K.CANCEL: "cancel it",
    _K.OPEN: "open it again",
    _K.MOVE_CLOCK: "move its clock",
}


def require(status: Status, kind: CommandKind) -> None:
    """Let a command pass, or raise EscalationClosed or NotInThisStatus."""
    if kind in COMMANDS[status]:
        return
    wish = _SAY.get(kind, "do this")
    if status in OVER:
        raise EscalationClosed(
            f"The case is {status}: you can no longer {wish}. Open a new case if there is need."
        )
    raise NotInThisStatus(f"The case is {status}: you cannot {wish} now.")
