"""Doctors of calls: each lies in one way about what another system was asked for, and paid."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from models import event as ev
from models.delivery import Delivery, DeliveryStatus, EffectKind
from models.money import Money
from models.webhook import call_id
from tests.chaos.evidence import CaseRecord, Evidence, StoredEvent
from tests.chaos.sink import Call

_LITTLE = Money(minor=1, currency="USD")


def _sent(evidence: Evidence, kind: EffectKind) -> tuple[CaseRecord, Delivery]:
    """The first request of that kind that was sent."""
    return next(
        (record, row)
        for record in evidence.cases.values()
        for row in record.deliveries
        if row.kind is kind and row.status is DeliveryStatus.SENT
    )


def _with_row(evidence: Evidence, record: CaseRecord, new: Delivery) -> Evidence:
    rows = tuple(new if one.key == new.key else one for one in record.deliveries)
    return _with_record(evidence, replace(record, deliveries=rows))


def _with_record(evidence: Evidence, record: CaseRecord) -> Evidence:
    return replace(evidence, cases={**evidence.cases, record.id: record})


def _copy(evidence: Evidence, row: Delivery) -> Call:
    return next(one for one in evidence.calls if one.id == call_id(row.key))


def _too_many(evidence: Evidence) -> Evidence:
    _, row = _sent(evidence, EffectKind.STEP_WEBHOOK)
    return replace(evidence, calls=(*evidence.calls, _copy(evidence, row)))


def _more_than_attempts(evidence: Evidence) -> Evidence:
    """Many answers were lost, and still it was asked more often than anybody tried."""
    _, row = _sent(evidence, EffectKind.STEP_CREDIT)
    again = (_copy(evidence, row),) * row.attempts
    return replace(evidence, calls=(*evidence.calls, *again), strikes=99)


def _too_few(kind: EffectKind) -> Callable[[Evidence], Evidence]:
    def lie(evidence: Evidence) -> Evidence:
        _, row = _sent(evidence, kind)
        left = tuple(one for one in evidence.calls if one.id != call_id(row.key))
        return replace(evidence, calls=left)

    return lie


def _of_nothing(evidence: Evidence) -> Evidence:
    """Somebody asks for what a delivery asks for, under a name that none has."""
    stray = replace(evidence.calls[0], id=call_id("nobody planned this"))
    return replace(evidence, calls=(*evidence.calls, stray))


def _names_swapped(evidence: Evidence) -> Evidence:
    """As many copies under each name as should be, and each name on another thing."""
    pairs = [_sent(evidence, kind) for kind in (EffectKind.STEP_WEBHOOK, EffectKind.STEP_CREDIT)]
    one, other = (call_id(row.key) for _, row in pairs)
    names = {one: other, other: one}
    calls = tuple(replace(call, id=names.get(call.id, call.id)) for call in evidence.calls)
    return replace(evidence, calls=calls)


def _other_words(evidence: Evidence) -> Evidence:
    """It was asked twice, as may be; but a receiver that dropped the second lost something."""
    record, row = _sent(evidence, EffectKind.STEP_WEBHOOK)
    told = _copy(evidence, row)
    other = replace(told, body=told.body.replace(b'"version":', b'"version":9'))
    twice = row.model_copy(update={"attempts": row.attempts + 1})
    lost = evidence.lost_calls.copy()
    lost[told.id] += 1
    evidence = replace(evidence, calls=(*evidence.calls, other), lost_calls=lost)
    return _with_row(evidence, record, twice)


def _renamed(evidence: Evidence) -> Evidence:
    record, row = _sent(evidence, EffectKind.STEP_WEBHOOK)
    return _with_row(evidence, record, row.model_copy(update={"message_id": "msg_another"}))


def _too_early(evidence: Evidence) -> Evidence:
    record, row = _sent(evidence, EffectKind.STEP_CREDIT)
    later = evidence.at + timedelta(seconds=1)
    return _with_row(evidence, record, row.model_copy(update={"not_before": later}))


def _after_the_end(evidence: Evidence) -> Evidence:
    """Its case was cancelled, and somebody heard so, before it was begun."""
    record, row = _sent(evidence, EffectKind.STEP_WEBHOOK)
    yes = next(one.done for one in evidence.log.asked.values() if one.done is not None)
    last = record.told[-1]
    stop = {
        "seq": last.seq + 1,
        "op_id": UUID(yes.body["op_id"]),
        "fact": ev.Cancelled(reason_id=None),
    }
    stopped = last.model_copy(update=stop)
    record = replace(record, events=(*record.events, StoredEvent(stopped, stopped.hash)))
    begun = row.model_copy(update={"attempts": 1, "attempted_at": evidence.at})
    return _with_row(evidence, record, begun)


def _money_is_gone(evidence: Evidence) -> Evidence:
    record, _ = _sent(evidence, EffectKind.STEP_CREDIT)
    return _with_record(evidence, replace(record, credits=()))


def _money_stayed(evidence: Evidence) -> Evidence:
    record, _ = _sent(evidence, EffectKind.STEP_CREDIT)
    kept = tuple((amount, False) for amount, _ in record.credits)
    return _with_record(evidence, replace(record, credits=kept))


def _money_of_nobody(evidence: Evidence) -> Evidence:
    record, _ = _sent(evidence, EffectKind.STEP_CREDIT)
    return _with_record(evidence, replace(record, credits=(*record.credits, (_LITTLE, True))))


def _money_twice(evidence: Evidence) -> Evidence:
    record, _ = _sent(evidence, EffectKind.STEP_CREDIT)
    return _with_record(evidence, replace(record, credits=record.credits * 2))


CALL_DOCTORS: tuple[tuple[str, str, Callable[[Evidence], Evidence]], ...] = (
    ("a call arrived twice", "I4", _too_many),
    ("a call arrived more often than it was tried", "I4", _more_than_attempts),
    ("news that were sent did not arrive", "I4", _too_few(EffectKind.STEP_WEBHOOK)),
    ("money that was sent was not asked for", "I4", _too_few(EffectKind.STEP_CREDIT)),
    ("a call arrived that nobody planned", "I4", _of_nothing),
    ("two calls have each other's names", "I4", _names_swapped),
    ("a copy of a call has other words", "I4", _other_words),
    ("the ledger has another name for a call", "I4", _renamed),
    ("money left before its time", "I5", _too_early),
    ("a call began after its case was cancelled", "I5", _after_the_end),
    ("money that was sent is not written down", "I4", _money_is_gone),
    ("money that was sent is written down as kept", "I4", _money_stayed),
    ("money is written down that nobody asked for", "I4", _money_of_nobody),
    ("money is written down twice", "I4", _money_twice),
)
