"""Merges: two cases of one matter become one. The double ends, and the other one takes it in.

The double decides first and ends; then the engine tells the other case, as often as it takes, and
that one takes it in once. When it cannot, because it ended meanwhile, the managers are told.
"""

from typing import Any

from domain import clocks, effects, steps, working
from domain.story import SYSTEM, Story
from models.actor import Role
from models.command import Absorb, Merge, Reopen
from models.delivery import EffectKind
from models.errors import MergeRefused, NotAllowed, ReasonRequired
from models.escalation import Status, number_text
from models.event import Absorbed, Merged
from models.sla import MergeRule

MOST_UNREAD = 100
"""Words that nobody has read yet, taken over from another case."""


def merge(story: Story, command: Merge) -> None:
    """The case goes on in another one: everything planned for it stops, promises included.

    Raises MergeRefused for itself; NotAllowed and ReasonRequired for a case of another customer,
    which takes a manager and a reason.
    """
    if command.into_id == story.state.id:
        raise MergeRefused("A case cannot be merged into itself. Name the other one.")
    if command.into_customer_id != story.state.customer_id:
        if story.actor.role is not Role.MANAGER:
            raise NotAllowed("The other case is of another customer. Ask a manager to merge them.")
        if command.reason_id is None:
            raise ReasonRequired("The other case is of another customer. Say why they are one.")
    clocks.note_misses(story)
    story.tell(
        Merged(
            into_id=command.into_id,
            into_number=command.into_number,
            reason_id=command.reason_id,
        )
    )
    why = f"The case goes on in {number_text(command.into_number)}."
    steps.end_the_rest(story, also_promised=True, why=why)
    effects.take_back(story, letters=True, why=why)
    story.plan_effect(EffectKind.CASE_JOINED, SYSTEM)


def _words(command: Absorb) -> dict[str, Any]:
    """What the customer said there, and how: without it nobody here would hear of a threat."""
    return {
        "signals": command.signals,
        "unread": command.unread[:MOST_UNREAD],
        "churn_risk": command.churn_risk,
        "sentiment": command.sentiment,
        "mood": command.mood,
    }


def absorb(story: Story, command: Absorb) -> None:
    """Take a merged case in, once. Its clocks count from the earlier of the two, if so declared.

    A question that nobody answered there is asked here: it does what a message would do. A case
    that was resolved in the meantime is opened again for it, or the question would be lost.
    """
    state = story.state
    if command.from_number in state.absorbed:
        return
    if command.customer_waits and state.status is Status.RESOLVED:
        working.reopen(story, Reopen())
    counts = story.book.policy.merge is MergeRule.EARLIEST
    earlier = counts and command.received_at < state.received_at
    before = state.received_at
    story.tell(
        Absorbed(
            from_id=command.from_id,
            from_number=command.from_number,
            received_at=command.received_at if earlier else None,
            customer_waits=command.customer_waits,
            breached=command.breached,
            **(_words(command) if story.book.rules.alerts is not None else {}),
        )
    )
    if earlier:
        clocks.count_from(story, before, command.breached)
    if command.customer_waits:
        working.hear(story)
