"""A server that speaks as OpenAI's does, does as its script says, and counts what it is asked.

Bad manners are the point: it hangs, trickles, lies about what it sends, and closes the line.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Request = dict[str, Any]
Script = Callable[[Request, "Line"], Awaitable[None]]

HUGE = 100 * 1024 * 1024
MODEL = "fake-1"


@dataclass
class Line:
    """One caller's line."""

    writer: asyncio.StreamWriter

    async def say(
        self,
        content: bytes,
        status: int = 200,
        kind: str = "application/json",
        *headers: str,
    ) -> None:
        """An answer with its length."""
        await self.begin(status, kind, f"Content-Length: {len(content)}", *headers)
        self.writer.write(content)
        await self.writer.drain()

    async def begin(self, status: int, kind: str, *headers: str) -> None:
        """The head of an answer, after which the line closes."""
        lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", "Connection: close", *headers]
        self.writer.write("\r\n".join((*lines, "", "")).encode("latin-1"))
        await self.writer.drain()


@dataclass
class FakeLlm:
    """The server. `script` says what it does; it may be changed at any time."""

    script: Script
    port: int = 0
    calls: int = 0
    at_once: int = 0
    most_at_once: int = 0
    asked: list[Request] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """What a client calls its base URL."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One caller, one question."""
        self.calls += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            pairs = (line.partition(": ") for line in head[1:] if line)
            self.heads.append({name.lower(): value for name, _, value in pairs})
            size = int(self.heads[-1].get("content-length", "0"))
            self.asked.append(json.loads(await reader.readexactly(size)))
            await self.script(self.asked[-1], Line(writer))
        except (asyncio.IncompleteReadError, ConnectionError):
            self.calls -= not self.heads  # nobody said anything
        finally:
            self.at_once -= 1
            writer.close()


@asynccontextmanager
async def fake_llm(script: Script) -> AsyncIterator[FakeLlm]:
    """The server on a free port of this machine, until the block ends."""
    made = FakeLlm(script)
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            await made.serve(reader, writer)
        except asyncio.CancelledError:
            writer.close()
        finally:
            running.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for task in [*running]:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def completion(
    content: Any,
    *,
    finish: str | None = "stop",
    refusal: str | None = None,
    usage: Any = None,
) -> bytes:
    """A whole completion around a content."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    told: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
    }
    told["usage"] = usage or {"prompt_tokens": 40, "completion_tokens": 10, "total_tokens": 50}
    return json.dumps(told).encode()


def saying(content: Any, **more: Any) -> Script:
    """It answers with this content; an object is written as JSON."""
    text = content if content is None or isinstance(content, str) else json.dumps(content)
    return sending(completion(text, **more))


def sending(
    content: bytes, status: int = 200, kind: str = "application/json", *headers: str
) -> Script:
    """It sends these bytes, whatever it is asked."""

    async def script(_: Request, line: Line) -> None:
        await line.say(content, status, kind, *headers)

    return script


def failing(status: int, *headers: str, words: str = "no") -> Script:
    """It answers with an error, in OpenAI's form."""
    told = json.dumps({"error": {"message": words, "type": "x", "code": None}}).encode()
    return sending(told, status, "application/json", *headers)


def obedient(hook: Callable[[Request], Any]) -> Script:
    """It does whatever the hook makes of the question: an adversary, or somebody who is led on."""

    async def script(request: Request, line: Line) -> None:
        content = hook(request)
        text = content if isinstance(content, str) else json.dumps(content)
        await line.say(completion(text))

    return script


def slow(seconds: float, then: Script | None = None) -> Script:
    """It thinks for a while."""

    async def script(request: Request, line: Line) -> None:
        await asyncio.sleep(seconds)
        if then is not None:
            await then(request, line)

    return script


async def trickle(_: Request, line: Line) -> None:
    """One byte each twentieth of a second: no timeout between two bytes ever ends it."""
    await line.begin(200, "application/json", "Content-Length: 5000")
    for _one in range(5000):
        line.writer.write(b" ")
        await line.writer.drain()
        await asyncio.sleep(0.05)


async def huge(_: Request, line: Line) -> None:
    """A hundred megabytes, without saying so before."""
    await line.begin(200, "application/json")
    for _one in range(HUGE // 65536):
        line.writer.write(b" " * 65536)
        await line.writer.drain()


async def endless_head(_: Request, line: Line) -> None:
    """Headers, and no end of them."""
    line.writer.write(b"HTTP/1.1 200 OK\r\n")
    for one in range(HUGE // 1024):
        line.writer.write(f"X-{one}: {'a' * 1024}\r\n".encode())
        await line.writer.drain()


async def closing(_: Request, line: Line) -> None:
    """It closes the line in the middle of its answer."""
    await line.begin(200, "application/json", "Content-Length: 5000")
    line.writer.write(b'{"choices": [')
    await line.writer.drain()


def refusing_schemas(then: Script, *, knows_objects: bool = True, status: int = 400) -> Script:
    """It knows no schema, and perhaps not even the form of an object; then it does as told."""
    known = {None, "json_object"} if knows_objects else {None}

    async def script(request: Request, line: Line) -> None:
        if request.get("response_format", {}).get("type") in known:
            await then(request, line)
        else:
            words = "'response_format.type' is not supported"
            await failing(status, words=words)(request, line)

    return script
