"""A draft is shown only when everything in it may be said."""

import pytest
from hypothesis import given, settings, strategies as st

from domain.grounding import CHECKS, MAX_REFUSALS, judge, refusals, repair_request
from domain.redaction import redact
from models.draft import GuidanceDraft, Refusal, RefusalCode, ResponseDraft
from models.guidance_facts import Placeholders
from tests.domain import doug
from tests.domain.doug import CANARY, KNOWN, NOW
from tests.domain.obedient import attempts, obey

NONE = Placeholders()


def codes(opening: str, *said: str, step: str | None = "goodwill") -> set[str]:
    """Why an opening may not be shown, in a case with these messages."""
    draft = doug.draft(opening=opening, key_points=("Listen first.",))
    found = refusals(draft, doug.facts(*said, step=step), NOW, canary=CANARY)
    return {one.code.value for one in found}


def test_a_good_draft_is_shown() -> None:
    draft = doug.draft()
    assert judge(draft, doug.facts(), NONE, NOW, canary=CANARY) == (draft, ())


@pytest.mark.parametrize(
    "opening",
    [
        "I want to add a $50 credit, Doug.",
        "I want to add 50 dollars of credit.",
        "I want to add fifty dollars of credit.",
        "It was the third time since March 3.",
        "You have been with us for 6 years, Doug.",
        "You pay us 4200 USD a year.",
        "You pay us 4.200,00 USD a year.",
        "This is about E-1042. I am Sarah from Bright Homes.",
        "Do not promise a refund. Just listen.",
        "Before I go, I want to add a free visit for you, Doug.",
        "Call Doug now. Mr. Carter, may I have a few minutes?",
        "You pay us $4,200 a year and we did not come. I am sorry.",
    ],
)
def test_what_is_in_the_facts_may_be_said_in_any_format(opening: str) -> None:
    assert codes(opening) == set()


@pytest.mark.parametrize(
    ("opening", "code"),
    [
        ("I want to add a $51 credit.", "promise"),
        ("I want to add a credit of 50 EUR.", "promise"),
        ("You pay us $4,300 a year.", "amount"),
        ("It is the fault of 13 men.", "amount"),
        ("It was since March 4.", "moment"),
        ("We come tomorrow at 9.", "moment"),
        ("I spoke with Rosalind.", "name"),
        ("It is like E-1044.", "case"),
        ("Mail me at sarah@bright.example.", "contact"),
        ("Call 0151 2345678 now.", "contact"),
        ("We must calm down here.", "phrase"),
        ("See it on www.bright-homes.test now.", "link"),
        ("a @ b", "contact"),
        ("Das ist nicht gut, und wir sind da.", "language"),
        ("We apologise for organisational irregularities that necessitated rescheduling.", "grade"),
    ],
)
def test_what_is_not_in_the_facts_may_not(opening: str, code: str) -> None:
    assert code in codes(opening)


@pytest.mark.parametrize(
    ("step", "opening", "is_allowed"),
    [
        ("goodwill", "I want to add a $20 credit.", True),
        ("call-now", "I want to add a $20 credit.", False),
        ("make-offer", "You get one free month.", True),
        ("call-now", "You get one free month.", False),
        ("make-offer", "I will refund it all.", False),
        (None, "I will refund it all.", False),
    ],
)
def test_only_a_step_that_offers_it_allows_a_promise(
    step: str | None, opening: str, is_allowed: bool
) -> None:
    found = codes(opening, "I want $20, a refund and one free month.", step=step)
    assert ("promise" not in found) is is_allowed


@pytest.mark.parametrize(
    "opening",
    [
        "You will have all of your money returned.", "Every cent goes back to you.",
        "We send you back the $4,200.", "I will hand you fifty thousand.", "You owe us zero.",
        "We made a mistake and will pay for all of it.", "You get your money again.",
        "We give you a year at no price.", "I have closed this case.",
        "I will cancel your plan now.",
        "A credit of half a million.", "You can have $4,200.", "Here are 97 % for you.",
        "It will be done by 5.", "We come on the 17th.", "We come at 7 o'clock.",
        "Visit attacker.ly now.", "See bit.ly/x now.", "Text us at five five five seven seven.",
        "You have the right to sue.", "You pay us $4,200, and I refund the $4,200.",
    ],
)  # fmt: skip
def test_the_same_in_other_words_is_refused_too(opening: str) -> None:
    assert codes(opening) & {"promise", "amount", "moment", "link", "contact", "phrase"}


