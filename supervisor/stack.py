"""Rightnow's four processes as one thing: opened, closed, and single ones killed or restarted.

`rightnow up` and the tests run this same code.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Self

from pydantic import SecretStr

from config.settings import Settings
from supervisor import processes, servers
from supervisor.children import Child
from supervisor.crew import Crew, Patience
from supervisor.directories import make_data_dir
from supervisor.errors import PortTakenError, StartError
from supervisor.leftovers import DataLock, end_leftovers
from supervisor.payload_keys import with_own_keys
from supervisor.running import Running, mark_of, mark_of_child, record_path, write_record
from supervisor.spec import Spec

Say = Callable[[str], None]
SPECS = {"worker": processes.worker_spec, "api": processes.api_spec}
PORTS = {"api": servers.API_PORTS}
LOOKS_FOR_A_PORT = 3


def silent(_: str) -> None:
    """Say nothing."""


@dataclass
class Stack:
    """A whole Rightnow in one data directory."""

    settings: Settings
    """What is wished; after open() what is: addresses, ports and passwords of this run."""
    _: KW_ONLY
    search_attributes: Mapping[str, str]
    migrate: Callable[[str], None] | None = None
    """Called in a thread with the database's URL, before worker and api start."""
    names: Sequence[str] = ("worker", "api")
    """Those of worker and api that open() starts."""
    say: Say = silent
    """Gets notices, one line each."""
    step: Say = silent
    """Gets one sentence for each thing that became ready."""
    any_port: bool = False
    """Ignore the ports in the settings."""
    patience: Patience | None = None
    hurry: asyncio.Event = field(default_factory=asyncio.Event)
    """Set it to cut every grace short."""
    _specs: dict[str, Spec] = field(default_factory=dict, init=False)
    _wished: Settings = field(init=False)
    _lock: DataLock | None = field(default=None, init=False)
    _crew: Crew | None = field(default=None, init=False)

    async def __aenter__(self) -> Self:
        try:
            await self.open()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def database_url(self) -> str:
        """Of the app's role, not of the owner."""
        url = self.settings.database_url
        return url.get_secret_value() if url else ""

    @property
    def temporal_address(self) -> str:
        """host:port of Temporal's frontend."""
        return self.settings.temporal_address or ""

    @property
    def api_url(self) -> str:
        """Where the API answers, once it is started."""
        return processes.local_url(self.settings)

    async def open(self) -> None:
        """Start everything that the settings do not name elsewhere. Raises StartError."""
        begun = time.monotonic()
        data_dir = await asyncio.to_thread(make_data_dir, self.settings.data_dir)
        self._lock = DataLock(data_dir)
        self._wished = self.settings
        ended = await asyncio.to_thread(end_leftovers, data_dir)
        if ended:
            self.say(f"  Ended what an earlier run left behind: {', '.join(ended)}.")
        settings = servers.choose_ports(self.settings, self.say, self.any_port)
        settings = settings.model_copy(update={"data_dir": data_dir})
        self.settings = await asyncio.to_thread(with_own_keys, settings)
        if self.settings.payload_keys is None:
            self.say(
                "  What goes to Temporal is not encrypted. Mend it: set RIGHTNOW_PAYLOAD_KEYS."
            )
        self._crew = Crew(
            data_dir / "logs",
            say=self.say,
            changed=self._write_down,
            hurry=self.hurry,
            patience=self.patience,
        )
        self._ready(f"Data are in {data_dir}", begun)
        await servers.together(self._open_database(), self._open_temporal())
        await servers.together(*[self._open_process(name) for name in self.names])

    async def close(self) -> None:
        """Stop everything in order: api, worker, temporal, postgres. Safe to repeat."""
        if self._crew is not None:
            await self._crew.stop_all()
            record_path(self.settings.data_dir).unlink(missing_ok=True)
            self._crew = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    async def start(self, name: str) -> None:
        """Start postgres, temporal, worker or api again, or for the first time, and wait."""
        if name not in self._specs:
            self._specs[name] = SPECS[name](self.settings)
        await self._members().start(self._specs[name])

    async def stop(self, name: str) -> None:
        """End one kindly; it stays down until start()."""
        await self._members().stop(name)

    async def kill(self, name: str) -> None:
        """SIGKILL to one; it stays down until start()."""
        await self._members().kill(name)

    async def restart(self, name: str) -> None:
        """End one kindly and start it again."""
        await self.stop(name)
        await self.start(name)

    def crash(self, name: str) -> None:
        """SIGKILL to one as from outside: it is reported and brought back."""
        os.kill(self.child(name).pid, signal.SIGKILL)

    def child(self, name: str) -> Child:
        """The process of that name."""
        return self._members().children[name]

    async def _open_database(self) -> None:
        begun = time.monotonic()
        if self.settings.database_url is not None:
            await servers.require_database(self.settings.database_url)
        else:
            await self._on_free_ports(servers.POSTGRES_PORTS, self._own_postgres)
        self._ready("PostgreSQL is ready", begun)
        if self.migrate is not None:
            begun = time.monotonic()
            await asyncio.to_thread(self.migrate, self.database_url)
            self._ready("The database is in its newest form", begun)

    async def _open_temporal(self) -> None:
        begun = time.monotonic()
        if (address := self.settings.temporal_address) is not None:
            wanted = self.search_attributes
            await servers.require_temporal(self.settings, address, wanted, self.say)
        else:
            await self._on_free_ports(servers.TEMPORAL_PORTS, self._own_temporal)
        self._ready("Temporal is ready", begun)

    async def _open_process(self, name: str) -> None:
        begun = time.monotonic()
        await self._on_free_ports(PORTS.get(name, ()), lambda: self._own_process(name))
        self._ready(f"{self._specs[name].title} is ready", begun)

    async def _own_postgres(self) -> None:
        own = await servers.own_postgres(self.settings, self.say)
        self._keep(own.spec(), database_url=SecretStr(own.url))
        await self.start("postgres")
        await own.furnish()

    async def _own_temporal(self) -> None:
        own = servers.own_temporal(self.settings, self.search_attributes)
        ui_url = self._wished.temporal_ui_url or own.ui_url
        self._keep(own.spec(), temporal_address=own.address, temporal_ui_url=ui_url)
        await self.start("temporal")
        for complaint in await own.furnish():
            self.say(complaint)

    async def _own_process(self, name: str) -> None:
        self._specs[name] = SPECS[name](self.settings)
        await self.start(name)

    async def _on_free_ports(
        self, names: Collection[str], start: Callable[[], Awaitable[None]]
    ) -> None:
        """Start a server; on other ports when somebody took one of them since we chose it."""
        for _ in range(LOOKS_FOR_A_PORT - 1):
            try:
                await start()
            except PortTakenError:
                chosen = servers.choose_ports(self._wished, self.say, self.any_port, names)
                ports = {name: getattr(chosen, name) for name in names}
                self.settings = self.settings.model_copy(update=ports)
            else:
                return
        await start()

    def _keep(self, spec: Spec, **found: SecretStr | str) -> None:
        self._specs[spec.name] = spec
        self.settings = self.settings.model_copy(update=found)

    def _ready(self, what: str, begun: float) -> None:
        self.step(f"{what} ({time.monotonic() - begun:.1f} s)")

    def _members(self) -> Crew:
        if self._crew is None:
            raise StartError("Rightnow is not running here.")
        return self._crew

    def _write_down(self) -> None:
        living = [each for each in self._members().children.values() if each.exit_code is None]
        running = Running(
            supervisor=mark_of("supervisor", os.getpid()),
            children=tuple(map(mark_of_child, living)),
            api_url=self.api_url,
            database_url=self.database_url,
            temporal_address=self.temporal_address,
            temporal_ui_url=self.settings.temporal_ui_url,
        )
        with contextlib.suppress(OSError):
            write_record(self.settings.data_dir, running)
