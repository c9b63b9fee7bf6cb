"""One audit of a big house: how long it takes, and how many questions it asks.

The cases are copies of one that was really decided, each with its events, and each has a workflow
that runs; nobody works on their task queue, so no workflow is asked for its own state here.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from time import process_time
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import event

from activities.audit.auditor import Auditor
from benchmarks.figures import Figure, percentile
from benchmarks.house import Clock, House
from benchmarks.playbooks import BOOKS, furnish
from benchmarks.queue_page import _database
from domain.standing import standing
from models.audit import AuditLimits, AuditOrder
from models.escalation import EscalationState
from models.event import Event
from models.ids import new_id, workflow_id
from models.store.repositories import escalations, events
from models.store.session import Store
from workflows.client import Engine, connect
from workflows.lives import LivesInTemporal

QUEUE = "audit-measured"
ORDER = AuditOrder(every=timedelta(minutes=1), limits=AuditLimits(lives=0))
_STARTERS = 40


async def audit(house: House, *, quick: bool) -> list[Figure]:
    """Rounds of audits over cases that go on: seconds, questions, and what one lap takes."""
    cases, rounds = (1_000, 3) if quick else (10_000, 8)
    async with _office(house, cases) as (store, auditor):
        asked = _counted(store)
        took, worked, queries, passed = [], [], [], True
        for _ in range(rounds + 1):
            asked.clear()
            begun, cpu = Clock(), process_time()
            result = await auditor.look(ORDER, datetime.now(UTC))
            took.append(Clock() - begun)
            worked.append(process_time() - cpu)
            queries.append(len(asked))
            passed = passed and result.passed
        if not passed:
            raise RuntimeError("a well house was not found well")
    lap = -(-cases // ORDER.limits.cases)
    note = (
        f"{cases:,} cases that go on, {ORDER.limits.cases} of them folded a round, all of them"
        f" within {lap} minutes; {rounds} rounds; on the same event loop as the measurement"
    )
    return [
        Figure(f"audit of {cases:,} open cases, p50", percentile(took[1:], 0.5), "s", note=note),
        Figure("the slowest of them", max(took[1:]), "s", at_most=15),
        Figure("what it takes of a core", percentile(worked[1:], 0.5), "s", at_most=3),
        Figure("questions to PostgreSQL", max(queries), "queries", at_most=80),
    ]


def _counted(store: Store) -> list[str]:
    asked: list[str] = []

    def look(_: Any, __: Any, statement: str, *___: Any) -> None:
        asked.append(statement)

    for engine in (store.engine, store.single_engine):
        event.listen(engine.sync_engine, "before_cursor_execute", look)
    return asked


@asynccontextmanager
async def _office(house: House, cases: int) -> AsyncIterator[tuple[Store, Auditor]]:
    """A database of its own, and as many workflows."""
    story, state = await _one_case(house)
    url = await _database(house, "bench_audit")
    house.say(f"  filling bench_audit: {cases:,} open cases of {len(story)} events")
    ids = [new_id() for _ in range(cases)]
    await _fill(url, story, state, ids)
    client = await connect(house.stack.temporal_address, "default")
    house.say(f"  starting {cases:,} workflows")
    await _start(client, ids)
    store = Store(url, pool=2)
    try:
        yield store, Auditor(store, LivesInTemporal(Engine(client, QUEUE)))
    finally:
        await store.close()


async def _one_case(house: House) -> tuple[tuple[Event, ...], EscalationState]:
    case = await house.open_short()
    for _ in range(3):
        await case.finish()
    await case.visible(case.version)
    store = Store(house.stack.database_url, pool=1)
    async with store.transaction() as connection:
        whole = await escalations.by_number(connection, int(case.number[2:]))
        if whole is None or whole.state is None:
            raise RuntimeError(f"{case.number} is gone")
        story = await events.of(connection, whole.line.id)
    await store.close()
    return story, whole.state


async def _fill(
    url: str, story: Sequence[Event], state: EscalationState, ids: Sequence[UUID]
) -> None:
    """Write the case down once, and copy it: ids stand in its events, so their hashes are new."""
    await asyncio.to_thread(furnish, url)
    async with await psycopg.AsyncConnection.connect(url) as rows:
        await rows.execute(
            "INSERT INTO customers (id, name) VALUES (%s, 'Dana Field')", [state.customer_id]
        )
        if state.assignee_id:
            await rows.execute(
                "INSERT INTO people (id, email, name, role) VALUES (%s, 'a@b.test', 'A', 'agent')",
                [state.assignee_id],
            )
        await _copy_cases(rows, state, ids)
        await _copy_stories(rows, story, state, ids)
        await rows.commit()
        await rows.set_autocommit(True)
        await rows.execute("VACUUM ANALYZE")


async def _copy_cases(
    rows: psycopg.AsyncConnection[Any], state: EscalationState, ids: Sequence[UUID]
) -> None:
    short = next(book for book in BOOKS if book.slug == state.playbook.slug)
    told = escalations.columns(state, standing(state, short))
    names = ["id", "number", *told]
    async with (
        rows.cursor() as cursor,
        cursor.copy(f"COPY escalations ({', '.join(names)}) FROM STDIN") as copy,
    ):
        for number, case in enumerate(ids, start=5001):
            fresh = state.model_copy(update={"id": case})
            row = {**told, "state": fresh.model_dump_json()}
            if told["step"] is not None:
                row["step"] = told["step"].model_dump_json()
            await copy.write_row([case, number, *row.values()])


async def _copy_stories(
    rows: psycopg.AsyncConnection[Any],
    story: Sequence[Event],
    state: EscalationState,
    ids: Sequence[UUID],
) -> None:
    requests = sorted({one.op_id for one in story if one.op_id is not None})
    texts = [(one, one.model_dump_json()) for one in story]
    happened, asked = [], []
    for case in ids:
        fresh = {str(state.id): str(case), **{str(one): str(new_id()) for one in requests}}
        for one, told in texts:
            for old, new in fresh.items():
                told = told.replace(old, new)
            op_id = fresh[str(one.op_id)] if one.op_id else None
            hashed = sha256(told.encode()).hexdigest()
            happened.append((case, one.seq, one.at, one.fact.fact, op_id, told, hashed))
        asked += [(fresh[str(one)], fresh[str(one)], case) for one in requests]
    async with rows.cursor() as cursor:
        wanted = "COPY events (escalation_id, seq, at, fact, op_id, body, hash) FROM STDIN"
        async with cursor.copy(wanted) as copy:
            for line in happened:
                await copy.write_row(line)
        wanted = (
            "COPY operations (op_id, key, escalation_id, actor_key, route, body_hash, kind,"
            " payload, status, answer, attempt_at) FROM STDIN"
        )
        async with cursor.copy(wanted) as copy:
            for request in asked:
                rest = ("x", "x", "x", "add_note", "{}", "applied", "{}", state.opened_at)
                await copy.write_row((*request, *rest))


async def _start(client: Any, ids: Sequence[UUID]) -> None:
    hands = asyncio.Semaphore(_STARTERS)

    async def start(case: UUID) -> None:
        async with hands:
            await client.start_workflow("Escalation", id=workflow_id(case), task_queue=QUEUE)

    await asyncio.gather(*(start(case) for case in ids))
