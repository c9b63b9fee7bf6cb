"""The signal words that come with the house: each is found, and the sentences come out right."""

import csv
import re
from collections import Counter
from itertools import product
from pathlib import Path

import pytest

from activities.adapters.signal_files import FOLDER, MAX_BYTES, load_file, load_lexicons
from domain.folding import form
from domain.lexicon import Lexicon
from domain.signal_words import ENGLISH, find
from evaluation.signals import SENTENCES, Sentence, alerts, sentences
from models.lexicon import EITHER, GAP, LexiconFile
from models.signal import About, SignalKind

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "read-messages.md"
FILES = sorted(FOLDER.glob("*.yaml"))


def spellings(phrase: str, endings: tuple[str, ...]) -> set[str]:
    """Some texts that a phrase stands for: each word of a choice, with no and with an ending."""
    words: list[set[str]] = []
    for word in phrase.split():
        if word == GAP:
            words.append({"", "our very own old"})
            continue
        each = word.split(EITHER)
        plain = {one.removesuffix("*") for one in each}
        words.append(plain | {f"{one[:-1]}{endings[0]}" for one in each if one.endswith("*")})
    return {" ".join(" ".join(some).split()) for some in product(*words)}


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def file(request: pytest.FixtureRequest) -> LexiconFile:
    return load_file(request.param)


@pytest.fixture(scope="module")
def english() -> Lexicon:
    [found] = [one for one in load_lexicons() if one.language == ENGLISH]
    return found


def test_every_phrase_is_found_by_its_own_list(file: LexiconFile) -> None:
    lexicon = Lexicon.of(file)
    for kind, words in file.kinds.items():
        for phrase in words.phrases:
            for text in spellings(phrase, file.endings):
                assert kind in {one.kind for one in find(text, lexicon)}, (phrase, text)


def test_every_turning_phrase_turns_a_word_of_its_kinds(file: LexiconFile) -> None:
    lexicon = Lexicon.of(file)
    for turn in file.turns:
        for phrase in turn.phrases:
            abouts = {
                one.about
                for text in spellings(phrase, file.endings)
                for one in find(text, lexicon)
                if one.kind in turn.kinds
            }
            assert turn.about in abouts, phrase


def test_no_phrase_appears_twice_in_another_writing(file: LexiconFile) -> None:
    for lists in (
        [one for words in file.kinds.values() for one in words.phrases],
        [one for turn in file.turns for one in turn.phrases],
        [*file.negators],
        [*file.taken_back],
        [*file.carriers],
        [*file.stops],
        [*file.endings],
    ):
        folded = [" ".join(map(form, phrase.split())) for phrase in lists]
        assert len(folded) == len(set(folded)), {one for one in folded if folded.count(one) > 1}


def test_every_kind_of_the_specification_has_words_and_raises_an_alert() -> None:
    english = load_file(FOLDER / "en.yaml")
    assert set(english.kinds) == set(SignalKind)
    quiet = {kind for kind, words in english.kinds.items() if not words.alerts}
    assert quiet == {SignalKind.REFUND}


def test_a_file_is_far_below_its_largest_size() -> None:
    assert all(path.stat().st_size < MAX_BYTES / 2 for path in FILES)


def test_the_sentences_are_many_and_of_every_sort() -> None:
    found = sentences()
    parts = Counter(one.part for one in found)
    assert set(parts) == {"tuned", "known", "unseen", "later"}
    assert parts["unseen"] >= 60
    assert parts["later"] >= 25
    sorts = Counter(one.slice for one in found)
    assert min(sorts.values()) >= 8
    assert sorts["negation"] >= 100
    assert len({one.text for one in found}) == len(found)


def of_part(part: str) -> list[Sentence]:
    return [one for one in sentences() if one.part == part]


@pytest.mark.parametrize("one", of_part("tuned"), ids=lambda one: ascii(one.text)[1:50])
def test_a_sentence_raises_the_alerts_that_it_should(one: Sentence, english: Lexicon) -> None:
    assert alerts(one.text, english) == one.alerts


@pytest.mark.parametrize("one", of_part("known"), ids=lambda one: ascii(one.text)[1:50])
def test_a_sentence_that_is_known_to_go_wrong_still_does(one: Sentence, english: Lexicon) -> None:
    assert alerts(one.text, english) != one.alerts, "it is mended: make its part `tuned`"


@pytest.mark.parametrize(
    ("part", "recall", "precision"), [("unseen", 0.95, 0.7), ("later", 0.75, 0.75)]
)
def test_of_sentences_that_no_list_was_mended_by_hardly_one_is_missed(
    part: str, recall: float, precision: float, english: Lexicon
) -> None:
    told = [(bool(one.alerts), bool(alerts(one.text, english))) for one in of_part(part)]
    hits = told.count((True, True))
    assert hits / (hits + told.count((True, False))) >= recall
    assert hits / (hits + told.count((False, True))) >= precision


def test_the_sentences_are_one_row_each() -> None:
    with SENTENCES.open(newline="", encoding="utf-8") as file:
        assert {len(row) for row in csv.reader(file)} == {4}


def test_what_the_page_says_of_an_example_is_so(english: Lexicon) -> None:
    rows = re.findall(r"(?m)^\| (`.+?`) \| (.*\".*) \| (yes|no) \|$", PAGE.read_text("utf-8"))
    assert len(rows) == 8
    for names, examples, counts in rows:
        abouts = {About(name) for name in re.findall(r"`(\w+)`", names)}
        for example in re.findall(r'"([^"]+)"', examples):
            found = find(example, english)
            assert {one.about for one in found} <= abouts, example
            assert found, example
            assert any(one.counts for one in found) is (counts == "yes" and "refund" not in example)


def test_the_folder_holds_nothing_else() -> None:
    assert [path.name for path in Path(FOLDER).iterdir() if path not in FILES] == []
