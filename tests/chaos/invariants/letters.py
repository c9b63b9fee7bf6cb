"""What left the house: planned, begun, ended, once each, and never after somebody took it back.

I3: no planned delivery without an end. I4: one key a delivery; pages arrive at least once, letters
to customers at most once. I5: after an acknowledgement no hand-over begins.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from domain.effects import still_true
from domain.evolve import evolve
from models import event as ev
from models.delivery import DELIVERY_ENDED, Delivery, DeliveryStatus, EffectClass
from models.escalation import EscalationState
from tests.chaos.evidence import CaseRecord, Evidence, Violation

SOON = timedelta(seconds=60)
"""How long a hand-over may take, as long as nothing is killed any more."""

_NEVER_BEGUN = (DeliveryStatus.PLANNED, DeliveryStatus.CANCELLED)


def the_ledger_is_what_happened(evidence: Evidence) -> Iterator[Violation]:
    """The ledger has what the events planned, with the end that the events tell."""
    for case, record in evidence.cases.items():
        planned, begun, ended = _planned(record), _begun(record), _ended(record)
        rows = {row.key: row for row in record.deliveries}
        if set(rows) != set(planned):
            says = f"planned and in the ledger differ in {sorted(set(rows) ^ set(planned))}"
            yield Violation("I3", says, case)
        for key, row in rows.items():
            if key not in ended and key in begun and begun[key] < evidence.at - SOON:
                yield Violation("I3", f"{key} was begun and has no end", case)
            if (row.status in DELIVERY_ENDED) != (key in ended) and not _ending(row, evidence):
                says = f"{key} is {row.status} in the ledger, and the events say otherwise"
                yield Violation("I3", says, case)
            elif key in ended and ended[key] != row.status:
                says = f"{key} ended {row.status} in the ledger and {ended[key]} in the events"
                yield Violation("I3", says, case)


def each_is_handed_over_once(evidence: Evidence) -> Iterator[Violation]:
    """Each begun delivery was one activity, and as many copies arrived as its class allows."""
    known: set[str] = set()
    for case, record in evidence.cases.items():
        seen = [copy.message_id for copy in evidence.copies if copy.at < record.seen_at]
        arrived = Counter(seen)
        life = evidence.lives.get(case)
        if life is not None:
            scheduled, begun = Counter(life.delivered), Counter(list(_begun(record)))
            if differ := (scheduled - begun) + (begun - scheduled):
                says = f"begun and handed to a worker differ in {sorted(differ)}"
                yield Violation("I4", says, case)
        for row in record.deliveries:
            if row.message_id is None or row.effect_class is EffectClass.REQUEST:
                continue
            if row.message_id in known:
                yield Violation("I4", f"{row.message_id} is the name of two deliveries", case)
            known.add(row.message_id)
            copies, lost = arrived[row.message_id], evidence.lost_letters[row.message_id]
            for says in copies_wrong(row, copies, lost + evidence.strikes):
                yield Violation("I4", says, case)
    before = {copy.message_id for copy in evidence.copies if copy.at < evidence.since}
    for stray in sorted(before - known):
        yield Violation("I4", f"{stray} arrived, and no delivery has that name")


def nothing_leaves_too_early_or_too_late(evidence: Evidence) -> Iterator[Violation]:
    """No copy arrives before its time; no hand-over begins after its occasion was taken away."""
    answered = {
        UUID(yes.body["op_id"]): yes.at
        for asked in evidence.log.asked.values()
        if (yes := asked.done) is not None and "op_id" in yes.body
    }
    first: dict[str, datetime] = {}
    for copy in evidence.copies:
        first.setdefault(copy.message_id, copy.at)
    for case, record in evidence.cases.items():
        for row in record.deliveries:
            came = first.get(row.message_id or "")
            if came is not None and came < row.not_before:
                yield Violation("I5", f"{row.key} left before its time", case)
        yield from _after_the_acknowledgement(case, record, answered)


def _after_the_acknowledgement(
    case: UUID, record: CaseRecord, answered: Mapping[UUID, datetime]
) -> Iterator[Violation]:
    rows = {row.key: row for row in record.deliveries}
    state: EscalationState | None = None
    taken_back: dict[str, Violation | None] = {}
    for event in record.told:
        before = state
        try:
            state = evolve(state, event)
        except ValueError:
            break  # a gap, which another invariant tells
        heard = answered.get(event.op_id) if event.op_id else None
        for effect in before.effects if before else ():
            row = rows.get(effect.key)
            if effect.effect_class is not EffectClass.PAGE or row is None or not row.attempted_at:
                continue
            if still_true(state, effect):
                if event.at < row.attempted_at:  # what was put off came back, and is still not done
                    taken_back.pop(effect.key, None)
            elif effect.key not in taken_back:
                late = row.attempted_at - heard if heard is not None else timedelta(0)
                says = f"{effect.key} was handed over {late} after event {event.seq} was answered"
                wrong = Violation("I5", says, case) if late > timedelta(0) else None
                taken_back[effect.key] = wrong
    yield from filter(None, taken_back.values())


def _ending(row: Delivery, evidence: Evidence) -> bool:
    """Whether it ended just now: the case is about to hear of it."""
    return row.ended_at is not None and row.ended_at > evidence.at - SOON


def copies_wrong(row: Delivery, copies: int, excused: int) -> Iterator[str]:
    """Whether so many copies may have arrived, when so many more than one are excused."""
    told = f"{row.key} ({row.status}, {row.attempts} attempts) arrived {copies} times"
    letter = row.effect_class is EffectClass.LETTER
    if row.status is DeliveryStatus.SENT and copies == 0:
        yield f"{told}, and the ledger says that it was sent"
    elif row.status in _NEVER_BEGUN and row.attempts == 0 and copies:
        yield f"{told}, and it was never begun"
    elif (letter and copies > 1) or copies > min(row.attempts, 1 + excused):
        yield told


def _planned(record: CaseRecord) -> set[str]:
    facts = [event.fact for event in record.told]
    return {fact.effect.key for fact in facts if isinstance(fact, ev.EffectPlanned)}


def _begun(record: CaseRecord) -> dict[str, datetime]:
    return {one.fact.key: one.at for one in record.told if isinstance(one.fact, ev.EffectBegun)}


def _ended(record: CaseRecord) -> dict[str, DeliveryStatus]:
    facts = [event.fact for event in record.told]
    return {fact.key: fact.status for fact in facts if isinstance(fact, ev.EffectEnded)}
