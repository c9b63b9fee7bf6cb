"""What is personal leaves as a placeholder, comes back as it was, and cannot be forged."""

import pytest
from hypothesis import example, given, settings, strategies as st

from domain import personal
from domain.redaction import redact, redact_all, refill, strangers
from models.guidance_facts import KnownFields, Placeholders
from tests.domain.doug import KNOWN

NOBODY = KnownFields()

FORMS = st.sampled_from(
    (
        "doug.carter@example.test", "DOUG", "Doug Carter", "+1 555 010 4477", "5550104477",
        "14 birch  lane", "crm-88231", "[NAME_1]", "[name_2]", "[", "]", "[NAME_", "_1]",
        "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "https://a.test/?x=1", "12345678",
        "14 Oak Road", "a@b.test", " ", "\n", ".", "Hauptstra\u00dfe 12",
    )
)  # fmt: skip
MESSAGES = st.lists(FORMS | st.text(max_size=12), max_size=12).map("".join)


def found(label: str, text: str) -> list[str]:
    """What the placeholders of a label stand for."""
    _, placeholders = redact(text, KNOWN)
    return [value for name, value in placeholders.pairs if name.startswith(f"[{label}_")]


@given(text=MESSAGES)
@example(text="[NAME_[NAME_1]1]")
@settings(max_examples=300, deadline=None)
def test_what_is_filled_in_again_is_what_was_there(text: str) -> None:
    redacted, placeholders = redact(text, KNOWN)
    assert refill(redacted, placeholders) == text


@given(texts=st.lists(MESSAGES, max_size=4))
@settings(max_examples=150, deadline=None)
def test_several_texts_share_their_placeholders(texts: list[str]) -> None:
    redacted, placeholders = redact_all(texts, KNOWN)
    assert [refill(one, placeholders) for one in redacted] == texts
    assert len({name for name, _ in placeholders.pairs}) == len(placeholders.pairs)
    assert len({value for _, value in placeholders.pairs}) == len(placeholders.pairs)


@given(
    before=st.text(max_size=20), value=st.sampled_from(KNOWN.emails + KNOWN.ids), up=st.booleans()
)
@settings(max_examples=150, deadline=None)
def test_nothing_that_is_kept_of_a_customer_is_left(before: str, value: str, up: bool) -> None:
    redacted, _ = redact(f"{before}{value.upper() if up else value}{before}", KNOWN)
    assert value.casefold() not in redacted.casefold()


@pytest.mark.parametrize(
    "text",
    [
        "Doug here", "DOUG CARTER here", "it is doug.", "Mr Carter's bill", "(Carter)",
        "call +1 555 010 4477", "call 1-555-010-4477", "call +1 (555) 010.4477",
        "at 14 Birch Lane", "at 14  birch lane", "my id is crm-88231",
        "doug.carter@example.test", "Doug.Carter@Example.test",
    ],
)  # fmt: skip
def test_known_fields_are_found_in_every_usual_spelling(text: str) -> None:
    redacted, _ = redact(text, KNOWN)
    for part in ("doug", "carter", "4477", "birch", "88231"):
        assert part not in redacted.casefold()


def test_a_name_that_is_also_a_small_word_is_found_with_a_capital_only() -> None:
    known = KnownFields(names=("Will Young",))
    redacted, _ = redact("Will will be young", known)
    assert redacted == "[NAME_1] will be [NAME_2]"


def test_a_colleagues_name_is_found_and_words_that_are_names_too_stay_words() -> None:
    known = KnownFields(colleagues=("Bill Page", "Sarah Lind"))
    said = "sarah said: Bill knows of my bill on page 2. BILL PAGE does not."
    redacted, _ = redact(said, known)
    assert redacted == "[NAME_1] said: [NAME_2] knows of my bill on page 2. [NAME_3] does not."


def test_a_name_within_another_word_is_left() -> None:
    assert redact("also alone", KnownFields(names=("Al Lone",)))[0] == "also alone"


@pytest.mark.parametrize(
    ("label", "text", "value"),
    [
        ("EMAIL", "write to jane.o+x@mail.example.org.", "jane.o+x@mail.example.org"),
        ("PHONE", "or 0151 2345678 please", "0151 2345678"),
        ("CARD", "card 4111-1111-1111-1111, ok", "4111-1111-1111-1111"),
        ("IBAN", "to de89370400440532013000 and on", "de89370400440532013000"),
        ("IBAN", "to GB29 NWBK 6016 1331 9268 19 and on", "GB29 NWBK 6016 1331 9268 19"),
        ("ADDRESS", "I live at 500 Oak Hill Road now", "500 Oak Hill Road"),
        ("ADDRESS", "Ich wohne Hauptstra\u00dfe 12b hier", "Hauptstra\u00dfe 12b"),
        ("URL", "see https://a.test/x?y=1 now", "https://a.test/x?y=1"),
        ("ID", "order 12345678901234567890 came", "12345678901234567890"),
        ("TEXT", "I am [NAME_1]", "[NAME_1]"),
    ],
)
def test_what_has_a_personal_form_is_found(label: str, text: str, value: str) -> None:
    assert found(label, text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "on 2026-05-04",
        "on 4/5/2026",
        "$420000",
        "4,200 USD",
        "20 %",
        "E-1042",
        "at 9:30",
        "3 visits",
    ],
)
def test_days_amounts_and_case_numbers_are_left(text: str) -> None:
    assert redact(text, NOBODY)[0] == text


def test_a_wrong_check_digit_is_no_card_and_no_account() -> None:
    assert list(personal.cards("4111 1111 1111 1112")) == []
    assert list(personal.ibans("DE88 3704 0044 0532 0130 00")) == []


def test_the_same_words_are_the_same_placeholder_and_other_spellings_are_not() -> None:
    redacted, _ = redact("Doug, DOUG, Doug", KNOWN)
    assert redacted == "[NAME_1], [NAME_2], [NAME_1]"


def test_what_was_made_before_is_kept() -> None:
    _, before = redact("Doug", KNOWN)
    redacted, after = redact("Carter and Doug", KNOWN, before)
    assert redacted == "[NAME_2] and [NAME_1]"
    assert after.pairs[:1] == before.pairs


def test_a_customer_cannot_write_a_placeholder() -> None:
    redacted, placeholders = redact("I am [NAME_1], Doug", KNOWN)
    assert redacted == "I am [TEXT_1], [NAME_1]"
    assert refill("Hi [NAME_1]", placeholders) == "Hi Doug"


def test_an_unknown_placeholder_stays_and_is_told() -> None:
    known = Placeholders(pairs=(("[NAME_1]", "Doug"), ("[CARD_1]", "4111")))
    assert refill("[NAME_1] [NAME_2]", known) == "Doug [NAME_2]"
    assert strangers("[NAME_1] [NAME_2] [name_1] [CARD_1]", known) == (
        "[NAME_2]",
        "[name_1]",
        "[CARD_1]",
    )


def test_what_was_filled_in_is_not_looked_at_again() -> None:
    known = Placeholders(pairs=(("[NAME_1]", "[NAME_2]"), ("[NAME_2]", "secret")))
    assert refill("[NAME_1]", known) == "[NAME_2]"
