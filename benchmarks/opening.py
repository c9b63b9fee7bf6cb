"""Opening a case over HTTP, beside a bare update-with-start and beside a house without alerts."""

import asyncio
from uuid import uuid4

from pydantic_core import from_json, to_json
from temporalio.client import WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

from benchmarks.bare import FREE_QUEUE, TASK_QUEUE, Bare, Step, Way
from benchmarks.figures import Duel, Figure, Trio
from benchmarks.house import SETTLE, Clock, House, opening
from benchmarks.quiet import quiet_api
from benchmarks.wire import Wire

BLOCK = 5


async def openings(house: House, *, quick: bool) -> list[Figure]:
    """One caller, one opening after the other, each with a customer of its own."""
    wire = house.wire()
    for _ in range(3):
        await _ours(wire)
        await _bare(house, TASK_QUEUE)
        await _bare(house, FREE_QUEUE)
    trio = Trio()
    rounds = 3 if quick else 16
    for number in range(rounds):
        await asyncio.sleep(SETTLE)
        trio.ours.append([await _ours(wire) for _ in range(BLOCK)])
        for found, queue in ((trio.bare, TASK_QUEUE), (trio.free, FREE_QUEUE)):
            await asyncio.sleep(SETTLE)
            found.append([await _bare(house, queue) for _ in range(BLOCK)])
        house.say(f"  round {number + 1} of {rounds}")
    return trio.figures("opening over HTTP, p50", 0.5, 1.8)


WITHOUT = "bare limit: the same API, worker and database, for a house without alerts"
ANGRY = {"source": "chat", "description": "Nobody came, three times. I want to cancel."}
"""Words that raise an alert, and that somebody has to read."""


async def with_alerts(house: House, *, quick: bool) -> list[Figure]:
    """Openings in a house with alerts, and in turns in one without: calm ones, and angry ones.

    What an angry one says is read after its answer, on the same two cores. So one that comes at
    once after others waits a little for what they left; that has no target, and is shown.
    """
    wire = house.wire()
    async with quiet_api(house) as quiet:
        for _ in range(3):
            if await _version(wire) <= await _version(quiet):
                raise RuntimeError("the one opening raised no alert, or the other one did")
        few, many = (3, 9) if quick else (16, 40)
        calm = await _duel(house, wire, quiet, few, BLOCK)
        alone = await _duel(house, wire, quiet, many, 1, **ANGRY)
        rows = await _duel(house, wire, quiet, few, BLOCK, **ANGRY)
    name = "opening, with alerts beside without, p50"
    return [
        calm.figure(name, 0.5, 1.1, WITHOUT),
        alone.figure(f"{name}, an angry one", 0.5, 1.1, WITHOUT),
        rows.figure(f"{name}, angry ones, {BLOCK} in a row", 0.5, against=WITHOUT),
    ]


async def _duel(
    house: House, wire: Wire, quiet: Wire, rounds: int, block: int, **given: str
) -> Duel:
    """Rounds of so many openings. Who goes first in one round goes last in the next."""
    duel = Duel([], [])
    pair = ((wire, duel.ours), (quiet, duel.bare))
    for number in range(rounds):
        for asked, found in pair if number % 2 else reversed(pair):
            await asyncio.sleep(SETTLE)
            found.append([await _ours(asked, **given) for _ in range(block)])
        if (number + 1) % 8 == 0:
            house.say(f"  round {number + 1} of {rounds}")
    return duel


async def _version(wire: Wire) -> int:
    """The version at which a case is opened: an alert that was raised is an event more."""
    answer = await wire.post("/api/v1/cs/escalations", to_json(opening(**ANGRY)))
    version: int = from_json(answer)["version"]
    return version


async def _ours(wire: Wire, **given: str) -> float:
    body = to_json(opening(**given))
    begun = Clock()
    await wire.post("/api/v1/cs/escalations", body)
    return (Clock() - begun) * 1000


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
