"""How much one request may be: bytes, depth, time. Beyond that it is refused before it is read."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from anyio import BrokenResourceError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.patience import ENDLESS
from api.problems import HARDENED, problem

JSON_BYTES = 1024 * 1024
MAIL_BYTES = 25 * 1024 * 1024
JSON_DEPTH = 30
SECONDS = 15.0
"""How long a body may take to arrive."""

_JSON_KIND = re.compile(rb"application/[a-z0-9.-]+\+json")
_HEADERS = tuple((name.encode(), value.encode()) for name, value in HARDENED.items())


class Limits:
    """ASGI middleware in front of everything."""

    def __init__(self, app: ASGIApp, *, streamed: frozenset[str]) -> None:
        self.app = app
        self.streamed = streamed
        """Paths that read their body themselves, piece by piece."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sender = _with_headers(send)
        if scope["path"] in self.streamed or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._look(scope, receive, sender)
            return
        try:
            async with asyncio.timeout(SECONDS):
                body = await _read(scope, receive)
        except TimeoutError:
            await _refuse(
                408, "too-slow", "The body took too long to arrive. Send it again.", scope, sender
            )
            return
        except OverflowError:
            words = f"A request may have {JSON_BYTES} bytes. Send less."
            await _refuse(413, "too-large", words, scope, sender)
            return
        if body is None:
            return
        if body and not _says_json(scope):
            words = "The body's Content-Type must be application/json. Say so, and send JSON."
            await _refuse(415, "media-type", words, scope, sender)
            return
        if wrong := _unreadable(body):
            await _refuse(400, "bad-request", wrong, scope, sender)
            return
        await self.app(scope, _replayed(body, receive), sender)

    async def _look(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what has no body to bound. Who leaves a stream in its middle is no failure."""
        try:
            await self.app(scope, receive, send)
        except BaseExceptionGroup as group:
            if not scope.get("state", {}).get(ENDLESS) or group.split(BrokenResourceError)[1]:
                raise


async def _read(scope: Scope, receive: Receive) -> bytes | None:
    """The whole body; None when the caller went away before it was all there."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > JSON_BYTES:
            raise OverflowError
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        piece = message.get("body", b"")
        size += len(piece)
        if size > JSON_BYTES:
            raise OverflowError
        pieces.append(piece)
        if not message.get("more_body", False):
            return b"".join(pieces)


def _says_json(scope: Scope) -> bool:
    """Nothing but JSON is read: a web page elsewhere cannot send that without being asked first."""
    found = [value for name, value in scope["headers"] if name == b"content-type"]
    kind = found[0].partition(b";")[0].strip().lower() if len(found) == 1 else b""
    return kind == b"application/json" or bool(_JSON_KIND.fullmatch(kind))


def _unreadable(body: bytes) -> str | None:
    """Why a JSON body is refused before it is parsed into models; None when it is fine."""
    if not body:
        return None
    if _too_deep(body):
        return f"The body is nested deeper than {JSON_DEPTH} levels. Make it flatter."
    try:
        json.loads(body, parse_constant=_no_constant, object_pairs_hook=_no_doubles)
    except ValueError as error:
        return f"The body is not JSON: {str(error)[:150]}".encode("ascii", "replace").decode()
    return None


def _too_deep(body: bytes) -> bool:
    if body.count(b"[") + body.count(b"{") <= JSON_DEPTH:
        return False
    depth = 0
    in_text = escaped = False
    for byte in body:
        if in_text:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_text = False
        elif byte == 0x22:
            in_text = True
        elif byte in b"[{":
            depth += 1
            if depth > JSON_DEPTH:
                return True
        elif byte in b"]}":
            depth -= 1
    return False


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the key {name!r} is there twice")
        found[name] = value
    return found


def _replayed(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _with_headers(send: Send) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *_HEADERS]
        await send(message)

    return sender


async def _refuse(status: int, code: str, detail: str, scope: Scope, send: Send) -> None:
    answer = problem(status, code, "The request is refused.", detail)
    answer.headers["connection"] = "close"

    async def nothing() -> Message:
        return {"type": "http.disconnect"}

    done: Callable[[Scope, Receive, Send], Awaitable[None]] = answer
    await done(scope, nothing, send)
