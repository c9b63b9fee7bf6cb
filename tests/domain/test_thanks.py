"""Thanks ask for no answer; whatever is more than thanks does."""

import pytest

from domain.thanks import only_thanks


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!", "Thank you so much", "ok thanks", "Perfect, that works. Thank you!", "thx",
        "Great, thanks!\n\nOn 2 March 2026 at 10:00, Sarah Lind wrote:\n> Is eight fine?",
    ],
)  # fmt: skip
def test_a_message_that_only_says_thanks_is_told_trap_20(text: str) -> None:
    assert only_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "ok", "Perfect.", "Thanks, but it still leaks", "Thanks?", "Thank you for nothing",
        "Thanks. When do you come?", "Thanks, call me on 555 0100", "No thanks", "Stop it, thanks",
    ],
)  # fmt: skip
def test_whatever_is_more_than_thanks_is_answered_trap_20(text: str) -> None:
    assert not only_thanks(text)
