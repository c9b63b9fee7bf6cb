"""A mail server and another system that keep whatever they are handed, with the moment.

No process of ours is either of them, and nothing kills them.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Server  # noqa: N811

from supervisor.ports import Wish, pick
from tests.activities import trap_listener


@dataclass(frozen=True)
class Copy:
    """One letter that arrived. The same letter may arrive again, as another copy."""

    message_id: str
    recipient: str
    at: datetime


@dataclass(frozen=True)
class Call:
    """One request that arrived at another system. The same may arrive again, as another copy."""

    id: str
    """Its `Webhook-Id`, by which a receiver drops doubles."""

    body: bytes
    at: datetime


@dataclass
class Sink:
    """Everything that left the house."""

    copies: list[Copy] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    holding: bool = False
    """Keep what comes, and say nothing, as long as this is so."""

    async def handle_DATA(self, server: Server, session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep a letter."""
        letter = message_from_bytes(envelope.content)
        self.copies.append(
            Copy(str(letter["Message-ID"]), str(letter["To"]), datetime.now(UTC)),
        )
        while self.holding:  # noqa: ASYNC110 (the sink has a loop of its own)
            await asyncio.sleep(0.02)
        return "250 taken"


@contextmanager
def listening(sink: Sink) -> Iterator[str]:
    """The sink on a free port; its address for the settings."""
    port = pick({"port": Wish("", 0)}, lambda _: None)["port"]
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


@asynccontextmanager
async def taking_calls(sink: Sink) -> AsyncIterator[str]:
    """Another system on a free port, which takes whatever it is told; its address."""
    async with trap_listener.listening() as system:

        def take(_: int) -> bytes:
            headers, body = system.heard[-1]
            sink.calls.append(Call(headers.get("webhook-id", ""), body, datetime.now(UTC)))
            return trap_listener.said(204)

        system.answer = take
        yield f"http://127.0.0.1:{system.port}/"
