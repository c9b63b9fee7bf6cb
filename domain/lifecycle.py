"""The lifecycle: which commands and which timers live in which status. One table, one test."""

from enum import StrEnum

from models.command import CommandKind
from models.errors import EscalationClosed, NotInThisStatus
from models.escalation import Status


class Timer(StrEnum):
    """Everything that time can bring about."""

    SLA = "sla"
    """Warnings and breaches, of clocks that do not stand still."""

    PAUSE = "pause"
    """A pause ends by itself."""

    STEP = "step"
    """Waiting steps open; overdue ones are reminded."""

    PROMISE = "promise"
    """The same for steps that were promised to the customer."""

    CLAIM = "claim"
    """A case that somebody took and did not begin is free again."""

    ALERT = "alert"
    """An alert that was put off comes back."""

    DELIVERY = "delivery"
    """Planned deliveries leave."""

    CLOSING = "closing"
    """A resolved case closes."""


_K = CommandKind
_WORK = {_K.COMPLETE_STEP, _K.SKIP_STEP, _K.SNOOZE_STEP, _K.DELEGATE, _K.UNDO}
_TALK = {
    _K.RECORD_MESSAGE,
    _K.ADD_NOTE,
    _K.ASSIGN,
    _K.HAND_UP,
    _K.ACKNOWLEDGE,
    _K.SNOOZE_ALERT,
}
_TURN = {_K.CHANGE, _K.RESOLVE, _K.CANCEL}
_JOIN = {_K.MERGE, _K.ABSORB}
_AT_THE_END = {_K.TICK, _K.END_EFFECT, _K.NOTE_READING}
_ENGINE = {*_AT_THE_END, _K.MOVE_CLOCK}

COMMANDS: dict[Status, frozenset[CommandKind]] = {
    Status.OPENING: frozenset({_K.OPEN}),
    Status.OPEN: frozenset(
        _WORK | _TALK | _ENGINE | _TURN | _JOIN | {_K.CHANGE_PLAYBOOK, _K.PAUSE}
    ),
    Status.PAUSED: frozenset(_WORK | _TALK | _ENGINE | _TURN | _JOIN | {_K.PAUSE, _K.RESUME}),
    Status.RESOLVED: frozenset(
        _WORK | _TALK | _ENGINE | {_K.CHANGE, _K.REOPEN, _K.CANCEL, _K.ABSORB}
    ),
    Status.CANCELLED: frozenset(_AT_THE_END),
    Status.MERGED: frozenset(_AT_THE_END),
    Status.CLOSED: frozenset(_AT_THE_END),
}
"""In resolved, work means promised steps: the others were cancelled when the case was resolved."""

TIMERS: dict[Status, frozenset[Timer]] = {
    Status.OPENING: frozenset(),
    Status.OPEN: frozenset(
        {Timer.SLA, Timer.STEP, Timer.PROMISE, Timer.CLAIM, Timer.ALERT, Timer.DELIVERY}
    ),
    Status.PAUSED: frozenset(
        {Timer.SLA, Timer.PAUSE, Timer.PROMISE, Timer.CLAIM, Timer.ALERT, Timer.DELIVERY}
    ),
    Status.RESOLVED: frozenset(
        {Timer.PROMISE, Timer.CLAIM, Timer.ALERT, Timer.DELIVERY, Timer.CLOSING}
    ),
    Status.CANCELLED: frozenset({Timer.DELIVERY}),
    Status.MERGED: frozenset({Timer.DELIVERY}),
    Status.CLOSED: frozenset({Timer.DELIVERY}),
}
"""After the end only deliveries that are already on their way are waited for."""

OVER = frozenset({Status.CANCELLED, Status.MERGED, Status.CLOSED})
"""Statuses that nothing leads out of. The workflow ends in them."""

ON_HOLD = "The case is paused: another playbook would start work. Let it go on first."

_SAY = {
    _K.COMPLETE_STEP: "finish a step",
    _K.SKIP_STEP: "skip a step",
    _K.SNOOZE_STEP: "put a step off",
    _K.RECORD_MESSAGE: "record a message",
    _K.ADD_NOTE: "add a note",
    _K.ASSIGN: "assign it",
    _K.DELEGATE: "hand a question on",
    _K.HAND_UP: "hand it up",
    _K.CHANGE: "change its facts",
    _K.RESOLVE: "resolve it",
    _K.REOPEN: "reopen it",
    _K.CANCEL: "cancel it",
    _K.MERGE: "merge it into another one",
    _K.ABSORB: "merge another one into it",
    _K.CHANGE_PLAYBOOK: "change its playbook",
    _K.PAUSE: "put it on hold",
    _K.RESUME: "let it go on",
    _K.OPEN: "open it again",
    _K.UNDO: "take anything back",
    _K.MOVE_CLOCK: "move its clock",
    _K.ACKNOWLEDGE: "say that you saw an alert",
    _K.SNOOZE_ALERT: "put an alert off",
}


def require(status: Status, kind: CommandKind) -> None:
    """Let a command pass, or raise EscalationClosed or NotInThisStatus."""
    if kind in COMMANDS[status]:
        return
    if status is Status.PAUSED and kind is _K.CHANGE_PLAYBOOK:
        raise NotInThisStatus(ON_HOLD)
    wish = _SAY.get(kind, "do this")
    if status is Status.MERGED:
        raise EscalationClosed(
            f"The case is merged: you can no longer {wish} here. It goes on in the other one."
        )
    if status in OVER:
        raise EscalationClosed(
            f"The case is {status}: you can no longer {wish}. Open a new case if there is need."
        )
    raise NotInThisStatus(f"The case is {status}: you cannot {wish} now.")
