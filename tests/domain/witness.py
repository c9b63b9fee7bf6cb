"""A witness of one life: nothing before its time, nothing twice, nothing after the end."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from domain.evolve import evolve, fold
from domain.lifecycle import OVER
from domain.timeline import Teller
from models import event as ev
from models.delivery import DeliveryStatus, Effect, EffectClass, EffectKind
from models.escalation import EscalationState, StepStatus
from models.event import Event
from models.playbook import Playbook

_AFTER_THE_END = (
    ev.StepEnded | ev.EffectPlanned | ev.EffectBegun | ev.EffectEnded | ev.OperationRejected
)


class Witness:
    """Looks at every event as it comes, and folds its own replica from them."""

    def __init__(self, playbook: Playbook, first: Event) -> None:
        self.playbook = playbook
        self.replica: EscalationState = fold([first])
        self.noticed: Counter[tuple[str, str, int]] = Counter()
        self.effects: dict[str, str] = {}
        self.overdue: Counter[str] = Counter()
        self.jumped: tuple[str, datetime] | None = None
        self.withdrawn_once: set[tuple[str, str | None]] = set()
        self.undoing = False
        self.stood: dict[UUID, tuple[Counter[tuple[str, str, int]], Counter[str]]] = {}

    def look_at(self, told: Event) -> None:
        """Nothing before its time, nothing twice; then fold it into the replica."""
        before, fact = self.replica, told.fact
        Teller(self.playbook, {}, {}).sentence(told)
        assert before.status not in OVER or isinstance(fact, _AFTER_THE_END), (
            f"{fact.fact} after the end"
        )
        self.undoing = isinstance(fact, ev.Undone) or (self.undoing and told.op_id is not None)
        if told.op_id is not None:
            self.stood.setdefault(told.op_id, (Counter(self.noticed), Counter(self.overdue)))
        match fact:
            case ev.ClockWarned() | ev.ClockBreached():
                self._clock_rang(before, told)
            case ev.ClockMet():
                clock = next(one for one in before.clocks if one.kind is fact.clock)
                assert not clock.ended
                reckoned = clock.paused_at or told.at
                assert fact.late == (reckoned >= clock.due_at) == (clock.breached_at is not None)
            case ev.StepOpened() | ev.StepReminded() | ev.StepEnded():
                self._step_moved(before, told)
            case ev.EffectPlanned() | ev.EffectBegun() | ev.EffectEnded():
                self._effect_moved(before, told)
            case ev.StepWoken(run=name, cause=cause):
                woken = before.run(name)
                assert woken is not None
                assert woken.snoozed_until is not None
                assert cause is not ev.WakeCause.TIME or woken.snoozed_until <= told.at
            case ev.StepReturned(run=name):
                self.overdue[name] = 0  # it is to be done anew, and may be late anew
            case ev.Undone(undone=op_id):  # what it told first holds anew, and is told anew
                assert op_id in self.stood, "nobody did what is taken back"
                self.noticed, self.overdue = self.stood[op_id]
            case ev.Closed():
                assert before.closes_at is not None
                assert before.closes_at <= told.at
                assert all(run.ended for run in before.steps)
            case _:
                pass
        self.replica = evolve(before, told)

    def _clock_rang(self, before: EscalationState, told: Event) -> None:
        fact = told.fact
        assert isinstance(fact, ev.ClockWarned | ev.ClockBreached)
        clock = next(one for one in before.clocks if one.kind is fact.clock)
        assert not clock.ended
        assert clock.epoch == fact.epoch
        level = fact.level if isinstance(fact, ev.ClockWarned) else 0
        warnings = (clock.warn_at, *clock.later_warnings)
        due_at = warnings[level - 1] if level else clock.due_at
        assert (clock.paused_at or told.at) >= due_at
        key = (f"{fact.fact} {level}", fact.clock.value, fact.epoch)
        self.noticed[key] += 1
        assert self.noticed[key] == 1, key

    def _step_moved(self, before: EscalationState, told: Event) -> None:
        fact = told.fact
        assert isinstance(fact, ev.StepOpened | ev.StepReminded | ev.StepEnded)
        run = before.run(fact.run)
        assert run is None or not run.ended, f"{fact.run} had ended"
        if isinstance(fact, ev.StepEnded) and fact.went_to is not None:
            self.jumped = fact.went_to, told.at
        by_time = told.op_id is None and self.jumped != (getattr(fact, "step", None), told.at)
        if isinstance(fact, ev.StepOpened) and run is not None and by_time:
            assert run.status is StepStatus.WAITING
            assert run.opens_at is not None
            assert run.opens_at <= told.at
        if isinstance(fact, ev.StepReminded):
            assert run is not None
            assert run.remind_at is not None
            assert run.remind_at <= told.at
            assert run.snoozed_until is None, "nobody is reminded of what was put off"
            if not before.earlier:  # another playbook may remind less often than it did
                rule_ = self.playbook.step(run.step).on_timeout
                assert fact.count <= rule_.remind_times + (1 if rule_.escalate_to else 0)

    def _effect_moved(self, before: EscalationState, told: Event) -> None:
        fact = told.fact
        match fact:
            case ev.EffectPlanned(effect=effect):
                assert effect.key not in self.effects
                self.effects[effect.key] = "planned"
                if effect.clock is not None and not self._owed_again(effect):
                    clock = next(o for o in before.clocks if effect.clock == f"{o.kind}#{o.epoch}")
                    assert clock.running, "a page for a clock that has stopped"
                if effect.kind is EffectKind.STEP_OVERDUE and effect.fallback_of is None:
                    self.overdue[effect.step or ""] += 1
                    assert self.overdue[effect.step or ""] == 1
            case ev.EffectBegun(key=key):
                effect = next(one for one in before.effects if one.key == key)
                assert self.effects[key] == "planned"
                assert effect.not_before <= told.at
                self.effects[key] = "begun"
            case ev.EffectEnded(key=key, status=status):
                assert self.effects[key] != "ended"
                effect = next(one for one in before.effects if one.key == key)
                # Of a cancelled case letters and requests are held back even when they have begun.
                kept_in = effect.effect_class is not EffectClass.PAGE
                held_back = kept_in and before.status in OVER
                cancelled = status is DeliveryStatus.CANCELLED
                assert cancelled == (self.effects[key] == "planned") or held_back
                self.effects[key] = "ended"
                if cancelled:
                    self.withdrawn_once.add((effect.kind, effect.clock))
            case _:
                raise AssertionError(fact)

    def _owed_again(self, effect: Effect) -> bool:
        """A notice that was withdrawn by what was taken back. When it goes, its clock is asked."""
        return self.undoing and (effect.kind, effect.clock) in self.withdrawn_once
