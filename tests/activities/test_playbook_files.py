"""Playbook files: strict YAML, and every problem with its file, line and key."""

import contextlib
import time
import tracemalloc
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from activities.adapters.playbook_files import (
    MAX_TROUBLES,
    load_file,
    load_folder,
    parse,
    with_lines,
)
from domain.lint import lint
from domain.playbook import document_hash
from models.errors import PlaybookInvalid
from models.playbook import Playbook
from models.predicate import All, Compare, Not
from models.step import OfferStep

GOOD = """\
slug: test
name: Test
summary: What to do.
triggers:
  when: {always: true}
win_condition: It works.
what_not_to_do: [Do not wait.]
success: {successes: 8.7, trials: 10, source: a guess}
resolution_hours: 3
steps:
  - id: first
    kind: task
    title: Do it
    due: {within: 15m}
    repeat: {limit: 3}
    outcomes:
      - {id: no, label: yes, contact: true}
    on_outcome:
      no: {resolve: true}
"""


def troubles(text: str, name: str = "test.yaml") -> dict[str, str]:
    with pytest.raises(PlaybookInvalid) as caught:
        parse(text, name)
    return {trouble.where: trouble.what for trouble in caught.value.troubles}


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def test_text_becomes_what_the_model_wants() -> None:
    step = parse(GOOD, "test.yaml").steps[0]
    assert step.due is not None
    assert step.due.within == timedelta(minutes=15)
    assert step.outcomes[0].contact is True


def test_no_stays_the_word_no() -> None:
    outcome = parse(GOOD, "test.yaml").steps[0].outcomes[0]
    assert (outcome.id, outcome.label) == ("no", "yes")


def test_numbers_and_truths_are_read_in_conditions_and_money_too() -> None:
    text = changed(
        "{always: true}",
        "{all: [{field: touches, op: at_least, value: 3},"
        " {not: {field: appointment.known, op: is, value: false}}]}",
    )
    text = text.replace("kind: task", "kind: offer\n    offer: Gift\n    at_most:"
                        " {minor: 5000, currency: USD}")  # fmt: skip
    playbook = parse(text, "test.yaml")
    when, step = playbook.triggers.when, playbook.steps[0]
    assert isinstance(when, All)
    assert isinstance(step, OfferStep)
    first, second = when.all
    assert isinstance(first, Compare)
    assert isinstance(second, Not)
    assert isinstance(second.not_, Compare)
    assert (first.value, second.not_.value) == (3, False)
    assert str(step.at_most) == "$50"


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("within: 15m", "within: 15", "14 steps.0.due.within", "is not a length of time"),
        ("within: 15m", "within: 900d", "14 steps.0.due.within", "must be at most 400 days"),
        ("    title: Do it\n", "", "11 steps.0.title", "is missing"),
        ("name: Test", "name: ''", "2 name", "must not be empty"),
        ("name: Test", "name: [a]", "2 name", "must be text"),
        ("name: Test", "name: Test\nnote: x", "3 note", "is not a key that we know"),
        ("limit: 3", "limit: many", "15 steps.0.repeat.limit", "must be a whole number"),
        ("limit: 3", "limit: 30", "15 steps.0.repeat.limit", "must be at most 20"),
        ("kind: task", "kind: dance", "12 steps.0.kind", "must be one of: call, email, offer,"),
        ("    kind: task\n", "", "11 steps.0", "needs a `kind`"),
        ("resolution_hours: 3", "resolution_hours: .nan", "9 resolution_hours", "must be a number"),
        ("contact: true", "contact: si", "17 steps.0.outcomes.0.contact", "must be true or false"),
        ("slug: test", "slug: Test", "1 slug", "may only have lower case"),
        ("{always: true}", "{always: no}", "5 triggers.when.always", "must be: True"),
        ("{always: true}", "word", "5 triggers.when", "is not a condition"),
        ("{always: true}", "{any: []}", "5 triggers.when.any", "needs at least 1"),
        (
            "{always: true}",
            "{field: text, op: mentions, value: [a, {b: c}]}",
            "5 triggers.when.value.1",
            "must be text",
        ),
        (
            "{always: true}",
            "{field: touches, op: at_least, value: {a: b}}",
            "5 triggers.when.value",
            "is not a value that fits here",
        ),
        ("[Do not wait.]", "Do not wait.", "7 what_not_to_do", "must be a list"),
        ("no: {resolve: true}", "no: {}", "19 steps.0.on_outcome.no", "give exactly one of"),
    ],
)
def test_a_problem_has_file_line_and_key_and_plain_words(
    old: str, new: str, where: str, what: str
) -> None:
    found = troubles(changed(old, new))
    assert list(found) == [f"test.yaml:{where}"]
    assert found[f"test.yaml:{where}"].startswith(what)


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("no: {resolve: true}", "no: {go_to: x}", "19 steps.0.on_outcome.no.go_to", "`x`"),
        ("no: {resolve: true}", "so: {resolve: true}", "19 steps.0.on_outcome.so", "`so`"),
        ("repeat: {limit: 3}", "after: {step: gone}", "15 steps.0.after.step", "`gone`"),
        ("repeat: {limit: 3}", "after: {step: first}", "15 steps.0.after", "circle"),
    ],
)
def test_steps_that_do_not_fit_each_other_have_their_line_too(
    old: str, new: str, where: str, what: str
) -> None:
    found = troubles(changed(old, new))
    assert list(found) == [f"test.yaml:{where}"]
    assert what in found[f"test.yaml:{where}"]


