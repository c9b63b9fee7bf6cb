"""T01: eight clients and a nemesis; and every seed that has ever found something."""

from pathlib import Path

import pytest

from tests.chaos.plan import SEEDS, Plan, wished_seconds, wished_seed
from tests.chaos.play import play, shorter

REPLAYED_FOR = 12.0
"""Seconds for which a stored seed is played again; its own length, when that is less."""

KEPT = sorted(SEEDS.glob("*.json"))


@pytest.mark.e2e
@pytest.mark.timeout(4000)
async def test_nothing_is_lost_and_nothing_is_twice_while_everything_is_killed_in_turn() -> None:
    plan = Plan(wished_seed(2026), wished_seconds(180))
    outcome = await play(plan)
    assert not outcome.violations, outcome.lament()
    print(outcome.figures())
    if plan.seconds >= 60:
        assert {strike.victim for strike in outcome.strikes} == set(plan.victims)
        assert len(outcome.evidence.cases) > 10


@pytest.mark.e2e
@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.stem)
async def test_a_seed_that_once_found_something_finds_nothing_now(kept: Path) -> None:
    outcome = await play(shorter(Plan.stored(kept), REPLAYED_FOR))
    assert not outcome.violations, outcome.lament()
