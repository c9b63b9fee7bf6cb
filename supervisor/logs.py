"""One log file for each child, bounded: the newest part, and one older part beside it."""

import os
import shutil
from pathlib import Path
from typing import BinaryIO

LARGEST = 10 * 1024 * 1024


def open_log(path: Path) -> BinaryIO:
    """Open for appending, readable by us alone. A log past its size becomes the older part."""
    if path.exists() and path.stat().st_size > LARGEST:
        path.replace(older(path))
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def trim(path: Path) -> None:
    """Bound the log of a running child: copy it aside, then empty it under the child's hands.

    Harmless because the child appends: its next line goes to the new end. Lines that arrive
    between copy and emptying are lost, which a log of last resort can bear.
    """
    if path.exists() and path.stat().st_size > LARGEST:
        shutil.copyfile(path, older(path))
        older(path).chmod(0o600)
        os.truncate(path, 0)


def older(path: Path) -> Path:
    """Where the older part of a log is kept."""
    return path.with_name(path.name + ".1")


def size(path: Path) -> int:
    """Bytes in the log now: the mark from which a child's own lines begin."""
    return path.stat().st_size if path.exists() else 0


def tail(path: Path, since: int = 0, lines: int = 8) -> str:
    """The last lines written after byte `since`, for a person who has to see why."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(since, size(path) - 16_384))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
