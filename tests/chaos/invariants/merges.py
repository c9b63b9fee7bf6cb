"""Cases that go on in another one: taken in once, or openly not at all.

I2: a merged case was taken in by one case, once; or none could, and the managers were told.
"""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from models import event as ev
from models.delivery import DeliveryStatus, EffectKind
from tests.chaos.evidence import CaseRecord, Evidence, Violation


def each_is_taken_in_once(evidence: Evidence) -> Iterator[Violation]:
    """What the double says became of it, against what the other cases have."""
    taken: Counter[UUID] = Counter()
    for record in evidence.cases.values():
        facts = [event.fact for event in record.told]
        taken.update(fact.from_id for fact in facts if isinstance(fact, ev.Absorbed))
    for case, record in evidence.cases.items():
        merged = any(isinstance(event.fact, ev.Merged) for event in record.told)
        end = _end(record)
        expected = 1 if merged and end is DeliveryStatus.SENT else 0
        if merged and end is None:
            yield Violation("I2", "it was merged, and no case has answered", case)
        elif taken[case] != expected:
            yield Violation("I2", f"it was taken in {taken[case]} times, and not {expected}", case)
        if end is DeliveryStatus.FAILED and not _told(record):
            yield Violation("I2", "no case took it in, and nobody was told", case)


def none_goes_in_circles(evidence: Evidence) -> Iterator[Violation]:
    """Each merged case leads to one that was not merged."""
    leads = {
        case: fact.into_id
        for case, record in evidence.cases.items()
        for fact in (event.fact for event in record.told)
        if isinstance(fact, ev.Merged)
    }
    for case in leads:
        seen, at = {case}, leads[case]
        while at in leads and at not in seen:
            seen.add(at)
            at = leads[at]
        if at in seen:
            yield Violation("I2", "it goes on in itself, by way of others", case)


def _end(record: CaseRecord) -> DeliveryStatus | None:
    """How the request to take it in ended."""
    for event in record.told:
        match event.fact:
            case ev.EffectEnded(key=key, status=status) if f"/{EffectKind.CASE_JOINED}/" in key:
                return status
            case _:
                pass
    return None


def _told(record: CaseRecord) -> bool:
    planned = (event.fact for event in record.told if isinstance(event.fact, ev.EffectPlanned))
    return any(fact.effect.kind is EffectKind.MERGE_REFUSED for fact in planned)
