"""The nemesis: kills one part after another, and sees that each comes back."""

import asyncio
import os
import signal
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from sqlalchemy import text

from models.errors import StoreUnavailable
from tests.chaos.arena import Arena
from tests.polling import until


@dataclass(frozen=True)
class Strike:
    """One kill."""

    victim: str
    at: datetime
    back_at: datetime
    """When it was ready again."""


@dataclass
class Nemesis:
    """Strikes until it is told to stop; then everything is up again."""

    arena: Arena
    victims: tuple[str, ...]
    dice: Random
    pause: tuple[float, float]
    down: tuple[float, float]
    strikes: list[Strike] = field(default_factory=list)

    async def rage(self, over: asyncio.Event) -> None:
        """Kill each victim once, in an order of the dice; then all of them once more."""
        while self.victims and not over.is_set():
            for victim in self.dice.sample(self.victims, k=len(self.victims)):
                if await _passes(over, self.dice.uniform(*self.pause)):
                    return
                await self.strike(victim)

    async def strike(self, victim: str) -> Strike:
        """Kill one and wait until it is back."""
        at = datetime.now(UTC)
        if victim == "backend":
            await self._kill_backend()
        elif self.dice.random() < 0.5:
            await self._crash(victim)
        else:
            await self.arena.stack.kill(victim)
            await asyncio.sleep(self.dice.uniform(*self.down))
            await self.arena.stack.start(victim)
        struck = Strike(victim, at, datetime.now(UTC))
        self.strikes.append(struck)
        return struck

    async def _crash(self, victim: str) -> None:
        """Kill it as from outside: the supervisor notices, and brings it back by itself."""
        child = self.arena.stack.child(victim)
        before = child.created_at
        self.arena.stack.crash(victim)

        async def back() -> bool | None:
            new = child.exit_code is None and child.created_at != before
            return (new and await child.spec.ready()) or None

        await until(back, within=60)

    async def _kill_backend(self) -> None:
        """SIGKILL to one of PostgreSQL's own processes: it throws everybody out and recovers."""
        await self.arena.store.close()  # PostgreSQL may have been another one
        async with self.arena.store.transaction() as connection:
            busy = text(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
                " AND pid <> pg_backend_pid() ORDER BY query_start DESC NULLS LAST LIMIT 1"
            )
            victim: int = (await connection.execute(busy)).scalar_one()
        os.kill(victim, signal.SIGKILL)

        async def back() -> bool | None:
            try:
                async with self.arena.store.single() as connection:
                    await connection.execute(text("SELECT 1"))
            except StoreUnavailable:
                return None
            return True

        await until(back, within=60)


async def _passes(over: asyncio.Event, seconds: float) -> bool:
    """Wait for the end, so long at most. Says whether it came."""
    try:
        async with asyncio.timeout(seconds):
            await over.wait()
    except TimeoutError:
        return False
    return True
