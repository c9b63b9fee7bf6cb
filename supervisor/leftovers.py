"""Only one supervisor to a data directory, and none of a dead one's children.

Rule: a lock that the kernel gives back when its holder ends decides who supervises. Children of a
dead supervisor are ended by process id and start instant, never by name.
"""

import contextlib
import fcntl
import os
from pathlib import Path

import psutil

from supervisor.errors import StartError
from supervisor.running import ProcessMark, read_record, read_running, record_path

LONGEST_GRACE = 10.0


class DataLock:
    """Held as long as this supervisor lives."""

    def __init__(self, data_dir: Path) -> None:
        """Take the lock, or raise StartError with where the other one answers."""
        self._handle = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._handle)
            raise StartError(_already_runs(data_dir)) from error

    def release(self) -> None:
        """Give it back."""
        os.close(self._handle)


def end_leftovers(data_dir: Path) -> list[str]:
    """End what a dead supervisor left running; the names of what had to be ended.

    Call it under the lock. They are asked kindly, all at once, and killed when their grace, at
    most 10 s, is over: PostgreSQL and Temporal survive that.
    """
    record = read_record(data_dir)
    if record is None:
        return []
    found = [(mark, process) for mark in record.children if (process := mark.find())]
    for mark, process in found:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(mark.stop_signal)
    _await_ends(found)
    record_path(data_dir).unlink(missing_ok=True)
    return [mark.name for mark, _ in found]


def _await_ends(found: list[tuple[ProcessMark, psutil.Process]]) -> None:
    grace = max((min(mark.grace, LONGEST_GRACE) for mark, _ in found), default=0.0)
    _, stubborn = psutil.wait_procs([process for _, process in found], timeout=grace)
    for process in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=5)


def _already_runs(data_dir: Path) -> str:
    running = read_running(data_dir)
    where = f" at {running.api_url}" if running else ""
    pid = f" (process {running.supervisor.pid})" if running else ""
    return (
        f"Rightnow already runs here{where}{pid}. Use that one, stop it with Ctrl-C there, "
        "or set RIGHTNOW_DATA_DIR to run a second one beside it."
    )
