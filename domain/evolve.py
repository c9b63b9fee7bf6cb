"""`evolve(state, event) -> state`: what an event changes. It never refuses and never asks why."""

from datetime import datetime
from typing import assert_never

from domain import insight_fold as insight
from domain.clock_fold import evolve_clocks, resting
from domain.tracing import restored, traced
from models import event as ev
from models.command import Author, Direction, Visibility
from models.delivery import PendingEffect
from models.escalation import EscalationState, Status, StepRun, StepStatus
from models.event import Event
from models.sla import ClockKind, Pause

_Turn = ev.Resolved | ev.Reopened | ev.Cancelled | ev.Merged | ev.Closed


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
    changed = _changed(state, event)
    insights = state.insights + 1 if isinstance(event.fact, ev.InsightFact) else 0
    told: dict[str, object] = {"version": event.seq, "insights": insights}
    if (trace := traced(state, changed, event)) is not state.trace:
        told["trace"] = trace
    if event.actor.id == changed.assignee_id == state.assignee_id:
        # A sign that the owner is at work: then the case stays theirs.
        told |= {name: None for name in ("act_by", "claimed_until") if getattr(state, name)}
    return changed.model_copy(update=told)


def fold(events: tuple[Event, ...] | list[Event]) -> EscalationState:
    """The state after all of these events, from the first on."""
    state: EscalationState | None = None
    for event in events:
        state = evolve(state, event)
    if state is None:
        raise ValueError("no events, no life")
    return state


def _born(event: Event, fact: ev.EscalationOpened) -> EscalationState:
    told = fact.model_dump(exclude={"fact", "playbook", "signals", "to_read"})
    state = EscalationState(
        **told,
        playbook=fact.playbook,
        version=event.seq,
        status=Status.OPEN,
        opened_at=event.at,
    )
    return insight.evolve_words(state, fact, fact.description_id, event.at)


def _changed(state: EscalationState, event: Event) -> EscalationState:
    """The parts of a state that an event changes, grouped by noun."""
    fact = event.fact
    if isinstance(fact, ev.ClockFact):
        return evolve_clocks(state, event, fact)
    if isinstance(fact, ev.AlertFact):
        return insight.evolve_alert(state, event, fact)
    if isinstance(fact, ev.MessageRead):
        return insight.evolve_reading(state, fact)
    if isinstance(fact, ev.StepFact):
        return _steps(state, event, fact)
    if isinstance(fact, ev.EffectFact):
        return _effects(state, fact)
    return _case(state, event, fact)


def _case(state: EscalationState, event: Event, fact: ev.CaseFact) -> EscalationState:
    match fact:
        case ev.EscalationOpened():
            raise ValueError("a life begins only once")
        case ev.AppointmentSet(at=at):
            return state.model_copy(update={"appointment_at": at})
        case ev.MessageRecorded() as heard:
            return insight.evolve_words(_heard(state, heard), heard, heard.content_id, event.at)
        case ev.Assigned(assignee_id=assignee_id, act_by=act_by, until=until):
            mine = {"assignee_id": assignee_id, "act_by": act_by, "claimed_until": until}
            return state.model_copy(update=mine)
        case ev.ClaimLapsed():
            nobody = {"assignee_id": None, "act_by": None, "claimed_until": None}
            return state.model_copy(update=nobody)
        case ev.HandedUp(to=to):
            nobody = {"assignee_id": None, "act_by": None, "claimed_until": None}
            return state.model_copy(update={**nobody, "handed_to": to})
        case ev.OwnerSilent():
            return state.model_copy(update={"act_by": None})
        case ev.Undone():
            return restored(state)
        case ev.Changed() as change:
            return insight.evolve_changed(state, change)
        case ev.Paused() | ev.Resumed() as hold:
            return _hold(state, event, hold)
        case ev.Resolved() | ev.Reopened() | ev.Cancelled() | ev.Merged() | ev.Closed() as turn:
            return _turn_of_life(state, event, turn)
        case ev.Absorbed() as absorbed:
            return insight.evolve_taken_in(_taken_in(state, absorbed), absorbed, event.at)
        case ev.PlaybookChanged() as another:
            return _by_another(state, another)
        case ev.ClockMoved(offset=offset):
            return state.model_copy(update={"clock_offset": offset})
        case ev.NoteAdded() | ev.OperationRejected():
            return state
        case never:
            assert_never(never)


