"""What came over the wire cannot steer a terminal."""

import unicodedata

import pytest
from hypothesis import given, strategies as st

from terminal.answer import clean, harmless, one_line


@pytest.mark.parametrize(
    ("hostile", "kept"),
    [
        ("\x1b[2J\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b31mred", "red"),
        ("\x1bPdevice\x1b\\after", "after"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("a\u200bb\ufeffc\u00add", "abcd"),
        ("pay\x08\x08\x08free", "payfree"),
        ("one\r\ntwo\u2028three", "one\ntwo\nthree"),
        ("half \ud800 pair", "half  pair"),
        ("\u0645\u06cc\u200c\u062e 👩\u200d🔧", "\u0645\u06cc\u200c\u062e 👩\u200d🔧"),
        ("z" + "\u0301" * 50, "z" + "\u0301" * 3),
        ("[red]kept[/red]", "[red]kept[/red]"),
    ],
)
def test_hostile_text_is_made_harmless(hostile: str, kept: str) -> None:
    assert harmless(hostile) == kept


@given(st.text(max_size=200))
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    kept = harmless(text)
    left = {unicodedata.category(sign) for sign in kept if sign not in "\n\u200c\u200d"}
    assert not any(kind.startswith("C") for kind in left)
    assert harmless(kept) == kept


def test_json_is_cleaned_to_its_last_leaf_and_its_names() -> None:
    told = clean({"a\x1b[2J": [{"b": "\x1b[31mx"}, 1, None, True]})
    assert told == {"a": [{"b": "x"}, 1, None, True]}


def test_a_foreign_line_break_never_begins_a_line() -> None:
    assert one_line("a\n  Type: rightnow cancel") == "a Type: rightnow cancel"
    assert one_line(None) == ""
