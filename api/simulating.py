"""Simulations beside the API's own work: in threads, a few at once, and in nobody's way.

A simulation is all arithmetic: on the event loop every other request would wait for its end. A
caller who goes away leaves it running to its end, which is near (`MAX_EVENTS`); until then its
place is taken.
"""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import BoundedSemaphore

from domain.simulation import simulate
from models.errors import Busy
from models.playbook import Playbook
from models.simulation import AgentScript, Simulation
from models.terms import SlaTerms

AT_ONCE = 2
"""So many at once in one process. They share one core with the requests."""


class Simulations:
    """The places in which simulations run."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._places = BoundedSemaphore(at_once)
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="simulation")

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for work that is done beside the requests. Raises Busy when all are taken."""
        if not self._places.acquire(blocking=False):
            raise Busy("Other playbooks are being tried. Try again in a few seconds.")
        try:
            yield
        finally:
            self._places.release()

    async def play(
        self, playbook: Playbook, script: AgentScript, *, terms: SlaTerms, days: int
    ) -> Simulation:
        """Play a playbook through. Raises Busy when all places are taken: nothing waits in line."""
        if not self._places.acquire(blocking=False):
            raise Busy("Other playbooks are being played through. Try again in a few seconds.")
        playing = self._threads.submit(simulate, playbook, script, terms=terms, days=days)
        playing.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(playing)
