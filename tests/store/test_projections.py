"""Both ways of writing a batch down: in one statement, and looking first. They must agree."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio.testing import ActivityEnvironment

from activities.projection import Projection
from domain.decide import begin, decide
from domain.evolve import evolve, fold
from models.command import AddNote, Change, Command, Operation
from models.customer import CustomerIn
from models.errors import ProjectionForked
from models.escalation import EscalationState, EscalationType, Source
from models.event import Event
from models.ids import new_id
from models.messages import Book, ProjectionBatch, Receipt
from models.operation import Envelope
from models.severity import Severity
from models.standing import OpeningRow, Standing
from models.store.repositories import (
    customers,
    escalations,
    events,
    operations,
    playbooks,
    projections,
)
from models.store.session import Store
from models.store.tables.escalation import ESCALATIONS
from models.store.tables.event import EVENTS
from models.store.tables.operation import OPERATIONS
from tests.domain import cases
from tests.domain.cases import MARCUS, MINUTE, NOON
from upkeep.rebuild import rebuild

WHEN_WRITTEN = {"updated_at", "written_at", "answered_at"}


@dataclass
class Tale:
    """A case that no workflow drives: its events are decided here, and written by hand."""

    store: Store
    book: Book
    state: EscalationState
    untold: list[Event]
    receipts: list[Receipt]

    async def go_on(self, command: Command) -> None:
        """One more operation, kept in the inbox as the API keeps it."""
        op_id = new_id()
        operation = Operation(op_id=op_id, actor=MARCUS, command=command)  # type: ignore[arg-type]
        envelope = Envelope(
            op_id=op_id,
            actor_key=MARCUS.key,
            route="test",
            key=str(op_id),
            body_hash="",
            escalation_id=self.state.id,
            kind=operation.command.kind,
            payload=operation,
        )
        async with self.store.transaction() as connection:
            assert await operations.put(connection, envelope, NOON)
        at = NOON + MINUTE * self.state.version
        for event in decide(self.book, self.state, command, at, MARCUS, op_id=op_id):
            self.state = evolve(self.state, event)
            self.untold.append(event)
        self.receipts.append(Receipt(op_id=op_id, status="applied", version=self.state.version))

    def batch(self) -> ProjectionBatch:
        """What is not written yet."""
        made = ProjectionBatch(
            escalation_id=self.state.id,
            number=self.state.number,
            events=tuple(self.untold),
            receipts=tuple(self.receipts),
        )
        self.untold, self.receipts = [], []
        return made


@pytest_asyncio.fixture
async def tale(store: Store) -> AsyncIterator[Tale]:
    """A case just accepted: a row without a state."""
    case = new_id()
    async with store.transaction() as connection:
        key = (await playbooks.current_keys(connection))[0]
        version = await playbooks.get(connection, *key)
        assert version is not None
        customer = await customers.remember(connection, CustomerIn(name="Dana Field"))
        row = OpeningRow(
            id=case,
            type=EscalationType.CANCEL_THREAT,
            severity=Severity.HIGH,
            source=Source.PHONE,
            team="front-line",
            customer_id=customer.id,
            title_id=new_id(),
            playbook_slug=version.ref.slug,
            playbook_version=version.ref.version,
            received_at=NOON,
            opened_at=NOON,
            due_at=None,
        )
        number = await escalations.begin(connection, row)
    book = cases.book_of(version.playbook)
    told = {"customer_id": customer.id, "title_id": row.title_id, "playbook": version.ref}
    opening = cases.opening_of(book, assignee=None).model_copy(
        update={"escalation_id": case, "number": number, "op_id": new_id(), **told}
    )
    told_first = begin(book, opening, NOON)
    yield Tale(store, book, fold(list(told_first)), list(told_first), [])
    async with store.transaction() as connection:  # no workflow stands behind it
        for table in ("deliveries", "events", "operations"):
            await connection.execute(
                text(f"DELETE FROM {table} WHERE escalation_id = :case"), {"case": case}
            )
        await connection.execute(text("DELETE FROM escalations WHERE id = :case"), {"case": case})


def a_worker(store: Store) -> Projection:
    """Another worker, which remembers nothing yet."""
    return Projection(store, gather=timedelta(0))


async def write(projection: Projection, batch: ProjectionBatch) -> int:
    """Run the activity."""
    version: int = await ActivityEnvironment().run(projection.write_down, batch)
    return version


async def on_record(connection: AsyncConnection, case: UUID) -> dict[str, list[dict[str, Any]]]:
    """Every row of a case, without the instants of writing."""
    queries = {
        "escalation": select(ESCALATIONS).where(ESCALATIONS.c.id == case),
        "events": select(EVENTS).where(EVENTS.c.escalation_id == case).order_by(EVENTS.c.seq),
        "operations": select(OPERATIONS)
        .where(OPERATIONS.c.escalation_id == case)
        .order_by(OPERATIONS.c.place),
    }
    return {
        name: [
            {key: value for key, value in row.items() if key not in WHEN_WRITTEN}
            for row in (await connection.execute(query)).mappings()
        ]
        for name, query in queries.items()
    }


async def numbers(store: Store, case: UUID) -> list[int]:
    """The numbers of the events on record."""
    async with store.single() as connection:
        return [one.seq for one in await events.of(connection, case)]


async def test_one_statement_writes_what_looking_first_writes(
    store: Store, tale: Tale, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = a_worker(store)
    await write(worker, tale.batch())
    await tale.go_on(AddNote(content_id=new_id()))
    await tale.go_on(Change(appointment_at=NOON + MINUTE * 600))
    batch = tale.batch()
    async with store.transaction() as connection:
        await a_worker(store).write(connection, batch)
        slowly = await on_record(connection, tale.state.id)
        await connection.rollback()
    monkeypatch.setattr(Projection, "write", None)  # the slow way is closed
    assert await write(worker, batch) == tale.state.version
    async with store.transaction() as connection:
        quickly = await on_record(connection, tale.state.id)
    assert quickly == slowly
    assert [row["status"] for row in quickly["operations"]] == ["applied", "applied"]


async def test_two_workers_take_turns_and_nothing_is_written_twice(
    store: Store, tale: Tale
) -> None:
    workers = [a_worker(store), a_worker(store)]
    batches = [tale.batch()]
    for _ in range(6):
        await tale.go_on(AddNote(content_id=new_id()))
        batches.append(tale.batch())
    for turn, batch in enumerate(batches):
        await write(workers[turn % 2], batch)
        assert await write(workers[(turn + 1) % 2], batch) == batch.events[-1].seq
    assert await numbers(store, tale.state.id) == list(range(1, tale.state.version + 1))
    found = await rebuild(store, write=False)
    assert tale.state.id not in {one.escalation_id for one in found.differences}


async def test_a_worker_whose_write_was_rolled_back_looks_again(store: Store, tale: Tale) -> None:
    worker = a_worker(store)
    batch = tale.batch()
    async with store.transaction() as connection:
        await worker.write(connection, batch)
        await connection.rollback()
    assert await write(worker, batch) == tale.state.version
    assert await numbers(store, tale.state.id) == list(range(1, tale.state.version + 1))


async def test_an_event_that_is_there_already_is_no_quick_way(store: Store, tale: Tale) -> None:
    worker = a_worker(store)
    await write(worker, tale.batch())
    await tale.go_on(AddNote(content_id=new_id()))
    batch = tale.batch()
    forked = batch.events[0].model_copy(update={"at": NOON + MINUTE * 999})
    row = {
        "escalation_id": tale.state.id,
        "seq": forked.seq,
        "at": forked.at,
        "fact": forked.fact.fact,
        "op_id": None,
        "body": forked,
        "hash": forked.hash,
    }
    async with store.transaction() as connection:
        await connection.execute(EVENTS.insert(), row)
    async with store.single() as connection:
        assert not await projections.move_on(
            connection, forked.seq - 1, tale.state, _nothing_to_do(), batch.events, ()
        )
    with pytest.raises(ProjectionForked):
        await write(worker, batch)


def _nothing_to_do() -> Standing:
    return Standing(rank_at=None, due_at=None, warn_at=None, sla_breached=False, step=None)
