"""Tokens of the people who work at this machine, each in a file that only its owner may read.

The newest one saved is the default, so `rightnow token sarah@demo.test` is also a log-in.
"""

import contextlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

_FOLDER = "tokens"
_STRANGE = re.compile(r"[^a-z0-9@._+-]")


@dataclass(frozen=True)
class Credential:
    """Who works here, and the token that says so."""

    email: str | None
    """Unknown when the token was given by hand."""

    token: str


def save_token(data_dir: Path, email: str, token: str) -> Path:
    """Keep a person's token, mode 0600, in place of an earlier one. Returns the file's path."""
    folder = data_dir / _FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = _path(data_dir, email)
    write_private(path, json.dumps({"email": email.strip().lower(), "token": token}))
    return path


def load_token(data_dir: Path, email: str | None = None) -> Credential | None:
    """The token of this person, or the newest one. None when there is none that can be read."""
    if email is not None:
        return _read(_path(data_dir, email))
    with contextlib.suppress(OSError):
        files = sorted((data_dir / _FOLDER).glob("*.json"), key=_saved_at, reverse=True)
        return next((found for path in files if (found := _read(path))), None)
    return None


def write_private(path: Path, text: str) -> None:
    """Write a file in one step, readable by its owner alone, whatever the umask is."""
    fresh = path.with_name(f".{path.name}-{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)


def _path(data_dir: Path, email: str) -> Path:
    name = _STRANGE.sub(lambda found: f"%{ord(found.group()):x}", email.strip().lower())
    return data_dir / _FOLDER / f"{name}.json"


def _saved_at(path: Path) -> int:
    return path.stat().st_mtime_ns


def _read(path: Path) -> Credential | None:
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        kept = json.loads(path.read_text())
        return Credential(email=str(kept["email"]), token=str(kept["token"]))
    return None
