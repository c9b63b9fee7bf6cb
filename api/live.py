"""Who wants to hear of cases that move, and what each of them has not heard yet.

Rule: a reader hears of every case that moved, of the newest version at least, in the order in which
PostgreSQL committed them; when that cannot be promised, it hears `resync`, and reads its page anew.
What waits for a slow reader is bounded: one entry for each case, and no more than `WAITING`.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Literal
from uuid import UUID

import structlog
from pydantic import ValidationError

from models.errors import Busy
from models.move import Move
from models.store.session import Store
from models.store.tables.escalation import MOVED

READERS = 200
"""Streams of one process at once."""

WAITING = 500
"""Cases that may wait for a reader; beyond that it reads its page anew."""

REMEMBERED = 2_000
"""Moves that a reader may have missed and still be told, when it comes back."""

LINGER = 60.0
"""Seconds for which we go on listening when the last reader has gone."""

_AGAIN = 1.0
_log = structlog.get_logger("live")


@dataclass(frozen=True)
class Signal:
    """What a reader is told."""

    event: Literal["ready", "resync", "case"]
    """`ready`: read your page now, and hear what comes. `resync`: you missed something, read it
    again. `case`: this case moved."""

    id: str
    """Where in the stream it is; who comes back says the last one."""

    move: Move | None = None


@dataclass(eq=False)
class Reader:
    """One stream, and what waits for it."""

    case: UUID | None = None
    """When only one is followed."""

    waiting: dict[UUID, Signal] = field(default_factory=dict)
    lost: bool = False
    started: bool = False
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, signal: Signal) -> None:
        """Let it hear of a move; of a case that moves again, only the newest."""
        move = signal.move
        if move is None or not self.started or not self._follows(move):
            return
        self.waiting.pop(move.escalation_id, None)
        self.waiting[move.escalation_id] = signal
        if len(self.waiting) > WAITING:
            self.lose()
        self._woken.set()

    def lose(self) -> None:
        """It cannot be told everything any more."""
        self.waiting.clear()
        self.lost = True
        self._woken.set()

    async def woken(self, within: float) -> None:
        """Wait until something is there for it, or until the time is over."""
        try:
            async with asyncio.timeout(within):
                await self._woken.wait()
        except TimeoutError:
            return
        self._woken.clear()

    def _follows(self, move: Move) -> bool:
        return self.case in (None, move.escalation_id)


class Live:
    """Hears every move on one connection and tells all readers. It listens while there are any."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._readers: set[Reader] = set()
        self._past: deque[Signal] = deque(maxlen=REMEMBERED)
        self._epoch, self._count = "", 0
        self._heard = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None
        self._alone_since = 0.0

    @contextmanager
    def follow(self, case: UUID | None = None) -> Iterator[Reader]:
        """Take a place among the readers. Raises Busy when there is none."""
        if len(self._readers) >= READERS:
            raise Busy("Too many streams are open. Close one, or ask again and again.")
        reader = Reader(case)
        self._readers.add(reader)
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._listen())
        try:
            yield reader
        finally:
            self._readers.discard(reader)
            self._alone_since = time.monotonic()

    async def signals(
        self, reader: Reader, last_id: str | None, every: float
    ) -> AsyncIterator[Signal | None]:
        """What the reader is told; and None, at least every so many seconds."""
        while not self._heard.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(every):
                    await self._heard.wait()
            yield None
        yield self._begin(reader, last_id)
        while True:
            await reader.woken(every)
            if reader.lost:
                reader.lost = False
                yield Signal("resync", self._now())
            while reader.waiting and not reader.lost:
                yield reader.waiting.pop(next(iter(reader.waiting)))
            yield None

    async def close(self) -> None:
        """Stop listening."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    def _begin(self, reader: Reader, last_id: str | None) -> Signal:
        """What a reader is told first; what it missed waits for it."""
        reader.started = True
        if last_id is None:
            return Signal("ready", self._now())
        missed = self._since(last_id)
        if missed is None:
            return Signal("resync", self._now())
        for signal in missed:
            reader.tell(signal)
        return Signal("ready", last_id)

    def _since(self, last_id: str) -> list[Signal] | None:
        """What came after it; None when that is not known any more."""
        epoch, _, count = last_id.partition("-")
        if epoch != self._epoch or not (count.isascii() and count.isdecimal()):
            return None
        missed = self._count - int(count[:12])
        if not 0 <= missed <= len(self._past):
            return None
        return list(self._past)[len(self._past) - missed :]

    async def _listen(self) -> None:
        while self._wanted():
            try:
                async with self.store.listening(MOVED) as told:
                    self._start()
                    async for text in told(_AGAIN):
                        if text is not None:
                            self._hear(text)
                        elif not self._wanted():
                            break
            except Exception as error:  # noqa: BLE001 (whatever it was, readers wait for the next line)
                _log.warning("nobody hears of moves", code=type(error).__name__)
            finally:
                self._heard.clear()
            await asyncio.sleep(_AGAIN)

    def _hear(self, text: str) -> None:
        """Tell a move; what is none of ours may be a newer version's, so everybody looks anew."""
        try:
            move = Move.model_validate_json(text)
        except ValidationError:
            _log.warning("a move that nobody understands", code="move-unknown")
            self._start()
        else:
            self._tell(move)

    def _wanted(self) -> bool:
        return bool(self._readers) or time.monotonic() < self._alone_since + LINGER

    def _start(self) -> None:
        """Begin anew: something was told that nobody heard, and nobody knows what."""
        self._epoch, self._count = token_hex(4), 0
        self._past.clear()
        for reader in self._readers:
            if reader.started:
                reader.lose()
        self._heard.set()

    def _tell(self, move: Move) -> None:
        self._count += 1
        signal = Signal("case", self._now(), move)
        self._past.append(signal)
        for reader in self._readers:
            reader.tell(signal)

    def _now(self) -> str:
        return f"{self._epoch}-{self._count}"
