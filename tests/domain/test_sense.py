"""A draft that says nothing anybody could use is refused, though no word in it is forbidden."""

import pytest

from domain.grounding import refusals
from models.draft import GuidanceDraft
from tests.domain import doug
from tests.domain.doug import CANARY, NOW


def codes(draft: GuidanceDraft, step: str | None = "goodwill") -> set[str]:
    """Why a draft may not be shown at a step."""
    return {one.code.value for one in refusals(draft, doug.facts(step=step), NOW, canary=CANARY)}


@pytest.mark.parametrize(
    "changes",
    [
        {"opening": "They are going to stay. " * 30 + "They are"},
        {"opening": "They are going to stay. So I call. They are going to stay."},
        {"summary": "He may go now he may go now he may go now he may go now."},
        {"opening": "Hello. Hello. Hello. Hello."},
        {"closing": "They are goingto"},
        {"reason": "A small thing says more than"},
        {"key_points": ()},
        {"key_points": ("Listen first.", "Listen first!")},
        {"opening": "Thank you for your time.", "closing": "Thank you for your time."},
        {"opening": "I am Doug. You let me down."},
        {"opening": "Hi, this is Doug Carter, and I am upset."},
        {"closing": "It is Doug here."},
        {"summary": "My name is Doug. I lost time."},
        {"opening": "I want to leave you. I have had it."},
        {"closing": "I want to cancel my plan now."},
    ],
)
def test_what_nobody_could_use_is_refused(changes: dict[str, object]) -> None:
    assert "sense" in codes(doug.draft(**changes))


@pytest.mark.parametrize(
    "point",
    [
        "Hang up on them.", "Just hang up.", "Tell them to go away.", "Make them wait.",
        "Send him away.", "You are wrong.", "Ignore the customer.", "Get rid of them.",
    ],
)  # fmt: skip
def test_what_is_unkind_is_refused(point: str) -> None:
    assert "phrase" in codes(doug.draft(key_points=(point,)))


@pytest.mark.parametrize(
    "changes",
    [
        {"opening": "Is this Doug? This is Sarah from Bright Homes."},
        {"opening": "I am sorry. You lost time. I am sorry."},
        {"summary": "This is Doug, a customer of 6 years. He may leave us."},
        {"opening": "It is Doug's home that counts. I am Sarah, and I want to help."},
        {"opening": "I want to leave the door open for you. Is that fair?"},
        {"closing": "I want to leave you with my number."},
        {"key_points": ("Ask why", "Do not hang up on them", "Never make them wait")},
        {"key_points": ("If they say “I want to leave”, ask why.",)},
        {"closing": "Thank you for your time! \U0001f642"},
        {"closing": "Ask them: “Are we good?”"},
        {"opening": "Thank you, Doug. Thank you."},
    ],
)
def test_what_people_do_say_passes(changes: dict[str, object]) -> None:
    assert codes(doug.draft(**changes)) == set()


def test_a_case_without_a_step_needs_no_hints() -> None:
    draft = doug.draft(key_points=(), opening="Hello, Doug.", reason="It is your turn.")
    assert codes(draft, step=None) == set()


def test_an_agent_may_have_the_customers_name() -> None:
    draft = doug.draft(opening="Hi, this is Doug from Bright Homes. I am sorry.")
    facts = doug.facts(agent_name="Doug Lind")
    assert refusals(draft, facts, NOW, canary=CANARY) == ()


@pytest.mark.parametrize(
    ("text", "is_sense"),
    [
        ("Hello Doug,\n\nwe are sorry.\n\nSarah\nBright Homes", True),
        ("Hello Doug,\n\nwe are sorry.\n\nKind regards", True),
        ("Hello Doug,\n\nwe are sorry. We want to make it right and will not", False),
        ("Hello Doug, we are", False),
    ],
)
def test_a_letter_ends_with_a_sentence_or_with_names(text: str, is_sense: bool) -> None:
    found = refusals(doug.reply(text, "About your visit"), doug.facts(), NOW, canary=CANARY)
    assert ("sense" not in {one.code.value for one in found}) is is_sense
