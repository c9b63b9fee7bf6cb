"""Directories of ours, made whole or not at all.

Rule: a directory gets its mode and owner when we make it and never again; what somebody else made
stays as it is. It is made under another name and renamed, so that a kill never leaves it half done.
"""

import os
import shutil
import tempfile
from pathlib import Path

from supervisor.accounts import Account
from supervisor.errors import StartError

PRIVATE = 0o700
PASSABLE = 0o711
READABLE = 0o755


def make_directory(path: Path, mode: int = PRIVATE, account: Account | None = None) -> Path:
    """Make `path` unless it exists. Missing parents are made with the ordinary mode."""
    if path.is_dir():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    fresh.chmod(mode)
    if account is not None:
        os.chown(fresh, account.uid, account.gid)
    try:
        fresh.rename(path)
    except OSError:
        shutil.rmtree(fresh)
        if not path.is_dir():
            raise
    return path


def make_data_dir(path: Path) -> Path:
    """The data directory, absolute. Root's can be passed through by PostgreSQL's user, not read."""
    try:
        place = make_directory(path.resolve(), PASSABLE if os.geteuid() == 0 else PRIVATE)
    except OSError as error:
        raise StartError(
            f"The data directory {path} cannot be made: {error.strerror}. "
            "Mend it: set RIGHTNOW_DATA_DIR to a directory of your own."
        ) from error
    if not os.access(place, os.W_OK | os.X_OK):
        raise StartError(
            f"The data directory {place} belongs to another user. "
            "Mend it: run Rightnow as that user, or set RIGHTNOW_DATA_DIR."
        )
    return place
