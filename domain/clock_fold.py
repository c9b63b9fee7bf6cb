"""What happens to clocks, event by event: they are set, they move, they warn, and they end."""

from collections.abc import Callable
from typing import assert_never

from models import event as ev
from models.escalation import EscalationState
from models.event import Event
from models.sla import Clock, ClockKind

_RUNS_AGAIN = {"met_at": None, "stopped_at": None, "paused_at": None}


def resting(state: EscalationState) -> Callable[[Clock], Clock]:
    """A clock as it is in a case on hold, when its kind stands still."""
    pause = state.pause

    def rest(clock: Clock) -> Clock:
        if pause is None or clock.kind not in pause.stops or not clock.running:
            return clock
        return clock.model_copy(update={"paused_at": max(pause.from_at, clock.started_at)})

    return rest


def evolve_clocks(state: EscalationState, event: Event, fact: ev.ClockFact) -> EscalationState:
    """What a fact about clocks changes."""
    match fact:
        case ev.ClocksSet(clocks=plans):
            clocks = {clock.kind: clock for clock in state.clocks}
            for plan in plans:
                earlier = clocks.get(plan.kind)
                epoch = earlier.epoch + 1 if earlier else 1
                clocks[plan.kind] = Clock(**dict(plan), epoch=epoch)
            return _with_clocks(state, clocks)
        case ev.ClocksMoved(clocks=plans):
            clocks = {clock.kind: clock for clock in state.clocks}
            for plan in plans:
                earlier = clocks[plan.kind]
                epochs = {"epoch": earlier.epoch + 1, "set_in": earlier.set_in or earlier.epoch}
                moved = earlier.model_copy(update={**dict(plan), **epochs, **_RUNS_AGAIN})
                clocks[plan.kind] = moved
            return _with_clocks(state, clocks)
        case ev.ClockWarned(clock=kind, level=level):
            further = {"warned": level} if level > 1 else {}
            return _on_clock(state, kind, warned_at=event.at, **further)
        case ev.ClockBreached(clock=kind):
            return _on_clock(state, kind, breached_at=event.at)
        case ev.ClockMet(clock=kind):
            if kind is ClockKind.FIRST_RESPONSE:
                state = state.model_copy(update={"first_response_at": event.at})
            return _on_clock(state, kind, met_at=event.at, paused_at=None)
        case never:
            assert_never(never)


def _with_clocks(state: EscalationState, clocks: dict[ClockKind, Clock]) -> EscalationState:
    return state.model_copy(update={"clocks": tuple(map(resting(state), clocks.values()))})


def _on_clock(state: EscalationState, kind: ClockKind, **change: object) -> EscalationState:
    clocks = tuple(
        clock.model_copy(update=change) if clock.kind is kind else clock for clock in state.clocks
    )
    return state.model_copy(update={"clocks": clocks})
