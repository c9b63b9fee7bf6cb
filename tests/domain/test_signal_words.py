"""Signal words: found whole and however they are spelt, and counted where they are meant."""

import time

import pytest
from hypothesis import given, strategies as st

from activities.adapters.signal_files import load_lexicons
from domain.folding import form, seen
from domain.lexicon import Lexicon
from domain.said_words import MAX_READ, said_words
from domain.signal_words import COUNTED, MAX_SIGNALS, MEANT, find, find_all
from models.lexicon import KindWords, LexiconFile, Turn
from models.signal import MAX_WORDS, About, Signal, SignalKind

ENGLISH = next(one for one in load_lexicons() if one.language == "en")
SPANISH = Lexicon.of(
    LexiconFile(
        language="es",
        version=1,
        endings=("s",),
        negators=("no",),
        carriers=("quiero",),
        kinds={
            SignalKind.CANCEL: KindWords(alerts=True, phrases=("cancelar", "darme de baja")),
            SignalKind.LEGAL: KindWords(alerts=True, phrases=("abogado*",)),
        },
    )
)


def only(text: str) -> Signal:
    """The one signal of a text."""
    [found] = find(text, ENGLISH)
    return found


def kinds(text: str) -> list[tuple[SignalKind, About]]:
    return [(one.kind, one.about) for one in find(text, ENGLISH)]


def counted(text: str) -> set[SignalKind]:
    return {one.kind for one in find(text, ENGLISH) if one.counts}


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        *(
            (word, SignalKind.CANCEL)
            for word in (
                "cancel", "cancels", "canceled", "cancelled", "canceling", "cancelling",
                "cancellation", "cancellations", "cancelation", "CANCEL",
            )
        ),
        *((word, SignalKind.COMPETITOR) for word in ("competitor", "competitors", "competitor's")),
        *((word, SignalKind.LEGAL) for word in ("lawyer", "lawyers", "Lawyer\u2019s")),
    ],
)  # fmt: skip
def test_the_three_words_of_the_specification_are_found_in_every_form(
    word: str, kind: SignalKind
) -> None:
    text = f"It is about {word}, they said"
    found = only(text)
    assert (found.kind, found.counts) == (kind, True)
    assert text[found.start : found.end] == word


@pytest.mark.parametrize(
    "text", ["The cancellous bone", "A counsellor pursued it", "lawyerly", "uncancelled", "cancer"]
)
def test_a_part_of_a_word_is_no_signal_word(text: str) -> None:
    assert find(text, ENGLISH) == ()


@pytest.mark.parametrize(
    ("text", "kind", "about"),
    [
        ("I want to cancel my contract", SignalKind.CANCEL, About.CUSTOMER_LEAVES),
        ("Please do not cancel my service", SignalKind.CANCEL, About.NEGATED),
        ("I never said I would cancel", SignalKind.CANCEL, About.NEGATED),
        ("Can we mend it without cancelling?", SignalKind.CANCEL, About.NEGATED),
        ("Cancelling is not what I want", SignalKind.CANCEL, About.NEGATED),
        ("You did not come, cancel it", SignalKind.CANCEL, About.CUSTOMER_LEAVES),
        ("If you don't want me to cancel, call", SignalKind.CANCEL, About.CUSTOMER_LEAVES),
        ("I don't want to cancel, but I will", SignalKind.CANCEL, About.CUSTOMER_LEAVES),
        ("I do not want to cancel. But I will call", SignalKind.CANCEL, About.NEGATED),
        ("I will not cancel unless it fails", SignalKind.CANCEL, About.CUSTOMER_LEAVES),
        ("I can not cancel online", SignalKind.CANCEL, About.CUSTOMER_LEAVES),
        ("You didn't cancel my plan as I asked", SignalKind.CANCEL, About.CUSTOMER_LEAVES),
        ("Please cancel my 9:15 appointment", SignalKind.CANCEL, About.APPOINTMENT),
        ("Cancel my plan after two visits", SignalKind.CANCEL, About.CUSTOMER_LEAVES),
        ("Cancel the second delivery", SignalKind.CANCEL, About.ONE_THING),
        ("You cancelled my appointment", SignalKind.CANCEL, About.COMPANY_DID),
        ("My flight got cancelled", SignalKind.CANCEL, About.COMPANY_DID),
        ("You can cancel at any time", SignalKind.CANCEL, About.NOTICE),
        ("My lawyer will write", SignalKind.LEGAL, About.LEGAL),
        ("I am not a lawyer", SignalKind.LEGAL, About.NEGATED),
        ("I have power of attorney", SignalKind.LEGAL, About.OTHER_SENSE),
        ("We are switching to Northwind", SignalKind.LEAVING, About.CUSTOMER_LEAVES),
        ("We are switching to you", SignalKind.LEAVING, About.FAVOURABLE),
        ("I left your competitor for good", SignalKind.COMPETITOR, About.FAVOURABLE),
        ("The BBB will hear of it", SignalKind.REGULATOR, About.LEGAL),
        ("The pressure regulator hisses", SignalKind.REGULATOR, About.OTHER_SENSE),
        ("I asked for a charge-back", SignalKind.CHARGEBACK, About.MONEY),
        ("I want a refund", SignalKind.REFUND, About.MONEY),
        ("Expect a bad review", SignalKind.REVIEW, About.PUBLIC),
    ],
)
def test_what_stands_around_a_word_says_what_it_is_about(
    text: str, kind: SignalKind, about: About
) -> None:
    assert kinds(text) == [(kind, about)]