def test_steps_that_wait_in_a_circle_are_shown_as_one() -> None:
    one = "  - {id: a, kind: task, title: A, after: {step: b}, outcomes: [{id: x, label: X}]}\n"
    found = troubles(GOOD + one + one.replace("a,", "b,", 1).replace("step: b", "step: a"))
    assert found == {
        "test.yaml:20 steps.1.after": "steps wait for each other in a circle:"
        " `a` waits for `b` waits for `a`"
    }


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    text = changed("name: Test", "nam: Test").replace("15m", "soon").replace("title: Do it", "x: y")
    assert list(troubles(text)) == [
        "test.yaml:1 name",
        "test.yaml:2 nam",
        "test.yaml:11 steps.0.title",
        "test.yaml:13 steps.0.x",
        "test.yaml:14 steps.0.due.within",
    ]


def test_a_key_that_is_there_twice_is_an_error() -> None:
    text = changed("    title: Do it\n", "    title: Do it\n    title: Do that\n")
    assert troubles(text) == {
        "test.yaml:14 steps.0.title": "the key `title` is there twice; the first is on line 13"
    }


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("name: Test", "name: &a Test", "`&a` is an anchor"),
        ("name: Test", "name: !!str Test", "`tag:yaml.org,2002:str` is a tag"),
        ("name: Test", "name: !!python/name:os.system ''", "is a tag"),
        ("name: Test", "&a name: Test", "`&a` is an anchor"),
    ],
)
def test_anchors_and_tags_are_refused(old: str, new: str, what: str) -> None:
    found = troubles(changed(old, new))
    assert list(found) == ["test.yaml:2 name"]
    assert what in found["test.yaml:2 name"]


def test_an_alias_is_refused_where_it_stands() -> None:
    text = changed("name: Test", "name: &a Test").replace("title: Do it", "title: *a")
    assert list(troubles(text)) == ["test.yaml:2 name", "test.yaml:13 steps.0.title"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "is empty"),
        ("# nothing", "is empty"),
        ("a: b: c", "there is a colon where none may be"),
        ("a:\n\t- b", "there is a tab, or a text begins with a sign"),
        ("a: 'b", "a quote or bracket is opened and not closed"),
        ("a: b\n---\na: b", "a second document begins here"),
        ("? [a]\n: b", "a key must be a single word"),
        ("a\x00b", "has a character that YAML does not allow"),
        ("a\ud800b", "has half of a surrogate pair, which is not text"),
        ("just words", "must be a block of keys"),
        ("- a", "must be a block of keys"),
    ],
)
def test_what_is_no_document_is_refused_in_plain_words(text: str, what: str) -> None:
    assert what in "".join(troubles(text).values())


