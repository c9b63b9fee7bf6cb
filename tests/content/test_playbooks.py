"""The playbooks that come with the house: they load, they read well, and they fit their cases."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from activities.adapters.playbook_files import load_file, load_folder, with_lines
from domain import reading
from domain.lint import lint
from domain.lint_words import texts
from domain.matching import match_playbook
from domain.playbook import document_hash, playbook_json_schema, schema_text
from models.escalation import EscalationType, Source
from models.facts import Facts
from models.playbook import Playbook, PlaybookRef, PlaybookVersion
from models.severity import Severity
from models.step import ENGINE_RUN, Credit, Notify, SkipRule, StepKind

FOLDER = Path(__file__).parents[2] / "playbooks"
SLUGS = (
    "billing-dispute",
    "cancel-threat",
    "executive",
    "general",
    "missed-appointment",
    "service-quality",
)


def book(slug: str) -> Playbook:
    return load_file(FOLDER / f"{slug}.yaml")


def versions() -> list[PlaybookVersion]:
    return [
        PlaybookVersion(
            ref=PlaybookRef(slug=one.slug, version=1, hash=document_hash(one)), playbook=one
        )
        for one in load_folder(FOLDER)
    ]


def test_there_are_the_five_of_the_specification_and_a_general_one() -> None:
    assert tuple(one.slug for one in load_folder(FOLDER)) == SLUGS


@pytest.mark.parametrize("slug", SLUGS)
def test_a_playbook_has_no_findings_at_all(slug: str) -> None:
    path = FOLDER / f"{slug}.yaml"
    found = with_lines(lint(load_file(path)), path.read_text("utf-8"), path.name)
    assert [f"{one.where}: {one.what}. {one.mend}" for one in found] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_a_text_reads_at_grade_six_even_before_its_placeholders_are_filled(slug: str) -> None:
    for place, text in texts(book(slug)):
        if reading.word_count(text) >= reading.MIN_BLOCK:
            assert reading.grade(text) <= 6, (place, text)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_title_has_two_to_five_words_and_begins_with_a_verb(slug: str) -> None:
    verbs = (
        "Add Ask Book Call Check Confirm Find Fix Issue Listen Offer Review Send Tell Work Wrap"
        " Write"
    )
    for step in book(slug).steps:
        assert 2 <= len(step.title.split()) <= 5, step.title
        assert step.title.split()[0] in verbs.split(), step.title


@pytest.mark.parametrize("slug", SLUGS)
def test_a_step_of_a_person_says_by_when_and_how_long(slug: str) -> None:
    for step in book(slug).steps:
        if step.kind not in ENGINE_RUN:
            assert step.due is not None, step.id
            assert step.why, step.id
            assert step.outcomes, step.id


@pytest.mark.parametrize("slug", SLUGS)
def test_a_call_that_nobody_answers_is_tried_three_times(slug: str) -> None:
    for step in book(slug).steps:
        if step.kind in (StepKind.CALL, StepKind.FOLLOW_UP):
            jump = step.on_outcome["no-answer"]
            assert (jump.go_to, step.repeat and step.repeat.limit) == (step.id, 3), step.id
            assert jump.delay, step.id


@pytest.mark.parametrize("slug", SLUGS)
def test_somebody_who_was_reached_counts_as_reached(slug: str) -> None:
    for step in book(slug).steps:
        contact = {outcome.id for outcome in step.outcomes if outcome.contact}
        if step.kind is StepKind.CALL:
            assert contact == {"reached"}
        if step.kind is StepKind.EMAIL:
            assert contact == {outcome.id for outcome in step.outcomes}
        assert not contact & {"no-answer", "left-message", "could-not-talk"}


@pytest.mark.parametrize("slug", SLUGS)
def test_some_outcome_ends_the_case(slug: str) -> None:
    jumps = [jump for step in book(slug).steps for jump in step.on_outcome.values()]
    assert any(jump.resolve for jump in jumps)


@pytest.mark.parametrize(
    ("slug", "percent"),
    [
        ("cancel-threat", 87),
        ("billing-dispute", 92),
        ("service-quality", 85),
        ("missed-appointment", 91),
        ("executive", 78),
    ],
)
def test_the_rates_of_the_specification_are_marked_as_not_measured(slug: str, percent: int) -> None:
    prior = book(slug).success
    assert round(100 * prior.successes / prior.trials) == percent
    assert prior.source == "specification, not measured"


def test_the_first_call_can_never_be_skipped() -> None:
    for slug in ("cancel-threat", "service-quality", "missed-appointment", "general"):
        assert book(slug).steps[0].skip is SkipRule.NEVER


def test_a_cancel_threat_has_five_steps_and_two_promised_calls() -> None:
    steps = book("cancel-threat").steps
    work, later = steps[:5], steps[5:]
    assert [step.kind for step in later] == [StepKind.FOLLOW_UP, StepKind.FOLLOW_UP]
    assert all(step.kind is not StepKind.FOLLOW_UP for step in work)
    assert work[4].on_outcome["stays"].resolve
    for step, delay in zip(later, (timedelta(hours=24), timedelta(days=7)), strict=True):
        assert step.after is not None
        assert (step.after.step, step.after.delay) == (work[4].id, delay)
        assert step.promised


def test_a_missed_appointment_ends_with_a_call_one_hour_before_the_new_one() -> None:
    playbook = book("missed-appointment")
    call = playbook.steps[-1]
    assert call.kind is StepKind.CALL
    assert call.promised
    assert call.after is not None
    assert call.after.before_appointment == timedelta(hours=1)
    field = playbook.step("next-day-slot").fields[0]
    assert (field.sets, field.required) == ("appointment_at", True)


def test_an_executive_case_tells_the_vp_first_and_is_to_be_fixed_in_two_hours() -> None:
    playbook = book("executive")
    first = playbook.steps[0]
    assert isinstance(first, Notify)
    assert first.to == "vp"
    assert first.due is not None
    assert first.due.within == timedelta(minutes=15)
    assert playbook.resolve_within == timedelta(hours=2)


CASES = [
    ("You missed 3 appointments. I want to cancel my contract.", "cancel-threat"),
    ("Nobody came again. I waited all day.", "missed-appointment"),
    ("You didn\u2019t show up on Monday", "missed-appointment"),
    ("I was charged twice in May", "billing-dispute"),
    ("There is mud on the floor and it's still broken", "service-quality"),
    ("Our CEO wants a word with you before we cancel", "executive"),
    ("I am switching to Acme next month", "cancel-threat"),
    ("I do not want to cancel, but I was overcharged", "billing-dispute"),
    ("Please cancel my appointment on Friday", "general"),
    ("Please cancel my appointment, and cancel my plan too", "cancel-threat"),
    ("How do I change my password?", "general"),
]


@pytest.mark.parametrize(("text", "slug"), CASES)
def test_a_case_finds_its_playbook_by_its_words(text: str, slug: str) -> None:
    facts = Facts(type=EscalationType.OTHER, severity=Severity.HIGH, source=Source.CHAT, text=text)
    assert match_playbook(versions(), facts).version.ref.slug == slug


@pytest.mark.parametrize("kind", EscalationType)
def test_a_case_finds_its_playbook_by_its_type(kind: EscalationType) -> None:
    facts = Facts(type=kind, severity=Severity.HIGH, source=Source.AGENT)
    slug = match_playbook(versions(), facts).version.ref.slug
    expected = "general" if kind is EscalationType.OTHER else kind.value.replace("_", "-")
    assert slug == expected


def test_the_schema_in_the_folder_is_the_schema_of_the_model() -> None:
    stored = (FOLDER / "schema.json").read_text("utf-8")
    assert stored == schema_text(), (
        "write it anew: python -c 'from domain.playbook import schema_text; "
        'print(schema_text(), end="")\' > playbooks/schema.json'
    )


@pytest.mark.parametrize("slug", SLUGS)
def test_a_file_fits_the_schema_and_means_the_same_to_any_yaml_reader(slug: str) -> None:
    document: Any = yaml.safe_load((FOLDER / f"{slug}.yaml").read_text("utf-8"))
    jsonschema.validate(document, json.loads(json.dumps(playbook_json_schema())))
    assert Playbook.model_validate(document) == book(slug)


def test_a_billing_dispute_gives_money_by_the_engine_and_an_executive_case_begins_at_once() -> None:
    pay = book("billing-dispute").step("issue-credit")
    assert isinstance(pay, Credit)
    assert [one.id for one in pay.outcomes if one.grants] == ["issued"]
    begins = [step.id for step in book("executive").first_steps]
    assert begins == ["notify-vp", "write-summary"]
