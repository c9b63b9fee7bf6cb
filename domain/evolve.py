"""`evolve(state, event) -> state`: what an event changes. It never refuses and never asks why."""

from typing import assert_never

from models import event as ev
from models.command import Author, Direction, Visibility
from models.delivery import PendingEffect
from models.escalation import EscalationState, Status, StepRun, StepStatus
from models.event import Event
from models.sla import Clock, ClockKind


def evolve(state: EscalationState | None, event: Event) -> EscalationState:
    """Fold one event into the state.

    The first event must be `EscalationOpened`, and numbers have no gaps. Raises ValueError
    otherwise: such a history is not one life.
    """
    if state is None:
        if not isinstance(event.fact, ev.EscalationOpened) or event.seq != 1:
            raise ValueError("a life begins with event 1, escalation_opened")
        return _born(event, event.fact)
    if event.seq != state.version + 1:
        raise ValueError(f"event {event.seq} does not follow version {state.version}")
    return _changed(state, event).model_copy(update={"version": event.seq})


def fold(events: tuple[Event, ...] | list[Event]) -> EscalationState:
    """The state after all of these events, from the first on."""
    state: EscalationState | None = None
    for event in events:
        state = evolve(state, event)
    if state is None:
        raise ValueError("no events, no life")
    return state


def _born(event: Event, fact: ev.EscalationOpened) -> EscalationState:
    told = fact.model_dump(exclude={"fact", "playbook"})
    return EscalationState(
        **told,
        playbook=fact.playbook,
        version=event.seq,
        status=Status.OPEN,
        opened_at=event.at,
    )


def _changed(state: EscalationState, event: Event) -> EscalationState:
    """The parts of a state that an event changes, grouped by noun."""
    match event.fact:
        case ev.ClocksSet() | ev.ClockWarned() | ev.ClockBreached() | ev.ClockMet():
            return _clocks(state, event)
        case ev.StepWaiting() | ev.StepOpened() | ev.StepReminded() | ev.StepEnded():
            return _steps(state, event)
        case ev.EffectPlanned() | ev.EffectBegun() | ev.EffectEnded():
            return _effects(state, event)
        case (
            ev.EscalationOpened()
            | ev.AppointmentSet()
            | ev.MessageRecorded()
            | ev.NoteAdded()
            | ev.Assigned()
            | ev.Changed()
            | ev.Resolved()
            | ev.Reopened()
            | ev.Cancelled()
            | ev.Closed()
            | ev.ClockMoved()
            | ev.OperationRejected()
        ):
            return _case(state, event)
        case never:
            assert_never(never)


def _case(state: EscalationState, event: Event) -> EscalationState:
    match event.fact:
        case ev.EscalationOpened():
            raise ValueError("a life begins only once")
        case ev.AppointmentSet(at=at):
            return state.model_copy(update={"appointment_at": at})
        case ev.MessageRecorded() as heard:
            return _heard(state, heard)
        case ev.Assigned(assignee_id=assignee_id):
            return state.model_copy(update={"assignee_id": assignee_id})
        case ev.Changed() as fact:
            told = fact.model_dump(include={"severity", "type", "title_id"}, exclude_none=True)
            return state.model_copy(update=told)
        case ev.Resolved() | ev.Reopened() | ev.Cancelled() | ev.Closed():
            return _turn_of_life(state, event)
        case ev.ClockMoved(offset=offset):
            return state.model_copy(update={"clock_offset": offset})
        case ev.NoteAdded() | ev.OperationRejected():
            return state
        case other:
            raise AssertionError(f"{other.fact} belongs to another group")


def _heard(state: EscalationState, fact: ev.MessageRecorded) -> EscalationState:
    """Words between customer and us are a touch. A robot's are nobody's turn (trap 27)."""
    inbound = fact.direction is Direction.INBOUND
    if fact.author is Author.AUTO_REPLY or not (inbound or fact.visibility is Visibility.PUBLIC):
        return state
    spoke_last = inbound if fact.author is Author.HUMAN else state.customer_spoke_last
    return state.model_copy(
        update={"touches": state.touches + 1, "customer_spoke_last": spoke_last}
    )


def _turn_of_life(state: EscalationState, event: Event) -> EscalationState:
    """A change of status."""
    match event.fact:
        case ev.Resolved(closes_at=closes_at):
            return _stopped(
                state.model_copy(
                    update={
                        "status": Status.RESOLVED,
                        "resolved_at": event.at,
                        "closes_at": closes_at,
                    }
                ),
                event,
            )
        case ev.Reopened():
            return state.model_copy(
                update={
                    "status": Status.OPEN,
                    "resolved_at": None,
                    "closes_at": None,
                    "reopened": state.reopened + 1,
                    "reopened_at": event.at,
                }
            )
        case ev.Cancelled():
            return _stopped(state.model_copy(update={"status": Status.CANCELLED}), event)
        case ev.Closed():
            return state.model_copy(update={"status": Status.CLOSED})
        case other:
            raise AssertionError(f"{other.fact} changes no status")


