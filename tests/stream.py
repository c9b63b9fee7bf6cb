"""A reader of `GET /cs/stream`, for tests."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

PATIENCE = 30.0
"""Seconds until something that is to come has come."""


@dataclass(frozen=True)
class Heard:
    """One event."""

    event: str
    id: str
    move: dict[str, Any] | None


@dataclass
class Listener:
    """An open stream, and what was heard on it."""

    heard: list[Heard] = field(default_factory=list)
    ended: bool = False
    reads: asyncio.Event = field(default_factory=asyncio.Event)
    """While it is clear, the reader reads nothing."""

    _more: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def last_id(self) -> str:
        """What a reader that comes back says."""
        return self.heard[-1].id

    @property
    def places(self) -> list[tuple[str, int]]:
        """Every event, and how many moves there were until then."""
        return [(one.event, int(one.id.partition("-")[2])) for one in self.heard]

    @property
    def moves(self) -> list[tuple[str, int]]:
        """Number and version of every case that moved, as it was heard."""
        return [(one.move["number"], one.move["version"]) for one in self.heard if one.move]

    async def has(self, event: str, number: str | None = None, version: int = 0) -> Heard:
        """Wait until that was heard; of a case, at least that version."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for one in self.heard:
                    move = one.move or {}
                    same = number is None or (
                        move.get("number") == number and move["version"] >= version
                    )
                    if one.event == event and same:
                        return one
                await self._news()

    async def end(self) -> None:
        """Wait until the stream ends."""
        async with asyncio.timeout(PATIENCE):
            while not self.ended:
                await self._news()

    async def _news(self) -> None:
        await self._more.wait()
        self._more.clear()

    async def follow(self, answer: httpx2.Response) -> None:
        """Read until it ends."""
        told: dict[str, str] = {}
        try:
            async for line in answer.aiter_lines():
                await self.reads.wait()
                if line and not line.startswith(":"):
                    name, _, value = line.partition(": ")
                    told[name] = value
                elif told:
                    move = json.loads(told["data"]) if "data" in told else None
                    self.heard.append(Heard(told["event"], told["id"], move))
                    told = {}
                    self._more.set()
        except httpx2.HTTPError:
            pass  # cut: the same to a reader as an end
        self.ended = True
        self._more.set()


@asynccontextmanager
async def listening(
    url: str, token: str, *, last_id: str | None = None, case: str | None = None
) -> AsyncIterator[Listener]:
    """An open stream on which the first event was heard."""
    headers = {"Authorization": f"Bearer {token}"}
    if last_id is not None:
        headers["Last-Event-ID"] = last_id
    listener = Listener()
    listener.reads.set()
    async with (
        httpx2.AsyncClient(timeout=PATIENCE) as client,
        client.stream(
            "GET", f"{url}/api/v1/cs/stream", headers=headers, params={"case": case} if case else {}
        ) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        following = asyncio.create_task(listener.follow(answer))
        async with asyncio.timeout(PATIENCE):
            while not listener.heard:
                await listener._news()
        try:
            yield listener
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
