"""The queue page over many cases, beside the bare SQL through the same driver."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
import psycopg
from psycopg import sql
from pydantic import SecretStr
from pydantic_core import from_json
from sqlalchemy import event

from benchmarks.figures import Figure, percentile
from benchmarks.house import Clock, House, agent
from benchmarks.wire import Wire
from models.actor import Role
from models.store.repositories import escalations, people
from models.store.session import Store
from supervisor import processes
from supervisor.passwords import kept_password
from supervisor.ports import Wish, pick
from supervisor.postgres import APP, EXTENSIONS
from supervisor.postgres_cluster import OWNER
from upkeep import team
from upkeep.library import bring_up_to_date

PAGE = 51
"""Rows of a page of 50, and one to know whether there are more."""

INDEX = "ix_escalations_queue"
_BLOCK = 30
"""Requests of one way before the next way's turn: the first one, which finds its caches cold, is
then not the 95th percentile of its side."""

_ROWS = """
INSERT INTO people (id, email, name, role)
  SELECT gen_random_uuid(), 'p' || n || '@bench.test', 'Person ' || n, 'agent'
  FROM generate_series(1, 100) n;
INSERT INTO customers (id, external_id, name, email, tier, annual_value_minor,
                       annual_value_currency)
  SELECT gen_random_uuid(), 'C-' || n, 'Customer ' || n, 'c' || n || '@customer.test',
         'standard', 100000, 'USD'
  FROM generate_series(1, {customers}) n;
CREATE TEMP TABLE who AS SELECT id, row_number() OVER () AS n FROM people WHERE email LIKE 'p%';
CREATE TEMP TABLE whose AS SELECT id, row_number() OVER () AS n FROM customers;
CREATE TEMP TABLE made AS
  SELECT n, gen_random_uuid() AS id, gen_random_uuid() AS title_id, random() AS chance,
         n <= {open} AS is_open
  FROM generate_series(1, {open} + {closed}) n;
INSERT INTO contents (id, kind, text, hash)
  SELECT title_id, 'title', 'The heating does not work ' || n, md5(n::text) FROM made;
INSERT INTO escalations (id, number, version, status, type, severity, source, team, customer_id,
    title_id, assignee_id, playbook_slug, playbook_version, opened_at, received_at, resolved_at,
    rank_at, owner_rank, due_at, warn_at, step, state)
  SELECT made.id, made.n + 1000, 9, CASE WHEN is_open THEN 'open' ELSE 'closed' END,
    'service_quality', (ARRAY['critical', 'high', 'medium', 'low'])[1 + made.n % 4], 'phone',
    'front-line', whose.id, title_id, CASE WHEN made.n % 10 > 0 THEN who.id END, 'general', 1,
    now() - chance * interval '90 days', now() - chance * interval '90 days',
    CASE WHEN is_open THEN NULL ELSE now() END,
    CASE WHEN is_open THEN now() + (chance - 0.2) * interval '2 days' END, 1 + (made.n % 20) / 19,
    CASE WHEN is_open THEN now() + chance * interval '3 days' END,
    CASE WHEN is_open THEN now() + chance * interval '2 days' END,
    CASE WHEN is_open THEN jsonb_build_object('run', 'call-now', 'step', 'call-now', 'kind',
      'call', 'due_at', '2030-01-01T00:00:00Z') END,
    jsonb_build_object('kept', (SELECT string_agg(md5(made.n::text || i), '')
                                FROM generate_series(1, 40) i))
  FROM made JOIN who ON who.n = 1 + made.n % 100
            JOIN whose ON whose.n = 1 + made.n % {customers};
"""
"""One case in ten is free, the others are spread over 100 people, and each row is as fat as ours
are: its state takes more than a kilobyte."""


@dataclass
class Office:
    """A database full of cases with an API of its own."""

    store: Store
    rows: psycopg.AsyncConnection[tuple[Any, ...]]
    wire: Wire
    person_id: UUID
    statement: str
    told: dict[str, Any]

    async def page(self) -> float:
        """The page over HTTP."""
        begun = Clock()
        body = await self.wire.get("/api/v1/cs/queue")
        took = (Clock() - begun) * 1000
        if len(from_json(body)["items"]) != PAGE - 1:
            raise RuntimeError(body[:300].decode())
        return took

    async def call(self) -> float:
        """The repository's answer, in a transaction as the API asks for it."""
        begun = Clock()
        async with self.store.transaction() as connection:
            lines = await _ranked(connection, self.person_id)
        took = (Clock() - begun) * 1000
        if len(lines) != PAGE:
            raise RuntimeError(f"{len(lines)} lines")
        return took

    async def bare(self) -> float:
        """The same SQL, and nothing else."""
        begun = Clock()
        cursor = await self.rows.execute(self.statement, self.told)
        found = await cursor.fetchall()
        took = (Clock() - begun) * 1000
        if len(found) != PAGE:
            raise RuntimeError(f"{len(found)} rows")
        return took

    async def plan(self) -> str:
        """How PostgreSQL finds the page."""
        cursor = await self.rows.execute(f"EXPLAIN (ANALYZE, BUFFERS) {self.statement}", self.told)
        return "\n".join(str(row[0]) for row in await cursor.fetchall())