def test_a_word_that_does_not_count_is_still_shown() -> None:
    found = only("Please don\u2019t cancel!")
    assert found == Signal(
        kind=SignalKind.CANCEL, words="cancel", start=13, end=19, about=About.NEGATED, counts=False
    )


def test_a_kind_that_raises_no_alert_never_counts() -> None:
    assert not only("I want my money back").counts
    assert only("I want my money back").about in COUNTED


def test_each_word_is_judged_where_it_stands() -> None:
    text = "You cancelled my visit again. Now cancel my contract, or my lawyer calls."
    found = [(one.words, one.about, one.counts) for one in find(text, ENGLISH)]
    assert found == [
        ("cancelled", About.COMPANY_DID, False),
        ("cancel", About.CUSTOMER_LEAVES, True),
        ("lawyer", About.LEGAL, True),
    ]


@pytest.mark.parametrize(
    "spelt",
    [
        "can\u200bcel", "can\u00adcel", "c\u2060ancel", "\u202ecancel", "\ufeffcancel",
        "\uff43\uff41\uff4e\uff43\uff45\uff4c", "\uff23\uff21\uff2e\uff23\uff25\uff2c",
        "\u0441ancel", "c\u0430ncel", "\u0421\u0410N\u0421\u0415L", "c\u03b1ncel", "c\u00e1ncel",
        "ca\u0301ncel", "\U0001d41c\U0001d41a\U0001d427\U0001d41c\U0001d41e\U0001d425",
        "**cancel**", "_cancel_", "\u201ccancel\u201d", "'cancel'",
    ],
)  # fmt: skip
def test_a_word_is_found_however_it_is_spelt(spelt: str) -> None:
    text = f"I will {spelt} my plan"
    found = only(text)
    assert (found.kind, found.counts) == (SignalKind.CANCEL, True)
    assert form(seen(text[found.start : found.end]).text) == "cancel"
    assert "\u200b" not in found.words


def test_a_denial_is_found_however_it_is_spelt() -> None:
    for text in ("I do n\u200bot want to cancel", "I don\u02bct want to cancel", "i dont cancel"):
        assert counted(text) == set(), text
        assert len(find(text, ENGLISH)) == 1, text


@pytest.mark.parametrize(
    "old",
    [
        "On 4 Nov 2025 at 9:00, Support wrote:\n> cancel, lawyer, competitor",
        "On 4 Nov 2025, Support <help@example.com> wrote:\n\nShall we cancel?",
        "-----Original Message-----\nCancel your contract here",
        "From: Support\nSent: Monday\nTo: Me\nSubject: Cancel\n\nCancel it",
        "-- \nR. Vale\nLawyer",
        "\u200b> Shall we cancel?",
    ],
)
def test_quoted_and_signed_text_adds_nothing(old: str) -> None:
    for line_end in ("\n", "\r\n"):
        text = f"All is well.\n\n{old}".replace("\n", line_end)
        assert find(text, ENGLISH) == ()


