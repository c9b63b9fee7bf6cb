"""What runs now, written down for the next start and for the terminal client.

`running.json` holds addresses with their passwords, so only we may read it.
"""

import contextlib
import os
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict, ValidationError

from supervisor.children import Child

SAME_START_WITHIN = 1.0


class ProcessMark(BaseModel):
    """One process, told from a later one with the same id by the instant of its start."""

    model_config = ConfigDict(frozen=True)

    name: str
    pid: int
    created_at: float
    """Seconds since 1970, as the system tells it."""
    stop_signal: int
    grace: float

    def find(self) -> psutil.Process | None:
        """The process, when it still runs."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created_at) < SAME_START_WITHIN
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.Error:
            return None


class Running(BaseModel):
    """The present run: its processes and where they answer."""

    model_config = ConfigDict(frozen=True)

    supervisor: ProcessMark
    children: tuple[ProcessMark, ...] = ()
    api_url: str
    database_url: str
    temporal_address: str
    temporal_ui_url: str | None = None

    def lives(self, name: str) -> bool:
        """True when the child of that name still runs."""
        return any(mark.name == name and mark.find() is not None for mark in self.children)


def record_path(data_dir: Path) -> Path:
    """Where the present run is written down."""
    return data_dir / "running.json"


def write_record(data_dir: Path, running: Running) -> None:
    """Replace the record in one step, readable by us alone."""
    path = record_path(data_dir)
    fresh = path.with_name(f".{path.name}-{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(running.model_dump_json(indent=1))
    fresh.replace(path)


def read_record(data_dir: Path) -> Running | None:
    """The record of the last run, whether or not it still runs. None: none that can be read."""
    with contextlib.suppress(OSError, ValidationError):
        return Running.model_validate_json(record_path(data_dir).read_bytes())
    return None


def read_running(data_dir: Path) -> Running | None:
    """The present run, or None when no supervisor lives."""
    record = read_record(data_dir)
    return record if record is not None and record.supervisor.find() is not None else None


def mark_of(name: str, pid: int, stop_signal: int = 15, grace: float = 10.0) -> ProcessMark:
    """The mark of a living process."""
    created_at = psutil.Process(pid).create_time()
    return ProcessMark(
        name=name, pid=pid, created_at=created_at, stop_signal=stop_signal, grace=grace
    )


def mark_of_child(child: Child) -> ProcessMark:
    """The mark of a child, with how it wants to be ended."""
    spec = child.spec
    return ProcessMark(
        name=spec.name,
        pid=child.pid,
        created_at=child.created_at,
        stop_signal=spec.stop_signal,
        grace=spec.grace,
    )
