"""Every form in which people write what is personal is found; what only looks like it is left."""

import pytest

from domain.plain import visible, without_tags
from domain.redaction import redact, refill
from domain.spelling import one_spelling
from models.guidance_facts import KnownFields

KNOWN = KnownFields(
    names=("Jos\u00e9 N\u00fa\u00f1ez", "Karl-Heinz Strau\u00df"),
    emails=("jose.nunez@example.com",),
    phones=("+1 415 555 0199",),
    ids=("CUST-00417", "20", "e"),
)
NOBODY = KnownFields()


def sent(text: str, known: KnownFields = KNOWN) -> str:
    """What leaves the house, as a prompt has it."""
    seen = visible(without_tags(text))
    redacted, placeholders = redact(seen, known)
    assert refill(redacted, placeholders) == seen
    return redacted


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("call 415\u2013555\u20130142 now", "call [PHONE_1] now"),
        ("card 4111\u20111111\u20111111\u20111111, ok", "card [CARD_1], ok"),
        ("tel.4155550142", "tel.[PHONE_1]"),
        ("No.12345678", "No.[PHONE_1]"),
        ("csv:a,12345678,b", "csv:a,[PHONE_1],b"),
        ("csv:a,123456,b", "csv:a,[ID_1],b"),
        ("ssn,123-45-6789", "ssn,[ID_1]"),
        ("$4155550142", "$[PHONE_1]"),
        ("my number,415-555-0142", "my number,[PHONE_1]"),
        ("fon415-555-0142", "[ID_1]"),
        ("4111.1111.1111.1111", "[CARD_1]"),
        ("415_555_0142", "[PHONE_1]"),
        ("4111\u00b71111\u00b71111\u00b71111", "[CARD_1]"),
        ("4111 1111\n1111 1111", "[CARD_1]"),
        ("4111111111111111 12", "[CARD_1] 12"),
        ("12 4111 1111 1111 1111", "12 [CARD_1]"),
        ("DE89-3704-0044-0532-0130-00", "[IBAN_1]"),
        (
            "\u0664\u0661\u0661\u0661 \u0661\u0661\u0661\u0661 \u0661\u0661\u0661\u0661"
            " \u0661\u0661\u0661\u0661",
            "[CARD_1]",
        ),
    ],
)
def test_a_number_is_found_whatever_stands_in_it_or_before_it(text: str, left: str) -> None:
    assert sent(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "Jose Nunez", "JOS\u00c9", "Jose\u0301 Nu\u0301n\u0303ez", "jose_nunez", "JoseNunez",
        "J\u043es\u00e9", "Strauss", "STRAUSS", "Strau\u00df", "Karl", "nunez77", "Jos\u200b\u00e9",
    ],
)  # fmt: skip
def test_a_kept_name_is_found_with_its_accents_and_without(text: str) -> None:
    assert sent(f"I am {text} here").startswith("I am [NAME_1]")


@pytest.mark.parametrize(
    ("kept", "text"),
    [("M\u00fcller", "Mueller"), ("Mueller", "M\u00fcller"), ("M\u00fcller", "Muller"),
     ("Strauss", "Strau\u00df"), ("O\u2019Brien", "O'Brien"), ("S\u00f8ren", "Soren")],
)  # fmt: skip
def test_a_name_is_the_same_in_the_spelling_of_another_country(kept: str, text: str) -> None:
    assert sent(f"It is {text}.", KnownFields(names=(kept,))) == "It is [NAME_1]."


def test_names_in_writing_that_has_syllables_are_not_mixed_up() -> None:
    known = KnownFields(names=("\uae40\ucca0\uc218",))
    assert sent("\uae40\ucca0\uc218", known) == "[NAME_1]"
    assert sent("\uae38\ucd98\uc0ac", known) == "\uae38\ucd98\uc0ac"


