"""`due(state) -> Deadline | None`: the next instant at which something must happen, and what."""

from datetime import datetime

from domain import alerts, effects, overdue
from domain.lifecycle import TIMERS, Timer
from models.escalation import EscalationState
from models.frozen import Frozen


class Deadline(Frozen):
    """The next instant at which the engine must act, and what for, in plain words."""

    at: datetime
    what: str


def due(state: EscalationState) -> Deadline | None:
    """The earliest deadline of those timers that live in this status; None when none is left."""
    live = TIMERS[state.status]
    found: list[Deadline] = []
    if Timer.SLA in live:
        found += _clocks(state)
    if Timer.PAUSE in live and state.pause is not None:
        found.append(Deadline(at=state.pause.until, what="end the pause"))
    if Timer.STEP in live or Timer.PROMISE in live:
        at = overdue.next_at(state, promised_only=Timer.STEP not in live)
        if at is not None:
            found.append(Deadline(at=at, what=_step_words(state, at)))
    if Timer.CLAIM in live and state.claimed_until is not None:
        found.append(Deadline(at=state.claimed_until, what="free the case if nobody began"))
    if Timer.STEP in live and state.act_by is not None:
        found.append(Deadline(at=state.act_by, what="look after a new owner"))
    if Timer.ALERT in live and (back_at := alerts.next_at(state)) is not None:
        found.append(Deadline(at=back_at, what="bring an alert back"))
    if Timer.DELIVERY in live:
        found += [
            Deadline(at=effect.not_before, what=f"send {effect.kind}".replace("_", " "))
            for effect in state.effects
            if not effect.begun and not effects.waits(state, effect)
        ]
    if Timer.CLOSING in live and closes(state) is not None:
        found.append(Deadline(at=closes(state) or state.opened_at, what="close the case"))
    return min(found, key=lambda one: one.at, default=None)


def closes(state: EscalationState) -> datetime | None:
    """When a resolved case closes: not before its last promise is kept or given up."""
    if state.closes_at is None or any(not run.ended for run in state.steps):
        return None
    return state.closes_at


def _clocks(state: EscalationState) -> list[Deadline]:
    found: list[Deadline] = []
    for clock in state.clocks:
        if not clock.running:
            continue
        name = clock.kind.replace("_", " ")
        if clock.next_warning_at is not None:
            found.append(Deadline(at=clock.next_warning_at, what=f"SLA warning: {name}"))
        elif clock.breached_at is None:
            found.append(Deadline(at=clock.due_at, what=f"SLA breach: {name}"))
    return found


def _step_words(state: EscalationState, at: datetime) -> str:
    for run in state.steps:
        if run.ended:
            continue
        if run.opens_at == at and run.opened_at is None:
            return f"open step {run.id}"
        if run.snoozed_until == at:
            return f"wake step {run.id}"
        if run.remind_at == at:
            return f"remind step {run.id}"
    return "give up a promise"
