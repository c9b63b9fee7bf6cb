"""What the clocks of a life did, from its events: each target from its start to its end."""

from collections.abc import Sequence
from datetime import datetime

from domain.evolve import evolve
from models.delivery import EffectKind
from models.escalation import EscalationState
from models.event import ClockBreached, ClocksMoved, ClocksSet, EffectPlanned, Event
from models.rehearsal import Countdown, Countdowns
from models.sla import ClockKind

_NOTICES = (EffectKind.SLA_WARNING, EffectKind.SLA_BREACH)
_Key = tuple[ClockKind, datetime]


class Tally:
    """Looks at the events of one life in order. A miss that was noted twice is one miss."""

    def __init__(self) -> None:
        self._due: dict[_Key, datetime] = {}
        self._misses: dict[_Key, set[int]] = {}
        self._warnings: dict[_Key, int] = {}
        self._notices = 0

    def look_at(self, before: EscalationState, event: Event) -> None:
        """One event, and the state that it came to."""
        match event.fact:
            case ClocksSet(clocks=plans) | ClocksMoved(clocks=plans):
                self._due |= {(plan.kind, plan.started_at): plan.due_at for plan in plans}
            case ClockBreached(clock=kind, epoch=epoch):
                self._misses.setdefault(_key(before, kind), set()).add(epoch)
            case EffectPlanned(effect=effect) if effect.kind in _NOTICES:
                if effect.fallback_of is not None:
                    return  # the same notice once more, since it did not arrive
                self._notices += 1
                if effect.kind is EffectKind.SLA_WARNING and effect.clock is not None:
                    key = _key(before, ClockKind(effect.clock.partition("#")[0]))
                    self._warnings[key] = self._warnings.get(key, 0) + 1
            case _:
                return

    def sum(self) -> Countdowns:
        """All of it, in the order in which the targets began."""
        told = tuple(
            Countdown(
                kind=key[0],
                started_at=key[1],
                due_at=due_at,
                warnings=self._warnings.get(key, 0),
                misses=len(self._misses.get(key, ())),
            )
            for key, due_at in sorted(self._due.items(), key=lambda one: (one[0][1], one[0][0]))
        )
        return Countdowns(told=told, notices=self._notices)


def _key(state: EscalationState, kind: ClockKind) -> _Key:
    return kind, next(clock.started_at for clock in state.clocks if clock.kind is kind)


def on_record(events: Sequence[Event]) -> Countdowns:
    """What the clocks of a case did, as its events tell it."""
    tally = Tally()
    state = evolve(None, events[0])
    for event in events[1:]:
        tally.look_at(state, event)
        state = evolve(state, event)
    return tally.sum()