@pytest.mark.parametrize(
    "text",
    [
        "doug@m\u00fcnchen.de", '"jose nunez"@example.org', "doug@ example.org",
        "doug@example .com", "doug(at)example.com", "doug [at] example [dot] com",
        "doug at example dot com", "doug (at) x dot test", "doug@[10.0.0.1]",
        "o'brien@example.org", "doug/x=y@example.org", "@dougc",
    ],
)  # fmt: skip
def test_an_address_of_mail_is_found_however_it_is_hidden(text: str) -> None:
    assert sent(f"Mail {text}, please") == "Mail [EMAIL_1], please"


@pytest.mark.parametrize(
    "text",
    ["CUST-00417", "CUST 00417", "cust00417", "CUST\u201300417", "Cust_00417", "x_CUST00417"],
)
def test_a_kept_id_is_found_however_its_groups_are_joined(text: str) -> None:
    assert "417" not in sent(f"it is {text}.")


def test_a_short_id_wrecks_no_text() -> None:
    assert sent("I pay $4,200 a year since 2017.") == "I pay $4,200 a year since 2017."
    assert sent("We leave at ten. Call 20 times.") == "We leave at ten. Call 20 times."


def test_an_id_of_digits_stands_in_no_longer_number_and_in_no_sum() -> None:
    known = KnownFields(ids=("4200",))
    assert sent("my id: 4200", known) == "my id: [ID_1]"
    for text in ("I pay $4200", "I pay 14200 a year", "4200.50 it is", "1,4200"):
        assert sent(text, known) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("My booking ref is QX7P2K.", "My booking ref is [ID_1]."),
        ("QX7P2K is it", "[ID_1] is it"),
        ("order AB-12345 never came", "order [ID_1] never came"),
        ("It is AB12345678", "It is [ID_1]"),
        ("passport C01X00T47", "passport [ID_1]"),
        ("Policy H4-88231-X", "Policy [ID_1]"),
        ("plate B-MW 1234", "plate [ID_1]"),
        ("account no 48213", "account no [ID_1]"),
        ("Account number: 4821", "Account number: [ID_1]"),
        ("customer 77123", "customer [ID_1]"),
        ("ticket #471", "ticket #[ID_1]"),
        ("order\n48213", "order\n[ID_1]"),
        ("Kundennummer 48213", "Kundennummer [ID_1]"),
        ("the order account 48213 it is", "the order account [ID_1] it is"),
        ("my PIN: 4821", "my PIN: [ID_1]"),
        ("My social security number is 123 45 6789", "My social security number is [ID_1]"),
        ("driver's licence number is S123 456 789", "driver's licence number is [ID_1]"),
        ("customer number 100 200", "customer number [ID_1]"),
        ("my account number is 12 34 56.", "my account number is [ID_1]."),
        ("my account: 12 34 5, ok", "my account: [ID_1], ok"),
        ("sort code 12-34-56", "sort code [ID_1]"),
        ("sort code is 12 34 56", "sort code is [ID_1]"),
        ("booking ref ABC 123", "booking ref [ID_1]"),
        ("national insurance number AB 12 34 56 C", "national insurance number [ID_1]"),
        ("exp 12/27 cvv 123", "exp 12/27 cvv [CARD_1]"),
        ("security code is 1234", "security code is [CARD_1]"),
        ("DOB 1980-02-03", "DOB [BIRTH_1]"),
        ("I was born on 3 May 1980.", "I was born on [BIRTH_1]."),
        ("date of birth: 2/3/80", "date of birth: [BIRTH_1]"),
        ("my birthday is May 3rd, 1980", "my birthday is [BIRTH_1]"),
    ],
)
def test_an_id_is_known_by_its_mixture_or_by_the_word_before_it(text: str, left: str) -> None:
    assert sent(text, NOBODY) == left


