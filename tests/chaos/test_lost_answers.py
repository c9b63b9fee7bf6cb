"""T02: a deed is done, and then its caller hears of a timeout, whatever it asked outside."""

from collections import Counter

import pytest

from tests.chaos.plan import Plan, wished_seconds, wished_seed
from tests.chaos.play import play


@pytest.mark.e2e
@pytest.mark.timeout(4000)
async def test_answers_that_get_lost_lose_nothing_and_double_nothing() -> None:
    seconds = min(wished_seconds(30), 600)
    plan = Plan(wished_seed(7), seconds, victims=(), lost_answers=0.06)
    outcome = await play(plan)
    assert not outcome.violations, outcome.lament()
    print(outcome.figures())
    assert outcome.evidence.lost > 5, "hardly an answer was lost: the shim does nothing"
    copies = Counter(one.message_id for one in outcome.evidence.copies)
    for name, arrived in copies.items():
        assert arrived <= 1 + outcome.evidence.lost_letters[name]
    calls = Counter(one.id for one in outcome.evidence.calls)
    assert calls, "no other system was ever called"
    for name, arrived in calls.items():
        assert arrived <= 1 + outcome.evidence.lost_calls[name]
