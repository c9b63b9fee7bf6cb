"""Nobody of ours asks a customer for a secret, and helping with one is no such question."""

import pytest

from domain.grounding import refusals
from models.draft import GuidanceDraft, ResponseDraft
from tests.domain import doug
from tests.domain.doug import CANARY, NOW


def codes(draft: GuidanceDraft | ResponseDraft) -> set[str]:
    """Why a draft may not be shown at Doug's first step."""
    facts = doug.facts(step="call-now")
    return {one.code.value for one in refusals(draft, facts, NOW, canary=CANARY)}


def opening(text: str) -> GuidanceDraft:
    """A draft that begins so."""
    return doug.draft(
        summary="Doug lost time. He may leave us.", opening=text, key_points=("Listen first.",),
        closing="Thank you.",
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Please read me the number on the back of your card.",
        "What is the password of your account?",
        "Give me your card and its code, and I will fix it.",
        "Please tell me the code that we just sent to you.",
        "May I have your PIN?", "I need two things: your card number, and your PIN.",
        "Do not worry, tell me your PIN.", "Why don't you tell me your password?",
        "Could you spell the password for me?", "To go on, type your one-time code here.",
        "I just need your password.", "Your password is needed to go on.",
        "What were the last digits of your card?", "Can I get the six-digit code?",
        "Let me have the code.", "Send us your bank details.", "Hand me your card.",
        "What PIN do you use?", "Then you read the code to me.", "Your PIN, please.",
        "I would like to know your mother's maiden name.", "Do you still know your PIN?",
        "Tell me your p\u0430ssword.", "Tell me your pass\u200bword.",
    ],
)  # fmt: skip
def test_a_question_for_a_secret_is_refused_in_any_words(text: str) -> None:
    assert "secret" in codes(opening(text))
    assert "secret" in codes(doug.reply(f"Hello Doug,\n\nwe are sorry. {text}\n\nSarah"))


@pytest.mark.parametrize("hint", ["Ask for the card number.", "Get the code from Doug."])
def test_a_hint_to_ask_for_a_secret_is_refused(hint: str) -> None:
    assert "secret" in codes(doug.draft(key_points=(hint,)))


@pytest.mark.parametrize(
    "text",
    [
        "We will never ask for your password.", "You can set a new password at any time.",
        "I will send you a new card.", "Do not tell anyone your PIN.",
        "You told us that the code did not work.", "Is your card still with you?",
        "I see a charge on your card.", "What is your account number?",
        "The error code tells us what is wrong.", "What is the best number to call you on?",
        "Have you got the case number?", "I need your help with one thing.",
        "What is the zip code of the house?", "You do not need your PIN for this.",
        "Nobody of us will ask you for a code.", "Tell me what the charge on your card was for.",
    ],
)  # fmt: skip
def test_talk_of_a_secret_that_asks_for_none_is_let_through(text: str) -> None:
    assert "secret" not in codes(opening(text))
    assert "secret" not in codes(doug.draft(key_points=("Do not ask for the card number.",)))
