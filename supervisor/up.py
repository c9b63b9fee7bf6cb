"""`rightnow up`: start everything, say where it is, wait, stop everything.

Rule: the first Ctrl-C (or SIGTERM, or a closed terminal) stops in order, with a grace for each; a
second one hurries it. Nothing is lost either way.
"""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass

from config.settings import Settings
from supervisor.errors import StartError
from supervisor.servers import CODEC_PATH
from supervisor.stack import Say, Stack

STOPPERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STEPS = 6


@dataclass(frozen=True)
class Run:
    """What runs now. `settings` is complete: addresses, ports and passwords of this run."""

    settings: Settings
    database_url: str
    temporal_address: str
    temporal_ui_url: str | None
    api_url: str


async def up(
    settings: Settings,
    *,
    search_attributes: Mapping[str, str],
    migrate: Callable[[str], None],
    prepare: Callable[[Run], Awaitable[None]] | None,
    say: Say,
) -> int:
    """Run until somebody stops it. Returns the exit code: 0 after a wanted end, 1 otherwise."""
    say = _to_whoever_listens(say)
    stack = Stack(
        settings,
        search_attributes=search_attributes,
        migrate=migrate,
        say=say,
        step=_numbered(say),
    )
    with _stop_asked(stack.hurry, say) as stop:
        try:
            await _unless(stop, _start(stack, prepare, say))
            await stop.wait()
        except StartError as error:
            say(str(error))
            return 1
        finally:
            await stack.close()
    say("Everything is stopped. Nothing is lost; `rightnow up` goes on where it was.")
    return 0


async def _start(stack: Stack, prepare: Callable[[Run], Awaitable[None]] | None, say: Say) -> None:
    await stack.open()
    ui_url = stack.settings.temporal_ui_url
    run = Run(stack.settings, stack.database_url, stack.temporal_address, ui_url, stack.api_url)
    if prepare is not None:
        await prepare(run)
    say("")
    say("Rightnow is running. Ctrl-C stops it; nothing is lost.")
    say(f"  The API's pages  {run.api_url}/api/v1/docs")
    if ui_url:
        say(f"  Temporal's page  {ui_url}")
        if run.settings.payload_keys is not None:
            say(f"  To read it       {run.api_url}{CODEC_PATH}")
    say(f"  Logs             {stack.settings.data_dir / 'logs'}")


async def _unless(stop: asyncio.Event, work: Awaitable[None]) -> None:
    """Do the work, and break it off when somebody asks us to stop."""
    working = asyncio.ensure_future(work)
    asked = asyncio.create_task(stop.wait())
    await asyncio.wait({working, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if not working.done():
        working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working


@contextlib.contextmanager
def _stop_asked(hurry: asyncio.Event, say: Say) -> Iterator[asyncio.Event]:
    """An event that the first signal sets; every later one sets `hurry`."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def asked() -> None:
        if stop.is_set():
            hurry.set()
        else:
            stop.set()
            say("\nStopping. Ctrl-C once more hurries it.")

    # What the caller ignores stays ignored: `nohup`, a job in the background.
    heeded = [number for number in STOPPERS if signal.getsignal(number) != signal.SIG_IGN]
    for number in heeded:
        loop.add_signal_handler(number, asked)
    try:
        yield stop
    finally:
        for number in heeded:
            loop.remove_signal_handler(number)


def _to_whoever_listens(say: Say) -> Say:
    """A terminal that went away must not stop us from stopping in order."""

    def tell(line: str) -> None:
        with contextlib.suppress(OSError):
            say(line)

    return tell


def _numbered(say: Say) -> Say:
    """Number the steps in the order in which they end: some of them run at the same time."""
    done = 0

    def step(what: str) -> None:
        nonlocal done
        done += 1
        say(f"  {done}/{STEPS} {what}")

    return step