def _stopped(state: EscalationState, event: Event) -> EscalationState:
    """No clock runs on after the end: a miss does not grow after it (trap 19)."""
    clocks = tuple(
        clock.model_copy(update={"stopped_at": event.at}) if clock.running else clock
        for clock in state.clocks
    )
    return state.model_copy(update={"clocks": clocks})


def _clocks(state: EscalationState, event: Event) -> EscalationState:
    match event.fact:
        case ev.ClocksSet(clocks=plans):
            clocks = {clock.kind: clock for clock in state.clocks}
            for plan in plans:
                earlier = clocks.get(plan.kind)
                epoch = earlier.epoch + 1 if earlier else 1
                clocks[plan.kind] = Clock(**plan.model_dump(), epoch=epoch)
            return state.model_copy(update={"clocks": tuple(clocks.values())})
        case ev.ClockWarned(clock=kind):
            return _on_clock(state, kind, warned_at=event.at)
        case ev.ClockBreached(clock=kind):
            return _on_clock(state, kind, breached_at=event.at)
        case ev.ClockMet(clock=kind):
            if kind is ClockKind.FIRST_RESPONSE:
                state = state.model_copy(update={"first_response_at": event.at})
            return _on_clock(state, kind, met_at=event.at)
        case other:
            raise AssertionError(f"{other.fact} is not about clocks")


def _on_clock(state: EscalationState, kind: ClockKind, **change: object) -> EscalationState:
    clocks = tuple(
        clock.model_copy(update=change) if clock.kind is kind else clock for clock in state.clocks
    )
    return state.model_copy(update={"clocks": clocks})


def _steps(state: EscalationState, event: Event) -> EscalationState:
    match event.fact:
        case ev.StepWaiting(run=run, opens_at=opens_at) as fact:
            change: dict[str, object] = {"status": StepStatus.WAITING, "opens_at": opens_at}
        case ev.StepOpened(run=run) as fact:
            status = StepStatus.RUNNING if fact.by_engine else StepStatus.OPEN
            change = {
                "status": status,
                "opened_at": event.at,
                "due_at": fact.due_at,
                "remind_at": fact.remind_at,
            }
        case ev.StepReminded(run=run, count=count, remind_at=remind_at):
            return _on_run(state, run, reminders=count, remind_at=remind_at)
        case ev.StepEnded(run=run) as ended:
            if state.run(run) is not None:
                return _reached(_on_run(state, run, **_end(ended, event)), ended)
            fresh = StepRun(id=run, step=ended.step, kind=ended.kind, status=ended.status)
            state = state.model_copy(update={"steps": (*state.steps, fresh)})
            return _on_run(state, run, **_end(ended, event))
        case other:
            raise AssertionError(f"{other.fact} is not about steps")
    if state.run(run) is None:
        fresh = StepRun(
            id=run,
            step=fact.step,
            kind=fact.kind,
            status=StepStatus.WAITING,
            promised=fact.promised,
        )
        state = state.model_copy(update={"steps": (*state.steps, fresh)})
    return _on_run(state, run, **change)


def _end(fact: ev.StepEnded, event: Event) -> dict[str, object]:
    return {
        "status": fact.status,
        "ended_at": event.at,
        "ended_by": event.actor,
        "outcome": fact.outcome,
        "went_to": fact.went_to,
        "note_id": fact.note_id,
        "remind_at": None,
    }


def _reached(state: EscalationState, fact: ev.StepEnded) -> EscalationState:
    if not fact.contact:
        return state
    return state.model_copy(update={"touches": state.touches + 1, "customer_spoke_last": False})


def _on_run(state: EscalationState, run_id: str, **change: object) -> EscalationState:
    steps = tuple(run.model_copy(update=change) if run.id == run_id else run for run in state.steps)
    return state.model_copy(update={"steps": steps})


def _effects(state: EscalationState, event: Event) -> EscalationState:
    match event.fact:
        case ev.EffectPlanned(effect=effect):
            pending = PendingEffect(**effect.model_dump())
            return state.model_copy(update={"effects": (*state.effects, pending)})
        case ev.EffectBegun(key=key):
            effects = tuple(
                one.model_copy(update={"begun": True}) if one.key == key else one
                for one in state.effects
            )
            return state.model_copy(update={"effects": effects})
        case ev.EffectEnded(key=key):
            effects = tuple(one for one in state.effects if one.key != key)
            return state.model_copy(update={"effects": effects})
        case other:
            raise AssertionError(f"{other.fact} is not about effects")
