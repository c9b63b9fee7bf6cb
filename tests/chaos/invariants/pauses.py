"""Cases on hold: a pause ends when it is to, and gives back exactly the time that it took.

I3: it ends at its `until`, when somebody lets the case go on, or when the customer writes, and
nothing else happens in it once it is over. I7: clocks get their time back (see clocks), and so does
every step that is open.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from domain.tracing import HARMLESS
from models import event as ev
from models.command import Author, Direction, Visibility
from models.escalation import EscalationState, Status, StepStatus
from models.event import Event
from tests.chaos.deadlines import Gap
from tests.chaos.evidence import Evidence, Violation, with_states
from tests.chaos.holds import Holds


def each_ends_when_it_is_to(evidence: Evidence) -> Iterator[Violation]:
    """Nobody's operation is done in a pause that is over, and each end has its cause."""
    for case, record in evidence.cases.items():
        holds, heard = Holds(), dict[UUID, Event]()
        for event in record.told:
            fact = event.fact
            if isinstance(fact, ev.MessageRecorded | ev.Absorbed) and event.op_id is not None:
                heard[event.op_id] = event
            if isinstance(fact, ev.Resumed):
                for says in _ends_wrong(event, fact, holds, heard):
                    yield Violation("I3", f"event {event.seq}: {says}", case)
            elif event.op_id and not isinstance(fact, HARMLESS) and _is_over(holds, event.at):
                says = f"event {event.seq} ({fact.fact}) came in a pause that was over"
                yield Violation("I3", says, case)
                break
            holds.look_at(event)


def who_writes_is_waited_for_no_more(evidence: Evidence) -> Iterator[Violation]:
    """The customer's own words end a pause within the operation that tells them."""
    for case, record in evidence.cases.items():
        for place, (event, state) in enumerate(with_states(record)):
            fact = event.fact
            own = isinstance(fact, ev.MessageRecorded) and (
                fact.direction is Direction.INBOUND
                and fact.author is Author.HUMAN
                and fact.visibility is Visibility.PUBLIC
                and not fact.thanks
            )
            if not own or state is None or state.status is not Status.PAUSED:
                continue
            same = [one.fact for one in record.told[place:] if one.op_id == event.op_id]
            if not any(isinstance(one, ev.Resumed) for one in same):
                yield Violation("I3", f"the customer wrote (event {event.seq}) to nobody", case)


def steps_get_their_time_back(evidence: Evidence) -> Iterator[Violation]:
    """Each open step is due as much later as its case was on hold while it was open."""
    for case, record in evidence.cases.items():
        holds = Holds()
        for place, (event, state) in enumerate(with_states(record)):
            before = holds.over
            holds.look_at(event)
            ended = isinstance(event.fact, ev.Paused | ev.Resumed) and holds.over != before
            if state is None or not ended:
                continue
            for says in _moved_wrong(state, holds.over[-1], _decision(record.told[place:])):
                yield Violation("I7", f"event {event.seq}: {says}", case)


def _ends_wrong(
    event: Event, fact: ev.Resumed, holds: Holds, heard: dict[UUID, Event]
) -> Iterator[str]:
    if holds.running is None:
        yield "it goes on, and was not on hold"
        return
    until = holds.running[1]
    if fact.ended_at != min(until, event.at):
        yield f"the pause until {until} ended as if at {fact.ended_at}"
    match fact.cause:
        case ev.ResumeCause.TIME if event.at < until:
            yield f"the pause until {until} ended before its time"
        case ev.ResumeCause.ASKED if event.op_id is None:
            yield "it goes on because of nobody's asking"
        case ev.ResumeCause.REPLY if event.op_id not in heard:
            yield "it goes on because of a reply that is nowhere"
        case _:
            pass


def _is_over(holds: Holds, at: datetime) -> bool:
    """Whether a pause that is still told to run had to end before."""
    return holds.running is not None and holds.running[1] < at


def _moved_wrong(state: EscalationState, gap: Gap, decision: list[Event]) -> Iterator[str]:
    """Steps that were not moved by what the pause took, in the decision that ended it."""
    moved = {one.fact.run: one.fact for one in decision if isinstance(one.fact, ev.StepMoved)}
    ended = {one.fact.run for one in decision if isinstance(one.fact, ev.StepEnded)}
    for run in state.steps:
        if run.status is not StepStatus.OPEN or run.promised or not run.due_at or not run.opened_at:
            continue
        lost = gap[1] - max(gap[0], run.opened_at)
        told = moved.get(run.id)
        if lost.total_seconds() <= 0 or (told is None and run.id in ended):
            continue
        if told is None or told.due_at != run.due_at + lost:
            now = told.due_at if told else run.due_at
            yield f"{run.id} was due {run.due_at}, lost {lost}, and is due {now}"


def _decision(told: list[Event]) -> list[Event]:
    """The events of the decision that begins here: one cause, one moment."""
    first = told[0]
    for place, event in enumerate(told):
        if (event.op_id, event.at) != (first.op_id, first.at):
            return told[:place]
    return told
