"""What the API is made of; its root puts it together, routes ask for it."""

import time
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from models.actor import Actor, Person
from models.house import House
from models.playbook import PlaybookVersion
from models.store.repositories import people, playbooks
from models.store.session import Store
from workflows.client import Engine

KNOWN_FOR = 3.0
"""Seconds for which a token is believed without asking again: a revoked one ends that soon."""


@dataclass
class Parts:
    """The API's parts. Nothing here is state: what it remembers can be forgotten at any time."""

    store: Store
    engine: Engine
    house: House
    _known: dict[str, tuple[float, tuple[Actor, Person | None]]] = field(default_factory=dict)
    _versions: dict[tuple[str, int], PlaybookVersion] = field(default_factory=dict)

    async def who_holds(self, token: str) -> tuple[Actor, Person | None] | None:
        """Whose token it is."""
        hashed = people.secret_hash(token)
        known = self._known.get(hashed)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        async with self.store.single() as connection:
            found = await people.actor_of(connection, token)
        if len(self._known) > 1000:
            self._known.clear()
        if found is not None:
            self._known[hashed] = (time.monotonic() + KNOWN_FOR, found)
        return found

    async def playbook(self, slug: str, version: int) -> PlaybookVersion:
        """A playbook version. It never changes, so it is read once."""
        known = self._versions.get((slug, version))
        if known is None:
            async with self.store.single() as connection:
                known = await self._read(connection, slug, version)
        return known

    async def current_playbooks(self, connection: AsyncConnection) -> list[PlaybookVersion]:
        """The newest published version of every playbook. Only fresh ones are read whole."""
        return [
            self._versions.get(key) or await self._read(connection, *key)
            for key in await playbooks.current_keys(connection)
        ]

    async def _read(self, connection: AsyncConnection, slug: str, version: int) -> PlaybookVersion:
        known = await playbooks.get(connection, slug, version)
        if known is None:
            raise LookupError(f"there is no playbook {slug}@{version}")
        self._versions[(slug, version)] = known
        return known
