"""The reading grade, and the words that nobody says at a kitchen table."""

import pytest

from domain.reading import banned, grade, long_sentences, syllables, word_count

EASY = (
    "Call Doug now. He is upset. We missed three visits. Say sorry first. Then offer a new visit."
)
HARD = (
    "Recommended action: initiate immediate telephonic engagement to mitigate elevated churn"
    " probability."
)


def test_the_grades_are_those_of_the_design() -> None:
    assert round(grade(EASY), 1) == 1.5
    assert round(grade(HARD), 1) == 25.2
    assert grade("") == grade("123 …") == 0


@pytest.mark.parametrize(
    ("word", "count"), [("call", 1), ("table", 2), ("made", 1), ("The", 1), ("appointment", 3)]
)
def test_syllables_are_about_right(word: str, count: int) -> None:
    assert syllables(word) == count


def test_a_sentence_of_sixteen_words_is_long() -> None:
    assert long_sentences("word " * 15 + ". " + "word " * 15) == ()
    assert long_sentences("Hi.\n" + "word " * 16) == (("word " * 16).strip(),)


def test_a_line_of_its_own_ends_a_sentence() -> None:
    assert long_sentences("word " * 10 + "\n" + "word " * 10) == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Escalating, escalated and ESCALATES", ("escalate",)),
        ("the escalation", ()),
        ("De-escalate the SLA", ("deescalate", "sla")),
        ("slander, dissolve, slate", ()),
        ("We resolved it, stakeholders", ("resolve", "stakeholder")),
    ],
)
def test_a_banned_word_is_found_in_all_its_forms(text: str, words: tuple[str, ...]) -> None:
    assert banned(text) == words


def test_words_are_counted_without_numbers() -> None:
    assert word_count("It's 20 % off") == 2
