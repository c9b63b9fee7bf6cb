"""Callers that never read their answer are cut off; those that read slowly get all of it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import uvicorn

from api import patience
from tests.served import port_of, served

WHOLE = 16 * 1024 * 1024
"""Bytes of an answer: more than the lines' buffers hold."""

PIECES = 64
ALLOWED = 0.5
"""Seconds in these tests; in earnest thirty."""

SLOW = 2.0
"""Seconds for those who do read: a busy machine may hold them up as well."""


async def answers(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """An app with large answers: in one piece, and in many."""
    pieces = PIECES if scope["path"] == "/pieces" else 1
    headers = [(b"content-length", str(WHOLE).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for number in range(pieces):
        body, more = b"x" * (WHOLE // pieces), number + 1 < pieces
        await send({"type": "http.response.body", "body": body, "more_body": more})


@pytest_asyncio.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[uvicorn.Server]:
    """It, behind the server that we run on, with less patience."""
    monkeypatch.setattr(patience, "STUCK", ALLOWED)
    async with served(answers, lifespan="off", timeout_keep_alive=1) as made:
        yield made


def asking(server: uvicorn.Server, path: str, *, more: str = "") -> socket.socket:
    """A line on which that was asked."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    line.connect(("127.0.0.1", port_of(server)))
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: rightnow.test\r\n{more}\r\n".encode())
    line.setblocking(False)
    return line


@pytest.mark.parametrize("path", ["/whole", "/pieces"])
@pytest.mark.parametrize("more", ["", "Connection: close\r\n"], ids=["kept", "closed"])
async def test_a_caller_that_reads_nothing_is_cut_and_leaves_no_line_behind_t44(
    server: uvicorn.Server, path: str, more: str
) -> None:
    with asking(server, path, more=more):
        async with asyncio.timeout(30):
            while not server.server_state.connections:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            while server.server_state.connections:  # noqa: ASYNC110
                await asyncio.sleep(0.05)


@pytest.mark.parametrize("path", ["/whole", "/pieces"])
async def test_a_caller_that_reads_slowly_gets_all_of_it_t44(
    server: uvicorn.Server, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "STUCK", SLOW)
    loop = asyncio.get_running_loop()
    with asking(server, path) as line:
        begun, size = loop.time(), 0
        async with asyncio.timeout(60):
            while size < WHOLE:
                piece = await loop.sock_recv(line, 131_072)
                assert piece, f"cut after {size:,} bytes"
                size += len(piece)
                await asyncio.sleep(0.05)
    assert loop.time() - begun > 2 * SLOW, "longer than it may stand still"
