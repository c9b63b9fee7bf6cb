"""What the API is made of; its root puts it together, routes ask for it."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from activities.adapters.signal_files import load_lexicons
from activities.prospects import Expected
from api.live import Live
from api.simulating import Simulations
from api.unsealing import Unsealing
from api.waiting import Waiting
from domain.business_hours import materialise, window_for
from domain.lexicon import Lexicon
from domain.signal_words import find_all
from models.actor import Actor, Person
from models.escalation import EscalationType
from models.hours import OpenHours
from models.house import House
from models.llm import LlmSetup
from models.playbook import PlaybookVersion
from models.severity import Severity
from models.signal import SignalKind
from models.sla import PolicyVersion
from models.store.repositories import clock, people, playbooks, sla
from models.store.session import Store
from workflows.client import Engine

TOLERATED = timedelta(seconds=2)
"""A machine's clock may differ by so much from the database's and still be believed."""

KNOWN_FOR = 3.0
"""Seconds for which a token is believed without asking again: a revoked one ends that soon."""


@dataclass
class Parts:
    """The API's parts. Nothing here is state: what it remembers can be forgotten at any time."""

    store: Store
    engine: Engine
    house: House
    unsealing: Unsealing | None = None
    """Opens payloads for admins; None when nothing is sealed."""

    lexicons: tuple[Lexicon, ...] = field(default_factory=lambda: load_lexicons())
    """The lists of signal words."""

    llm: LlmSetup | None = None
    """The language model that the workers ask; None when there is none. The API asks none."""

    simulations: Simulations = field(default_factory=Simulations)
    expected: dict[tuple[EscalationType, Severity], tuple[float, Expected]] = field(
        default_factory=dict
    )
    """What came of cases of a kind, and until when that is told again without counting."""

    waiting: Waiting = field(default_factory=Waiting)
    """Who waits for words."""

    live: Live = field(init=False)
    """Tells whoever listens which cases move."""

    _known: dict[str, tuple[float, tuple[Actor, Person | None]]] = field(default_factory=dict)
    _policies: dict[tuple[str, int], PolicyVersion] = field(default_factory=dict)
    _hours: dict[tuple[str, int, datetime], OpenHours] = field(default_factory=dict)
    _versions: dict[tuple[str, int], PlaybookVersion] = field(default_factory=dict)
    _behind: timedelta = timedelta(0)
    """How far the clock of this machine is behind the database's."""

    def __post_init__(self) -> None:
        self.live = Live(self.store)

    def now(self) -> datetime:
        """What time it is by the database's clock: deadlines depend on no API's machine."""
        return datetime.now(UTC) + self._behind  # noqa: TID251 (the edge reads the clock)

    def signals(self, text: str) -> tuple[SignalKind, ...]:
        """The kinds of signal words in a text that the customer means, in the order of the text."""
        found = find_all(text, self.lexicons)
        return tuple(dict.fromkeys(one.kind for one in found if one.counts))

    async def who_holds(self, token: str) -> tuple[Actor, Person | None] | None:
        """Whose token it is."""
        hashed = people.secret_hash(token)
        known = self._known.get(hashed)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        async with self.store.single() as connection:
            found = await people.actor_of(connection, token)
            await self._compare_clocks(connection)
        if len(self._known) > 1000:
            self._known.clear()
        if found is not None:
            self._known[hashed] = (time.monotonic() + KNOWN_FOR, found)
        return found

    async def _compare_clocks(self, connection: AsyncConnection) -> None:
        """Find out how wrong this machine's clock is. How long the answer took is no error."""
        before = datetime.now(UTC)  # noqa: TID251
        there = await clock.now(connection)
        after = datetime.now(UTC)  # noqa: TID251
        behind = max(there - after, timedelta(0)) + min(there - before, timedelta(0))
        self._behind = behind if abs(behind) > TOLERATED else timedelta(0)

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

    async def current_policies(self, connection: AsyncConnection) -> list[PolicyVersion]:
        """Every current SLA policy. Only fresh ones are read whole."""
        found = []
        for key in await sla.current_keys(connection):
            known = self._policies.get(key) or await sla.policy(connection, *key)
            if known is not None:
                self._policies[key] = known
                found.append(known)
        return found

    async def open_hours(
        self, connection: AsyncConnection, calendars: tuple[str, ...], received_at: datetime
    ) -> tuple[OpenHours, ...]:
        """The open hours of these calendars that a case carries. Cases of a month share them."""
        if not calendars:
            return ()
        begins_at, ends_at = window_for(received_at)
        found = []
        for slug, version in await sla.calendar_keys(connection, calendars):
            key = slug, version, begins_at
            known = self._hours.get(key)
            one = None if known else await sla.calendar(connection, slug, version)
            if one is not None:
                if len(self._hours) > 200:
                    self._hours.clear()
                known = self._hours[key] = materialise(one.calendar, one.ref, begins_at, ends_at)
            if known is not None:
                found.append(known)
        return tuple(found)

    async def _read(self, connection: AsyncConnection, slug: str, version: int) -> PlaybookVersion:
        known = await playbooks.get(connection, slug, version)
        if known is None:
            raise LookupError(f"there is no playbook {slug}@{version}")
        self._versions[(slug, version)] = known
        return known
