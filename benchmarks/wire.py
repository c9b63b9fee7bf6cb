"""An HTTP client as light as a driver, so that what is measured is the server.

A client written in Python spends a millisecond of its own on a request and two on one that comes
after a pause; what the server is measured against has clients in C and Rust.
"""

import asyncio
import time
from dataclasses import dataclass

_END_OF_HEAD = b"\r\n\r\n"
_KEPT = 3.0
"""Seconds after which it hangs up by itself: the API does after five, which would be a race."""


@dataclass
class Wire:
    """One kept connection to an API, for one request at a time."""

    host: str
    port: int
    token: str
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None
    _used_at: float = 0.0

    async def get(self, path: str) -> bytes:
        """The body of a page. Raises RuntimeError when it is not given."""
        return await self._ask(f"GET {path} HTTP/1.1", b"")

    async def post(self, path: str, body: bytes) -> bytes:
        """What a request with this JSON is answered with. Raises RuntimeError for a refusal."""
        kind = "Content-Type: application/json\r\n"
        return await self._ask(f"POST {path} HTTP/1.1\r\n{kind}Content-Length: {len(body)}", body)

    async def _ask(self, head: str, body: bytes) -> bytes:
        reader, writer = await self._connected()
        writer.write(
            f"{head}\r\nHost: {self.host}\r\nAuthorization: Bearer {self.token}\r\n\r\n".encode()
            + body
        )
        told = (await reader.readuntil(_END_OF_HEAD)).lower()
        length = next(
            int(line.partition(b":")[2])
            for line in told.splitlines()
            if line.startswith(b"content-length:")
        )
        answer = await reader.readexactly(length)
        self._used_at = time.monotonic()
        if not told.startswith((b"http/1.1 200 ", b"http/1.1 201 ")):
            raise RuntimeError(answer[:300].decode(errors="replace"))
        return answer

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._reader is None or self._writer is None or self._used_at + _KEPT < time.monotonic():
            await self.close()
            self._reader, self._writer = await asyncio.open_connection(self.host, self.port)
        return self._reader, self._writer

    async def close(self) -> None:
        """Hang up. What comes later connects anew."""
        if self._writer is not None:
            self._writer.close()
            await self._writer.wait_closed()
        self._reader = self._writer = None
