"""`decide(...) -> events`, or a domain error: all that the rules have to say about a command.

Pure: the same book, state, command, actor and `now` always give the same events. A command that
is refused changes nothing.
"""

from datetime import datetime
from typing import assert_never
from uuid import UUID

from domain import (
    adopting,
    alerts,
    arrivals,
    clocks,
    effects,
    handing,
    insight,
    lifecycle,
    merging,
    outcomes,
    overdue,
    pauses,
    permissions,
    undoing,
    working,
)
from domain.due import closes
from domain.lifecycle import TIMERS, Timer
from domain.steps import advance
from domain.story import Story
from models.actor import ENGINE, Actor
from models.command import (
    Absorb,
    Acknowledge,
    AddNote,
    Assign,
    Cancel,
    Change,
    ChangePlaybook,
    Command,
    CompleteStep,
    Delegate,
    EndEffect,
    HandUp,
    Merge,
    MoveClock,
    NoteReading,
    Open,
    Pause,
    RecordMessage,
    Reopen,
    Requested,
    Resolve,
    Resume,
    SkipStep,
    SnoozeAlert,
    SnoozeStep,
    Tick,
    Undo,
)
from models.edition import Edition
from models.errors import VersionMismatch
from models.escalation import EscalationState
from models.event import Closed, EscalationOpened, Event, ResumeCause
from models.messages import Book, Opening

_HIDES_MISSES = (Absorb, Change, ChangePlaybook, Pause)
"""What stops or moves clocks of a case that goes on."""


def begin(book: Book, opening: Opening, now: datetime) -> tuple[Event, ...]:
    """The first events of a life: opened, clocks set, first step open."""
    story = Story(book, None, now, opening.actor, opening.op_id)
    told = opening.model_dump(exclude={"escalation_id", "op_id", "actor", "playbook", "clocks"})
    value = book.facts.customer_annual_value
    if book.rules.alerts is None:
        told |= {"signals": (), "to_read": False}
    story.tell(
        EscalationOpened(
            id=opening.escalation_id,
            playbook=opening.playbook,
            customer_annual_value=value,
            **told,
        )
    )
    clocks.set_clocks(story, opening.clocks)
    advance(story)
    alerts.watch(story)
    return tuple(story.events)


def decide(
    book: Book,
    state: EscalationState,
    command: Command,
    now: datetime,
    actor: Actor,
    *,
    op_id: UUID | None = None,
    expected_version: int | None = None,
) -> tuple[Event, ...]:
    """The events that a command brings about.

    Checked in this order: the status allows it, the version is the one expected, the actor may do
    it, the command itself makes sense. Raises the error of the first check that fails: a leaf of
    `NotAllowed`, `NotFound`, `Conflict`, `BadInput`, or `VersionMismatch`.
    """
    before = _time_first(book, state, command, now)
    story = Story(book, before.state, now, actor, op_id)
    lifecycle.require(before.state.status, command.kind)
    if isinstance(command, Tick | EndEffect | NoteReading):
        _bring_about(story, command)
        alerts.watch(story)
        return (*before.events, *story.events)
    # Who looked before somebody read the customer's words looked at the same case.
    oldest = state.version - state.insights
    if expected_version is not None and not oldest <= expected_version <= state.version:
        raise VersionMismatch(
            f"You looked at version {expected_version}; it is {state.version} now."
            " Read the case again, then decide."
        )
    permissions.require(actor, command, before.state)
    _carry_out(story, command)
    alerts.watch(story)
    return (*before.events, *story.events)


def _time_first(book: Book, state: EscalationState, command: Command, now: datetime) -> Story:
    """What time has to do before a command, when nobody looked in time: after an outage, say.

    A pause ends when it was to, and no later because somebody was faster than the timer. A miss is
    acted on before a command under which its case goes on and its clock does not.
    """
    story = Story(book, state, now, ENGINE, None)
    if story.since(Edition.SECOND) and not isinstance(command, Tick | Resume):
        if Timer.PAUSE in TIMERS[state.status]:
            pauses.tick(story)
        if isinstance(command, _HIDES_MISSES) and Timer.SLA in TIMERS[story.state.status]:
            clocks.tick(story)
    return story


def _bring_about(story: Story, command: Tick | EndEffect | NoteReading) -> None:
    """What nobody asks for: time, the end of a delivery, words that were read."""
    match command:
        case Tick():
            _tick(story)
        case EndEffect():
            arrivals.end(story, command)
        case NoteReading():
            insight.note(story, command)
        case never:
            assert_never(never)


def _carry_out(story: Story, command: Requested) -> None:
    """What a person, or another system, wants done."""
    match command:
        case CompleteStep() | SkipStep() | SnoozeStep() | Delegate():
            _work(story, command)
        case RecordMessage():
            working.record_message(story, command)
        case AddNote():
            working.add_note(story, command)
        case Assign():
            handing.assign(story, command)
        case HandUp():
            handing.ask_up(story, command)
        case Change():
            working.change(story, command)
        case Resolve():
            outcomes.resolve(story, command.note_id)
        case Reopen():
            working.reopen(story, command)
        case Cancel():
            working.cancel(story, command)
        case Merge():
            merging.merge(story, command)
        case Absorb():
            merging.absorb(story, command)
        case ChangePlaybook():
            adopting.change(story, command)
        case Undo():
            undoing.undo(story, command)
        case Pause():
            pauses.pause(story, command)
        case Resume():
            pauses.resume(story, ResumeCause.ASKED)
        case Acknowledge() | SnoozeAlert():
            alerts.answer(story, command)
        case MoveClock():
            working.move_clock(story, command)
        case Open():
            raise AssertionError("the lifecycle table refuses a second opening")
        case never:
            assert_never(never)


def _work(story: Story, command: CompleteStep | SkipStep | SnoozeStep | Delegate) -> None:
    """What somebody does about one step."""
    match command:
        case CompleteStep():
            working.complete(story, command)
        case SkipStep():
            working.skip(story, command)
        case SnoozeStep():
            working.snooze(story, command)
        case Delegate():
            working.delegate(story, command)
        case never:
            assert_never(never)


def _tick(story: Story) -> None:
    """Everything due now, in order: pause, clocks, steps, claims, deliveries, closing."""
    if Timer.PAUSE in TIMERS[story.state.status]:
        pauses.tick(story)
    live = TIMERS[story.state.status]
    if Timer.SLA in live:
        clocks.tick(story)
    if Timer.STEP in live or Timer.PROMISE in live:
        overdue.tick(story, promised_only=Timer.STEP not in live)
        advance(story)
    if Timer.CLAIM in live:
        handing.lapse(story)
    if Timer.STEP in live:
        handing.tick(story)
    if Timer.ALERT in live:
        alerts.tick(story)
    if Timer.DELIVERY in live:
        effects.tick(story)
    if Timer.CLOSING in live:
        at = closes(story.state)
        if at is not None and at <= story.now:
            story.tell(Closed())
