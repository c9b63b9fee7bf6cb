"""The trace of the latest operation: how the case stood before it, and whether that still helps.

It is kept while folding events, so that rebuilding a case from its events keeps it, too.
"""

from uuid import UUID

from models import event as ev
from models.delivery import DeliveryStatus, PendingEffect
from models.escalation import EscalationState, Status, StepStatus, Trace
from models.event import Event

_BEGINS = (
    ev.Assigned,
    ev.ClockBreached,
    ev.ClockMet,
    ev.ClockWarned,
    ev.Resolved,
    ev.StepEnded,
    ev.StepSnoozed,
    ev.StepStarted,
)
"""What an operation that can be taken back begins with."""

HARMLESS = (ev.ClockMoved, ev.NoteAdded, ev.OperationRejected, ev.InsightFact)
"""What changes nothing that another operation could have built on."""

_KEPT = {
    "appointment_at",
    "assignee_id",
    "act_by",
    "handed_to",
    "touches",
    "customer_spoke_last",
    "first_response_at",
    "status",
    "clocks",
}


def traced(before: EscalationState, after: EscalationState, event: Event) -> Trace | None:
    """The trace after this event."""
    trace, fact = before.trace, event.fact
    if isinstance(fact, HARMLESS):
        return trace
    if event.op_id is not None and (trace is None or trace.op_id != event.op_id):
        if not isinstance(fact, _BEGINS):
            return None
        return _with(_begun(before, event, event.op_id), before, after, event)
    if trace is None or trace.blocked is not None:
        return trace
    if event.op_id is not None:
        return _with(trace, before, after, event)
    return _later(trace, before, event)


def _begun(before: EscalationState, event: Event, op_id: UUID) -> Trace:
    return Trace(
        op_id=op_id,
        since=before.version,
        at=event.at,
        by=event.actor.id,
        runs=len(before.steps),
        pauses=before.pauses if before.status is Status.PAUSED else None,
        **{name: getattr(before, name) for name in _KEPT},
    )


def _with(trace: Trace, before: EscalationState, after: EscalationState, event: Event) -> Trace:
    """The trace with the runs that this event changed, as they were, and what it was about."""
    known = {run.id for run in trace.steps}
    pairs = zip(before.steps[: trace.runs], after.steps, strict=False)
    changed = tuple(old for old, new in pairs if old is not new and old.id not in known)
    told: dict[str, object] = {"steps": (*trace.steps, *changed)} if changed else {}
    if (effect := _cancelled(trace, before, event)) is not None:
        told["cancelled"] = (*trace.cancelled, effect)
    if trace.what is None and (what := _what(event)) is not None:
        told |= {"what": what, "run": getattr(event.fact, "run", None)}
    return trace.model_copy(update=told) if told else trace


def _what(event: Event) -> str | None:
    match event.fact:
        case ev.StepStarted():
            return "credit"
        case ev.StepEnded(status=StepStatus.DONE, why=None):
            return "completion"
        case ev.StepEnded(status=StepStatus.SKIPPED, why=None):
            return "skip"
        case ev.StepSnoozed():
            return "snooze"
        case ev.Resolved():
            return "resolution"
        case _:
            return None


def _cancelled(trace: Trace, before: EscalationState, event: Event) -> PendingEffect | None:
    """The delivery from before the operation that this event cancels."""
    match event.fact:
        case ev.EffectEnded(key=key, status=DeliveryStatus.CANCELLED) if seq_of(key) <= trace.since:
            return next((one for one in before.effects if one.key == key), None)
        case _:
            return None


def _later(trace: Trace, before: EscalationState, event: Event) -> Trace:
    """What time or a delivery brings about: a page that was on its way already changes nothing.

    The end of a delivery by which a step ends does, when the operation ended that step otherwise.
    """
    if (effect := _cancelled(trace, before, event)) is not None:
        return trace.model_copy(update={"cancelled": (*trace.cancelled, effect)})
    match event.fact:
        case ev.EffectEnded(key=key) if _ends_a_run(trace, before, key):
            return _closed(trace, "later")
        case ev.EffectBegun(key=key) | ev.EffectEnded(key=key) if seq_of(key) <= trace.since:
            return trace
        case ev.EffectBegun():
            return _closed(trace, "begun")
        case ev.EffectEnded():
            return trace
        case _:
            return _closed(trace, "later")


def _ends_a_run(trace: Trace, before: EscalationState, key: str) -> bool:
    changed = {run.id for run in trace.steps}
    return any(one.key == key and one.step in changed for one in before.effects)


def _closed(trace: Trace, why: str) -> Trace:
    return Trace.model_validate(
        {
            **trace.model_dump(include={"op_id", "since", "at", "by", "what", "run"}),
            "blocked": why,
        }
    )


def seq_of(key: str) -> int:
    """The number of the event that planned a delivery: its key holds it."""
    return int(key.split("/")[1])


def restored(state: EscalationState) -> EscalationState:
    """The case as it stood before its latest operation. Deliveries end by events of their own."""
    trace = state.trace
    if trace is None:
        raise ValueError("nothing can be taken back")
    changed = {run.id: run for run in trace.steps}
    told: dict[str, object] = {name: getattr(trace, name) for name in _KEPT}
    told["steps"] = tuple(changed.get(run.id, run) for run in state.steps[: trace.runs])
    if trace.status in (Status.OPEN, Status.PAUSED):
        told |= {"resolved_at": None, "closes_at": None}
    if trace.pauses is not None:
        told["pauses"] = trace.pauses
    return state.model_copy(update=told)
