"""Who may do what: every kind of actor, every command, on a case that is theirs, free, or not."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from domain.permissions import may_open, require
from models.actor import ENGINE, OPERATOR, Actor, ActorKind, Role, Scope
from models.command import (
    Absorb,
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
    Reopen,
    Requested,
    Resolve,
    Resume,
    SkipStep,
    SnoozeStep,
    Undo,
)
from models.errors import NotAllowed
from models.escalation import EscalationType
from models.severity import Severity
from models.sla import ClockKind
from tests.domain import cases
from tests.domain.cases import ALEX, BEN, CUSTOMER, MARCUS, PRIYA, READER, SARAH, SYSTEM
from tests.domain.world import World

NAMELESS = Actor(kind=ActorKind.PERSON)

COMMANDS: dict[str, Requested] = {
    "open": Open(),
    "complete": CompleteStep(step="call-now", outcome="reached"),
    "skip": SkipStep(step="call-now", reason_id=cases.REASON),
    "snooze": SnoozeStep(step="call-now", until=cases.NOON + cases.HOUR),
    "answer": cases.message(),
    "hear": cases.message(Direction.INBOUND),
    "note": AddNote(content_id=cases.WORDS),
    "take": Assign(assignee_id=SARAH.id),
    "claim": Assign(assignee_id=SARAH.id, only_if_free=True),
    "give to Ben": Assign(assignee_id=BEN.id),
    "give back": Assign(assignee_id=None),
    "hand up": HandUp(reason_id=cases.REASON),
    "delegate": Delegate(step="ask", to_id=UUID(int=3), to_role=Role.SENIOR),
    "undo": Undo(undone=UUID(int=1)),
    "retype": Change(type=EscalationType.OTHER),
    "reschedule": Change(appointment_at=cases.NOON),
    "reclassify": Change(severity=Severity.LOW),
    "resolve": Resolve(),
    "reopen": Reopen(),
    "cancel": Cancel(),
    "merge": Merge(into_id=UUID(int=77), into_number=77, into_customer_id=UUID(int=9002)),
    "absorb": Absorb(from_id=UUID(int=78), from_number=78, received_at=cases.NOON),
    "swap": ChangePlaybook(playbook=cases.REF, document=cases.RESCUE, seen="x"),
    "pause": Pause(reason_id=cases.REASON),
    "resume": Resume(),
    "move clock": MoveClock(offset=cases.DAY),
}

TALK = {"open", "answer", "hear", "note", "delegate", "undo"}
WORK = {
    "complete",
    "skip",
    "snooze",
    "resolve",
    "reopen",
    "retype",
    "reschedule",
    "hand up",
    "merge",
}
HAND = {"take", "claim", "give to Ben", "give back"}
LEAD = TALK | WORK | HAND | {"reclassify", "cancel", "pause", "resume", "swap"}


@dataclass(frozen=True)
class Post:
    """Who asks, and whose case it is."""

    actor: Actor
    owner: Actor | None
    allowed: set[str]


POSTS = {
    "an agent on their own case": Post(SARAH, SARAH, TALK | WORK | HAND),
    "an agent on a free case": Post(SARAH, None, TALK | WORK | {"take", "claim"}),
    "an agent on a colleague's case": Post(SARAH, BEN, TALK | {"claim"}),
    "a senior on any case": Post(MARCUS, SARAH, LEAD),
    "a senior on a free case": Post(MARCUS, None, LEAD),
    "a manager on any case": Post(PRIYA, SARAH, LEAD),
    "an admin on any case": Post(ALEX, SARAH, HAND),
    "an admin on a free case": Post(ALEX, None, HAND),
    "a person of unknown role": Post(NAMELESS, None, set()),
    "a customer": Post(CUSTOMER, None, {"hear"}),
    "a token that records": Post(SYSTEM, SARAH, {"answer", "hear", "note"}),
    "a token that reads": Post(READER, SARAH, set()),
    "Temporal's own page": Post(OPERATOR, SARAH, {"cancel", "move clock"}),
    "the engine": Post(ENGINE, SARAH, set(COMMANDS)),
}


@pytest.mark.parametrize("wish", COMMANDS)
@pytest.mark.parametrize("post", POSTS)
def test_everybody_may_do_what_the_table_says_and_nothing_else(post: str, wish: str) -> None:
    stands = POSTS[post]
    state = World(assignee=stands.owner).state
    if wish in stands.allowed:
        require(stands.actor, COMMANDS[wish], state)
        return
    with pytest.raises(NotAllowed) as refused:
        require(stands.actor, COMMANDS[wish], state)
    assert refused.value.detail.endswith(".")


def test_a_customer_cannot_answer_in_our_name_trap_26() -> None:
    world = World()
    with pytest.raises(NotAllowed):
        world.do(cases.message(), CUSTOMER)
    assert world.clock(ClockKind.FIRST_RESPONSE).running


def test_opening_takes_a_person_or_a_token_that_may_open() -> None:
    for actor in (SARAH, MARCUS, PRIYA, CUSTOMER, ENGINE):
        may_open(actor)
    may_open(SYSTEM.model_copy(update={"scopes": (Scope.OPEN,)}))
    for actor in (SYSTEM, READER):
        with pytest.raises(NotAllowed):
            may_open(actor)
