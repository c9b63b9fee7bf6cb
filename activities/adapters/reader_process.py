"""The built-in reader's own process: it is asked on its input, and answers on its output.

A line is a question or an answer, as JSON. It ends by itself when nothing was asked for a while,
and when whoever asks is gone. What a library writes goes to the log, never between the answers.
"""

import os
import select
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import BinaryIO, Literal

from pydantic import ValidationError

from activities.ports import ModelUnusable
from models.frozen import Frozen
from models.sentiment import Reading

_LATER = 10
"""By how much this process steps back for everybody else on the machine."""


class Question(Frozen):
    """Texts, and what is wanted of them."""

    wanted: Literal["readings", "vectors"]
    texts: tuple[str, ...]


class Answer(Frozen):
    """What was wanted, or why there is none."""

    readings: tuple[Reading, ...] = ()
    vectors: tuple[tuple[float, ...], ...] = ()
    unusable: str | None = None
    """Why the model cannot be had here, and what to do."""

    failed: str | None = None
    """The type of an error that nobody knows; its text may hold customers' words."""


Deeds = tuple[
    Callable[[Sequence[str]], list[Reading]], Callable[[Sequence[str]], list[tuple[float, ...]]]
]


def _made() -> Deeds:
    """Whoever reads and whoever makes vectors, by one model. Raises ModelUnusable."""
    from activities.adapters.embedder import BuiltInEmbedder
    from activities.adapters.heads import Heads
    from activities.adapters.minilm import MiniLm
    from activities.adapters.reader import BuiltInReader

    encoder = MiniLm()
    return BuiltInReader(encoder, Heads.read()).read, BuiltInEmbedder(encoder).embed


class Answering:
    """Answers questions; the model is loaded with the first one."""

    def __init__(self, make: Callable[[], Deeds] = _made) -> None:
        self._make = make
        self._deeds: Deeds | None = None

    def answer(self, line: bytes) -> Answer:
        """The answer to a line. A question that breaks something leaves the next one unharmed."""
        try:
            return self._answer(Question.model_validate_json(line))
        except ModelUnusable as error:
            return Answer(unusable=str(error))
        except ValidationError:
            return Answer(failed="ValidationError")
        except Exception as error:  # noqa: BLE001 (the root of this process: it goes on)
            return Answer(failed=type(error).__name__)

    def _answer(self, asked: Question) -> Answer:
        if self._deeds is None:
            self._deeds = self._make()
        read, embed = self._deeds
        if asked.wanted == "readings":
            return Answer(readings=tuple(read(asked.texts)))
        return Answer(vectors=tuple(embed(asked.texts)))


def serve(asked: BinaryIO, told: BinaryIO, kept_for: float) -> None:
    """Answer until nothing was asked for so many seconds, or nobody is there any more."""
    answering = Answering()
    while select.select([asked], [], [], kept_for)[0]:
        # One question waits for its answer before the next one: none is left behind in a buffer.
        line = asked.readline()
        if not line:
            return
        told.write(answering.answer(line).model_dump_json().encode() + b"\n")
        told.flush()


def main() -> None:
    """Serve whoever started this process."""
    with suppress(OSError, AttributeError):  # a system that knows no such thing
        os.setpriority(os.PRIO_PROCESS, 0, _LATER)
    told = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with suppress(BrokenPipeError, KeyboardInterrupt):
        serve(sys.stdin.buffer, told, float(sys.argv[1]))


if __name__ == "__main__":
    main()
