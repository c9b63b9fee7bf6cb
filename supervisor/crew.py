"""All children together: started, watched, restarted, stopped in order.

Rule: a child that ends by itself is reported in one plain line and started again after 1, 2, 4 …
at most 30 s; after 60 s of health the waits begin anew. A child that we stopped or killed on
purpose stays down until it is started again.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from supervisor import logs
from supervisor.children import Child, describe
from supervisor.directories import make_directory
from supervisor.errors import StartError
from supervisor.spec import Spec

Say = Callable[[str], None]
STOP_ORDER = ("api", "worker", "temporal", "postgres")


@dataclass(frozen=True)
class Patience:
    """How a crashed child is brought back. Durations are seconds."""

    first_wait: float = 1.0
    longest_wait: float = 30.0
    healthy_after: float = 60.0

    def wait(self, crashes: int) -> float:
        """Before the n-th restart in a row, n from 0."""
        return float(min(self.first_wait * 2 ** min(crashes, 16), self.longest_wait))


class Crew:
    """The children of one supervisor, by name."""

    def __init__(
        self,
        log_dir: Path,
        *,
        say: Say,
        changed: Callable[[], None],
        hurry: asyncio.Event | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.hurry = hurry or asyncio.Event()
        self.children: dict[str, Child] = {}
        self._log_dir = make_directory(log_dir)
        self._say = say
        self._changed = changed
        self._patience = patience or Patience()
        self._watches: dict[str, asyncio.Task[None]] = {}

    async def start(self, spec: Spec) -> None:
        """Start a child and wait until it is ready. Raises StartError."""
        child = Child(spec, self._log_dir / f"{spec.name}.log")
        self.children[spec.name] = child
        await child.launch(self._changed)
        self._watches[spec.name] = asyncio.create_task(self._watch(child))

    async def stop(self, name: str) -> None:
        """End one child kindly; it stays down."""
        await self._unwatch(name)
        if name in self.children:
            await self.children[name].stop(self.hurry)
            self._changed()

    async def kill(self, name: str) -> None:
        """SIGKILL to one child; it stays down."""
        await self._unwatch(name)
        await self.children[name].kill()
        self._changed()

    async def stop_all(self) -> None:
        """End everybody, those first who need the others. Nobody is restarted meanwhile."""
        for name in self.children:
            await self._unwatch(name)
        known = [name for name in STOP_ORDER if name in self.children]
        for name in [*(set(self.children) - set(known)), *known]:
            await self.stop(name)

    async def _unwatch(self, name: str) -> None:
        watch = self._watches.pop(name, None)
        if watch is not None:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)

    async def _watch(self, child: Child) -> None:
        clock = asyncio.get_running_loop().time
        crashes = 0
        while True:
            since = clock()
            while not await child.ends(within=self._patience.healthy_after):
                crashes = 0
                await asyncio.to_thread(logs.trim, child.log)
            if clock() - since >= self._patience.healthy_after:
                crashes = 0
            crashes = await self._bring_back(child, crashes)

    async def _bring_back(self, child: Child, crashes: int) -> int:
        title = child.spec.title
        ending = f"{title} stopped by itself ({describe(child.exit_code)})."
        clock = asyncio.get_running_loop().time
        down_since = clock()
        while True:
            wait = self._patience.wait(crashes)
            crashes += 1
            self._say(f"{ending} Starting it again in {wait:.3g} s. Its log: {child.log}")
            await asyncio.sleep(wait)
            try:
                await child.launch(self._changed)
            except (StartError, OSError):
                ending = f"{title} did not come back."
                continue
            self._say(f"{title} is back after {clock() - down_since:.1f} s.")
            return crashes
