"""The line to an endpoint: it carries few headers out, and few bytes in.

An answer of a hundred megabytes takes no more memory than one of 64 KB, packed or not: what is
packed was not asked for and is not unpacked. Of the headers only those leave that are needed: what
the environment adds to them stays here. Of those that come one is believed, how long to wait: not
the kind of content, nor the letters that it claims to be written in.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx2

MOST_READ = 64 * 1024
"""Bytes of an answer, whatever it says of itself."""

_LEAVE = frozenset(
    {"accept", "connection", "content-length", "content-type", "host", "transfer-encoding"}
)


class AnswerTooLarge(Exception):
    """There were more bytes than anybody wants to read, or they were packed."""


@dataclass(frozen=True)
class CappedLine(httpx2.AsyncBaseTransport):
    """A transport that reads the beginning of an answer and not the rest."""

    inner: httpx2.AsyncBaseTransport
    key: str | None = field(repr=False)
    """The endpoint's key; without one none is sent, whatever the environment says."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request. Raises AnswerTooLarge, and what the inner transport raises."""
        response = await self.inner.handle_async_request(self._leaving(request))
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            await response.aclose()
            raise AnswerTooLarge
        if not isinstance(response.stream, httpx2.AsyncByteStream):
            raise TypeError("an asynchronous transport has an asynchronous stream")
        waits = [one for one in response.headers.raw if one[0].lower() == b"retry-after"]
        return httpx2.Response(
            response.status_code,
            headers=[(b"Content-Type", b"application/json"), *waits],
            stream=_Beginning(response.stream),
            extensions=response.extensions,
        )

    def _leaving(self, request: httpx2.Request) -> httpx2.Request:
        """The request as it leaves. The given one stays as it is: the client reads it again."""
        headers = {name: value for name, value in request.headers.items() if name in _LEAVE}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        headers |= {"User-Agent": "Rightnow", "Accept-Encoding": "identity"}
        return httpx2.Request(
            request.method,
            request.url,
            headers=headers,
            stream=request.stream,
            extensions=request.extensions,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self.inner.aclose()


@dataclass(frozen=True)
class _Beginning(httpx2.AsyncByteStream):
    stream: httpx2.AsyncByteStream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for chunk in self.stream:
            read += len(chunk)
            if read > MOST_READ:
                raise AnswerTooLarge
            yield chunk

    async def aclose(self) -> None:
        await self.stream.aclose()
