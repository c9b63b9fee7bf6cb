"""Finishing steps, one caller: how long the answer takes, and when everybody can read it."""

import asyncio
from collections.abc import Awaitable, Callable

from temporalio.client import WorkflowHandle

from benchmarks.bare import Bare, Step
from benchmarks.figures import Duel, Figure, percentile
from benchmarks.house import SETTLE, Case, Clock, House

APART = 0.2
BLOCK = 10


async def back_to_back(house: House, *, quick: bool) -> list[Figure]:
    """The next step as soon as the one before is answered."""
    duel = await _duel(house, rounds=3 if quick else 20, apart=0)
    return [duel.figure("step over HTTP, back to back, p50", 0.5, 1.6)]


async def spread(house: House, *, quick: bool) -> list[Figure]:
    """A step every 200 ms after the answer to the one before."""
    duel = await _duel(house, rounds=2 if quick else 12, apart=APART)
    return [duel.figure("step over HTTP, 200 ms apart, p50", 0.5, 1.4)]


async def visible(house: House, *, quick: bool) -> list[Figure]:
    """How soon after its answer a step can be read from PostgreSQL."""
    case = await house.open_long()
    waits: list[float] = []
    for _ in range(20 if quick else 150):
        if not case.left:
            case = await house.open_long()
        await case.finish()
        waits.append(await case.visible(case.version))
    note = f"{len(waits)} steps, asked PostgreSQL every 4 ms; p50 {percentile(waits, 0.5):.0f} ms"
    name = "projection visible after the answer, p95"
    return [Figure(name, percentile(waits, 0.95), "ms", at_most=250, note=note)]


async def _duel(house: House, *, rounds: int, apart: float) -> Duel:
    duel = Duel([], [])
    case, bare = await _fresh(house)
    for number in range(rounds):
        if case.left < BLOCK:
            case, bare = await _fresh(house)
        await asyncio.sleep(SETTLE)
        duel.ours.append(await _block(case.finish, apart))
        await asyncio.sleep(SETTLE)
        duel.bare.append(await _block(_bare_step(bare), apart))
        house.say(f"  round {number + 1} of {rounds}")
    return duel


async def _fresh(house: House) -> tuple[Case, "WorkflowHandle[Bare, None]"]:
    """A case and a bare workflow that have both been warmed up."""
    case, bare = await house.open_long(), await house.bare()
    finish = _bare_step(bare)
    for _ in range(3):
        await case.finish()
        await finish()
    return case, bare


def _bare_step(bare: "WorkflowHandle[Bare, None]") -> Callable[[], Awaitable[float]]:
    async def finish() -> float:
        begun = Clock()
        await bare.execute_update(Bare.local, Step(step="call", outcome="reached"))
        return (Clock() - begun) * 1000

    return finish


async def _block(finish: Callable[[], Awaitable[float]], apart: float) -> list[float]:
    took = []
    for _ in range(BLOCK):
        took.append(await finish())
        await asyncio.sleep(apart)
    return took
