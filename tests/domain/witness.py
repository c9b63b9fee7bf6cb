"""A witness of one life: nothing before its time, nothing twice, nothing after the end."""

from collections import Counter

from domain.evolve import evolve, fold
from domain.lifecycle import OVER
from domain.timeline import Teller
from models import event as ev
from models.delivery import DeliveryStatus, EffectKind
from models.escalation import EscalationState, StepStatus
from models.event import Event
from models.playbook import Playbook


class Witness:
    """Looks at every event as it comes, and folds its own replica from them."""

    def __init__(self, playbook: Playbook, first: Event) -> None:
        self.playbook = playbook
        self.replica: EscalationState = fold([first])
        self.noticed: Counter[tuple[str, str, int]] = Counter()
        self.effects: dict[str, str] = {}
        self.overdue: Counter[str] = Counter()

    def look_at(self, told: Event) -> None:
        """Nothing before its time, nothing twice; then fold it into the replica."""
        before, fact = self.replica, told.fact
        Teller(self.playbook, {}, {}).sentence(told)
        assert before.status not in OVER or isinstance(
            fact, ev.StepEnded | ev.EffectPlanned | ev.EffectBegun | ev.EffectEnded
        ), f"{fact.fact} after the end"
        match fact:
            case ev.ClockWarned() | ev.ClockBreached():
                self._clock_rang(before, told)
            case ev.ClockMet():
                clock = next(one for one in before.clocks if one.kind is fact.clock)
                assert clock.running
                assert fact.late == (told.at >= clock.due_at) == (clock.breached_at is not None)
            case ev.StepOpened() | ev.StepReminded() | ev.StepEnded():
                self._step_moved(before, told)
            case ev.EffectPlanned() | ev.EffectBegun() | ev.EffectEnded():
                self._effect_moved(before, told)
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
        assert clock.running
        assert clock.epoch == fact.epoch
        assert told.at >= (clock.warn_at if isinstance(fact, ev.ClockWarned) else clock.due_at)
        key = (fact.fact, fact.clock.value, fact.epoch)
        self.noticed[key] += 1
        assert self.noticed[key] == 1, key

    def _step_moved(self, before: EscalationState, told: Event) -> None:
        fact = told.fact
        assert isinstance(fact, ev.StepOpened | ev.StepReminded | ev.StepEnded)
        run = before.run(fact.run)
        assert run is None or not run.ended, f"{fact.run} had ended"
        if isinstance(fact, ev.StepOpened) and run is not None and told.op_id is None:
            assert run.status is StepStatus.WAITING
            assert run.opens_at is not None
            assert run.opens_at <= told.at
        if isinstance(fact, ev.StepReminded):
            assert run is not None
            assert run.remind_at is not None
            assert run.remind_at <= told.at
            rule_ = self.playbook.step(run.step).on_timeout
            assert fact.count <= rule_.remind_times + (1 if rule_.escalate_to else 0)

    def _effect_moved(self, before: EscalationState, told: Event) -> None:
        fact = told.fact
        match fact:
            case ev.EffectPlanned(effect=effect):
                assert effect.key not in self.effects
                self.effects[effect.key] = "planned"
                if effect.clock is not None:
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
                assert (status is DeliveryStatus.CANCELLED) == (self.effects[key] == "planned")
                self.effects[key] = "ended"
            case _:
                raise AssertionError(fact)
