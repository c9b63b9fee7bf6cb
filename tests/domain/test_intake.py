"""The first guess: what it says of plain sentences, of denied ones, and of whole mails."""

import time

import pytest
from hypothesis import given, strategies as st

from domain.intake import guess
from domain.quoted_reply import split_reply
from models.escalation import EscalationType as Type
from models.severity import Severity


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Cancel my account.", Type.CANCEL_THREAT),
        ("How do I close my account?", Type.CANCEL_THREAT),
        ("If nobody calls I will cancel.", Type.CANCEL_THREAT),
        ("I will cancel unless you mend it", Type.CANCEL_THREAT),
        ("I don\u2019t know how to cancel my subscription", Type.CANCEL_THREAT),
        ("I can't wait to cancel my contract", Type.CANCEL_THREAT),
        ("I don't need this, cancel my plan", Type.CANCEL_THREAT),
        ("One of your competitors quoted me less", Type.CANCEL_THREAT),
        ("We are switching to another provider", Type.CANCEL_THREAT),
        ("You charged me twice", Type.BILLING_DISPUTE),
        ("I want my money back", Type.BILLING_DISPUTE),
        ("There is an unauthorized charge on my card", Type.BILLING_DISPUTE),
        ("The technician never showed up", Type.MISSED_APPOINTMENT),
        ("Nobody came", Type.MISSED_APPOINTMENT),
        ("You cancelled my appointment", Type.MISSED_APPOINTMENT),
        ("Three missed appointments in a month", Type.MISSED_APPOINTMENT),
        ("The heater is still not working", Type.SERVICE_QUALITY),
        ("I want to file a complaint", Type.SERVICE_QUALITY),
        ("Your technician was rude", Type.SERVICE_QUALITY),
        ("I am the CFO of North Quay", Type.EXECUTIVE),
        ("I will write to your CEO", Type.EXECUTIVE),
        ("Which filter fits?", Type.OTHER),
    ],
)
def test_a_plain_sentence_has_its_type(text: str, kind: Type) -> None:
    assert guess("", text).type is kind


@pytest.mark.parametrize(
    "text",
    [
        "I do not want to cancel",
        "I don\u2019t want to cancel my account.",
        "How do I avoid cancelling my plan?",
        "Please do not cancel my service",
        "I'm not going to cancel my contract, don't worry",
        "I would rather not close my account",
        "Instead of cancelling my contract, can we pause it?",
        "I never said I'd cancel my contract",
        "There is no need to cancel my subscription",
    ],
)
def test_what_is_denied_is_no_threat(text: str) -> None:
    assert guess("", text).type is Type.OTHER


@pytest.mark.parametrize(
    "text",
    [
        "I want to cancel my order",
        "Please cancel my 9:15 appointment",
        "How do I cancel the newsletter subscription?",
        "I need to cancel a direct debit",
        "What is the cancellation fee?",
    ],
)
def test_cancelling_a_thing_is_not_leaving(text: str) -> None:
    assert guess("", text).type is Type.OTHER


@pytest.mark.parametrize(
    "text",
    ["What is your refund policy?", "How long do refunds take?", "I missed my appointment, sorry",
     "No complaints at all."],
)  # fmt: skip
def test_a_question_about_the_rules_and_ones_own_mistake_are_no_dispute(text: str) -> None:
    assert guess("", text).type is Type.OTHER


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("My lawyer will call you", Severity.CRITICAL),
        ("I have asked my bank for a chargeback", Severity.CRITICAL),
        ("I smell gas in the kitchen", Severity.CRITICAL),
        ("Close my account today", Severity.CRITICAL),
        ("I am the VP of Operations, call me", Severity.CRITICAL),
        ("I may cancel my contract", Severity.HIGH),
        ("This is the third time I ask", Severity.HIGH),
        ("I am furious", Severity.HIGH),
        ("Give me a refund now", Severity.HIGH),
        ("Let me speak to your manager", Severity.HIGH),
        ("WHY DOES NOBODY EVER ANSWER THE PHONE", Severity.HIGH),
        ("I was charged twice", Severity.MEDIUM),
        ("The invoice came. I have it here", Severity.MEDIUM),
        ("Which filter fits?", Severity.LOW),
        ("A small thing, no hurry: the sticker came off", Severity.LOW),
        ("Great job, thank you", Severity.LOW),
        ("I am not a lawyer. The sticker came off", Severity.MEDIUM),
    ],
)
def test_severity_follows_the_gravest_rule(text: str, severity: Severity) -> None:
    assert guess("", text).severity is severity


@pytest.mark.parametrize(
    "text",
    [
        "I want to can\u200bcel my account today.",
        "I want to can\u00adcel my acc\u2060ount to\ufeffday.",
        "I want to c\u0430ncel m\u0443 \u0430ccount tod\u0430y.",
        "I want to \uff43\uff41\uff4e\uff43\uff45\uff4c my account today.",
        "I want to c\u00e0nc\u00e8l my acco\u0301unt today.",
        "I w\u0430nt t\u043e C\u0391NC\u0395L my \u0391CCOUNT today.",
    ],
)
def test_a_threat_is_one_however_it_hides_t26(text: str) -> None:
    plain = guess("", "I want to cancel my account today.")
    for found in (guess("", text), guess(text, "")):
        assert (found.type, found.severity) == (plain.type, plain.severity)
        assert found.type_reason.casefold() == plain.type_reason.casefold()
    assert guess("", text.replace("I ", "I do n\u200bot ", 1)).type is Type.OTHER


def test_a_hidden_reply_is_a_reply_t26() -> None:
    assert guess("R\u200be: Cancel my account", "All is well.").type is Type.OTHER


def test_reasons_quote_the_customer() -> None:
    found = guess("Fed up", "I'm going to cancel\nmy account")
    assert found.type_reason == "It says “cancel my account”."
    assert found.severity_reason == "The customer may leave."
    angry = guess("Fed up", "Call me.")
    assert angry.type_reason == "Nothing in it says what kind it is."
    assert angry.severity_reason == "The customer is angry: it says “Fed up”."


def test_the_subject_of_a_reply_is_not_read_again() -> None:
    assert guess("Cancel my account", "Please.").type is Type.CANCEL_THREAT
    assert guess("Re: Cancel my account", "All is well.").type is Type.OTHER


def test_what_was_quoted_does_not_count() -> None:
    mail = "Thank you.\n\nOn 4 Nov 2025 at 9:00, Support wrote:\n> To cancel your account, answer."
    new, quoted = split_reply(mail)
    assert guess("Re: x", new).type is Type.OTHER
    assert guess("Re: x", quoted).type is Type.CANCEL_THREAT


@given(st.text(max_size=60), st.text(max_size=300))
def test_any_text_gets_a_guess_with_reasons(subject: str, text: str) -> None:
    found = guess(subject, text)
    assert found.type_reason.endswith(".")
    assert found.severity_reason.endswith(".")


def test_many_blanks_in_a_subject_are_gone_through_once() -> None:
    """Twice the blanks are twice the work; it was four times."""
    subject = f"re{' ' * 400_000}"
    begun = time.process_time()
    assert guess(subject, "x").type is Type.OTHER
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    "word",
    ["cancel ", "charged a ", "nobody a a ", "i ", "not really ", " ", "\n", "a", "help refund "],
)
def test_64_kilobytes_of_anything_take_bounded_time(word: str) -> None:
    begun = time.perf_counter()
    guess("x", (word * 65_536)[:65_536])
    assert time.perf_counter() - begun < 10
