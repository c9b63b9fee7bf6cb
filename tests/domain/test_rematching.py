"""A draft's trigger over past cases: which of them would have begun with another playbook."""

from typing import Any

import pytest

from domain.rematching import Rematching
from models.playbook import PlaybookVersion
from models.rehearsal import LeftOut, PastCase, PlaybookRehearsal
from tests.domain.cases import RESCUE
from tests.domain.test_matching import version
from tests.domain.world import World

GENERAL = version("general", when={"always": True})
LEAVE = version("leave")
BILL = {"field": "text", "op": "mentions", "value": ["bill"]}


def past(text: str | None) -> PastCase:
    """A case of which only the words matter."""
    world = World(book=RESCUE)
    return PastCase(book=world.book, opening=world.opening, events=tuple(world.events), text=text)


def rehearsed(draft: PlaybookVersion, *texts: str | None) -> PlaybookRehearsal:
    matching = Rematching([GENERAL, LEAVE], draft)
    for text in texts:
        matching.add(past(text))
    return matching.told()


def test_a_draft_that_says_what_is_published_makes_no_difference() -> None:
    told = rehearsed(version("leave", 2), "I will leave", "The bill is wrong")
    assert (told.changed, told.cases, told.chosen) == ((), 2, 1)


def test_a_new_playbook_takes_the_cases_that_it_fits_and_says_why() -> None:
    told = rehearsed(version("bills", when=BILL), "I will leave", "The bill is wrong", "Hello")
    (one,) = told.changed
    assert (one.had, one.before, one.after) == ("rescue", "general", "bills")
    assert one.why == "The customer says “bill”."
    assert (told.gained, told.lost, told.chosen) == (1, 0, 1)


@pytest.mark.parametrize(
    ("given", "after"), [({"when": BILL}, "general"), ({"start": "suggest"}, "general")]
)
def test_a_narrower_trigger_gives_its_cases_back(given: dict[str, Any], after: str) -> None:
    told = rehearsed(version("leave", 2, **given), "I will leave")
    (one,) = told.changed
    assert (one.before, one.after) == ("leave", after)
    assert (told.gained, told.lost) == (0, 1)
    assert told.suggested == int("start" in given)


def test_a_higher_priority_wins_and_a_lower_one_does_not() -> None:
    both = "I will leave, the bill is wrong"
    assert rehearsed(version("bills", when=BILL, priority=200), both).gained == 1
    assert rehearsed(version("bills", when=BILL, priority=50), both).suggested == 1


def test_where_words_were_erased_nothing_is_said() -> None:
    told = rehearsed(version("bills", when=BILL), None)
    assert told.cases == 0
    assert told.left_out == (
        LeftOut(number="E-1042", why="its words were erased, and a condition asks for them"),
    )


def test_words_do_not_matter_where_no_condition_asks_for_them() -> None:
    kind = {"not": {"field": "severity", "op": "is", "value": "low"}}
    matching = Rematching([GENERAL], version("all", when=kind))
    matching.add(past(None))
    assert matching.told().gained == 1