def test_an_answer_between_quoted_lines_is_read_and_its_place_is_right() -> None:
    text = "> Is it mended?\r\nNo. Cancel my plan.\r\n> Regards"
    found = only(text)
    assert text[found.start : found.end] == "Cancel"


def test_no_phrase_goes_over_what_was_cut_out() -> None:
    assert find("I take my business\n> we are glad\nelsewhere", ENGLISH) == ()


def test_a_line_end_is_a_space_and_an_empty_line_is_an_end() -> None:
    assert only("I take my business\nelsewhere").words == "take my business elsewhere"
    assert find("I take my business\n\nelsewhere", ENGLISH) == ()


def test_no_denial_and_no_turn_goes_over_a_line_that_begins_with_a_capital() -> None:
    assert counted("You did not call me\nCancel it") == {SignalKind.CANCEL}
    assert counted("You did not call me\n- Cancel it") == {SignalKind.CANCEL}
    assert counted("I want to cancel\nVisits were late") == {SignalKind.CANCEL}
    for wrapped in ("I do not want\nto cancel", "I never said\nI would cancel", "Cancel my\nvisit"):
        assert counted(wrapped) == set(), wrapped
        assert len(find(wrapped, ENGLISH)) == 1, wrapped


def test_a_phrase_goes_over_a_line_that_begins_with_a_name() -> None:
    assert only("I put it on\nFacebook").words == "put it on Facebook"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("I can-cel it", "can-cel"),
        ("I can\u2011cel it", "can\u2011cel"),
        ("I will can-\r\ncel it", "can-\r\ncel"),
        ("I c a n c e l a plan", "c a n c e l"),
        ("I c-a-n-c-e-l it", "c-a-n-c-e-l"),
        ("I c_a_n_c_e_l it", "c_a_n_c_e_l"),
        ("I cancle it", "cancle"),
        ("I c a n c l e it", "c a n c l e"),
    ],
)
def test_a_word_in_pieces_or_misspelt_is_found_where_it_stands(text: str, place: str) -> None:
    found = only(text)
    assert (found.kind, found.counts) == (SignalKind.CANCEL, True)
    assert text[found.start : found.end] == place


@pytest.mark.parametrize("text", ["The can - cel", "can cel", "c  ancel", "A can. cel", "c a n"])
def test_words_apart_are_not_put_together(text: str) -> None:
    assert find(text, ENGLISH) == ()


def test_a_gap_passes_no_stop_of_its_own_group() -> None:
    lexicon = Lexicon.of(
        LexiconFile(
            language="en",
            version=1,
            kinds={SignalKind.CANCEL: KindWords(alerts=True, phrases=("cancel", "end ... deal"))},
            turns=(
                Turn(
                    about=About.APPOINTMENT,
                    kinds=(SignalKind.CANCEL,),
                    stops=("deal",),
                    phrases=("cancel ... visit", "end ... deal"),
                ),
            ),
        )
    )
    assert not find("cancel the visit", lexicon)[0].counts
    assert find("cancel the deal visit", lexicon)[0].counts
    assert not find("end the deal", lexicon)[0].counts


@pytest.mark.parametrize(
    "text", ["See https://example.com/cancel?now", "Write to cancel@example.com", "www.cancel.com"]
)
def test_an_address_is_nobodys_word(text: str) -> None:
    assert find(text, ENGLISH) == ()


def test_of_a_long_text_both_ends_are_read() -> None:
    filler = "It still drips. " * 2000
    text = f"Cancel it. {filler}My lawyer calls. {filler}Your competitor came."
    found = find(text, ENGLISH)
    assert [one.kind for one in found] == [SignalKind.CANCEL, SignalKind.COMPETITOR]
    assert [text[one.start : one.end] for one in found] == ["Cancel", "competitor"]
    assert len(said_words(text).seen.text) <= MAX_READ + 2