def _by_another(state: EscalationState, fact: ev.PlaybookChanged) -> EscalationState:
    """Another playbook is played from here on; of another version, what was done stays done."""
    here = len(state.steps)
    places = {"played_from": here, "adopted": 0} if fact.swaps else {"adopted": here}
    earlier = tuple(one for one in state.earlier if one != fact.previous)
    told = {"playbook": fact.playbook, "earlier": (*earlier, fact.previous), **places}
    return state.model_copy(update=told)


def _heard(state: EscalationState, fact: ev.MessageRecorded) -> EscalationState:
    """Words between customer and us are a touch.

    A robot's are nobody's turn (trap 27), and thanks leave the turn where it was (trap 20).
    """
    inbound = fact.direction is Direction.INBOUND
    if fact.author is Author.AUTO_REPLY or not (inbound or fact.visibility is Visibility.PUBLIC):
        return state
    waits_on = fact.author is not Author.HUMAN or (inbound and fact.thanks)
    spoke_last = state.customer_spoke_last if waits_on else inbound
    return state.model_copy(
        update={"touches": state.touches + 1, "customer_spoke_last": spoke_last}
    )


def _taken_in(state: EscalationState, fact: ev.Absorbed) -> EscalationState:
    """What the customer said in the other case was said here."""
    told: dict[str, object] = {"absorbed": (*state.absorbed, fact.from_number)}
    if fact.received_at is not None:
        told["received_at"] = fact.received_at
    if fact.customer_waits:
        told["customer_spoke_last"] = True
    return state.model_copy(update=told)


def _turn_of_life(state: EscalationState, event: Event, fact: _Turn) -> EscalationState:
    """A change of status."""
    match fact:
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
        case ev.Reopened(resumes=resumes, act_by=act_by):
            return state.model_copy(
                update={
                    "status": Status.OPEN,
                    "act_by": act_by or state.act_by,
                    "pauses": _with_rest(state, event.at) if resumes else state.pauses,
                    "resolved_at": None,
                    "closes_at": None,
                    "reopened": state.reopened + 1,
                    "reopened_at": event.at,
                }
            )
        case ev.Cancelled():
            return _stopped(state.model_copy(update={"status": Status.CANCELLED}), event)
        case ev.Merged(into_id=into_id, into_number=number):
            there = {"merged_into": into_id, "merged_into_number": number}
            over = state.model_copy(update={"status": Status.MERGED, **there})
            return _stopped(over, event)
        case ev.Closed():
            return state.model_copy(update={"status": Status.CLOSED})
        case never:
            assert_never(never)


def _stopped(state: EscalationState, event: Event) -> EscalationState:
    """No clock runs on after the end: a miss does not grow after it (trap 19)."""
    clocks = tuple(
        clock.model_copy(update={"stopped_at": event.at, "paused_at": None})
        if not clock.ended
        else clock
        for clock in state.clocks
    )
    pauses = _ended(state.pauses, event.at)
    return state.model_copy(update={"clocks": clocks, "pauses": pauses})


def _with_rest(state: EscalationState, now: datetime) -> tuple[Pause, ...]:
    """The time in which the case was resolved counts for no clock."""
    since = state.resolved_at or now
    rest = Pause(from_at=since, until=now, ended_at=now, stops=tuple(ClockKind))
    return (*state.pauses, rest)


def _ended(pauses: tuple[Pause, ...], at: datetime) -> tuple[Pause, ...]:
    if not pauses or pauses[-1].ended_at is not None:
        return pauses
    return (*pauses[:-1], pauses[-1].model_copy(update={"ended_at": at}))


def _hold(state: EscalationState, event: Event, fact: ev.Paused | ev.Resumed) -> EscalationState:
    """On hold, and on again."""
    match fact:
        case ev.Paused(stops=stops, until=until, reason_id=reason_id):
            pause = Pause(
                from_at=event.at, until=until, stops=stops, by=event.actor.id, reason_id=reason_id
            )
            pauses = (*_ended(state.pauses, event.at), pause)
            state = state.model_copy(update={"status": Status.PAUSED, "pauses": pauses})
            return state.model_copy(update={"clocks": tuple(map(resting(state), state.clocks))})
        case ev.Resumed(ended_at=ended_at):
            clocks = tuple(one.model_copy(update={"paused_at": None}) for one in state.clocks)
            pauses = _ended(state.pauses, ended_at)
            told: dict[str, object] = {"status": Status.OPEN, "pauses": pauses, "clocks": clocks}
            if state.act_by is not None and state.pause is not None:
                told["act_by"] = state.act_by + (ended_at - state.pause.from_at)
            return state.model_copy(update=told)
        case never:
            assert_never(never)


