"""Random passwords, each in a file that only we may read."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from supervisor.directories import make_directory


def password_file(data_dir: Path, name: str) -> Path:
    """Where the password called `name` is kept."""
    return data_dir / "secrets" / name


def _random() -> str:
    return secrets.token_urlsafe(24)


def kept_password(data_dir: Path, name: str, make: Callable[[], str] = _random) -> str:
    """The password called `name`: read, or made on first use; random unless `make` says how.

    It is complete on disk before it is used, so a kill in between never locks anybody out.
    """
    path = password_file(data_dir, name)
    make_directory(path.parent)
    if not path.exists():
        fresh = path.with_name(f".{name}-{os.getpid()}")
        fresh.unlink(missing_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
    return path.read_text().strip()
