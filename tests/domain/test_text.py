"""Text that can be seen: letters of any script, digits, signs; not what leaves no trace."""

import pytest
from pydantic import TypeAdapter, ValidationError

from models.text import Line, Text, VisibleLine, can_be_seen

UNSEEN = {
    "zero width space": "\u200b",
    "joiners": "\u200c\u200d",
    "byte order mark": "\ufeff",
    "word joiner": "\u2060",
    "overrides": "\u202e\u2066",
    "soft hyphen": "\u00ad",
    "hangul fillers": "\u115f\u1160\u3164\uffa0",
    "blank braille": "\u2800",
    "tags": "\U000e0041\U000e007f",
    "variation selector": "\ufe0f",
    "musical": "\U0001d173",
    "a mark without a letter": "\u0301",
    "a control of the second kind": "\x90",
    "among spaces": "  \u200b\u00a0\u2003\u200b ",
}
SEEN = ["Doug", "李", "محمد", "Zoë", "😀", "1", "-", "?", "\u200bX\u200b", "ᄀ", "⠁", "é"]


@pytest.mark.parametrize("text", UNSEEN.values(), ids=UNSEEN)
def test_what_leaves_no_trace_is_no_name_and_no_text(text: str) -> None:
    assert not can_be_seen(text)
    for kind in (VisibleLine, Text):
        with pytest.raises(ValidationError, match="nobody can see"):
            TypeAdapter(kind).validate_python(text)


@pytest.mark.parametrize("text", SEEN)
def test_names_of_every_script_are_names(text: str) -> None:
    assert can_be_seen(text)
    assert TypeAdapter(VisibleLine).validate_python(text)
    assert TypeAdapter(Text).validate_python(text)


def test_a_name_that_is_older_than_the_rule_is_still_read() -> None:
    assert TypeAdapter(Line).validate_python("\u200b") == "\u200b"
