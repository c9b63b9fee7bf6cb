"""Undo: for ten seconds what somebody did can be taken back, as if it had not been done.

Everything that the operation changed stands as before, and what it cancelled is planned anew. It is
refused once something has left the house, and when anything came after it.
"""

from domain.story import HOLD, Story
from domain.tracing import seq_of
from models.actor import Role
from models.command import Undo
from models.delivery import DeliveryStatus
from models.errors import NotAllowed, UndoTooLate
from models.event import EffectEnded, Undone


def undo(story: Story, command: Undo) -> None:
    """Take the latest operation back. Raises UndoTooLate, or NotAllowed for somebody else's."""
    trace = story.state.trace
    if trace is None or trace.op_id != command.undone or trace.what is None:
        raise UndoTooLate("This cannot be taken back: something else was done after it.")
    if trace.blocked == "begun":
        raise UndoTooLate("It is too late: it has already left the house.")
    if trace.blocked is not None:
        raise UndoTooLate("It is too late: something else happened because of it, or after it.")
    if story.now > trace.at + HOLD:
        raise UndoTooLate("It is too late: this could be taken back for ten seconds.")
    if story.actor.id != trace.by and story.actor.role not in (Role.SENIOR, Role.MANAGER):
        raise NotAllowed("Only whoever did it, a senior or a manager can take it back.")
    planned = [effect for effect in story.state.effects if seq_of(effect.key) > trace.since]
    story.tell(Undone(undone=trace.op_id, what=trace.what, run=trace.run))
    for effect in planned:
        story.tell(
            EffectEnded(key=effect.key, status=DeliveryStatus.CANCELLED, detail="Taken back.")
        )
    for effect in trace.cancelled:
        story.plan_again(effect)
