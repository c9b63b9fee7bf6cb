"""Finishing steps, one caller: how long the answer takes, and when everybody can read it."""

import asyncio
from collections.abc import Awaitable, Callable

from temporalio.client import WorkflowHandle

from benchmarks.bare import FREE_QUEUE, Bare, Step
from benchmarks.figures import Figure, Trio, percentile
from benchmarks.house import SETTLE, Case, Clock, House

APART = 0.2
BLOCK = 10
Finish = Callable[[], Awaitable[float]]


async def back_to_back(house: House, *, quick: bool) -> list[Figure]:
    """The next step as soon as the one before is answered."""
    trio = await _trio(house, rounds=3 if quick else 20, apart=0)
    return trio.figures("step over HTTP, back to back, p50", 0.5, 1.6)


async def spread(house: House, *, quick: bool) -> list[Figure]:
    """A step every 200 ms after the answer to the one before."""
    trio = await _trio(house, rounds=2 if quick else 12, apart=APART)
    return trio.figures("step over HTTP, 200 ms apart, p50", 0.5, 1.4)


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


async def _trio(house: House, *, rounds: int, apart: float) -> Trio:
    trio = Trio()
    case, bare, free = await _fresh(house)
    for number in range(rounds):
        if case.left < BLOCK:
            case, bare, free = await _fresh(house)
        for found, finish in ((trio.ours, case.finish), (trio.bare, bare), (trio.free, free)):
            await asyncio.sleep(SETTLE)
            found.append(await _block(finish, apart))
        house.say(f"  round {number + 1} of {rounds}")
    return trio


async def _fresh(house: House) -> tuple[Case, Finish, Finish]:
    """A case and a bare workflow of either kind, all warmed up."""
    case = await house.open_long()
    bare, free = _bare_step(await house.bare()), _bare_step(await house.bare(queue=FREE_QUEUE))
    for _ in range(3):
        await case.finish()
        await bare()
        await free()
    return case, bare, free


def _bare_step(bare: "WorkflowHandle[Bare, None]") -> Finish:
    async def finish() -> float:
        begun = Clock()
        await bare.execute_update(Bare.local, Step(step="call", outcome="reached"))
        return (Clock() - begun) * 1000

    return finish


async def _block(finish: Finish, apart: float) -> list[float]:
    took = []
    for _ in range(BLOCK):
        took.append(await finish())
        await asyncio.sleep(apart)
    return took
