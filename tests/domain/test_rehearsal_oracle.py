"""What a rehearsal says is what would have been: the same people, really living under the draft."""

from datetime import timedelta
from typing import Any

from hypothesis import assume, event, given, settings, strategies as st

from domain.countdowns import on_record
from domain.rehearsal import relive
from models.actor import Actor
from models.command import (
    Author,
    Change,
    CompleteStep,
    Direction,
    Pause,
    Reopen,
    Requested,
    Resolve,
    Resume,
)
from models.errors import RightnowError
from models.escalation import Status
from models.severity import Severity
from models.sla import SlaPolicy
from tests.domain import cases
from tests.domain.cases import DAY, HOUR, MINUTE, NOON, PRIYA, step, task
from tests.domain.policies import HOUSE, RICH, book, policy
from tests.domain.world import World

PLAYBOOK = cases.playbook(step("call", "call", "reached!", "nobody"), task("a"), task("b"))
QUICK = policy(
    targets={
        str(one): {
            "first_response": "10m", "next_response": "20m",
            "resolution": "90m", "calendar": "shop",
        }
        for one in Severity
    },
    on_breach=[{"severity": "up"}, {"notify": "vp"}],
    reopen="resume",
)  # fmt: skip
CALM = policy(
    warnings=[{"at_percent": 80}],
    pauses={"stops": ["resolution"], "ends_on_reply": False},
    reopen="follow_up_only",
)
RULES = st.sampled_from([HOUSE, RICH, QUICK, CALM])
WAITS = st.sampled_from([timedelta(0), MINUTE, 7 * MINUTE, 31 * MINUTE, HOUR, 5 * HOUR, 2 * DAY])


@st.composite
def deeds(draw: st.DrawFn) -> Requested:
    """Something that somebody does."""
    made: list[Requested] = [
        cases.message(),
        cases.message(Direction.INBOUND),
        cases.message(Direction.INBOUND, Author.AUTO_REPLY),
        cases.message(Direction.INBOUND, thanks=True),
        cases.NOTE,
        Change(severity=draw(st.sampled_from(Severity))),
        Pause(reason_id=cases.REASON, until=None),
        Resume(),
        Resolve(),
        Reopen(),
        CompleteStep(step="call", outcome="reached"),
    ]
    return draw(st.sampled_from(made))


def live(world: World, told: list[tuple[timedelta, Requested]], who: Actor) -> list[bool]:
    """Whether each deed was taken, and did something: of one that did nothing there is no record.

    A pause has an end that does not depend on the rules.
    """
    taken = []
    for wait, deed in told:
        world.sleep(wait)
        if isinstance(deed, Pause):
            deed = deed.model_copy(update={"until": world.now + 3 * HOUR})
        try:
            taken.append(bool(world.do(deed, who)))
        except RightnowError:
            taken.append(False)
    world.sleep(DAY)
    if not world.stands(Status.RESOLVED):
        world.do(Resolve(), who)
    return taken


def world_of(terms: SlaPolicy, **opened: Any) -> World:
    """A case under these rules."""
    return World(pinned=book(PLAYBOOK, terms), **opened)


@settings(max_examples=200, deadline=None)
@given(
    told=st.lists(st.tuples(WAITS, deeds()), min_size=1, max_size=9),
    before=RULES,
    draft=RULES,
    severity=st.sampled_from(Severity),
)
def test_a_rehearsal_says_what_would_really_have_happened(
    told: list[tuple[timedelta, Requested]],
    before: SlaPolicy,
    draft: SlaPolicy,
    severity: Severity,
) -> None:
    opened = {"severity": severity, "received_at": NOON - 5 * MINUTE}
    was, would_be = world_of(before, **opened), world_of(draft, **opened)
    assume(live(was, told, PRIYA) == live(would_be, told, PRIYA))
    event("other rules" if before is not draft else "the same rules")
    said, really = relive(would_be.book, was.events), on_record(would_be.events)
    assert said.model_dump() == really.model_dump()