def _steps(state: EscalationState, event: Event, fact: ev.StepFact) -> EscalationState:
    if isinstance(fact, ev.StepTurn):
        return _on_run(state, fact.run, **_between(fact, event.at))
    match fact:
        case ev.StepWaiting(run=run, opens_at=opens_at):
            change: dict[str, object] = {"status": StepStatus.WAITING, "opens_at": opens_at}
        case ev.StepOpened(run=run):
            status = StepStatus.RUNNING if fact.by_engine else StepStatus.OPEN
            change = {
                "status": status,
                "opened_at": event.at,
                "due_at": fact.due_at,
                "remind_at": fact.remind_at,
                "asked_by": fact.asked_by,
            }
        case ev.StepMoved(run=run, due_at=due_at, remind_at=remind_at):
            return _on_run(state, run, due_at=due_at, remind_at=remind_at)
        case ev.StepReminded(run=run, count=count, remind_at=remind_at):
            return _on_run(state, run, reminders=count, remind_at=remind_at)
        case ev.StepEnded(run=run) as ended:
            if state.run(run) is not None:
                return _reached(_on_run(state, run, **_end(ended, event)), ended)
            fresh = StepRun(id=run, step=ended.step, kind=ended.kind, status=ended.status)
            state = state.model_copy(update={"steps": (*state.steps, fresh)})
            return _on_run(state, run, **_end(ended, event))
        case never:
            assert_never(never)
    if state.run(run) is None:
        fresh = StepRun(
            id=run,
            step=fact.step,
            kind=fact.kind,
            status=StepStatus.WAITING,
            promised=fact.promised,
            of=fact.of,
            owner=fact.owner,
        )
        state = state.model_copy(update={"steps": (*state.steps, fresh)})
    return _on_run(state, run, **change)


def _between(fact: ev.StepTurn, at: datetime) -> dict[str, object]:
    """What changes about a run that neither opens nor ends."""
    match fact:
        case ev.StepStarted():
            told = fact.model_dump(include={"outcome", "note_id", "fields_id"})
            return {
                **told,
                "amount": fact.amount,
                "status": StepStatus.RUNNING,
                "remind_at": None,
                "snoozed_until": None,
            }
        case ev.StepReturned(due_at=due_at, remind_at=remind_at):
            fresh = {"outcome": None, "note_id": None, "fields_id": None, "amount": None}
            again = {"status": StepStatus.OPEN, "due_at": due_at, "remind_at": remind_at}
            return {**fresh, **again, "opened_at": at, "reminders": 0}
        case ev.StepDelegated(to_id=to_id):
            return {"asked_of": to_id}
        case ev.StepSnoozed(until=until):
            return {"snoozed_until": until}
        case ev.StepCarried(of=of, owner=owner):
            return {"of": of, "owner": owner}
        case ev.StepWoken():
            return {"snoozed_until": None, "woken_at": at}
        case never:
            assert_never(never)


def _end(fact: ev.StepEnded, event: Event) -> dict[str, object]:
    return {
        "status": fact.status,
        "ended_at": event.at,
        "ended_by": event.actor,
        "outcome": fact.outcome,
        "went_to": fact.went_to,
        "note_id": fact.note_id,
        "remind_at": None,
        "snoozed_until": None,
    }


def _reached(state: EscalationState, fact: ev.StepEnded) -> EscalationState:
    if not fact.contact:
        return state
    return state.model_copy(update={"touches": state.touches + 1, "customer_spoke_last": False})


def _on_run(state: EscalationState, run_id: str, **change: object) -> EscalationState:
    steps = tuple(run.model_copy(update=change) if run.id == run_id else run for run in state.steps)
    return state.model_copy(update={"steps": steps})


def _effects(state: EscalationState, fact: ev.EffectFact) -> EscalationState:
    match fact:
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
        case never:
            assert_never(never)
