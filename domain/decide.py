"""`decide(...) -> events`, or a domain error: all that the rules have to say about a command.

Pure: the same book, state, command, actor and `now` always give the same events. A command that
is refused changes nothing.
"""

from datetime import datetime
from typing import assert_never
from uuid import UUID

from domain import clocks, effects, lifecycle, overdue, permissions, working
from domain.due import closes
from domain.lifecycle import TIMERS, Timer
from domain.steps import advance
from domain.story import Story
from models.actor import Actor
from models.command import (
    AddNote,
    Assign,
    Cancel,
    Change,
    Command,
    CompleteStep,
    EndEffect,
    MoveClock,
    Open,
    RecordMessage,
    Reopen,
    Resolve,
    SkipStep,
    Tick,
)
from models.errors import VersionMismatch
from models.escalation import EscalationState
from models.event import Closed, EscalationOpened, Event
from models.messages import Book, Opening


def begin(book: Book, opening: Opening, now: datetime) -> tuple[Event, ...]:
    """The first events of a life: opened, clocks set, first step open."""
    story = Story(book, None, now, opening.actor, opening.op_id)
    told = opening.model_dump(exclude={"escalation_id", "op_id", "actor", "playbook", "clocks"})
    story.tell(EscalationOpened(id=opening.escalation_id, playbook=opening.playbook, **told))
    clocks.set_clocks(story, opening.clocks)
    advance(story)
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
    story = Story(book, state, now, actor, op_id)
    lifecycle.require(state.status, command.kind)
    if isinstance(command, Tick):
        _tick(story)
        return tuple(story.events)
    if expected_version is not None and expected_version != state.version:
        raise VersionMismatch(
            f"You looked at version {expected_version}; it is {state.version} now."
            " Read the case again, then decide."
        )
    if isinstance(command, EndEffect):
        effects.end(story, command)
        return tuple(story.events)
    permissions.require(actor, command, state)
    match command:
        case CompleteStep():
            working.complete(story, command)
        case SkipStep():
            working.skip(story, command)
        case RecordMessage():
            working.record_message(story, command)
        case AddNote():
            working.add_note(story, command)
        case Assign():
            working.assign(story, command)
        case Change():
            working.change(story, command)
        case Resolve():
            working.resolve(story, command.note_id)
        case Reopen():
            working.reopen(story, command)
        case Cancel():
            working.cancel(story, command)
        case MoveClock():
            working.move_clock(story, command)
        case Open():
            raise AssertionError("the lifecycle table refuses a second opening")
        case never:
            assert_never(never)
    return tuple(story.events)


def _tick(story: Story) -> None:
    """Everything that is due now, in a fixed order: clocks, steps, deliveries, closing."""
    live = TIMERS[story.state.status]
    if Timer.SLA in live:
        clocks.tick(story)
    if Timer.STEP in live or Timer.PROMISE in live:
        overdue.tick(story, promised_only=Timer.STEP not in live)
        advance(story)
    if Timer.DELIVERY in live:
        effects.tick(story)
    if Timer.CLOSING in live:
        at = closes(story.state)
        if at is not None and at <= story.now:
            story.tell(Closed())
