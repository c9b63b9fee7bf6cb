"""What other systems were asked for: once each, as far as a receiver that drops doubles can tell.

I4: a call arrives at least once, every copy under the id of its delivery and with the same words;
money is written down once. I5: none before its time, none begun for a case that was stopped.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from models import event as ev
from models.delivery import Delivery, DeliveryStatus, Effect, EffectKind
from models.webhook import call_id
from tests.chaos.evidence import CaseRecord, Evidence, Violation
from tests.chaos.invariants.letters import copies_wrong

_ASKED = (EffectKind.STEP_CREDIT, EffectKind.STEP_WEBHOOK)


def each_arrives_under_its_own_id(evidence: Evidence) -> Iterator[Violation]:
    """A request that was sent arrived, no more often than answers were lost, and in its time."""
    known: set[str] = set()
    for case, record in evidence.cases.items():
        seen = [call for call in evidence.calls if call.at < record.seen_at]
        arrived = Counter(call.id for call in seen)
        first: dict[str, datetime] = {}
        for call in seen:
            first.setdefault(call.id, call.at)
        for row in _requests(record):
            name = call_id(row.key)
            known.add(name)
            if row.message_id not in (None, name):
                yield Violation("I4", f"{row.key} has the name {row.message_id}", case)
            excused = evidence.lost_calls[name] + evidence.strikes
            for says in copies_wrong(row, arrived[name], excused):
                yield Violation("I4", says, case)
            if name in first and first[name] < row.not_before:
                yield Violation("I5", f"{row.key} left before its time", case)
    before = {call.id for call in evidence.calls if call.at < evidence.since}
    for stray in sorted(before - known):
        yield Violation("I4", f"{stray} arrived, and no delivery has that name")


def a_receiver_can_drop_doubles(evidence: Evidence) -> Iterator[Violation]:
    """Whatever a call is about, each copy bears its delivery's id and says the same."""
    names = _names(evidence)
    bodies: dict[str, set[bytes]] = defaultdict(set)
    for call in evidence.calls:
        bodies[call.id].add(call.body)
        about = _about(json.loads(call.body))
        if call.at < evidence.since and call.id not in names[about]:
            says = f"what {about} is about arrived as {call.id}, which is another delivery's name"
            yield Violation("I4", says)
    for name, told in bodies.items():
        if len(told) > 1:
            yield Violation("I4", f"{name} came with {len(told)} different bodies")


def money_is_written_down_once(evidence: Evidence) -> Iterator[Violation]:
    """All money that was sent is in the ledger of credits as gone, and nothing that was not begun.

    What is just under way may be there already, and is not told yet.
    """
    for case, record in evidence.cases.items():
        rows = {row.key: row for row in _requests(record)}
        sent: Counter[str] = Counter()
        begun: Counter[str] = Counter()
        for effect in _planned(record):
            row = rows.get(effect.key)
            if effect.kind is EffectKind.STEP_CREDIT and row is not None:
                sent[str(effect.amount)] += row.status is DeliveryStatus.SENT
                begun[str(effect.amount)] += row.attempts > 0
        kept = Counter(str(amount) for amount, _ in record.credits)
        gone = Counter(str(amount) for amount, is_out in record.credits if is_out)
        if missing := sent - gone:
            yield Violation("I4", f"{dict(missing)} was sent, and is not written down", case)
        if strange := kept - begun:
            yield Violation("I4", f"{dict(strange)} is written down, and was not begun", case)


def nothing_is_asked_for_a_stopped_case(evidence: Evidence) -> Iterator[Violation]:
    """After somebody heard that a case is cancelled or merged no request of it begins.

    One that had begun is tried again: the other side may have counted it already.
    """
    answered = {
        yes.body["op_id"]: yes.at
        for asked in evidence.log.asked.values()
        if (yes := asked.done) is not None and "op_id" in yes.body
    }
    for case, record in evidence.cases.items():
        stops = [one for one in record.told if isinstance(one.fact, ev.Cancelled | ev.Merged)]
        heard = [at for one in stops if (at := answered.get(str(one.op_id))) is not None]
        for row in _requests(record) if heard else ():
            begun = row.attempted_at if row.attempts == 1 else None
            if begun is not None and begun > min(heard):
                yield Violation("I5", f"{row.key} was begun after the case was stopped", case)


def _requests(record: CaseRecord) -> Iterator[Delivery]:
    return (row for row in record.deliveries if row.kind in _ASKED)


def _planned(record: CaseRecord) -> Iterator[Effect]:
    return (one.fact.effect for one in record.told if isinstance(one.fact, ev.EffectPlanned))


def _names(evidence: Evidence) -> dict[tuple[str, str], set[str]]:
    """The ids under which something may be told, by what it is about."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for case, record in evidence.cases.items():
        for effect in _planned(record):
            if effect.kind is EffectKind.STEP_CREDIT:
                found[str(case), effect.key].add(call_id(effect.key))
            elif effect.kind is EffectKind.STEP_WEBHOOK:
                found[str(case), effect.step or ""].add(call_id(effect.key))
    return found


def _about(told: dict[str, Any]) -> tuple[str, str]:
    """The case, and the step run or the credit's key."""
    about = told["data"]
    return str(UUID(about["id"])), about["key" if told["type"] == "escalation.credit" else "step"]
