"""The checker's own pauses: told from events alone, whatever a state says."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from models import event as ev
from models.actor import ENGINE
from models.event import AnyFact, Event
from models.sla import ClockKind
from tests.chaos.holds import Holds

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(minutes: int) -> datetime:
    """So many minutes after noon."""
    return NOON + MINUTE * minutes


def held(*told: tuple[int, AnyFact]) -> Holds:
    """What is known after these facts, each an operation of its own."""
    holds = Holds()
    for seq, (minutes, fact) in enumerate(told, start=1):
        op_id = uuid4()
        holds.look_at(Event(seq=seq, at=at(minutes), actor=ENGINE, op_id=op_id, fact=fact))
    return holds


def paused(until: int) -> ev.Paused:
    """On hold until so many minutes after noon."""
    return ev.Paused(reason_id=None, until=at(until), stops=tuple(ClockKind))


RESOLVED = ev.Resolved(note_id=None, closes_at=at(999))
RESUMED = ev.Resumed(cause=ev.ResumeCause.ASKED, ended_at=at(0))


def test_a_pause_lasts_until_somebody_ends_it_or_its_time_comes() -> None:
    assert held((1, paused(9)), (4, RESUMED)).over == ((at(1), at(4)),)
    assert held((1, paused(9)), (12, RESUMED)).over == ((at(1), at(9)),), "whatever it says itself"
    assert held((1, paused(9)), (4, RESOLVED)).over == ((at(1), at(4)),)


def test_another_pause_follows_without_a_gap_and_not_before_the_first_was_over() -> None:
    again = held((1, paused(9)), (4, paused(20)))
    assert again.gaps(at(6)) == ((at(1), at(4)), (at(4), at(6)))
    late = held((1, paused(9)), (12, paused(20)))
    assert late.gaps(at(99)) == ((at(1), at(9)), (at(12), at(20)))


def test_what_is_taken_back_leaves_the_pause_as_it_was() -> None:
    holds, op_id = held((1, paused(9))), uuid4()
    holds.look_at(Event(seq=2, at=at(2), actor=ENGINE, op_id=op_id, fact=RESOLVED))
    assert holds.gaps(at(5)) == ((at(1), at(2)),)
    undone = ev.Undone(undone=op_id, what="resolution")
    holds.look_at(Event(seq=3, at=at(3), actor=ENGINE, op_id=uuid4(), fact=undone))
    assert holds.gaps(at(5)) == ((at(1), at(5)),)
