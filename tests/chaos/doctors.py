"""Doctors: each lies in one way about a run in which all went well."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from models import event as ev
from models.delivery import Delivery, DeliveryStatus, EffectClass
from models.event import Event
from tests.chaos.evidence import CaseRecord, Evidence, InboxLine, Life, StoredEvent
from tests.chaos.log import Asked, Log, Reply


def _record(evidence: Evidence, fits: Callable[[CaseRecord], bool]) -> CaseRecord:
    return next(one for one in evidence.cases.values() if fits(one))


def _with_record(evidence: Evidence, record: CaseRecord) -> Evidence:
    return replace(evidence, cases={**evidence.cases, record.id: record})


def _with_life(evidence: Evidence, **change: Any) -> Evidence:
    case, life = next(iter(evidence.lives.items()))
    return replace(evidence, lives={**evidence.lives, case: replace(life, **change)})


def _with_event(evidence: Evidence, kind: type, **change: Any) -> Evidence:
    """The first fact of that kind, otherwise; its hash fits, as if it had been written so."""
    record = _record(evidence, lambda one: any(isinstance(e.fact, kind) for e in one.told))
    place = next(n for n, event in enumerate(record.told) if isinstance(event.fact, kind))
    old = record.told[place]
    events = list(record.events)
    events[place] = _stored(old.model_copy(update={"fact": old.fact.model_copy(update=change)}))
    return _with_record(evidence, replace(record, events=tuple(events)))


def _stored(event: Event) -> StoredEvent:
    return StoredEvent(event, event.hash)


def _repeated(evidence: Evidence, kind: type) -> Evidence:
    """A fact of that kind happens once more, at the end."""
    record = _record(evidence, lambda one: any(isinstance(e.fact, kind) for e in one.told))
    old = next(event for event in record.told if isinstance(event.fact, kind))
    last = record.told[-1]
    again = old.model_copy(update={"seq": last.seq + 1, "at": last.at})
    return _with_record(evidence, replace(record, events=(*record.events, _stored(again))))


def _asked(evidence: Evidence, kind: str) -> Asked:
    return next(
        one for one in evidence.log.asked.values() if one.kind == kind and one.done is not None
    )


def _with_asked(evidence: Evidence, asked: Asked) -> Evidence:
    told = {**evidence.log.asked, asked.key: asked}
    return replace(evidence, log=Log(told, evidence.log.misused))


def _answered(asked: Asked, **change: Any) -> Asked:
    assert asked.done is not None
    return replace(asked, replies=[replace(asked.done, body={**asked.done.body, **change})])


def _row(evidence: Evidence, fits: Callable[[Delivery], bool]) -> tuple[CaseRecord, Delivery]:
    record = _record(evidence, lambda one: any(map(fits, one.deliveries)))
    return record, next(filter(fits, record.deliveries))


def _with_row(evidence: Evidence, record: CaseRecord, old: Delivery, **change: Any) -> Evidence:
    new = old.model_copy(update=change)
    rows = tuple(new if one.key == old.key else one for one in record.deliveries)
    return _with_record(evidence, replace(record, deliveries=rows))


def _with_line(evidence: Evidence, line: InboxLine, **change: Any) -> Evidence:
    lines = tuple(
        replace(one, **change) if one.op_id == line.op_id else one for one in evidence.inbox
    )
    return replace(evidence, inbox=lines)


def _line(evidence: Evidence, kind: str, status: str = "applied") -> InboxLine:
    return next(one for one in evidence.inbox if one.kind == kind and one.status == status)


def _sent(row: Delivery) -> bool:
    """Whether it is a page or a letter that was sent."""
    return row.status is DeliveryStatus.SENT and row.effect_class is not EffectClass.REQUEST


def _a_case_is_gone(evidence: Evidence) -> Evidence:
    gone = _line(evidence, "open").escalation_id
    return replace(evidence, cases={k: v for k, v in evidence.cases.items() if k != gone})


def _opened_twice(evidence: Evidence) -> Evidence:
    twin = replace(_line(evidence, "open"), op_id=uuid4())
    return replace(evidence, inbox=(*evidence.inbox, twin))


def _a_stray(evidence: Evidence) -> Evidence:
    stray = Life(("first",), "RUNNING", None, 0, 0, (), (), ())
    return replace(evidence, lives={**evidence.lives, uuid4(): stray})


def _a_yes_that_is_nowhere(evidence: Evidence) -> Evidence:
    asked = _asked(evidence, "note")
    return _with_asked(evidence, _answered(asked, op_id=str(uuid4())))


def _another_person(evidence: Evidence) -> Evidence:
    return _with_asked(evidence, replace(_asked(evidence, "message"), person=uuid4()))


def _a_row_is_gone(evidence: Evidence) -> Evidence:
    record, row = _row(evidence, _sent)
    rest = tuple(one for one in record.deliveries if one.key != row.key)
    return _with_record(evidence, replace(record, deliveries=rest))


def _a_row_without_an_end(evidence: Evidence) -> Evidence:
    record, row = _row(evidence, _sent)
    return _with_row(evidence, record, row, status=DeliveryStatus.PLANNED, ended_at=None)


def _time_stood_still(evidence: Evidence) -> Evidence:
    return replace(evidence, at=evidence.at + timedelta(hours=1))


def _a_copy_too_many(evidence: Evidence) -> Evidence:
    return replace(evidence, copies=(*evidence.copies, evidence.copies[0]))


def _a_copy_too_few(evidence: Evidence) -> Evidence:
    _, row = _row(evidence, _sent)
    copies = tuple(one for one in evidence.copies if one.message_id != row.message_id)
    return replace(evidence, copies=copies)


def _a_copy_of_nothing(evidence: Evidence) -> Evidence:
    stray = replace(evidence.copies[0], message_id="<nobody@planned.this>")
    return replace(evidence, copies=(*evidence.copies, stray))


def _handed_to_two_workers(evidence: Evidence) -> Evidence:
    case, life = next((c, one) for c, one in evidence.lives.items() if one.delivered)
    twice = replace(life, delivered=(*life.delivered, life.delivered[0]))
    return replace(evidence, lives={**evidence.lives, case: twice})


def _left_too_early(evidence: Evidence) -> Evidence:
    return _with_row(
        evidence, *_row(evidence, _sent), not_before=evidence.at + timedelta(seconds=1)
    )


def _handed_over_after_the_yes(evidence: Evidence) -> Evidence:
    """Every page leaves now, and none had ended: what came after took some of them back."""
    cases = {case: _leaving_now(record, evidence) for case, record in evidence.cases.items()}
    return replace(evidence, cases=cases)


def _leaving_now(record: CaseRecord, evidence: Evidence) -> CaseRecord:
    kept = [event for event in record.told if not isinstance(event.fact, ev.EffectEnded)]
    events = [event.model_copy(update={"seq": n}) for n, event in enumerate(kept, start=1)]
    rows = [row.model_copy(update={"attempted_at": evidence.at}) for row in record.deliveries]
    return replace(record, events=tuple(map(_stored, events)), deliveries=tuple(rows))


def _another_projection(evidence: Evidence) -> Evidence:
    record = next(iter(evidence.cases.values()))
    return _with_record(evidence, replace(record, columns={**record.columns, "status": "merged"}))


def _another_life(evidence: Evidence) -> Evidence:
    state = next(iter(evidence.lives.values())).state
    assert state is not None
    return _with_life(evidence, state=state.model_copy(update={"touches": state.touches + 1}))


def _another_deadline(evidence: Evidence) -> Evidence:
    record = _record(evidence, lambda one: isinstance(one.told[1].fact, ev.ClocksSet))
    fact = record.told[1].fact
    assert isinstance(fact, ev.ClocksSet)
    moved = fact.clocks[0].due_at + timedelta(seconds=2)
    clock = fact.clocks[0].model_copy(update={"due_at": moved})
    return _with_event(evidence, ev.ClocksSet, clocks=(clock, *fact.clocks[1:]))


def _a_gap(evidence: Evidence) -> Evidence:
    record = next(iter(evidence.cases.values()))
    gap = (*record.events[:1], *record.events[2:])
    return _with_record(evidence, replace(record, events=gap))


def _another_hash(evidence: Evidence) -> Evidence:
    record = next(iter(evidence.cases.values()))
    events = (StoredEvent(record.told[0], "0" * 64), *record.events[1:])
    return _with_record(evidence, replace(record, events=events))


def _words_twice(evidence: Evidence) -> Evidence:
    twice = Counter({_asked(evidence, "note").words: 1})
    return replace(evidence, contents=evidence.contents + twice)


def _words_lost(evidence: Evidence) -> Evidence:
    rest = Counter(evidence.contents)
    del rest[_asked(evidence, "note").words]
    return replace(evidence, contents=rest)


def _two_answers(evidence: Evidence) -> Evidence:
    asked = _asked(evidence, "message")
    assert asked.done is not None
    other = replace(asked.done, body={**asked.done.body, "version": 999})
    return _with_asked(evidence, replace(asked, replies=[*asked.replies, other]))


def _a_no_that_was_done(evidence: Evidence) -> Evidence:
    asked = _asked(evidence, "message")
    no = Reply(evidence.at, 409, {"code": "escalation-closed"})
    return _with_asked(evidence, replace(asked, replies=[no]))


def _safe_and_lost(evidence: Evidence) -> Evidence:
    asked = replace(_asked(evidence, "note"), key="lost", replies=[Reply(evidence.at, 202)])
    return _with_asked(evidence, asked)


def _nobody_asked(evidence: Evidence) -> Evidence:
    told = dict(evidence.log.asked)
    del told[_asked(evidence, "note").key]
    return replace(evidence, log=Log(told, []))


def _a_key_for_two_bodies(evidence: Evidence) -> Evidence:
    yes = Reply(evidence.at, 200, {"status": "applied"})
    return replace(evidence, log=Log(evidence.log.asked, [yes]))


def _taken_in_twice(evidence: Evidence) -> Evidence:
    """A case says that it took in one that was never merged."""
    first, second, *_ = evidence.cases.values()
    last = second.told[-1]
    told = ev.Absorbed(from_id=first.id, from_number=first.number)
    more = last.model_copy(update={"seq": last.seq + 1, "fact": told})
    return _with_record(evidence, replace(second, events=(*second.events, _stored(more))))


def _in_a_circle(evidence: Evidence) -> Evidence:
    """Two cases say that each goes on in the other."""
    first, second, *_ = evidence.cases.values()
    for one, other in ((first, second), (second, first)):
        last = one.told[-1]
        told = ev.Merged(into_id=other.id, into_number=other.number)
        more = last.model_copy(update={"seq": last.seq + 1, "fact": told})
        evidence = _with_record(evidence, replace(one, events=(*one.events, _stored(more))))
    return evidence


DOCTORS: tuple[tuple[str, str, Callable[[Evidence], Evidence]], ...] = (
    ("a case that was opened is gone", "I1", _a_case_is_gone),
    ("one opening was kept twice", "I1", _opened_twice),
    ("a workflow was begun twice", "I1", lambda one: _with_life(one, ids=("first", "second"))),
    ("a workflow runs that nobody opened", "I1", _a_stray),
    ("a yes is nowhere on record", "I2", _a_yes_that_is_nowhere),
    ("somebody else did it", "I2", _another_person),
    ("a step ended twice", "I2", lambda one: _repeated(one, ev.StepEnded)),
    ("a note happened twice", "I2", lambda one: _repeated(one, ev.NoteAdded)),
    ("a breach happened twice", "I2", lambda one: _repeated(one, ev.ClockBreached)),
    ("a case was taken in that was never merged", "I2", _taken_in_twice),
    ("two cases go on in each other", "I2", _in_a_circle),
    ("a planned delivery is not in the ledger", "I3", _a_row_is_gone),
    ("a delivery has no end", "I3", _a_row_without_an_end),
    ("nothing that was due came about", "I3", _time_stood_still),
    ("a page arrived twice", "I4", _a_copy_too_many),
    ("a page that was sent did not arrive", "I4", _a_copy_too_few),
    ("something arrived that nobody planned", "I4", _a_copy_of_nothing),
    ("one delivery was two activities", "I4", _handed_to_two_workers),
    ("a letter left before its time", "I5", _left_too_early),
    ("a page began after it was taken back", "I5", _handed_over_after_the_yes),
    ("the projection is another one", "I6", _another_projection),
    ("the workflow knows another state", "I6", _another_life),
    ("something was never written down", "I6", lambda one: _with_life(one, outbox=2)),
    ("a deadline is two seconds late", "I7", _another_deadline),
    ("an event is missing", "I9", _a_gap),
    ("an event was changed", "I9", _another_hash),
    (
        "an operation has no answer",
        "I11",
        lambda o: _with_line(o, _line(o, "add_note"), status="accepted"),
    ),
    ("a workflow failed", "I11", lambda one: _with_life(one, status="FAILED")),
    ("a workflow task failed", "I11", lambda one: _with_life(one, failures=("NDE",))),
    ("a workflow task goes round", "I11", lambda one: _with_life(one, attempt=9)),
    ("an activity goes round", "I11", lambda one: _with_life(one, pending=(("deliver", 9),))),
    ("words are kept twice", "I12", _words_twice),
    ("words are lost", "I12", _words_lost),
    ("one key got two answers", "I12", _two_answers),
    ("what was refused was done", "I12", _a_no_that_was_done),
    ("what was safe is nowhere", "I12", _safe_and_lost),
    ("something was done that nobody asked for", "I12", _nobody_asked),
    ("one key was good for two bodies", "I12", _a_key_for_two_bodies),
)
