"""Matching: the highest priority wins, and there is always a last resort."""

from typing import Any

import pytest

from domain.matching import match_playbook
from models.errors import NoPlaybook
from models.escalation import EscalationType, Source
from models.facts import Facts
from models.playbook import Playbook, PlaybookRef, PlaybookVersion
from models.severity import Severity

FACTS = Facts(
    type=EscalationType.OTHER, severity=Severity.HIGH, source=Source.CHAT, text="I will leave"
)
MATCHES = {"field": "text", "op": "mentions", "value": ["leave"]}
FAILS = {"not": {"always": True}}


def version(slug: str, number: int = 1, status: str = "published", **other: Any) -> PlaybookVersion:
    triggers = {"when": other.pop("when", MATCHES), "priority": other.pop("priority", 100)}
    triggers["start"] = other.pop("start", "auto")
    kind = other.pop("kind", "task")
    step = {"id": "one", "kind": kind, "title": "Do it", "outcomes": [{"id": "ok", "label": "Ok"}]}
    playbook = Playbook.model_validate(
        {
            "slug": slug,
            "name": slug,
            "summary": "What to do.",
            "triggers": triggers,
            "win_condition": "It works.",
            "what_not_to_do": ["Do not wait."],
            "success": {"successes": 1, "trials": 2, "source": "a guess"},
            "resolution_hours": 1,
            "steps": [step],
        }
    )
    ref = PlaybookRef(slug=slug, version=number, hash="0")
    return PlaybookVersion.model_validate({"ref": ref, "playbook": playbook, "status": status})


GENERAL = version("general", when={"always": True}, priority=1000)


def chosen(*playbooks: PlaybookVersion) -> str:
    return str(match_playbook(playbooks, FACTS).version.ref)


def test_the_highest_priority_wins_in_any_order() -> None:
    low, high = version("a", priority=1), version("b", priority=2)
    assert chosen(low, high, GENERAL) == chosen(GENERAL, high, low) == "b@1"


def test_equal_priorities_are_told_apart_by_slug() -> None:
    assert chosen(version("b"), version("a")) == "a@1"


def test_the_general_one_is_the_last_resort_whatever_its_priority() -> None:
    assert chosen(GENERAL, version("a", priority=0)) == "a@1"
    match = match_playbook([GENERAL, version("a", when=FAILS)], FACTS)
    assert (match.version, match.suggestions) == (GENERAL, ())
    assert match.why == "No other playbook fits this case."


def test_the_reason_is_one_plain_sentence() -> None:
    assert match_playbook([version("a")], FACTS).why == "The customer says “leave”."


def test_one_that_only_suggests_itself_is_never_started() -> None:
    match = match_playbook([version("a", start="suggest", priority=9), GENERAL], FACTS)
    assert match.version is GENERAL
    assert [(one.version.ref.slug, one.why) for one in match.suggestions] == [
        ("a", "The customer says “leave”.")
    ]


def test_those_that_came_second_are_suggested_best_first() -> None:
    playbooks = [version(slug, priority=p) for slug, p in (("a", 1), ("b", 3), ("c", 2))]
    match = match_playbook([*playbooks, GENERAL], FACTS)
    assert [one.version.ref.slug for one in match.suggestions] == ["c", "a"]


def test_only_the_newest_published_version_counts() -> None:
    old, new = version("a", 1), version("a", 2, when=FAILS)
    assert chosen(new, old, GENERAL) == "general@1"
    draft = version("a", 3, "draft")
    assert chosen(old, draft) == "a@1"


@pytest.mark.parametrize(
    "playbooks",
    [
        [],
        [version("a", when=FAILS)],
        [version("a", start="suggest")],
        [version("general", status="draft")],
        [version("general", start="suggest")],
    ],
)
def test_without_a_general_one_there_may_be_none(playbooks: list[PlaybookVersion]) -> None:
    with pytest.raises(NoPlaybook, match="general"):
        match_playbook(playbooks, FACTS)


def test_a_long_reason_stays_on_one_line() -> None:
    phrase = "leave " + "so " * 60 + "soon"
    facts = FACTS.model_copy(update={"text": phrase})
    node = {"any": [{"field": "text", "op": "mentions", "value": [phrase]}]}
    when = {"all": [node, node]}
    assert len(match_playbook([version("a", when=when)], facts).why) == 200
