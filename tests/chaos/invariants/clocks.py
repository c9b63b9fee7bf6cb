"""Time: what is due happens once, not before its time, and soon after it. Deadlines are arithmetic.

I3: every warning, breach, reminder, waiting step and delivery that was due came about, every pause
ended and every alert that was put off came back. I7: each deadline is its target counted off from
its start, without the time on hold, and each warning as the policy says.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from domain.effects import waits
from domain.evolve import evolve
from models import event as ev
from models.calendar import ALWAYS
from models.delivery import EffectKind
from models.escalation import EscalationState, Status, StepStatus
from models.event import AnyFact, Event
from models.playbook import Playbook
from models.sla import ClockKind, ClockPlan
from tests.chaos.deadlines import Gap, standard, target_of, used_up
from tests.chaos.evidence import CaseRecord, Evidence, Violation, with_states
from tests.chaos.holds import Holds

LATE = timedelta(seconds=90)
"""How much later than due something may come about while things are killed around it, on a machine
that has other work: half a minute without an engine was seen there."""

JUST_BEFORE = timedelta(seconds=30)
"""A reopened case's deadline counts from when it was computed, right before the reopening."""

ALIVE = (Status.OPEN, Status.PAUSED, Status.RESOLVED)
"""In which promises are kept, and alerts come back."""

Due = tuple[datetime, str]


def nothing_due_was_forgotten(evidence: Evidence) -> Iterator[Violation]:
    """Between two events of a case, and after its last one, nothing was overdue for long."""
    for case, record in evidence.cases.items():
        for since, until, state in _stretches(record, evidence.at):
            for at, what in due_in(state):
                late = until - max(at, since)
                if late > LATE:
                    says = f"{what} was due at {at:%H:%M:%S}, and not done {late} later"
                    yield Violation("I3", says, case)
                    break


def a_miss_that_is_noted_first_is_told_all_the_same(evidence: Evidence) -> Iterator[Violation]:
    """Whoever puts a late case on hold, or makes it more severe, may be faster than the timer.

    The managers hear of the miss nevertheless, unless the clock ends, or its case, before long.
    """
    for case, record in evidence.cases.items():
        for event, state in with_states(record):
            fact = event.fact
            if not isinstance(fact, ev.ClockBreached) or state is None or event.op_id is None:
                continue
            later = record.told[event.seq :]
            if not any(
                isinstance(one.fact, ev.Paused | ev.Changed) and one.op_id == event.op_id
                for one in later
            ):
                continue
            soon = [one.fact for one in later if one.at <= event.at + LATE]
            if evidence.at > event.at + LATE and not any(_settles(one, fact.clock) for one in soon):
                says = f"event {event.seq}: nobody was told that {fact.clock} was missed"
                yield Violation("I3", says, case)


def _settles(fact: AnyFact, kind: ClockKind) -> bool:
    """Whether a miss is told by it, or needs no telling any more."""
    match fact:
        case ev.EffectPlanned(effect=effect):
            mine = (effect.clock or "").partition("#")[0] == kind
            return effect.kind is EffectKind.SLA_BREACH and mine
        case ev.ClockMet(clock=clock):
            return clock is kind
        case ev.Resolved() | ev.Cancelled() | ev.Merged():
            return True
        case _:
            return False


def deadlines_are_arithmetic(evidence: Evidence) -> Iterator[Violation]:
    """Each deadline, computed again from what the case knew when it was set; late is after it."""
    for case, record in evidence.cases.items():
        holds = Holds()
        for event, state in with_states(record):
            for says in _wrong(event, state, holds, record) if state is not None else ():
                yield Violation("I7", f"event {event.seq}: {says}", case)
            holds.look_at(event)


