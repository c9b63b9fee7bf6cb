"""Turns of a case that are no steps: taken back, asked of somebody else, seen, gone another way.

I2: what is taken back stands as before, wholly; a question is answered by somebody of its role who
did not ask it; an alert that is put off comes back at its time; a playbook is another one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from uuid import UUID

from domain.evolve import evolve
from domain.tracing import seq_of
from models import event as ev
from models.delivery import DeliveryStatus, Effect
from models.escalation import EscalationState, StepRun, StepStatus
from models.event import Event
from models.step import Approval, Step
from tests.chaos.evidence import CaseRecord, Evidence, Violation, with_states

_AS_BEFORE = (
    "status", "severity", "type", "playbook", "clocks", "steps", "pauses", "assignee_id", "act_by",
    "handed_to", "touches", "customer_spoke_last", "first_response_at", "appointment_at",
    "resolved_at", "closes_at", "reopened", "received_at",
)  # fmt: skip
"""Everything that an operation can change and that taking it back has to bring back."""


def what_is_taken_back_stands_as_before(evidence: Evidence) -> Iterator[Violation]:
    """After an undo the case is as it was before what is undone, and as much is on its way."""
    for case, record in evidence.cases.items():
        before: dict[UUID, EscalationState] = {}
        for event, state in with_states(record):
            if event.op_id is not None and state is not None:
                before.setdefault(event.op_id, state)
        for event, _ in with_states(record):
            if isinstance(event.fact, ev.Undone) and event.op_id is not None:
                for says in _not_restored(record, event, event.fact, before):
                    yield Violation("I2", f"event {event.seq}: {says}", case)


def questions_are_answered_by_their_role(evidence: Evidence) -> Iterator[Violation]:
    """Whoever is asked, and whoever answers, has the role, and did not ask it themselves."""
    for case, record in evidence.cases.items():
        for event, state in with_states(record):
            run = state.run(getattr(event.fact, "run", "")) if state is not None else None
            step = _step(record, state, run) if state is not None and run is not None else None
            if run is None or not isinstance(step, Approval):
                continue
            who = _answerer(event)
            if who is None:
                continue
            role = evidence.roles.get(who)
            if role is None or role.rank < step.approver.rank:
                says = f"event {event.seq}: {run.id} needs a {step.approver}, and a {role} has it"
                yield Violation("I2", says, case)
            if who == run.asked_by:
                yield Violation("I2", f"event {event.seq}: {run.id} went to whoever asked it", case)


def alerts_come_back_at_their_time(evidence: Evidence) -> Iterator[Violation]:
    """What was put off comes back once, not before its time, and not when somebody has seen it."""
    for case, record in evidence.cases.items():
        for event, state in with_states(record):
            if not isinstance(event.fact, ev.AlertReturned) or state is None:
                continue
            n = event.fact.alert
            alert = next((one for one in state.alerts if one.n == n), None)
            if alert is None or alert.seen_at is not None or alert.snoozed_until is None:
                yield Violation("I2", f"event {event.seq}: alert {n} was not put off", case)
            elif alert.snoozed_until > event.at:
                yield Violation("I5", f"event {event.seq}: alert {n} is back too early", case)


def playbooks_follow_each_other(evidence: Evidence) -> Iterator[Violation]:
    """Each change leads from the playbook that the case had to another one that was published."""
    for case, record in evidence.cases.items():
        for event, state in with_states(record):
            if isinstance(event.fact, ev.PlaybookChanged) and state is not None:
                new, old = event.fact.playbook, event.fact.previous
                known = str(new) in record.books
                if old != state.playbook or new == old or not known:
                    says = f"event {event.seq}: from {old} to {new}, and it went by"
                    yield Violation("I2", f"{says} {state.playbook}", case)


def _not_restored(
    record: CaseRecord, event: Event, fact: ev.Undone, before: dict[UUID, EscalationState]
) -> Iterator[str]:
    """What is not as it was before the operation that is taken back."""
    then = before.get(fact.undone)
    if then is None:
        yield "nothing was done that could be taken back"
        return
    told = [one for one in record.told if one.op_id == event.op_id]
    now = _after(record, told[-1].seq)
    if now is None:
        return
    differing = [name for name in _AS_BEFORE if getattr(then, name) != getattr(now, name)]
    if differing:
        yield f"taken back, and {', '.join(differing)} is not as before"
    ended = _ended_otherwise(record.told[then.version : told[-1].seq], {fact.undone, event.op_id})
    owed = Counter(_occasion(one) for one in then.effects if one.key not in ended)
    stands = Counter(_occasion(one) for one in now.effects)
    if owed != stands:
        yield f"taken back, and on its way are {sorted(stands)}, not {sorted(owed)}"
    late = [one.key for one in now.effects if seq_of(one.key) > then.version]
    if gone := [key for key in late if seq_of(key) < event.seq]:
        yield f"taken back, and {gone} is still on its way"


def _ended_otherwise(told: Iterable[Event], causes: set[UUID | None]) -> set[str]:
    """Deliveries that ended meanwhile of themselves, and not by one of these operations.

    One that was cancelled because of what is taken back is planned anew, so that is no such end.
    """
    return {
        one.fact.key
        for one in told
        if isinstance(one.fact, ev.EffectEnded)
        and one.op_id not in causes
        and one.fact.status is not DeliveryStatus.CANCELLED
    }


def _occasion(effect: Effect) -> tuple[str, str, str, str]:
    return effect.kind, str(effect.recipient), effect.step or "", effect.clock or ""


def _answerer(event: Event) -> UUID | None:
    """Who got a question, or answered it; nobody when it is about something else."""
    match event.fact:
        case ev.StepDelegated(to_id=to_id):
            return to_id
        case ev.StepEnded(status=StepStatus.DONE, why=None):
            return event.actor.id
        case _:
            return None


def _step(record: CaseRecord, state: EscalationState, run: StepRun) -> Step | None:
    """The step of a run, by the playbook that it belongs to."""
    try:
        return record.book(run.of or state.playbook).step(run.step)
    except KeyError:
        return None


def _after(record: CaseRecord, seq: int) -> EscalationState | None:
    """The state after the event of that number; None when there is a gap before it."""
    for event, before in with_states(record):
        if event.seq == seq:
            try:
                return evolve(before, event)
            except ValueError:
                return None
    return None
