"""How long a caller may take to send the head of a request, or to read an answer.

Beyond that the line is cut. The server that we run on waits for ever, and counts such a line among
those that it can bear: a few hundred half-sent requests would lock everybody out. Bodies have their
own limit (`api/limits.py`). A stream (`api/routes/streams.py`) has no end: it is cut when the
server goes home, and its reader comes back to the next one.
"""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS = 10.0
"""From the opening of the line, or from the first byte of a further request."""

STUCK = 30.0
"""Seconds in which something of an answer is to be taken, while there is some."""

ENDLESS = "endless"
"""What a route notes in its request's state when its answer has no end."""


class PatientProtocol(H11Protocol):
    """HTTP as the server speaks it, with an end to waiting."""

    _waiting: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A line is open; somebody is to say what they want."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """More of a request. Once its head is whole, nobody waits for it any more."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()
        elif self._waiting is None:
            self._wait()

    def on_response_complete(self) -> None:
        """The answer is out; the time of what comes next begins with its first byte."""
        self._stop_waiting()
        self._watch()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """The caller takes less than there is."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """The caller took nearly all of it."""
        self._stop_watching()
        super().resume_writing()

    def shutdown(self) -> None:
        """The server goes home: what has an end may reach it, a stream has none."""
        super().shutdown()
        if self.cycle is not None and self.cycle.scope.get("state", {}).get(ENDLESS):
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The line is closed."""
        self._stop_waiting()
        self._stop_watching()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(SECONDS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _watch(self) -> None:
        """See to it that what is there to be taken is taken, be it ever so slowly."""
        left = self.transport.get_write_buffer_size()
        if left and self._stuck is None:
            self._stuck = self.loop.call_later(STUCK, self._look, left)

    def _stop_watching(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def _look(self, before: int) -> None:
        self._stuck = None
        if self.transport.get_write_buffer_size() >= before:
            self.transport.abort()  # also a line that is being closed, and cannot be
        else:
            self._watch()

    def _give_up(self) -> None:
        ours = self.transport.get_protocol() is self  # not so once it is a WebSocket
        if ours and not self.transport.is_closing():
            self.transport.abort()
