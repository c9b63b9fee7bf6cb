"""Hand-offs: to a person, or up to a role. Whoever has the case now is told of it."""

from uuid import UUID

from domain import snoozing
from domain.story import MANAGERS, Story, person
from models.actor import Role
from models.command import Assign, HandUp
from models.delivery import EffectKind
from models.errors import AlreadyAssigned, NobodyHigher
from models.event import Assigned, ClaimLapsed, HandedUp, OwnerSilent, WakeCause

_CHAIN = (Role.AGENT, Role.SENIOR, Role.MANAGER)


def assign(story: Story, command: Assign) -> None:
    """Give the case to somebody. A claim is refused when somebody else has it.

    A claim may lapse: whoever takes a case from the queue and does nothing with it gives it back.
    A new owner who did not take it themselves is told (trap 39), and has their own time to begin,
    if the house has settled one (trap 56).
    """
    now = story.state.assignee_id
    if command.only_if_free and now not in (None, command.assignee_id):
        raise AlreadyAssigned("Somebody else took this case first. Take the next one.")
    if now == command.assignee_id:
        return
    within = story.book.rules.owner_acts_within
    act_by = story.now + within if within and command.assignee_id else None
    lapses = command.lapses_after if command.assignee_id is not None else None
    story.tell(
        Assigned(
            assignee_id=command.assignee_id,
            previous_id=now,
            act_by=act_by,
            until=story.now + lapses if lapses is not None else None,
        )
    )
    snoozing.wake(story, WakeCause.HANDED)
    tell_owner(story)


def lapse(story: Story) -> None:
    """Free a case that somebody took and did not begin in time."""
    until, owner = story.state.claimed_until, story.state.assignee_id
    if owner is not None and until is not None and until <= story.now:
        story.tell(ClaimLapsed(assignee_id=owner))


def tell_owner(story: Story) -> None:
    """Tell the owner that the case is theirs, if the house wants it and they do not know it."""
    owner = story.state.assignee_id
    if story.book.rules.tell_owners and owner is not None and owner != story.actor.id:
        story.plan_effect(EffectKind.HANDED_OVER, person(owner))


def ask_up(story: Story, command: HandUp) -> None:
    """Somebody asks for a higher role. Raises NobodyHigher when there is none above."""
    state, mine = story.state, story.actor.role or Role.AGENT
    waits_for = state.handed_to if state.handed_to and state.assignee_id is None else Role.AGENT
    reached = max(mine.rank, waits_for.rank)
    to = command.to or next((role for role in _CHAIN if role.rank > reached), None)
    if to is None or to.rank <= reached:
        raise NobodyHigher(
            "There is nobody higher to hand this case to. A manager can give it to a person."
        )
    hand_up(story, to, command.reason_id)


def hand_up(story: Story, to: Role, reason_id: UUID | None) -> None:
    """The case waits for somebody of that role. Nobody is picked; its last owner is told."""
    before = story.state.assignee_id
    story.tell(HandedUp(to=to, previous_id=before, reason_id=reason_id))
    snoozing.wake(story, WakeCause.HANDED)
    if before is not None and before != story.actor.id:
        story.plan_effect(EffectKind.HANDED_OVER, person(before))
    story.plan_effect(EffectKind.HANDED_UP, story.of_role(to))


def tick(story: Story) -> None:
    """Tell the managers of a new owner who did nothing in time, once."""
    state = story.state
    if state.act_by is not None and state.act_by <= story.now and state.assignee_id is not None:
        story.tell(OwnerSilent(assignee_id=state.assignee_id))
        story.plan_effect(EffectKind.OWNER_SILENT, MANAGERS)