@pytest.mark.parametrize(
    "rest",
    [
        "3 times", "120 dollars", "120.50 EUR", "$120", "2 weeks ago", "12 May", "4/5/2026",
        "on 4/5/2026", "9:30", "2 technicians came", "24h", "20 %", "3rd try", "at 9 am",
    ],
)  # fmt: skip
def test_what_is_counted_behind_an_id_is_no_part_of_it(rest: str) -> None:
    assert sent(f"order 4711 {rest}", NOBODY) == f"order [ID_1] {rest}"


@pytest.mark.parametrize(
    "text",
    [
        "22 Baker street", "22 baker street", "221B Baker St", "14 birch lane", "4 Elm avenue",
        "12 rue de la Paix", "10115 Berlin", "Apartment 4B", "Flat 3, 14 High Street",
        "Elm Court 9", "Calle Mayor 5", "SW1A 1AA", "CA 94110", "Hauptstrasse 12",
        "14 Rosewood Close", "9 Oak Crescent", "12 Marina Parkway", "7 King's Mews", "9 Long Row",
        "5 Notting Hill", "12 Green Park", "4 Elm Gardens", "1500 Broadway", "14 birch  lane",
        "PO Box 4411", "P.O. Box 4411", "post office box 7", "Postfach 10 12 34",
        "Kaiserdamm 12", "Paul-Lincke-Ufer 3a", "Sch\u00f6neberger Ufer 5", "Westring 9",
        "Innsbrucker Ring 3", "Hamburger Stra\u00dfe 5", "Karl-Marx-Allee 3", "Unter den Linden 4",
    ],
)  # fmt: skip
def test_where_somebody_lives_is_found(text: str) -> None:
    assert sent(f"I live at {text}, ok", NOBODY) == "I live at [ADDRESS_1], ok"


@pytest.mark.parametrize(
    "text",
    [
        "on 2026-05-04 15:00", "2026-05-04T15:00", "5/5/2026 at 9", "$420000", "$4.200.000",
        "4.200.000,00 EUR", "4 200 000 dollars", "20 %", "3 visits", "E-1042", "ticket E-1042",
        "COVID19", "24h", "mid-2019", "30-day", "12-month", "1080p", "iPhone15", "24/7", "9-to-5",
        "2 hours down the road", "3 miles of road", "a flat 50 dollars fee", "20000 Dollars",
        "order 3 more", "meet @ 5.30", "3 @ 4.50 each", "order 2.5 tons",
        "a customer for 6 years", "my account is wrong 3 times", "3 May 2026",
        "I was at home at nine", "cancel-threat", "a client since 2019", "a 3 way call",
        "5 place settings", "2 people close by", "On May 4 Anna Park came", "On 3 Mr Hill came",
        "Spring 2019", "During 3 visits", "Offering 5", "my Ring 2 doorbell", "box 4 of 5",
    ],
)  # fmt: skip
def test_what_only_looks_personal_is_left(text: str) -> None:
    assert sent(text, NOBODY) == text


@pytest.mark.parametrize(
    "text", ["", "a_b\tc", "\u00e9\u00df\u0130\u1e9e", "\ufdfa", "\U0001f600\u200d", "\uac00\u304c"]
)
def test_one_spelling_is_as_long_as_the_text(text: str) -> None:
    assert len(one_spelling(text)) == len(text)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "seed",
    ["a", "1", "1 ", "1-", "a@", "@", "a.", "[", "order ", "order 1", "born ", "A1", "a1-", "12 a ",
     "12 Aa ", "flat 1", "DE89 ", " at ", "(at)", "\u00e9", "4111 ", '"', "1\n", "rue de ",
     "order 12 ", "id 1 2 ", "AB 12 ", "po box 1 ", "Postfach 1 ", "Aer ", "Aar", "a-", "12 A'"],
)  # fmt: skip
def test_twelve_thousand_signs_of_anything_are_read_at_once(seed: str) -> None:
    text = (seed * 12_000)[:12_000]
    redacted, placeholders = redact(text, KNOWN)
    assert refill(redacted, placeholders) == text
