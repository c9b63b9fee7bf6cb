"""What is told of a case to those who have one like it: its matter, what was done, how it ended."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.outcomes import OPEN_FOR_REOPENING
from domain.result import result
from domain.similar import (
    LONGEST_PART,
    approach_of,
    behind,
    imported_text,
    lacking_words,
    matter_text,
    outcome_of,
    row_hash,
)
from models.command import Cancel, Reopen, Resolve
from models.escalation import EscalationType
from models.similar import LONGEST_APPROACH, CaseOutcome, Lacking
from tests.domain import cases
from tests.domain.cases import MARCUS, MINUTE
from tests.domain.world import World
from tests.past import past_case

RING = cases.step("call", "ring", "reached!", "no-answer -> ring after 30m", repeat={"limit": 3})
TALK = cases.task("talk", "stays -> resolve", "leaves", "unsure", "lost")
WRITE = cases.task("write")


def ended(world: World, type_: EscalationType) -> CaseOutcome | None:
    """How a case of that type ended, after all the time in which it can be reopened."""
    world.sleep(OPEN_FOR_REOPENING + MINUTE)
    state = world.state.model_copy(update={"type": type_})
    return outcome_of(state, result(world.state, world.events))


def approach(world: World) -> str:
    """What was done."""
    return approach_of(world.state, world.book.playbook)


@pytest.mark.parametrize(
    ("said", "type_", "outcome"),
    [
        ("stays", EscalationType.CANCEL_THREAT, CaseOutcome.SAVED),
        ("unsure", EscalationType.CANCEL_THREAT, CaseOutcome.SAVED),
        ("leaves", EscalationType.CANCEL_THREAT, CaseOutcome.LOST),
        ("lost", EscalationType.EXECUTIVE, CaseOutcome.LOST),
        ("stays", EscalationType.OTHER, CaseOutcome.RESOLVED),
    ],
)
def test_a_closed_case_ended_as_its_last_word_says(
    said: str, type_: EscalationType, outcome: CaseOutcome
) -> None:
    world = World(TALK, WRITE)
    world.done("talk", said)
    if said != "stays":
        world.do(Resolve())
    assert ended(world, type_) is outcome


def test_who_wanted_to_leave_and_stays_after_all_was_saved() -> None:
    world = World(cases.task("ask", "leaves"), TALK)
    world.done("ask", "leaves")
    world.done("talk", "stays")
    assert ended(world, EscalationType.CANCEL_THREAT) is CaseOutcome.SAVED


def test_a_case_that_goes_on_or_was_cancelled_has_no_outcome() -> None:
    world = World(TALK, WRITE)
    assert outcome_of(world.state, result(world.state, world.events)) is None
    world.do(Cancel(), MARCUS)
    assert ended(world, EscalationType.OTHER) is None


def test_an_approach_is_the_playbook_and_the_steps_that_were_done() -> None:
    world = World(RING, TALK, WRITE)
    assert approach(world) == "Rescue: no step was done."
    world.done("ring", "no-answer")
    world.sleep(30 * MINUTE)
    world.done("ring#2", "reached")
    world.done("talk", "unsure")
    world.skipped("write")
    assert approach(world) == "Rescue: Do ring (reached); Do talk (unsure)."
    world.do(Resolve())
    world.do(Reopen())
    assert approach(world).endswith("; It came back once.")


def test_an_approach_names_no_customer_and_has_an_end() -> None:
    many = [
        cases.task(f"call-{number}", title="Call {customer.first_name} about {case.title}")
        for number in range(20)
    ]
    world = World(*many)
    world.done("call-0")
    assert approach(world) == "Rescue: Call the customer about [case title] (done)."
    for number in range(1, 20):
        world.done(f"call-{number}")
    assert len(approach(world)) == LONGEST_APPROACH


def test_a_matter_is_what_the_customer_says_without_what_they_quote() -> None:
    said = "It rang again.\n\nOn 4 Nov 2025, Al wrote:\n> To cancel, reply."
    assert matter_text("Heating", " It is cold. ", [said, ""]) == (
        "Heating\nIt is cold.\nIt rang again."
    )
    assert matter_text(None, None) == ""
    assert len(matter_text("x" * 9_000, "y" * 9_000)) == 2 * LONGEST_PART + 1


def test_a_line_is_known_again_and_every_change_of_it_is_seen() -> None:
    case = past_case(external_id="1")
    assert row_hash(case) == row_hash(past_case(external_id="1"))
    other = past_case(external_id="1", approach="Nothing")
    assert row_hash(case) != row_hash(other)
    assert imported_text(case) == imported_text(other)


NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "waited", "late", "words"),
    [
        (0, None, False, "Every case that is over is found."),
        (1, 0, False, "1 case that just ended is not found yet."),
        (12, 15, False, "12 cases that just ended are not found yet."),
        (1, 16, True,
         "1 case that is over cannot be found, the first since 2026-05-04 11:44 UTC."),
        (1200, 60, True,
         "1,200 cases that are over cannot be found, the first since 2026-05-04 11:00 UTC."),
    ],
)  # fmt: skip
def test_who_keeps_up_is_late_after_a_quarter_of_an_hour(
    count: int, waited: int | None, late: bool, words: str
) -> None:
    since = None if waited is None else NOON - timedelta(minutes=waited)
    told = Lacking(count=count, since=since)
    assert (behind(told, NOON), lacking_words(told, NOON)) == (late, words)
