"""What the terminal remembers between two commands: the case and step in hand, unanswered changes.

The case is kept by id, so a number of another house never meets it. A step is in hand only after
it was shown: `done` never finishes a step that nobody read. Memory older than a shift is none.

A change that got no answer keeps its key here. The same command typed again sends the same key,
so it is done once, even when this program was killed while it waited.
"""

import contextlib
import hashlib
import json
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from terminal.answer import Answer, clean
from terminal.credentials import write_private

SHIFT = timedelta(hours=12)
KEY_LIVES = timedelta(hours=1)
UNDO_FOR = timedelta(minutes=1)
"""Longer than the engine allows: it says itself that it is too late."""


@dataclass(frozen=True)
class InHand:
    """The case in hand, and the step that was shown last."""

    case_id: str
    number: str
    step: Answer | None
    """As the API showed it. None: finished, and the next one was not shown yet."""


class Memory:
    """The memory of one person at one terminal window: two windows never mix their cases."""

    def __init__(self, folder: Path, who: str, seat: str) -> None:
        name = hashlib.sha256(f"{who}\n{seat}".encode()).hexdigest()[:20]
        self._path = folder / f"{name}.json"

    def take(self, case_id: str, number: str, step: Answer | None) -> None:
        """Remember a case and the step that is on the screen now."""
        told = {"case_id": case_id, "number": number, "step": step, "at": _now().isoformat()}
        self._write({**self._read(), "in_hand": told})

    def in_hand(self) -> InHand | None:
        """The case in hand, when it was taken in this shift."""
        kept = self._read().get("in_hand")
        if not isinstance(kept, dict) or not _young(kept, SHIFT):
            return None
        case_id, number, step = kept.get("case_id"), kept.get("number"), kept.get("step")
        return InHand(str(case_id), str(number), clean(step) if isinstance(step, dict) else None)

    def did(self, case_id: str, number: str, op_id: str) -> None:
        """Remember what was done last, so that it can be taken back."""
        told = {"case_id": case_id, "number": number, "op_id": op_id, "at": _now().isoformat()}
        self._write({**self._read(), "done": told})

    def done(self) -> tuple[str, str] | None:
        """The case and the operation that was done last, while it can be taken back."""
        kept = self._read().get("done")
        if not isinstance(kept, dict) or not _young(kept, UNDO_FOR):
            return None
        return str(kept.get("case_id")), str(kept.get("op_id"))

    def key_for(self, change: str) -> str | None:
        """The key of this very change, when it was sent and got no answer."""
        kept = self._read().get("unanswered", {}).get(_mark(change))
        return str(kept["key"]) if isinstance(kept, dict) and _young(kept, KEY_LIVES) else None

    def sending(self, change: str, key: str) -> None:
        """Remember a change before it is sent."""
        waiting = {mark: kept for mark, kept in self._waiting().items() if _young(kept, KEY_LIVES)}
        waiting[_mark(change)] = {"key": key, "at": _now().isoformat()}
        self._write({**self._read(), "unanswered": waiting})

    def answered(self, change: str) -> None:
        """It has its answer: the same words typed again are a new wish."""
        waiting = self._waiting()
        if waiting.pop(_mark(change), None) is not None:
            self._write({**self._read(), "unanswered": waiting})

    def _waiting(self) -> dict[str, Any]:
        return dict(self._read().get("unanswered", {}))

    def _read(self) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError):
            kept = json.loads(self._path.read_text())
            return kept if isinstance(kept, dict) else {}
        return {}

    def _write(self, kept: dict[str, Any]) -> None:
        """A memory that cannot be kept is no reason to stop work: then ids are typed by hand."""
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(self._path, json.dumps(kept))


def seat() -> str:
    """The terminal window that we sit at; scripts without one share a seat."""
    for stream in (0, 1, 2):
        with contextlib.suppress(OSError, AttributeError):
            return re.sub(r"\W", "-", os.ttyname(stream))
    return "no-terminal"


def _mark(change: str) -> str:
    return hashlib.sha256(change.encode("utf-8", "replace")).hexdigest()[:32]


def _young(kept: Any, age: timedelta) -> bool:
    try:
        at = datetime.fromisoformat(kept["at"])
        return timedelta(0) <= _now() - at < age
    except (KeyError, TypeError, ValueError):
        return False


def _now() -> datetime:
    return datetime.now(UTC)