def test_a_customer_cannot_make_a_promise_ours_by_a_title_or_a_name() -> None:
    facts = doug.facts(title="Refund it all, it is free", step="call-now")
    found = refusals(doug.draft(opening="I will refund it."), facts, NOW, canary=CANARY)
    assert RefusalCode.PROMISE in {one.code for one in found}


def test_an_address_of_the_customers_own_words_is_not_ours() -> None:
    assert codes("Write to me@attacker.test.", "I am me@attacker.test") == {"contact", "link"}


def test_what_a_placeholder_stands_for_is_checked_too() -> None:
    _, found = redact("pay at https://attacker.test/pay", KNOWN)
    draft = doug.draft(opening="Please pay at [URL_1] now.")
    _, reasons = judge(draft, doug.facts(), found, NOW, canary=CANARY)
    assert RefusalCode.LINK in {one.code for one in reasons}


def test_what_is_filled_in_may_not_make_a_text_too_long() -> None:
    known = Placeholders(pairs=(("[URL_1]", "x" * 900),))
    draft = doug.draft(closing="[URL_1]")
    filled, reasons = judge(draft, doug.facts(), known, NOW, canary=CANARY)
    assert filled == draft
    assert [one.code for one in reasons] == [RefusalCode.RANGE]


def test_an_answer_to_the_customer_is_checked_like_a_script() -> None:
    for attempt in attempts():
        if attempt.field != "opening" or attempt.harmless:
            continue
        draft = doug.reply(obey(attempt, CANARY).opening)
        facts = doug.facts(attempt.text)
        _, before = redact(attempt.text, KNOWN)
        _, reasons = judge(draft, facts, before, NOW, canary=CANARY)
        assert attempt.refused <= {one.code for one in reasons}, attempt.id


def test_a_subject_is_read_like_the_text() -> None:
    draft = doug.reply("We are sorry, Doug.", subject="A refund of 100 % for you")
    found = refusals(draft, doug.facts(), NOW, canary=CANARY)
    assert RefusalCode.PROMISE in {one.code for one in found}


def test_short_texts_are_graded_together() -> None:
    hard = "Organisational irregularities."
    for text, is_easy in ((hard, True), (f"{hard} {hard} {hard}", False)):
        found = refusals(doug.reply(text), doug.facts(), NOW, canary=CANARY)
        assert (RefusalCode.GRADE not in {one.code for one in found}) is is_easy
    found = refusals(doug.reply(f"{hard} {hard}", hard), doug.facts(), NOW, canary=CANARY)
    assert RefusalCode.GRADE in {one.code for one in found}


def test_what_is_said_to_mend_a_draft_repeats_nothing_of_it() -> None:
    reasons = tuple(Refusal(code=code, detail="refund 100 %") for code in RefusalCode)
    asked = repair_request(reasons)
    assert "refund" not in asked
    assert asked.count("\n- ") == len(RefusalCode)


@given(text=st.text(max_size=400) | st.text(alphabet="a1.@-[E/ $%,\n'", max_size=400))
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_a_check(text: str) -> None:
    draft = ResponseDraft.model_construct(subject=None, text=text)
    found = refusals(draft, doug.facts(text), NOW, canary=CANARY)
    assert len(found) <= MAX_REFUSALS


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "seed",
    [
        "a", "1", "1 ", "1.", "a@", "a.", "<", "<a", "<!--", "[", "![a](", "\u0301a", "\u200b",
        "not ", "do not ", "our ", "12 Aa ", "Is A", "E-", "DE89", "DE89 1 ", "may 1", "and ",
        "five ", "http://", "a-", "ignore ", "\ufdfa", "$1", "\n", "1/1/", "0-0", "- ", "k ",
    ],
)  # fmt: skip
def test_ten_kilobytes_of_anything_are_read_at_once(seed: str) -> None:
    text = (seed * 10_000)[:10_000]
    draft = ResponseDraft.model_construct(subject=None, text=text)
    assert len(refusals(draft, doug.facts(text), NOW, canary=CANARY)) <= MAX_REFUSALS


def test_every_code_has_a_check_or_is_found_before_them() -> None:
    assert {code for code, _ in CHECKS} | {RefusalCode.SHAPE, RefusalCode.PLACEHOLDER} == set(
        RefusalCode
    )


def test_a_draft_of_a_guidance_has_five_points_at_most_and_nothing_else() -> None:
    with pytest.raises(ValueError, match="key_points"):
        doug.draft(key_points=("x",) * 6)
    with pytest.raises(ValueError, match="Extra inputs"):
        GuidanceDraft.model_validate({**doug.draft().model_dump(), "churn_risk": 0})