async def queue(house: House, *, quick: bool) -> list[Figure]:
    """The first page of 50, in a small house and in a big one, in turns."""
    scale = 10 if quick else 1
    many, few = (10_000, 100_000 // scale), (1_000, 10_000 // scale)
    async with (
        _office(house, "bench_few", *few) as small,
        _office(house, "bench_many", *many) as big,
    ):
        plan = await big.plan()
        used = INDEX in plan
        if not used:
            house.say(f"  {INDEX} is not used:\n{plan}")
        ways = {
            "page": (small.page, big.page),
            "call": (small.call, big.call),
            "bare": (small.bare, big.bare),
        }
        took = await _in_turns(ways, rounds=2 if quick else 15)
    p95 = {way: tuple(percentile(part, 0.95) for part in parts) for way, parts in took.items()}
    size = f"{many[0]:,} open, {many[1]:,} closed"
    note = f"{size}; {INDEX} {'is used' if used else 'IS NOT USED'}; bare is the same SELECT alone"
    grown = f"bare limit: its own p95 with {few[0]:,} open, {few[1]:,} closed"
    return [
        _figure("queue page over HTTP, p95", p95["page"][1], p95["bare"][1], 3, note),
        _figure("queue by repository, p95", p95["call"][1], p95["bare"][1], 3, note),
        _figure("queue page, ten times the cases", p95["page"][1], p95["page"][0], 1.3, grown),
        _figure("queue by repository, ten times", p95["call"][1], p95["call"][0], 1.3, grown),
    ]


def _figure(name: str, ours: float, bare: float, at_most: float, note: str) -> Figure:
    return Figure(name, ours, "ms", bare=bare, at_most=at_most, note=note)


async def _in_turns(
    ways: Mapping[str, tuple[Callable[[], Awaitable[float]], ...]], rounds: int
) -> dict[str, tuple[list[float], ...]]:
    took: dict[str, tuple[list[float], ...]] = {way: ([], []) for way in ways}
    for number in range(rounds + 1):
        for way, sides in ways.items():
            for side, ask in enumerate(sides):
                part = [await ask() for _ in range(_BLOCK)]
                if number:  # the first round warms up
                    took[way][side].extend(part)
    return took


async def _ranked(connection: Any, person_id: UUID) -> list[Any]:
    return await escalations.ranked(connection, person_id=person_id, rank=1, after=None, limit=PAGE)


@contextlib.asynccontextmanager
async def _office(house: House, name: str, opened: int, closed: int) -> AsyncIterator[Office]:
    """A database of the same cluster with so many cases, and an API before it."""
    url = await _database(house, name)
    house.say(f"  filling {name}: {opened:,} open, {closed:,} closed")
    store = Store(url, pool=2)
    try:
        async with store.transaction() as connection:
            person = await people.add(connection, "agent@bench.test", "Ann Agent", Role.AGENT)
        token = await team.new_token(store, "agent@bench.test")
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as rows:
            made = _ROWS.format(open=opened, closed=closed, customers=max(10, opened // 5))
            await rows.execute(made.encode())
            await rows.execute("VACUUM ANALYZE")
            statement, told = await _rendered(store, person.id)
            async with _api(house, url, token) as wire:
                yield Office(store, rows, wire, person.id, statement, told)
    finally:
        await store.close()


async def _database(house: House, name: str) -> str:
    settings = house.stack.settings
    password = kept_password(settings.data_dir, "postgres-owner")
    owner_url = f"postgresql://{OWNER}:{password}@127.0.0.1:{settings.postgres_port}"
    async with await psycopg.AsyncConnection.connect(
        f"{owner_url}/postgres", autocommit=True
    ) as owner:
        await owner.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(APP))
        )
    async with await psycopg.AsyncConnection.connect(
        f"{owner_url}/{name}", autocommit=True
    ) as owner:
        for extension in EXTENSIONS:
            await owner.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(extension)))
    url = f"{house.stack.database_url.rpartition('/')[0]}/{name}"
    await asyncio.to_thread(bring_up_to_date, url)
    return url


async def _rendered(store: Store, person_id: UUID) -> tuple[str, dict[str, Any]]:
    """The SQL that SQLAlchemy hands to the driver for a page, and its parameters."""
    seen: list[tuple[str, dict[str, Any]]] = []

    def look(_: Any, __: Any, statement: str, told: dict[str, Any], *___: Any) -> None:
        seen.append((statement, dict(told)))

    event.listen(store.engine.sync_engine, "before_cursor_execute", look)
    async with store.transaction() as connection:
        await _ranked(connection, person_id)
    event.remove(store.engine.sync_engine, "before_cursor_execute", look)
    return seen[-1]


@contextlib.asynccontextmanager
async def _api(house: House, url: str, token: str) -> AsyncIterator[Wire]:
    """Another API process, on this database."""
    port = pick({"api": Wish("the API", 0)}, house.say)["api"]
    settings = house.stack.settings.model_copy(
        update={"database_url": SecretStr(url), "api_port": port}
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "api"),
        env=processes.environment(settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        cwd=os.sep,
    )
    try:
        async with agent(processes.local_url(settings), token) as http:
            await _answers(http)
        wire = Wire("127.0.0.1", port, token)
        yield wire
        await wire.close()
    finally:
        process.terminate()
        await process.wait()


async def _answers(http: httpx2.AsyncClient) -> None:
    for _ in range(600):
        with contextlib.suppress(httpx2.TransportError):
            if (await http.get("/cs/queue")).status_code == 200:
                return
        await asyncio.sleep(0.05)
    raise TimeoutError("the API of the queue's database does not answer")