def _wrong(event: Event, state: EscalationState, holds: Holds, record: CaseRecord) -> Iterator[str]:
    """What is wrong with a fact about deadlines, given the case before it."""
    gaps, fact = holds.gaps(event.at), event.fact
    if isinstance(fact, ev.ClocksSet | ev.ClocksMoved):
        for plan in fact.clocks:
            playbook = record.book(state.playbook)
            if not _begun(plan, state, event.at) or not _right(plan, state, gaps, playbook):
                yield f"the {plan.kind} deadline is {plan.due_at}"
    if isinstance(fact, ev.ClockMet):
        clock = next(one for one in state.clocks if one.kind is fact.clock)
        due_at = used_up(clock.target, clock.started_at, clock.eras, gaps)
        late = due_at is not None and due_at <= event.at
        if fact.late != late and not _about(event.at, due_at):
            yield f"{clock.kind} was met {'late' if fact.late else 'in time'}, and due {due_at}"


def due_in(state: EscalationState) -> Iterator[Due]:
    """Everything that time will bring about in this state, and when."""
    yield from _due_of_clocks(state)
    if state.status is Status.PAUSED and state.pause is not None:
        yield state.pause.until, "the end of the pause"
    for run in state.steps if state.status in ALIVE else ():
        if state.status is not Status.OPEN and not run.promised:
            continue  # on hold it waits, and of a solved case it is dropped
        if run.status is StepStatus.WAITING and run.opens_at is not None:
            yield run.opens_at, f"the step {run.id}"
        if run.snoozed_until is not None:
            yield run.snoozed_until, f"the wakening of {run.id}"
        if run.for_now and run.remind_at is not None:
            yield run.remind_at, f"the reminder of {run.id}"
    for alert in state.alerts if state.status in ALIVE else ():
        if alert.snoozed_until is not None and alert.seen_at is None:
            yield alert.snoozed_until, f"the return of alert {alert.n}"
    for effect in state.effects:
        if not effect.begun and not waits(state, effect):
            yield effect.not_before, f"the delivery {effect.key}"


def _due_of_clocks(state: EscalationState) -> Iterator[Due]:
    """Of clocks that run; one that stands still owes nothing."""
    for clock in state.clocks if state.status in (Status.OPEN, Status.PAUSED) else ():
        if clock.running and clock.warned_at is None:
            yield clock.warn_at, f"the warning of {clock.kind}"
        if clock.running and clock.breached_at is None:
            yield clock.due_at, f"the breach of {clock.kind}"


def _stretches(
    record: CaseRecord, end: datetime
) -> Iterator[tuple[datetime, datetime, EscalationState]]:
    """From each event to the next one, with the state between them."""
    state: EscalationState | None = None
    told = record.told
    for place, event in enumerate(told):
        try:
            state = evolve(state, event)
        except ValueError:
            return  # a gap, which another invariant tells
        following = told[place + 1].at if place + 1 < len(told) else end
        yield event.at, following, state


def _begun(plan: ClockPlan, state: EscalationState, now: datetime) -> bool:
    """Whether a clock that is set, or moved, counts from where it has to."""
    if plan.kind is ClockKind.NEXT_RESPONSE:
        running = next((one for one in state.clocks if one.kind is plan.kind), None)
        going_on = running is not None and not running.ended
        return plan.started_at == (running.started_at if running and going_on else now)
    if plan.kind is ClockKind.RESOLUTION and state.reopened_at is not None:
        return _just_before(plan.started_at, state.reopened_at)
    return plan.started_at == state.received_at


def _right(
    plan: ClockPlan, state: EscalationState, gaps: tuple[Gap, ...], playbook: Playbook
) -> bool:
    target = target_of(state.severity, plan.kind, playbook)
    if target is None or plan.target != target:
        return False
    usual = standard().warnings[0].before or target
    warned = target - usual if target > usual else target / 2
    hours = standard().calendar_for(state.severity)
    return (
        (plan.eras[-1].calendar if plan.eras else ALWAYS) == hours
        and _about(plan.due_at, used_up(target, plan.started_at, plan.eras, gaps))
        and _about(plan.warn_at, used_up(warned, plan.started_at, plan.eras, gaps))
    )


def _about(told: datetime, counted: datetime | None) -> bool:
    """The same to the second: the wall clock has no smaller steps."""
    return counted is not None and abs(told - counted) <= timedelta(seconds=1)


def _just_before(one: datetime, other: datetime) -> bool:
    return other - JUST_BEFORE <= one <= other
