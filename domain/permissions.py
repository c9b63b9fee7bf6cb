"""Who may do what. Deny by default; the awkward case is a case that nobody owns yet.

A service's scopes are asked for twice. The door (api/dependencies.py) asks before it looks anything
up, so that a token without the scope learns nothing, not even that a case exists. The rules ask
again, because they alone know which command it is, and because operations also come by signal,
where there is no door.
"""

from models.actor import Actor, ActorKind, Role, Scope
from models.alert import AlertFor
from models.command import (
    Absorb,
    Acknowledge,
    AddNote,
    Assign,
    Cancel,
    Change,
    ChangePlaybook,
    CompleteStep,
    Delegate,
    Direction,
    HandUp,
    Merge,
    MoveClock,
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
    Undo,
)
from models.errors import NotAllowed
from models.escalation import EscalationState

_LEADS = (Role.SENIOR, Role.MANAGER)


def require(actor: Actor, command: Requested, state: EscalationState) -> None:
    """Let the actor do it, or raise NotAllowed with the reason.

    An agent works on cases that are theirs or nobody's (working on one makes it theirs); seniors
    and managers work on all cases of the team; an admin configures and only assigns; a service
    token records what happened, if it has the scope.
    """
    match actor.kind:
        case ActorKind.ENGINE:
            return
        case ActorKind.OPERATOR:
            allowed = isinstance(command, Cancel | MoveClock)
            why = "From Temporal's page a case can only be cancelled."
        case ActorKind.SERVICE:
            allowed = Scope.EVENT in actor.scopes and isinstance(command, RecordMessage | AddNote)
            why = "This token may only record messages and notes, with the scope esc:event."
        case ActorKind.CUSTOMER:
            allowed = isinstance(command, RecordMessage) and command.direction is Direction.INBOUND
            why = "A customer can only write to us."
        case ActorKind.PERSON:
            allowed, why = _person(actor, command, state)
    if not allowed:
        raise NotAllowed(why)


def may_open(actor: Actor) -> None:
    """Let the actor open a case, or raise NotAllowed."""
    if actor.kind is ActorKind.SERVICE and Scope.OPEN not in actor.scopes:
        raise NotAllowed("This token may not open cases. It needs the scope esc:open.")


def may_audit(actor: Actor) -> None:
    """Let the actor see what is wrong with the house, or raise NotAllowed."""
    if actor.role not in (Role.MANAGER, Role.ADMIN):
        raise NotAllowed("Only a manager or an admin sees what the audits found.")


def may_judge_predictions(actor: Actor) -> None:
    """Let the actor see how good predictions were, or raise NotAllowed."""
    if actor.role not in (Role.MANAGER, Role.ADMIN):
        raise NotAllowed("Only a manager or an admin sees how good predictions were.")


def require_owner(actor: Actor, owner: Role) -> None:
    """Let the actor do a step of this owner role, or raise NotAllowed."""
    if actor.kind is ActorKind.ENGINE:
        return
    if actor.role is None or actor.role.rank < owner.rank:
        raise NotAllowed(f"This step is for a {owner}. Ask one to do it.")


def _person(actor: Actor, command: Requested, state: EscalationState) -> tuple[bool, str]:
    role = actor.role
    leads = role in _LEADS
    mine = state.assignee_id == actor.id or _free_for(actor, state)
    if role is None or actor.id is None:
        return False, "Nobody knows who this is."
    match command:
        case Assign():
            return _may_assign(actor, command, state)
        case Open() | AddNote() | RecordMessage() | Delegate() | Undo():
            return role in (*_LEADS, Role.AGENT), "An admin does not work on cases."
        case CompleteStep() | SkipStep() | SnoozeStep() | Resolve() | Reopen():
            if role is Role.ADMIN:
                return False, "An admin does not work on cases."
            return leads or mine, "Somebody else has this case. Ask a senior to hand it to you."
        case HandUp() | Merge():
            if role is Role.ADMIN:
                return False, "An admin does not work on cases."
            return leads or mine, "Somebody else has this case."
        case Change():
            if command.severity is not None and not leads:
                return False, "Only a senior or a manager changes how urgent a case is."
            return leads or (role is Role.AGENT and mine), "Somebody else has this case."
        case Cancel():
            return leads, "Only a senior or a manager cancels a case."
        case ChangePlaybook():
            return leads, "Only a senior or a manager lets a case go on by another playbook."
        case Pause() | Resume():
            return leads, "Only a senior or a manager puts a case on hold, and lets it go on."
        case Absorb():
            return False, "Merge the other case into this one: then this happens by itself."
        case Acknowledge() | SnoozeAlert():
            return _may_see_to(actor, command, state, mine=mine)
        case MoveClock():
            return False, "Only a demonstration moves clocks."


def _may_see_to(
    actor: Actor, command: Acknowledge | SnoozeAlert, state: EscalationState, *, mine: bool
) -> tuple[bool, str]:
    """An alert is answered by those whom it concerns, or by somebody above them.

    Who is in the team that keeps customers, the door knows; here everybody may be.
    """
    role = actor.role
    if role is None or role is Role.ADMIN:
        return False, "An admin does not work on cases."
    alert = next((one for one in state.alerts if one.n == command.alert), None)
    match alert.audience if alert else AlertFor.RETENTION:
        case AlertFor.OWNER:
            return role in _LEADS or mine, "Somebody else has this case."
        case AlertFor.SENIORS:
            return role in _LEADS, "This alert is for the seniors."
        case AlertFor.MANAGERS:
            return role is Role.MANAGER, "This alert is for the managers."
        case AlertFor.RETENTION:
            return True, ""


def _free_for(actor: Actor, state: EscalationState) -> bool:
    """Whether nobody has the case, and it does not wait for a higher role."""
    waits_for = state.handed_to.rank if state.handed_to else 0
    mine = actor.role.rank if actor.role else 0
    return state.assignee_id is None and mine >= waits_for


def _may_assign(actor: Actor, command: Assign, state: EscalationState) -> tuple[bool, str]:
    if actor.role in (*_LEADS, Role.ADMIN):
        return True, ""
    takes_free = _free_for(actor, state) and command.assignee_id == actor.id
    hands_off = state.assignee_id == actor.id
    again = state.assignee_id == actor.id == command.assignee_id
    # A claim of a taken case is a matter of who was first, which the rules say better.
    taken = state.assignee_id is not None
    claims = taken and command.only_if_free and command.assignee_id == actor.id
    return (
        takes_free or hands_off or again or claims,
        "You can take a free case or hand on your own. Ask a senior for the others.",
    )
