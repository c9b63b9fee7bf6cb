"""T05 and T06: one server is killed again and again under load, with and without its children."""

from datetime import timedelta

import pytest

from tests.chaos.plan import Plan
from tests.chaos.play import Outcome, play

BACK_WITHIN = timedelta(seconds=20)
"""From a kill to the next thing that is done. Measured: three seconds, beside other tests."""


def _plan(seed: int, *victims: str, pause: tuple[float, float] = (1.5, 2.5)) -> Plan:
    """Four kills in a row, and a little peace after the last one."""
    return Plan(seed, 18, clients=6, victims=victims, pause=pause, down=(0.0, 1.0))


async def _nothing_lost(plan: Plan, kills: int) -> Outcome:
    outcome = await play(plan, kills=kills)
    assert not outcome.violations, outcome.lament()
    print(outcome.figures())
    assert len(outcome.strikes) >= kills
    back = outcome.back_to_work()
    print("back to work after", ", ".join(f"{one.total_seconds():.1f} s" for one in back))
    assert max(back) < BACK_WITHIN
    return outcome


@pytest.mark.e2e
@pytest.mark.timeout(900)
async def test_a_temporal_that_is_killed_again_and_again_loses_nothing() -> None:
    await _nothing_lost(_plan(5, "temporal"), 3)


@pytest.mark.e2e
@pytest.mark.timeout(900)
async def test_a_postgresql_that_is_killed_again_and_again_loses_nothing() -> None:
    """The whole of it, or its postmaster alone; and once one of the processes that it serves with,
    after which it throws everybody out and recovers."""
    outcome = await _nothing_lost(_plan(6, "postgres", "backend", "postgres"), 3)
    assert {strike.victim for strike in outcome.strikes} == {"postgres", "backend"}
