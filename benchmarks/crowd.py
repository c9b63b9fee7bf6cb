"""Sixteen callers at once, each at a case of their own: how many steps a second."""

import asyncio
import statistics

from temporalio.client import WorkflowHandle

from benchmarks.bare import FREE_QUEUE, Bare, Step
from benchmarks.figures import NOT_TARGETED, TARGETED, UNSANDBOXED, Figure
from benchmarks.house import SETTLE, Case, Clock, House

CALLERS = 16
EACH = 9
"""Steps of one caller in one round; three rounds use up a case."""

ROUNDS_OF_A_CASE = 3
Bares = list["WorkflowHandle[Bare, None]"]


async def throughput(house: House, *, quick: bool) -> list[Figure]:
    """From the first request until the last step is answered and written down."""
    ours: list[float] = []
    single: list[float] = []
    free: list[float] = []
    gathered: list[float] = []
    for lap in range(1 if quick else 3):
        cases = [await house.open_long() for _ in range(CALLERS)]
        one_each = [await house.bare() for _ in range(CALLERS)]
        unsandboxed = [await house.bare(queue=FREE_QUEUE) for _ in range(CALLERS)]
        coalesced = [await house.bare(coalesce=True) for _ in range(CALLERS)]
        for part in range(ROUNDS_OF_A_CASE):
            await asyncio.sleep(SETTLE)
            ours.append(await _cases(cases))
            await asyncio.sleep(SETTLE)
            single.append(await _bares(one_each))
            await asyncio.sleep(SETTLE)
            free.append(await _bares(unsandboxed))
            await asyncio.sleep(SETTLE)
            gathered.append(await _bares(coalesced))
            house.say(
                f"  lap {lap + 1}, round {part + 1}: {ours[-1]:.0f} steps/s, {single[-1]:.0f}"
            )
    rate = statistics.median(ours)
    note = (
        f"median of {len(ours)} rounds of {CALLERS} x {EACH}, from the first request until all is"
        f" answered and written; single ratios"
        f" {min(a / b for a, b in zip(ours, single, strict=True)):.2f} to"
        f" {max(a / b for a, b in zip(ours, single, strict=True)):.2f}; {TARGETED}"
    )
    name = f"{CALLERS} callers, throughput"
    more = "the same against bare activities that coalesce, as our projection does"
    return [
        Figure(name, rate, "/s", bare=statistics.median(single), at_least=0.65, note=note),
        Figure(name + UNSANDBOXED, rate, "/s", statistics.median(free), note=NOT_TARGETED),
        Figure(f"{name} (coalescing limit)", rate, "/s", statistics.median(gathered), note=more),
    ]


async def _cases(cases: list[Case]) -> float:
    async def work(case: Case) -> None:
        for _ in range(EACH):
            await case.finish()

    begun = Clock()
    await asyncio.gather(*(work(case) for case in cases))
    for case in cases:
        await case.visible(case.version)
    return CALLERS * EACH / (Clock() - begun)


async def _bares(bares: Bares) -> float:
    async def work(bare: "WorkflowHandle[Bare, None]") -> None:
        for _ in range(EACH):
            await bare.execute_update(Bare.followed, Step(step="call", outcome="reached"))

    begun = Clock()
    await asyncio.gather(*(work(bare) for bare in bares))
    await asyncio.gather(*(bare.execute_update(Bare.drained) for bare in bares))
    return CALLERS * EACH / (Clock() - begun)
