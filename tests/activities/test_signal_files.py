"""Signal word files: what is taken, and what is refused with file, line and key."""

from pathlib import Path

import pytest

from activities.adapters.signal_files import MAX_BYTES, load_file, load_lexicons, parse
from domain.signal_words import find
from models.errors import SignalsInvalid
from models.lexicon import MAX_PHRASES
from models.signal import SignalKind

FILE = """language: en
version: 1
endings: [s, ed]
stops: [and]
negators: [do not]
carriers: [want, to]
kinds:
  cancel:
    alerts: true
    phrases:
      - quit*
      - close/shut ... shop*
turns:
  - about: one_thing
    kinds: [cancel]
    phrases: [quit ... game]
"""


def refusal(text: str) -> list[str]:
    """Place and reason of each trouble."""
    with pytest.raises(SignalsInvalid) as caught:
        parse(text, "en.yaml")
    return [f"{one.where}: {one.what}" for one in caught.value.troubles]


def test_a_file_is_read_and_its_words_are_found(tmp_path: Path) -> None:
    (tmp_path / "en.yaml").write_text(FILE)
    [lexicon] = load_lexicons(tmp_path)
    text = "He quits. I shut the old shop. I do not want to quit. I quit that game."
    found = [(one.words, one.about.value) for one in find(text, lexicon)]
    assert found == [
        ("quits", "customer_leaves"),
        ("shut the old shop", "customer_leaves"),
        ("quit", "negated"),
        ("quit", "one_thing"),
    ]
    assert lexicon.alerts == {SignalKind.CANCEL}


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("version: 1", "version: 0", "en.yaml:2 version", "must be at least 1"),
        ("language: en", "language: English", "en.yaml:1 language", "not written as it should"),
        ("version: 1\n", "version: 1\nweight: 3\n", "en.yaml:3 weight", "not a key that we know"),
        ("cancel:", "cancle:", "en.yaml:8 kinds.cancle", "must be one of"),
        ("alerts: true", "alerts: often", "en.yaml:9 kinds.cancel.alerts", "true or false"),
        ("- quit*", "- qu(i|t)+", "en.yaml:11 kinds.cancel.phrases.0", "may only have words"),
        ("- quit*", "- '*'", "en.yaml:11 kinds.cancel.phrases.0", "may only have words"),
        ("- quit*", "- charge-back", "en.yaml:11 kinds.cancel.phrases.0", "for a hyphen"),
        ("- quit*", "- '... quit'", "en.yaml:11 kinds.cancel.phrases.0", "begin and end"),
        ("- quit*", "- a ... ... b", "en.yaml:11 kinds.cancel.phrases.0", "twice in a row"),
        ("- quit*", "- a ... b ... c ... d", "en.yaml:11 kinds.cancel.phrases.0", "more than 2"),
        ("- quit*", "- a b c d e f g h i", "en.yaml:11 kinds.cancel.phrases.0", "than 8 words"),
        ("- quit*", f"- {'x' * 101}", "en.yaml:11 kinds.cancel.phrases.0", "too long"),
        ("- quit*", "- ''", "en.yaml:11 kinds.cancel.phrases.0", "must not be empty"),
        ("- quit*", '- "\\u3164"', "en.yaml:11 kinds.cancel.phrases.0", "may only have words"),
        ("- quit*", "- Close/Shut ... shop*", "en.yaml:12 kinds.cancel.phrases.1", "there twice"),
        ("[quit ... game]", "[quit it, Quit it]", "en.yaml:16 turns.0.phrases.1", "there twice"),
        ("[do not]", "[do ... not]", "en.yaml:5 negators.0", "no meaning here"),
        ("[do not]", "[never, never]", "en.yaml:5 negators.1", "there twice"),
        ("[s, ed]", "[s, e d]", "en.yaml:3 endings.1", "one plain word"),
        ("[and]", "[an*]", "en.yaml:4 stops.0", "one plain word"),
        ("about: one_thing", "about: nothing", "en.yaml:14 turns.0.about", "must be one of"),
        ("kinds: [cancel]", "kinds: []", "en.yaml:15 turns.0.kinds", "needs at least 1"),
        ("[and]", "&here [and]", "en.yaml:4 stops", "is an anchor"),
    ],
)
def test_what_is_wrong_is_told_with_file_line_and_key(
    old: str, new: str, where: str, what: str
) -> None:
    assert old in FILE
    told = refusal(FILE.replace(old, new))
    assert len(told) == 1
    assert told[0].startswith(f"{where}: ")
    assert what in told[0]


def test_all_troubles_are_told_at_once() -> None:
    wrong = FILE.replace("- quit*", "- qu|t").replace("[and]", "[a b]")
    assert [one.partition(" ")[0] for one in refusal(wrong)] == ["en.yaml:4", "en.yaml:11"]


def test_there_are_at_most_500_phrases() -> None:
    many = "\n".join(f"      - word{number}" for number in range(MAX_PHRASES - 3))
    assert parse(FILE.replace("      - quit*", many), "en.yaml").version == 1
    more = f"{many}\n      - one more"
    assert "may have 500" in refusal(FILE.replace("      - quit*", more))[0]


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "en.yaml"
    path.write_text(FILE + "#" * MAX_BYTES)
    with pytest.raises(SignalsInvalid, match="larger than 64 kB"):
        load_file(path)


def test_a_file_is_called_as_its_language(tmp_path: Path) -> None:
    (tmp_path / "de.yaml").write_text(FILE)
    with pytest.raises(SignalsInvalid, match="the file is called `de"):
        load_lexicons(tmp_path)


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SignalsInvalid, match="has 0 files"):
        load_lexicons(tmp_path)
    with pytest.raises(SignalsInvalid, match="has 0 files"):
        load_lexicons(tmp_path / "nowhere")


@pytest.mark.parametrize("text", ["", "- a", "kinds: 3", "\x00", "a: *b", "language: [en]"])
def test_anything_else_is_refused_in_the_same_way(text: str) -> None:
    assert refusal(text)
