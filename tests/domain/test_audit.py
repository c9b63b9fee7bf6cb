"""What an audit judges by: deadlines that were missed, events that are whole, and silence."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest

from domain.audit import (
    NotWhole,
    advice,
    deliveries_told,
    lived,
    missed,
    requests_told,
    verdict,
    whole,
)
from domain.decide import begin
from domain.due import due
from models.actor import Actor, ActorKind
from models.audit import Audit, FindingKind
from models.event import Event
from tests.domain import cases
from tests.domain.cases import HOUR, MINUTE, NOON, RESCUE
from tests.domain.world import World


def story(events: list[Event]) -> list[tuple[int, Any, str]]:
    """Events as PostgreSQL has them: JSON does not keep the order of fields."""
    rows = []
    for one in events:
        body = json.loads(json.dumps(one.model_dump(mode="json"), sort_keys=True))
        rows.append((one.seq, body, one.hash))
    return rows


def opened() -> list[Event]:
    """The events of a case that was just opened."""
    book = cases.book_of(RESCUE)
    return list(begin(book, cases.opening_of(book), NOON))


def test_nothing_is_missed_before_it_is_due_and_not_at_once_after_it() -> None:
    state = World().state
    deadline = due(state)
    assert deadline is not None
    assert missed(state, deadline.at) is None
    found = missed(state, deadline.at + MINUTE)
    assert found == deadline


def test_a_case_whose_clock_was_moved_is_judged_by_its_own_time() -> None:
    state = World().state
    deadline = due(state)
    assert deadline is not None
    ahead = state.model_copy(update={"clock_offset": 2 * HOUR})
    found = missed(ahead, deadline.at - 2 * HOUR + MINUTE)
    assert found is not None
    assert found.at == deadline.at - 2 * HOUR
    assert missed(ahead, deadline.at - 2 * HOUR - MINUTE) is None


def test_whole_events_are_the_life_that_they_were() -> None:
    events = opened()
    assert whole(story(events)) == events
    assert lived(events).version == len(events)


def test_an_event_of_an_older_version_with_fewer_fields_is_whole() -> None:
    """Its hash was taken over what it said then; a field that has a default since is not said."""
    first, *rest = story(opened())
    seq, body, _ = first
    now = opened()[0].model_dump(mode="json")
    del body["actor"]["scopes"], now["actor"]["scopes"]
    then = json.dumps(now, separators=(",", ":"), ensure_ascii=False).encode()
    hashed = hashlib.sha256(then).hexdigest()
    assert whole([(seq, body, hashed), *rest])[0].actor.scopes == ()
    changed = {**body, "at": "2026-01-01T00:00:00Z"}
    with pytest.raises(NotWhole, match="event 1 was changed"):
        whole([(seq, changed, hashed), *rest])


def test_a_gap_another_order_and_a_stranger_are_not_whole() -> None:
    rows = story(opened())
    with pytest.raises(NotWhole, match="event 2 is missing"):
        whole([rows[0], *rows[2:]])
    with pytest.raises(NotWhole, match="event 1 is missing"):
        whole(rows[1:])
    with pytest.raises(NotWhole, match="event 1 cannot be read"):
        whole([(1, {}, "x")])
    with pytest.raises(NotWhole, match="event 2 was changed"):
        whole([rows[0], (2, rows[0][1], rows[0][2])])
    with pytest.raises(NotWhole, match="do not follow"):
        lived(opened()[1:])


def test_a_delivery_is_told_from_its_plan_to_its_end() -> None:
    world = World()
    world.sleep(4 * HOUR)
    told = deliveries_told(world.events)
    pending = {one.key for one in world.state.effects}
    assert told
    assert {key for key, one in told.items() if one.status is None} == pending


@pytest.mark.parametrize("kind", ActorKind)
def test_whoever_asked_for_an_event_did_so_by_the_inbox_but_for_an_operator(
    kind: ActorKind,
) -> None:
    """A mail is the customer's, and a merged case is taken in by the engine."""
    told = [one.model_copy(update={"actor": Actor(kind=kind)}) for one in opened()]
    asked = {one.op_id for one in told}
    assert len(asked) == 1
    assert requests_told(told) == (set() if kind is ActorKind.OPERATOR else asked)
    by_itself = [one.model_copy(update={"op_id": None}) for one in told]
    assert requests_told(by_itself) == set()


def audit(**changes: Any) -> Audit:
    """An audit of a minute ago that found nothing."""
    return Audit(
        id=cases.SUBJECT,
        began_at=NOON,
        ended_at=NOON,
        every=MINUTE,
        passed=True,
        findings=0,
        healed=0,
        looked_at={},
        reached=None,
    ).model_copy(update=changes)


@pytest.mark.parametrize(
    ("latest", "after", "well", "words"),
    [
        (None, MINUTE, False, "No audit has been made yet"),
        (audit(), MINUTE, True, "All is well"),
        (audit(), 2 * MINUTE, True, "All is well"),
        (audit(), 2 * MINUTE + timedelta(seconds=1), False, "Nobody has looked since"),
        (audit(passed=False, findings=1), MINUTE, False, "1 thing is wrong"),
        (audit(passed=False, findings=3), MINUTE, False, "3 things are wrong"),
        (audit(passed=False, healed=2), MINUTE, False, "2 things were put right just now"),
        (audit(passed=False, findings=3), HOUR, False, "Nobody has looked since"),
    ],
)
def test_all_is_well_only_when_somebody_looked_lately_and_found_nothing(
    latest: Audit | None, after: timedelta, well: bool, words: str
) -> None:
    said = verdict(latest, NOON, NOON + after)
    assert said.well is well
    assert words in said.words


@pytest.mark.parametrize("kind", FindingKind)
def test_every_finding_says_what_to_do(kind: FindingKind) -> None:
    assert advice(kind).endswith((".", "doctor"))
    assert len(advice(kind)) < 100
