"""A simulation holds nobody up: it runs in a thread, a few at once, and has an end."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from api import simulating
from api.parts import Parts
from api.simulating import AT_ONCE, Simulations
from domain.simulation import simulate
from models.errors import Busy
from models.simulation import AgentScript
from tests.api.problem import require_problem
from tests.desk import Desk
from tests.domain import cases
from tests.domain.shipped import terms_for

SIMULATION = "/cs/playbooks/general@1/simulation"
TERMS = terms_for(AgentScript())
PATIENCE = 30
"""Seconds after which a held simulation goes on by itself, so that a failed test ends."""


class Gate:
    """Holds simulations until it is opened, and says how many have begun."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.begun = threading.Semaphore(0)
        self.held = True

    def play(self, *given: Any, **more: Any) -> Any:
        """A simulation that waits at the gate first."""
        self.begun.release()
        self.held = self.held and self.opened.wait(PATIENCE)
        return simulate(*given, **more)

    async def wait_for(self, count: int) -> None:
        """Wait until so many stand at the gate."""
        for _ in range(count):
            assert await asyncio.to_thread(self.begun.acquire, timeout=PATIENCE)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch, parts: Parts) -> Iterator[Gate]:
    """Simulations of this test stop at the gate."""
    made = Gate()
    monkeypatch.setattr(simulating, "simulate", made.play)
    monkeypatch.setattr(parts, "simulations", Simulations())
    yield made
    made.opened.set()


async def test_others_are_answered_while_simulations_run_and_one_more_is_told_to_wait(
    gate: Gate, sarah: Desk, http: httpx2.AsyncClient
) -> None:
    running = [asyncio.create_task(sarah.ask("POST", SIMULATION, {})) for _ in range(AT_ONCE)]
    await gate.wait_for(AT_ONCE)
    assert (await http.get("http://rightnow.test/healthz")).status_code == 200
    assert (await http.get("http://rightnow.test/readyz")).status_code == 200
    refused = await sarah.ask("POST", SIMULATION, {})
    require_problem(refused, 503, "busy")
    assert refused.headers["retry-after"]
    assert not any(one.done() for one in running)
    gate.opened.set()
    assert [one.status_code for one in await asyncio.gather(*running)] == [200] * AT_ONCE
    assert gate.held, "the requests waited for the simulations"
    assert (await sarah.ask("POST", SIMULATION, {})).status_code == 200


async def test_who_goes_away_frees_the_place_only_when_the_simulation_has_ended(
    gate: Gate,
) -> None:
    places, playbook = Simulations(1), cases.playbook(cases.task("look"))
    gone = asyncio.create_task(places.play(playbook, AgentScript(), terms=TERMS, days=1))
    await gate.wait_for(1)
    gone.cancel()
    assert isinstance((await asyncio.gather(gone, return_exceptions=True))[0], BaseException)
    with pytest.raises(Busy):
        await places.play(playbook, AgentScript(), terms=TERMS, days=1)
    gate.opened.set()
    await asyncio.to_thread(places._threads.shutdown)
    assert places._places.acquire(blocking=False)


async def test_a_rehearsal_takes_one_of_the_places(
    monkeypatch: pytest.MonkeyPatch, parts: Parts, priya: Desk
) -> None:
    monkeypatch.setattr(parts, "simulations", Simulations(1))
    path = SIMULATION.replace("simulation", "rehearsal")
    with parts.simulations.place():
        require_problem(await priya.ask("POST", path, {}), 503, "busy")
    assert (await priya.ask("POST", path, {})).status_code == 200
