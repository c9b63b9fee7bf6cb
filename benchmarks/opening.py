"""Opening a case over HTTP, beside a bare update-with-start."""

import asyncio
from uuid import uuid4

from temporalio.client import WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

from benchmarks.bare import FREE_QUEUE, TASK_QUEUE, Bare, Step, Way
from benchmarks.figures import Figure, Trio
from benchmarks.house import SETTLE, Clock, House, opening

BLOCK = 5


async def openings(house: House, *, quick: bool) -> list[Figure]:
    """One caller, one opening after the other, each with a customer of its own."""
    for _ in range(3):
        await _ours(house)
        await _bare(house, TASK_QUEUE)
        await _bare(house, FREE_QUEUE)
    trio = Trio()
    rounds = 3 if quick else 16
    for number in range(rounds):
        await asyncio.sleep(SETTLE)
        trio.ours.append([await _ours(house) for _ in range(BLOCK)])
        for found, queue in ((trio.bare, TASK_QUEUE), (trio.free, FREE_QUEUE)):
            await asyncio.sleep(SETTLE)
            found.append([await _bare(house, queue) for _ in range(BLOCK)])
        house.say(f"  round {number + 1} of {rounds}")
    return trio.figures("opening over HTTP, p50", 0.5, 1.8)


async def _ours(house: House) -> float:
    body = opening()
    begun = Clock()
    answer = await house.http.post("/cs/escalations", json=body)
    took = (Clock() - begun) * 1000
    if answer.status_code != 201:
        raise RuntimeError(f"{answer.status_code}: {answer.text[:500]}")
    return took


async def _bare(house: House, queue: str) -> float:
    begun = Clock()
    await house.client.execute_update_with_start_workflow(
        Bare.local,
        Step(step="open", outcome="opened"),
        start_workflow_operation=WithStartWorkflowOperation(
            Bare.run,
            Way(),
            id=f"bare-{uuid4()}",
            task_queue=queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        ),
    )
    return (Clock() - begun) * 1000
