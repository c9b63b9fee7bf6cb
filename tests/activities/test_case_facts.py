"""Facts of a case: what of them is a reason to ask a language model anew, and what is none."""

from pathlib import Path
from typing import Any

import pytest

from activities.adapters.prompt_files import load_prompts
from activities.case_facts import CaseFacts
from domain.prediction import csat, loss, outlook
from domain.prompting import prompt
from models.command import Direction
from models.escalation import Light
from models.guidance import Chance, Precedent
from models.guidance_facts import CustomerFacts, GuidanceFacts, MessageFacts
from models.prediction import Tallies, Tally
from models.prompt import PromptTask
from models.severity import Severity
from models.similar import FoundBy
from tests.domain import doug

FILE = load_prompts(Path(__file__).parents[2] / "prompts")[PromptTask.GUIDANCE]
_SEEN = Tallies(*[Tally(30, 6)] * 6)
_LEFT = loss(_SEEN, doug.facts().type, Severity.HIGH)

NEVER_TOLD: dict[str, Any] = {
    "sentiment": None,
    "churn_risk": 0.11,
    "predicted_csat": 4.4,
    "prediction": Chance(value=0.5, low=0.4, high=0.6, n=21),
    "prediction_words": "Of 21 cases like this one, 10 ended well.",
    "outlook": outlook(0.3, _LEFT, csat((4,) * 5, (4,) * 5)),
    "similar_found_by": FoundBy.EMBEDDING,
    "similar_words": "No case is near enough.",
    "due_in": "in 3 minutes",
    "waits_for": "the customer's answer",
}
TOLD: dict[str, Any] = {
    "number": "E-7",
    "title": "Another matter",
    "status": "paused",
    "severity": "low",
    "type": "other",
    "company": "Other Homes",
    "light": Light.RED,
    "appointment_day": "Tuesday, May 5",
    "appointment_time": "9:30 am",
    "signals": ("speaks of a lawyer",),
    "messages": (MessageFacts(direction=Direction.INBOUND, text="Hello? Anybody?"),),
    "wish": "Say sorry.",
    "customer": CustomerFacts(first_name="Ann", name="Ann Ross"),
    "summary": "Another trouble.",
    "win_condition": "Another goal.",
    "what_not_to_do": ("Do not shout.",),
    "step": None,
}
BESIDES = {"playbook", "similar_cases", "agent_name"}
"""The playbook's words are in the facts themselves; other cases are told, and are no reason; of a
name a model sees a placeholder, but the words are in that name."""


def gathered(facts: GuidanceFacts) -> CaseFacts:
    """With what is personal in it."""
    return CaseFacts(facts, doug.KNOWN)


def sent(facts: GuidanceFacts) -> str:
    """What a model would be told of the lasting facts."""
    lasting = gathered(facts).lasting()
    made = prompt(FILE, lasting.facts, lasting.known, canary=doug.CANARY, now=doug.NOW)
    return f"{made.system}\n{made.user}"


def test_every_fact_is_told_or_is_not() -> None:
    assert {*NEVER_TOLD, *TOLD, *BESIDES} == set(GuidanceFacts.model_fields)


@pytest.mark.parametrize("name", NEVER_TOLD)
def test_what_is_never_told_is_no_reason_to_ask_again(name: str) -> None:
    other = doug.facts(**{name: NEVER_TOLD[name]})
    assert other != doug.facts()
    assert gathered(other).hash == gathered(doug.facts()).hash
    assert sent(other) == sent(doug.facts())


@pytest.mark.parametrize("name", TOLD)
def test_what_is_told_is_a_reason_to_ask_again(name: str) -> None:
    other = doug.facts(**{name: TOLD[name]})
    assert gathered(other).hash != gathered(doug.facts()).hash
    assert sent(other) != sent(doug.facts())


def test_words_in_another_name_are_asked_for_anew() -> None:
    other = gathered(doug.facts(agent_name="Anna Berg"))
    assert other.hash != gathered(doug.facts()).hash


def test_that_another_case_has_ended_is_told_but_is_no_reason_to_ask_again() -> None:
    precedent = Precedent(id="E-77", outcome="saved", approach="Gave a call.", similarity=0.9)
    other = doug.facts(similar_cases=(precedent,))
    assert gathered(other).hash == gathered(doug.facts()).hash
    assert "Gave a call." in sent(other)
    nearer = precedent.model_copy(update={"similarity": 0.2})
    assert sent(doug.facts(similar_cases=(nearer,))) == sent(other)


def test_cases_that_were_found_by_words_are_for_people_and_no_model_is_told() -> None:
    precedent = Precedent(id="E-77", outcome="saved", approach="Gave a call.", similarity=0.002)
    by_words: dict[str, Any] = {
        "similar_cases": (precedent,),
        "similar_found_by": FoundBy.TEXT_SEARCH,
    }
    assert "Gave a call." not in sent(doug.facts(**by_words))
    by_words["similar_found_by"] = FoundBy.EMBEDDING
    assert "Gave a call." in sent(doug.facts(**by_words))
