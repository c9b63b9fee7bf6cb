"""A client: it asks until it is answered, repeats itself, asks twice at once, and walks away."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

import httpx2

from tests.chaos.log import Asked, Log, Reply
from tests.chaos.wishes import UNDOES, Pool, Wish, diligently, undo, wish

ENOUGH = 10
"""With so many cases most clients look again when nobody answers, instead of opening one more."""

PATIENCE = (0.3, 2.0, 12.0, 12.0)
"""Seconds after which a client stops listening, and asks again. The first often is too short."""


@dataclass
class Client:
    """One person of the team, at a machine of their own."""

    name: str
    person: UUID
    token: str
    url: str
    dice: Random
    log: Log
    pool: Pool
    team: tuple[str, ...]
    """Mail addresses of everybody whom a case can be given to."""

    leads: bool = False
    """Whether it is a senior or a manager."""

    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when nothing new is to be asked any more."""

    _count: int = 0
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    async def work(self) -> None:
        """Ask for things until it is over; then bring to an end what was asked."""
        async with httpx2.AsyncClient(base_url=f"{self.url}/api/v1", timeout=12) as http:
            while not self.over.is_set():
                await self._turn(http)
                await asyncio.sleep(self.dice.uniform(0.02, 0.3))
            await asyncio.gather(*self._running)

    async def _turn(self, http: httpx2.AsyncClient) -> None:
        chance = self.dice.random()
        if chance < 0.12 and self.log.asked:
            await self._again(http)
            return
        seen = await self._look(http, self.pool)
        if seen is None and len(self.pool.numbers) >= ENOUGH and self.dice.random() < 0.8:
            return  # nobody answers now, and there is work without another case
        wanted = wish(self.dice, self.pool, seen, self.team, leads=self.leads)
        if wanted.kind == "playbook":
            wanted = await self._previewed(http, wanted)
        asked = self._note(wanted)
        if chance < 0.16:  # walks away before it hears the answer
            await self._send(http, asked, 0.05)
        elif chance < 0.30:  # a double click
            await asyncio.gather(self._insist(http, asked), self._insist(http, asked))
        elif chance < 0.60:  # the next one overtakes it
            self._meanwhile(self._insist(http, asked))
        else:
            await self._insist(http, asked)
            await self._think_better(http, asked)

    async def _think_better(self, http: httpx2.AsyncClient, asked: Asked) -> None:
        """Now and then what was done just now is taken back."""
        if asked.kind in UNDOES and asked.done is not None and self.dice.random() < 0.2:
            number, op_id = asked.done.body["number"], asked.done.body["op_id"]
            await self._insist(http, self._note(undo(number, op_id)))

    async def _previewed(self, http: httpx2.AsyncClient, wanted: Wish) -> Wish:
        """The same with the token of what would happen; without one when nobody says it."""
        headers = {"Authorization": f"Bearer {self.token}"}
        query = {"playbook": wanted.told["playbook"]}
        try:
            answer = await http.get(
                f"{wanted.path}-change", params=query, headers=headers, timeout=3
            )
        except httpx2.HTTPError:
            return wanted
        if answer.status_code != 200:
            return wanted
        return replace(wanted, told={**wanted.told, "seen": answer.json()["token"]})

    async def _again(self, http: httpx2.AsyncClient) -> None:
        """Send something that was asked before: the same, or another body under its key."""
        mine = [one for one in self.log.asked.values() if one.person == self.person]
        if not mine:
            return
        old = self.dice.choice(mine)
        if old.done is not None and old.kind in ("note", "message") and self.dice.random() < 0.3:
            other = {**old.body, "text": "another text under the same key"}
            self.log.misused.append(await self._ask(http, old, other, 12))
        else:
            self._meanwhile(self._insist(http, old))

    async def _look(self, http: httpx2.AsyncClient, pool: Pool) -> dict[str, Any] | None:
        """A case as it stands, to choose what to do to it."""
        number = pool.choose(self.dice)
        if number is None:
            return None
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            answer = await http.get(f"/cs/escalations/{number}", headers=headers, timeout=3)
        except httpx2.HTTPError:
            return None
        seen: dict[str, Any] | None = answer.json() if answer.status_code == 200 else None
        return seen

    def _note(self, wanted: Wish) -> Asked:
        self._count += 1
        key = f"{self.name}-{self._count}"
        body = wanted.body(f"words of {key}", key)
        asked = Asked(
            key=key,
            kind=wanted.kind,
            person=self.person,
            method=wanted.method,
            path=wanted.path,
            body=body,
            since=datetime.now(UTC),
        )
        self.log.asked[key] = asked
        return asked

    async def _insist(self, http: httpx2.AsyncClient, asked: Asked) -> None:
        """Ask with the same key until there is an answer that is for good."""
        tries = 0
        while True:
            reply = await self._send(http, asked, PATIENCE[min(tries, len(PATIENCE) - 1)])
            if reply.definite:
                self.pool.learn(reply.body, asked.kind if reply.applied else "")
                return
            if reply.status == 202 and self.dice.random() < 0.5:
                return  # it was told that it is safe, and believes it
            tries += 1
            await asyncio.sleep(self.dice.uniform(0.05, 0.4))

    async def _send(self, http: httpx2.AsyncClient, asked: Asked, patience: float) -> Reply:
        reply = await self._ask(http, asked, asked.body, patience)
        asked.replies.append(reply)
        return reply

    async def _ask(
        self, http: httpx2.AsyncClient, asked: Asked, body: dict[str, Any], patience: float
    ) -> Reply:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": asked.key}
        try:
            answer = await http.request(
                asked.method, asked.path, json=body, headers=headers, timeout=patience
            )
            told = answer.json()
        except (httpx2.HTTPError, ValueError):
            return Reply(datetime.now(UTC), None)
        return Reply(datetime.now(UTC), answer.status_code, told)

    def _meanwhile(self, asking: Any) -> None:
        task = asyncio.create_task(asking)
        self._running.add(task)
        task.add_done_callback(self._running.discard)


class Diligent(Client):
    """One who takes one case after the other from its opening to its end, and does all steps.

    What only comes late in a life, such as money that is given, comes in every run of this one.
    """

    async def _turn(self, http: httpx2.AsyncClient) -> None:
        newest = Pool(self.pool.numbers[-1:])
        seen = await self._look(http, newest)
        if newest.numbers and seen is None:
            return  # nobody answers now
        wanted = diligently(self.dice, seen)
        if wanted is not None:
            asked = self._note(wanted)
            await self._insist(http, asked)
            await self._think_better(http, asked)
