"""One case's own story: numbered without gaps, true to the rules, and the same in three places.

I2: no step ends twice, nothing happens after the end. I6: projection, fold of the events and the
workflow's own state are one. I9: the record has no gap, and each event is what was written.
"""

import traceback
from collections.abc import Iterator
from typing import Any

from domain.evolve import fold
from domain.standing import standing
from models import event as ev
from models.frozen import Frozen
from models.store.repositories import escalations
from tests.chaos.evidence import CaseRecord, Evidence, Violation
from tests.domain.witness import Witness


def the_record_has_no_gap(evidence: Evidence) -> Iterator[Violation]:
    """Events are numbered from 1 on, in the order of time, and are what their hashes say."""
    for case, record in evidence.cases.items():
        numbers = [event.seq for event in record.told]
        if numbers != list(range(1, len(numbers) + 1)):
            yield Violation("I9", f"events are numbered {numbers}", case)
        if any(one.event.hash != one.hash for one in record.events):
            yield Violation("I9", "an event is not the one that was written", case)
        moments = [event.at for event in record.told]
        if moments != sorted(moments):
            yield Violation("I9", "events are not in the order of time", case)


def the_rules_were_kept(evidence: Evidence) -> Iterator[Violation]:
    """Nothing before its time, nothing twice, nothing after the end."""
    for case, record in evidence.cases.items():
        if _torn(record):
            if not record.events:
                yield Violation("I1", "a case was kept, and never began", case)
            continue
        opened = record.told[0].fact
        first = opened.playbook if isinstance(opened, ev.EscalationOpened) else None
        witness = Witness(record.book(first), record.told[0])
        for event in record.told[1:]:
            try:
                witness.look_at(event)
            except (AssertionError, ValueError) as error:
                why = str(error) or traceback.extract_tb(error.__traceback__)[-1].line
                says = f"event {event.seq} ({event.fact.fact}): {why}"
                yield Violation("I2", says, case)
                break


def three_places_agree(evidence: Evidence) -> Iterator[Violation]:
    """What is read, what happened, and what the workflow holds are the same."""
    for case, record in evidence.cases.items():
        if _torn(record):
            continue
        try:
            state = fold(record.told)
        except ValueError as error:
            yield Violation("I6", f"its events are no life: {error}", case)
            continue
        told = escalations.columns(state, standing(state, record.playbook))
        differing = [
            name for name, value in told.items() if _plain(value) != _plain(record.columns[name])
        ]
        if differing:
            yield Violation("I6", f"the projection differs in {', '.join(differing)}", case)
        life = evidence.lives.get(case)
        if life is None or life.state is None:
            continue
        if life.outbox:
            yield Violation("I6", f"{life.outbox} events are not written down", case)
        if life.state != state:
            seqs = f"{life.state.version} and {state.version}"
            yield Violation("I6", f"the workflow's state is not the events' ({seqs})", case)


def _torn(record: CaseRecord) -> bool:
    """Whether its numbers have gaps: that is told once, and nothing can be folded then."""
    numbers = [event.seq for event in record.told]
    return not numbers or numbers != list(range(1, len(numbers) + 1))


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, Frozen) else value
