"""Time: what is due happens once, not before its time, and soon after it. Deadlines are arithmetic.

I3: every warning, breach, reminder, waiting step and delivery that was due came about. I7: each
deadline is its target counted off from its start, and each warning as the policy says.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from domain.effects import waits
from domain.evolve import evolve
from models import event as ev
from models.calendar import ALWAYS
from models.escalation import EscalationState, Status, StepStatus
from models.playbook import Playbook
from models.sla import ClockKind, ClockPlan
from tests.chaos.deadlines import standard, target_of, used_up
from tests.chaos.evidence import CaseRecord, Evidence, Violation

LATE = timedelta(seconds=90)
"""How much later than due something may come about while things are killed around it, on a machine
that has other work: half a minute without an engine was seen there."""

JUST_BEFORE = timedelta(seconds=30)
"""A reopened case's deadline counts from when it was computed, right before the reopening."""

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


def deadlines_are_arithmetic(evidence: Evidence) -> Iterator[Violation]:
    """Each deadline, computed again from what the case knew when it was set."""
    for case, record in evidence.cases.items():
        state: EscalationState | None = None
        for event in record.told:
            if isinstance(event.fact, ev.ClocksSet) and state is not None:
                for clock in event.fact.clocks:
                    if not _right(clock, state, event.at, record.playbook):
                        says = f"event {event.seq}: the {clock.kind} deadline is {clock.due_at}"
                        yield Violation("I7", says, case)
            try:
                state = evolve(state, event)
            except ValueError:
                break  # a gap, which another invariant tells


def due_in(state: EscalationState) -> Iterator[Due]:
    """Everything that time will bring about in this state, and when."""
    working, resolved = state.status is Status.OPEN, state.status is Status.RESOLVED
    for clock in state.clocks if working else ():
        if clock.running and clock.warned_at is None:
            yield clock.warn_at, f"the warning of {clock.kind}"
        if clock.running and clock.breached_at is None:
            yield clock.due_at, f"the breach of {clock.kind}"
    for run in state.steps if working or resolved else ():
        if resolved and not run.promised:
            continue
        if run.status is StepStatus.WAITING and run.opens_at is not None:
            yield run.opens_at, f"the step {run.id}"
        if run.snoozed_until is not None:
            yield run.snoozed_until, f"the wakening of {run.id}"
        if run.for_now and run.remind_at is not None:
            yield run.remind_at, f"the reminder of {run.id}"
    for effect in state.effects:
        if not effect.begun and not waits(state, effect):
            yield effect.not_before, f"the delivery {effect.key}"


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


def _right(clock: ClockPlan, state: EscalationState, now: datetime, playbook: Playbook) -> bool:
    target = target_of(state.severity, clock.kind, playbook)
    if target is None or clock.target != target:
        return False
    if clock.kind is ClockKind.NEXT_RESPONSE:
        begun = next((one for one in state.clocks if one.kind is clock.kind and one.running), None)
        counted = clock.started_at == (begun.started_at if begun else now)
    else:
        start = state.received_at
        if clock.kind is ClockKind.RESOLUTION and state.reopened_at is not None:
            counted = _just_before(clock.started_at, state.reopened_at)
        else:
            counted = clock.started_at == start
    usual = standard().warnings[0].before or target
    warned = target - usual if target > usual else target / 2
    hours = standard().calendar_for(state.severity)
    return (
        counted
        and (clock.eras[-1].calendar if clock.eras else ALWAYS) == hours
        and _about(clock.due_at, used_up(target, clock.started_at, clock.eras))
        and _about(clock.warn_at, used_up(warned, clock.started_at, clock.eras))
    )


def _about(told: datetime, counted: datetime | None) -> bool:
    """The same to the second: the wall clock has no smaller steps."""
    return counted is not None and abs(told - counted) <= timedelta(seconds=1)


def _just_before(one: datetime, other: datetime) -> bool:
    return other - JUST_BEFORE <= one <= other
