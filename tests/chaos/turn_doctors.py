"""Doctors of turns: each lies in one way about pauses, and about what else turns a case."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from models import event as ev
from models.actor import Role
from models.event import AnyFact, Event
from models.sla import ClockKind
from models.step import StepKind
from tests.chaos.evidence import CaseRecord, Evidence, StoredEvent

_SECONDS = timedelta(seconds=2)


def _told(
    evidence: Evidence, fits: Callable[[CaseRecord, Event], bool]
) -> tuple[CaseRecord, int, Event]:
    """The first event that fits, with its place."""
    return next(
        (record, place, event)
        for record in evidence.cases.values()
        for place, event in enumerate(record.told)
        if fits(record, event)
    )


def _is(sort: type[AnyFact], **given: object) -> Callable[[CaseRecord, Event], bool]:
    return lambda _, event: (
        isinstance(event.fact, sort)
        and all(getattr(event.fact, name) == value for name, value in given.items())
    )


def _with(evidence: Evidence, record: CaseRecord, place: int, event: Event) -> Evidence:
    """Another event in that place; its hash fits, as if it had been written so."""
    events = list(record.events)
    events[place : place + 1] = [StoredEvent(event, event.hash)]
    record = replace(record, events=tuple(events))
    return replace(evidence, cases={**evidence.cases, record.id: record})


def _otherwise(evidence: Evidence, kind: type[AnyFact], **change: object) -> Evidence:
    record, place, event = _told(evidence, _is(kind))
    fact = event.fact.model_copy(update=change)
    return _with(evidence, record, place, event.model_copy(update={"fact": fact}))


def _and_then(evidence: Evidence, record: CaseRecord, fact: AnyFact) -> Evidence:
    """One event more, at the end."""
    last = record.told[-1]
    told = last.model_copy(update={"seq": last.seq + 1, "op_id": None, "fact": fact})
    return _with(evidence, record, len(record.events), told)


def _ended_too_late(evidence: Evidence) -> Evidence:
    _, _, event = _told(evidence, _is(ev.Resumed))
    assert isinstance(event.fact, ev.Resumed)
    return _otherwise(evidence, ev.Resumed, ended_at=event.fact.ended_at + _SECONDS)


def _was_over_before(evidence: Evidence) -> Evidence:
    _, _, event = _told(evidence, _is(ev.Paused))
    return _otherwise(evidence, ev.Paused, until=event.at)


def _a_step_lost_time(evidence: Evidence) -> Evidence:
    _, _, event = _told(evidence, _is(ev.StepMoved))
    assert isinstance(event.fact, ev.StepMoved)
    return _otherwise(evidence, ev.StepMoved, due_at=event.fact.due_at - _SECONDS)


def _a_clock_lost_time(evidence: Evidence) -> Evidence:
    _, _, event = _told(evidence, _is(ev.ClocksMoved))
    assert isinstance(event.fact, ev.ClocksMoved)
    first = event.fact.clocks[0]
    moved = first.model_copy(update={"due_at": first.due_at - _SECONDS})
    return _otherwise(evidence, ev.ClocksMoved, clocks=(moved, *event.fact.clocks[1:]))


def _noted_and_told_to_nobody(evidence: Evidence) -> Evidence:
    """Whoever put the case on hold came upon a miss, and nobody ever heard of it."""
    record, place, event = _told(evidence, _is(ev.ClockBreached, clock=ClockKind.RESOLUTION))
    held = ev.Paused(reason_id=None, until=evidence.at, stops=tuple(ClockKind))
    kept = record.told[: place + 1]
    told = {"op_id": uuid4()}
    kept[-1] = event.model_copy(update=told)
    kept.append(event.model_copy(update={**told, "seq": event.seq + 1, "fact": held}))
    events = tuple(StoredEvent(one, one.hash) for one in kept)
    lied = replace(evidence, at=evidence.at + timedelta(hours=1))
    return replace(lied, cases={**lied.cases, record.id: replace(record, events=events)})


def _late_after_all(evidence: Evidence) -> Evidence:
    _, _, event = _told(evidence, _is(ev.ClockMet))
    assert isinstance(event.fact, ev.ClockMet)
    return _otherwise(evidence, ev.ClockMet, late=not event.fact.late)


def _something_else_was_taken_back(evidence: Evidence) -> Evidence:
    """What stands now is not what stood before the operation that is said to be undone."""
    record, _, _ = _told(evidence, _is(ev.Undone))
    other = next(one.op_id for one in record.told if one.op_id is not None and one.seq > 1)
    return _otherwise(evidence, ev.Undone, undone=other)


def _asked_of_an_agent(evidence: Evidence) -> Evidence:
    agent = next(one for one, role in evidence.roles.items() if role is Role.AGENT)
    record, _, opened = _told(evidence, _is(ev.StepOpened, kind=StepKind.APPROVAL))
    assert isinstance(opened.fact, ev.StepOpened)
    fact = ev.StepDelegated(run=opened.fact.run, step=opened.fact.step, to_id=agent)
    return _and_then(evidence, record, fact)


def _back_though_never_put_off(evidence: Evidence) -> Evidence:
    record, _, _ = _told(evidence, _is(ev.AlertRaised))
    return _and_then(evidence, record, ev.AlertReturned(alert=99))


def _from_another_playbook(evidence: Evidence) -> Evidence:
    _, _, event = _told(evidence, _is(ev.PlaybookChanged))
    assert isinstance(event.fact, ev.PlaybookChanged)
    return _otherwise(evidence, ev.PlaybookChanged, previous=event.fact.playbook)


TURN_DOCTORS: tuple[tuple[str, str, Callable[[Evidence], Evidence]], ...] = (
    ("a pause ended later than it was to", "I3", _ended_too_late),
    ("something was done in a pause that was over", "I3", _was_over_before),
    ("a miss was noted, and told to nobody", "I3", _noted_and_told_to_nobody),
    ("a step lost two seconds in a pause", "I7", _a_step_lost_time),
    ("a clock lost two seconds in a pause", "I7", _a_clock_lost_time),
    ("an answer in time was called late", "I7", _late_after_all),
    ("something else was taken back", "I2", _something_else_was_taken_back),
    ("a question went to somebody who may not answer it", "I2", _asked_of_an_agent),
    ("an alert came back that nobody had put off", "I2", _back_though_never_put_off),
    ("a playbook followed one that the case did not have", "I2", _from_another_playbook),
)