BOMBS = {
    "laughs": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in pairwise("abcdefghi")),
    "brackets": "[" * 20_000,
    "braces": "{" * 20_000,
    "closed brackets": "[" * 10_000 + "]" * 10_000,
    "questions": "? " * 20_000,
    "hyphens": "- " * 20_000,
    "commas": "[a," * 20_000,
    "deep blocks": "".join(" " * depth + "a:\n" for depth in range(600)),
    "many values": "- a\n" * 60_000,
    "many keys": "".join(f"k{n}: v\n" for n in range(20_000)),
    "the same key": "a: b\n" * 40_000,
    "anchors": "".join(f"- &a{n} x\n" for n in range(20_000)),
    "comments": "#\n" * 120_000,
    "one long key": "a" * 200_000 + ": b",
    "one long text": "a: " + "b" * 250_000,
    "many steps": "steps:\n" + "- {kind: call}\n" * 4_900,
    "nested conditions": "triggers: {when: " + "{not: " * 17 + "{}" + "}" * 18,
    "wide conditions": "triggers: {when: {any: [" + "{all: [{a: b}]}," * 1_500 + "]}}",
    "too large": "a: b\n" * 200_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_hostile_file_is_refused_at_once_and_costs_next_to_nothing_t47(name: str) -> None:
    start = time.thread_time()  # what other tests' threads do meanwhile does not count
    found = troubles(BOMBS[name])
    spent = time.thread_time() - start
    assert 1 <= len(found) <= MAX_TROUBLES + 1
    assert spent < 0.5, "it takes 0.1 s at most on a quiet machine"
    tracemalloc.start()
    troubles(BOMBS[name])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


def test_a_folder_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(changed("slug: test", "slug: b"), "utf-8")
    (tmp_path / "a.yaml").write_text("\ufeff" + changed("slug: test", "slug: a"), "utf-8")
    (tmp_path / "notes.txt").write_text("no playbook", "utf-8")
    assert [one.slug for one in load_folder(tmp_path)] == ["a", "b"]


def test_a_folder_tells_the_problems_of_all_its_files(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(changed("name: Test", "name: ''"), "utf-8")
    (tmp_path / "b.yaml").write_text(GOOD, "utf-8")
    (tmp_path / "c.yaml").write_bytes(b"\xff\xfe")
    (tmp_path / "d.yaml").write_bytes(b"x" * 300_000)
    (tmp_path / "e.yaml").mkdir()
    with pytest.raises(PlaybookInvalid) as caught:
        load_folder(tmp_path)
    assert [(one.where, one.what) for one in caught.value.troubles] == [
        ("a.yaml:2 name", "must not be empty"),
        ("b.yaml:1 slug", "the slug is `test`, and the file is called `b.yaml`"),
        ("c.yaml:1", "is not UTF-8"),
        ("d.yaml:1", "is larger than 256 kB"),
        ("e.yaml:1", "cannot be read (Is a directory)"),
    ]


def test_a_file_that_is_not_there_is_a_problem_like_others(tmp_path: Path) -> None:
    with pytest.raises(PlaybookInvalid, match=r"gone\.yaml:1: cannot be read"):
        load_file(tmp_path / "gone.yaml")


def test_findings_of_the_lint_get_file_and_line() -> None:
    text = changed("title: Do it", "title: Call {nobody}")
    (only,) = with_lines(lint(parse(text, "test.yaml")), text, "test.yaml")
    assert only.where == "test.yaml:13 steps.0.title"


def test_the_hash_is_of_what_is_said_and_not_of_how_it_is_written() -> None:
    same = changed("within: 15m", "within: 900s").replace("limit: 3", "limit: '3'")
    same = same.replace("kind: task", "kind: task\n    skip: with_reason")
    good, other = parse(GOOD, "a"), parse(changed("15m", "16m"), "b")
    assert document_hash(parse(same, "c")) == document_hash(good) != document_hash(other)
    stored = Playbook.model_validate_json(good.model_dump_json(by_alias=True))
    assert document_hash(stored) == document_hash(good)


PIECES = st.sampled_from([*"[]{}:-?&*!|>'\"%@`#,\n\t ~", "\n  ", ": ", "- ", "a", "steps", "kind"])


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=40).map("".join)))
def test_any_text_is_a_playbook_or_is_refused_and_nothing_else(text: str) -> None:
    for whole in (text, GOOD + text, GOOD.replace("Do it", text)):
        with contextlib.suppress(PlaybookInvalid):
            assert isinstance(parse(whole, "any.yaml"), Playbook)
