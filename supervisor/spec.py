"""What a child process is, before it runs."""

import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from supervisor.accounts import Account
from supervisor.probes import Probe

LOADER = "LD_LIBRARY_PATH"


@dataclass(frozen=True)
class Spec:
    """How one child is run. Durations are seconds."""

    name: str
    title: str
    command: tuple[str, ...]
    ready: Probe
    environment: Mapping[str, str]
    ready_within: float = 30.0
    stop_signal: signal.Signals = signal.SIGTERM
    hurry_signal: signal.Signals = signal.SIGKILL
    grace: float = 10.0
    account: Account | None = None
    cwd: Path | None = None
    before: Callable[[], None] = lambda: None
    listens_on: int | None = None
    """The port that it, and nobody else, has to listen on before it counts as ready."""
    not_yet: tuple[str, ...] = ()
    """Words in the log that mean: a moment too early, try again."""
    not_yet_within: float = 10.0


def bare_environment(home: Path) -> dict[str, str]:
    """For servers that are not ours: nothing of our environment but where libraries are."""
    kept = {LOADER: os.environ[LOADER]} if LOADER in os.environ else {}
    return {"PATH": "/usr/bin:/bin", "HOME": str(home), "TZ": "UTC", "LC_MESSAGES": "C"} | kept
