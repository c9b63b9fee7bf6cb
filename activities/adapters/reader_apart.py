"""The built-in reader and embedder in a process of their own, which is there only while it is used.

The model and its libraries take 200 MB and more. A process that has loaded them never gets all of
it back, so another one loads them, and ends when nothing was read for a while (ADR 15).
"""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from activities.adapters.minilm_files import NAME
from activities.adapters.reader_process import Answer, Question
from activities.ports import ModelUnusable
from models.sentiment import Reading

KEPT_FOR = 600.0
"""Seconds for which the process stays when nothing is read. To begin it anew takes about one."""

_ROOT = Path(__file__).parents[2]
_COMMAND = (sys.executable, "-P", "-m", "activities.adapters.reader_process")
_TRIES = 2
"""A process may end in the moment in which it is asked. If two do, they died of the texts."""


class ReadingBroke(Exception):
    """These texts cannot be read, for a reason that nobody knows. Others can."""


class ReaderApart:
    """Reads, and makes vectors. Threads may share it: they take turns."""

    name = NAME

    def __init__(self, kept_for: float = KEPT_FOR, command: Sequence[str] = _COMMAND) -> None:
        self._command = (*command, str(kept_for))
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Of the process, while there is one."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """What each text tells of its writer. Raises ModelUnusable and ReadingBroke."""
        return list(self._ask(Question(wanted="readings", texts=tuple(texts))).readings)

    def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """A vector of length 1 for each text. Raises ModelUnusable and ReadingBroke."""
        return list(self._ask(Question(wanted="vectors", texts=tuple(texts))).vectors)

    def close(self) -> None:
        """End the process, after what it reads now. The next question begins another one."""
        with self._turn:
            self._leave()

    def _ask(self, question: Question) -> Answer:
        try:
            line = question.model_dump_json().encode() + b"\n"
        except ValueError as error:  # a lone surrogate, which is no text
            raise ReadingBroke(type(error).__name__) from None
        with self._turn:
            for _ in range(_TRIES):
                if said := self._said(line):
                    return _understood(said)
                self._leave()
        raise ReadingBroke("The reader's process ended while it read.")

    def _said(self, line: bytes) -> bytes:
        """What the process answers; nothing when it has ended."""
        process = self._process = self._process or self._begun()
        if process.stdin is None or process.stdout is None:
            return b""
        try:
            process.stdin.write(line)
            process.stdin.flush()
        except OSError:
            return b""
        said = process.stdout.readline()
        return said if said.endswith(b"\n") else b""

    def _begun(self) -> "subprocess.Popen[bytes]":
        path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
        process = subprocess.Popen(  # noqa: S603 (our own module, by our own interpreter)
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,  # Ctrl-C is for whoever asks: what is read now is finished
        )
        # It ends by itself, and somebody has to take note of it.
        threading.Thread(target=process.wait, name="reader's end", daemon=True).start()
        return process

    def _leave(self) -> None:
        """Let the process go, which ends when nobody can ask it any more."""
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what was to be said to one that is gone
                    continue
        process.wait()


def _understood(said: bytes) -> Answer:
    answer = Answer.model_validate_json(said)
    if answer.unusable is not None:
        raise ModelUnusable(answer.unusable)
    if answer.failed is not None:
        raise ReadingBroke(answer.failed)
    return answer
