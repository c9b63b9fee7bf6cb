"""Whether the language model helps, and why not."""

from datetime import UTC, datetime

import pytest

from domain.llm import WORDS, status
from models.llm import LlmOutcome, LlmSeen, LlmSetup, LlmTrouble

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
SETUP = LlmSetup(base_url="https://model.test/v1", model="m", tokens_per_day=1000)


def seen(**changes: object) -> LlmSeen:
    """What is on record."""
    return LlmSeen.model_validate({"tokens_today": 10, **changes})


def test_every_trouble_has_a_sentence() -> None:
    assert set(WORDS) == set(LlmTrouble)
    assert all(words.endswith(".") for words in WORDS.values())


def test_every_way_in_which_a_call_ends_badly_is_a_trouble() -> None:
    ends = {one.value for one in LlmOutcome} - {"asking", "answered"}
    assert ends < {one.value for one in LlmTrouble}


def test_without_a_setup_it_is_off() -> None:
    found = status(None, seen())
    assert (found.on, found.why, found.budget) == (False, LlmTrouble.NOT_SET_UP, 0)


def test_it_is_on_until_something_speaks_against_it() -> None:
    for fine in (seen(), seen(last="answered", last_at=AT), seen(last="timeout", last_at=AT)):
        found = status(SETUP, fine)
        assert (found.on, found.why, found.since) == (True, None, None)


@pytest.mark.parametrize(("tokens", "on"), [(999, True), (1000, False), (5000, False)])
def test_it_is_off_when_the_day_s_tokens_are_spent(tokens: int, on: bool) -> None:
    found = status(SETUP, seen(tokens_today=tokens))
    assert found.on is on
    assert found.why is (None if on else LlmTrouble.BUDGET_SPENT)
    assert (found.tokens_today, found.budget) == (tokens, 1000)


def test_it_is_off_while_the_last_call_ended_in_a_rest_and_says_since_when() -> None:
    found = status(SETUP, seen(last="rate_limited", last_at=AT, rests=True))
    assert (found.on, found.why, found.since) == (False, LlmTrouble.RATE_LIMITED, AT)
    assert found.words == WORDS[LlmTrouble.RATE_LIMITED]
