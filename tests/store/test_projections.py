"""Both ways of writing a batch down: in one statement, and looking first. They must agree."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio.testing import ActivityEnvironment

from activities.projection import CROWD, Projection
from domain.decide import begin, decide
from domain.due import due
from domain.evolve import evolve, fold
from domain.result import result
from models.actor import ENGINE, Actor
from models.command import AddNote, Cancel, Change, Command, EndEffect, Operation, Resolve, Tick
from models.customer import CustomerIn
from models.delivery import DeliveryStatus
from models.errors import ProjectionForked
from models.escalation import EscalationState, EscalationType, Source, Status
from models.event import Event
from models.ids import new_id
from models.messages import Book, ProjectionBatch, Receipt
from models.operation import Envelope
from models.result import CaseResult
from models.severity import Severity
from models.standing import OpeningRow, Standing
from models.store.repositories import (
    customers,
    escalations,
    events,
    operations,
    playbooks,
    projections,
    results,
)
from models.store.session import Store
from models.store.tables.escalation import ESCALATIONS
from models.store.tables.event import EVENTS
from models.store.tables.operation import OPERATIONS
from tests.conftest import Colleague
from tests.domain import cases
from tests.domain.cases import MARCUS, MINUTE, NOON
from tests.polling import until
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
    now: datetime = NOON

    async def go_on(self, command: Command, by: Actor = MARCUS) -> None:
        """One more operation, kept in the inbox as the API keeps it."""
        op_id = new_id()
        operation = Operation(op_id=op_id, actor=by, command=command)  # type: ignore[arg-type]
        envelope = Envelope(
            op_id=op_id,
            actor_key=by.key,
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
        for event in decide(self.book, self.state, command, at, by, op_id=op_id):
            self.state = evolve(self.state, event)
            self.untold.append(event)
        self.receipts.append(Receipt(op_id=op_id, status="applied", version=self.state.version))

    def wait(self) -> None:
        """Until the next thing that time brings about; what is to be sent is sent."""
        begun = [effect for effect in self.state.effects if effect.begun]
        deadline = due(self.state)
        command: Command = Tick()
        if begun:
            command = EndEffect(key=begun[0].key, status=DeliveryStatus.SENT)
        elif deadline is not None:
            self.now = max(self.now, deadline.at)
        for event in decide(self.book, self.state, command, self.now, ENGINE):
            self.state = evolve(self.state, event)
            self.untold.append(event)

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
        for table in ("deliveries", "events", "operations", "run_results", "case_results"):
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


async def test_batches_of_a_crowd_rest_twice_as_long(store: Store, tale: Tale) -> None:
    worker = Projection(store, gather=timedelta(seconds=0.3))
    assert worker.rest == worker.gather
    batch = tale.batch()
    crowd = [asyncio.create_task(write(worker, batch)) for _ in range(CROWD)]
    await until(lambda: asyncio.sleep(0, worker.rest == worker.gather * 2 or None))
    assert await asyncio.gather(*crowd) == [tale.state.version] * CROWD
    assert worker.rest == worker.gather, "and the next one is alone again"


async def test_what_cannot_be_written_is_no_crowd(store: Store, tale: Tale) -> None:
    worker = a_worker(store)
    nobodys = tale.batch().model_copy(update={"escalation_id": new_id()})
    for _ in range(CROWD):
        with pytest.raises(ProjectionForked):
            await write(worker, nobodys)
    assert worker.rest == worker.gather


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


async def test_an_event_of_an_older_version_is_the_same_though_it_has_fewer_fields(
    store: Store, tale: Tale
) -> None:
    batch = tale.batch()
    await write(a_worker(store), batch)
    first = (EVENTS.c.escalation_id == tale.state.id) & (EVENTS.c.fact == "clocks_set")
    fewer = EVENTS.c.body.op("#-")(text("'{fact,clocks,0,calendar}'"))
    async with store.transaction() as connection:
        await connection.execute(update(EVENTS).where(first).values(body=fewer, hash="older"))
    assert await write(a_worker(store), batch) == tale.state.version

    other = func.jsonb_set(EVENTS.c.body, text("'{fact,clocks,0,why}'"), text("'\"So.\"'"))
    async with store.transaction() as connection:
        await connection.execute(update(EVENTS).where(first).values(body=other, hash="older"))
    with pytest.raises(ProjectionForked):
        await write(a_worker(store), batch)


async def test_a_case_that_closes_by_itself_has_its_result_with_its_last_event(
    store: Store, tale: Tale, colleagues: dict[str, Colleague]
) -> None:
    worker = a_worker(store)
    await write(worker, tale.batch())
    await tale.go_on(Resolve(), colleagues["marcus"].actor)
    await write(worker, tale.batch())
    while tale.state.status is not Status.CLOSED:
        async with store.transaction() as connection:
            assert await results.of(connection, tale.state.id, tale.state.playbook) is None
        tale.wait()
        await write(worker, tale.batch())
    async with store.transaction() as connection:
        found = await results.of(connection, tale.state.id, tale.state.playbook)
    assert found is not None
    assert (found.mended, found.left) == (True, False)
    assert found.took == MINUTE * 3


@pytest.mark.parametrize("broken", [(results, "keep"), (operations, "answer")])
async def test_an_end_and_its_values_are_written_together_or_not_at_all_trap_23(
    store: Store, tale: Tale, monkeypatch: pytest.MonkeyPatch, broken: tuple[object, str]
) -> None:
    worker = a_worker(store)
    await write(worker, tale.batch())
    before = tale.state.version
    await tale.go_on(Cancel(reason_id=None))
    batch = tale.batch()
    with monkeypatch.context() as patch:
        patch.setattr(*broken, _lets_it_down)
        with pytest.raises(ConnectionError):
            await write(worker, batch)
    assert await _values(store, tale.state) == (before, "open", None)
    assert await write(worker, batch) == tale.state.version
    number, status, found = await _values(store, tale.state)
    assert (number, status) == (tale.state.version, "cancelled")
    assert found == result(tale.state, await _events(store, tale.state.id))


async def _lets_it_down(*_: object) -> None:
    raise ConnectionError


async def _events(store: Store, case: UUID) -> tuple[Event, ...]:
    async with store.single() as connection:
        return tuple(await events.of(connection, case))


async def _values(store: Store, state: EscalationState) -> tuple[int, str, CaseResult | None]:
    """The last event, the status and the result of a case, as they are on record."""
    async with store.transaction() as connection:
        row = await escalations.stored_columns(connection, state.id)
        found = await results.of(connection, state.id, state.playbook)
    return len(await numbers(store, state.id)), row["status"], found


def _nothing_to_do() -> Standing:
    return Standing(rank_at=None, due_at=None, warn_at=None, sla_breached=False, step=None)