def test_evidence_is_short_and_on_one_line() -> None:
    text = f"Please close my\n{'x' * 90} account"
    found = only(text)
    assert found.words == f"close my {'x' * 90} account"[:MAX_WORDS]
    assert text[found.start : found.end].endswith("account")


def test_a_flood_of_words_keeps_those_that_count() -> None:
    text = "You cancelled. " * 150 + "My lawyer calls."
    found = find(text, ENGLISH)
    assert len(found) == MAX_SIGNALS
    assert [one.kind for one in found if one.counts] == [SignalKind.LEGAL]


def test_an_english_text_is_read_by_the_english_list_alone() -> None:
    found = find_all("I want to cancelar, said my abogado, and cancel", (ENGLISH, SPANISH))
    assert [one.words for one in found] == ["cancel"]


def test_a_text_in_another_language_is_read_by_every_list() -> None:
    text = "Quiero cancelar mi contrato, mi abogado y mi lawyer est\u00e1n de acuerdo"
    found = find_all(text, (ENGLISH, SPANISH))
    assert [one.words for one in found] == ["cancelar", "abogado", "lawyer"]
    [denied] = find_all("Hola, no quiero darme de baja en este mes", (ENGLISH, SPANISH))
    assert denied.about is About.NEGATED


def test_every_kind_is_about_something_that_can_count() -> None:
    assert set(MEANT) == set(SignalKind)
    assert set(MEANT.values()) == COUNTED


PIECES = [
    "cancel", "not", "don't", "you", "cancelled", "my", "appointment", "lawyer", "competitor",
    "refund", "switching to", "want to", "but I will", ".", ",", "\n", "\r\n", "\n\n", "> ", "--",
    "I", "if", "c\u0430ncel", "\uff4c", "\ufb01", "\u0301", "\u200b", "\ud800", "\U0001f621", "-- ",
    "On 4 Nov 2025, Al wrote:", "a@b.c", "\x00", "\x85",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
)


@given(TEXTS)
def test_a_span_lies_in_the_text_and_holds_the_words(text: str) -> None:
    for one in find(text, ENGLISH):
        assert 0 <= one.start < one.end <= len(text)
        held = " ".join(seen(text[one.start : one.end]).text.split())
        assert held[:MAX_WORDS] == one.words
        alone = find(one.words, ENGLISH)
        assert one.kind in {each.kind for each in alone} or len(held) > MAX_WORDS


@given(
    TEXTS, st.lists(st.tuples(st.integers(0, 2000), st.sampled_from("\u200b\u2060\u00ad\ufeff")))
)
def test_characters_of_no_width_change_nothing(text: str, added: list[tuple[int, str]]) -> None:
    chars = list(text)
    for place, char in added:
        chars.insert(place % (len(chars) + 1), char)
    assert [
        (one.kind, one.words, one.about, one.counts) for one in find("".join(chars), ENGLISH)
    ] == [(one.kind, one.words, one.about, one.counts) for one in find(text, ENGLISH)]


@given(TEXTS, TEXTS)
def test_a_quoted_text_adds_nothing(new: str, old: str) -> None:
    plain = "".join(char for char in old if char.isprintable())
    said = "Well.\n" + "".join(char for char in new if char.isalpha() or char in " .,")
    quoted = f"{said}\n\nOn 4 Nov 2025 at 9:00, Al wrote:\n\n{plain}"
    assert find(quoted, ENGLISH) == find(said, ENGLISH)


@given(st.sampled_from(sorted(MEANT)), st.integers(0, 3))
def test_a_seen_text_has_a_place_for_every_character(kind: SignalKind, times: int) -> None:
    folded = seen(f"{kind}\r\n\ufdfa\u200b" * times)
    assert len(folded.text) == len(folded.places)
    assert list(folded.places) == sorted(folded.places)


@pytest.mark.parametrize(
    "word",
    ["cancel ", "cancel", "not want to ", "you ", "close my ", "> ", "\u200b", "\ufdfa", "@"],
)
def test_64_kilobytes_of_anything_take_bounded_time(word: str) -> None:
    begun = time.perf_counter()
    assert len(find((word * 65_536)[:65_536], ENGLISH)) <= MAX_SIGNALS
    assert time.perf_counter() - begun < 10
