"""One child process: how it starts, when it is ready, how it ends.

Rule: each child leads its own session, so Ctrl-C at the terminal reaches the supervisor alone,
which ends the children in order; and each is tethered, so none outlives the supervisor.
Rule: whoever else answers on its port, such as another Rightnow, does not make a child ready.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

import psutil

from supervisor import logs
from supervisor.errors import PortTakenError, StartError
from supervisor.spec import Spec
from supervisor.tether import tethered

AGAIN_EVERY = 0.2
LAST_WORDS = 3.0
PORT_TAKEN = "address already in use"


class Child:
    """A running, or ended, child process."""

    def __init__(self, spec: Spec, log: Path) -> None:
        self.spec = spec
        self.log = log
        self.created_at = 0.0
        self._mark = 0
        self._robbed = False
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Process id of the present or last run; 0 before the first."""
        return self._process.pid if self._process else 0

    @property
    def exit_code(self) -> int | None:
        """None while it runs; minus the signal's number when a signal ended it."""
        return self._process.returncode if self._process else 0

    async def launch(self, spawned: Callable[[], None]) -> None:
        """Start it and wait until it is ready.

        Raises StartError with its last words; PortTakenError when they blame the port.
        """
        spec = self.spec
        clock = asyncio.get_running_loop().time
        give_up = clock() + spec.not_yet_within
        while True:
            await self._spawn()
            spawned()
            if await self._becomes_ready():
                return
            words = logs.tail(self.log, self._mark)
            if self.exit_code is None:
                await self.kill()
                if self._robbed:
                    what = f"was not ready in time; another program has port {spec.listens_on}"
                    raise PortTakenError(self._lament(what, words))
                raise StartError(self._lament("was not ready in time", words))
            if clock() > give_up or not any(part in words for part in spec.not_yet):
                error = PortTakenError if PORT_TAKEN in words.lower() else StartError
                raise error(self._lament(f"ended ({describe(self.exit_code)})", words))
            await asyncio.sleep(AGAIN_EVERY)

    async def ends(self, within: float | None = None) -> bool:
        """Wait for its end. False when `within` seconds went by first."""
        if self._process is not None:
            try:
                async with asyncio.timeout(within):
                    await self._process.wait()
            except TimeoutError:
                return False
        return True

    async def stop(self, hurry: asyncio.Event) -> None:
        """End it kindly, within its grace; at once when somebody is in a hurry."""
        self._signal(self.spec.stop_signal)
        ended = asyncio.create_task(self.ends(self.spec.grace))
        hurried = asyncio.create_task(hurry.wait())
        await asyncio.wait({ended, hurried}, return_when=asyncio.FIRST_COMPLETED)
        hurried.cancel()
        ended.cancel()
        await asyncio.gather(ended, hurried, return_exceptions=True)
        if self.exit_code is None and self.spec.hurry_signal is not signal.SIGKILL:
            self._signal(self.spec.hurry_signal)
            await self.ends(LAST_WORDS)
        await self.kill()

    async def kill(self) -> None:
        """SIGKILL to it and to what it started in its own process group; to nobody else."""
        if self.exit_code is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            await self.ends()

    async def _spawn(self) -> None:
        spec = self.spec
        who = (spec.account.uid, spec.account.gid) if spec.account else (None, None)
        spec.before()
        with logs.open_log(self.log) as log:
            self._mark = logs.size(self.log)
            self._process = await asyncio.create_subprocess_exec(
                *tethered(spec.command, spec.stop_signal, *who),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(spec.environment),
                cwd=spec.cwd,
                start_new_session=True,
                umask=0o077,
            )
        with contextlib.suppress(psutil.NoSuchProcess):
            self.created_at = psutil.Process(self.pid).create_time()

    async def _becomes_ready(self) -> bool:
        clock = asyncio.get_running_loop().time
        give_up = clock() + self.spec.ready_within
        while self.exit_code is None and clock() < give_up:
            answered = await self.spec.ready()
            self._robbed = answered and not await asyncio.to_thread(self._listens_itself)
            if answered and not self._robbed:
                return self.exit_code is None
            await self.ends(0.05)
        return False

    def _listens_itself(self) -> bool:
        """Whether it, or what it started, has its port. Who may not look believes it."""
        port = self.spec.listens_on
        if port is None:
            return True
        try:
            own = psutil.Process(self.pid)
            return any(_listens(each, port) for each in (own, *own.children(recursive=True)))
        except psutil.AccessDenied:
            return True
        except psutil.NoSuchProcess:
            return False

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self.exit_code is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    def _lament(self, what: str, words: str) -> str:
        return f"{self.spec.title} {what}. The last lines of {self.log}:\n{words or '(none)'}"


def _listens(process: psutil.Process, port: int) -> bool:
    try:
        sockets = process.net_connections("tcp")
    except psutil.NoSuchProcess:
        return False
    return any(each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in sockets)


def describe(exit_code: int | None) -> str:
    """`-9` becomes `killed by SIGKILL`, `3` becomes `exit code 3`."""
    if exit_code is None:
        return "running"
    if exit_code >= 0:
        return f"exit code {exit_code}"
    try:
        return f"killed by {signal.Signals(-exit_code).name}"
    except ValueError:
        return f"killed by signal {-exit_code}"
