"""Processes that die at the worst moment (T04), and what is then true."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.service import RPCError

from models.actor import Actor, Role
from models.command import AddNote, Operation
from models.ids import new_id, workflow_id
from models.store.repositories import events, people
from models.store.session import Store
from supervisor.stack import Stack
from tests.e2e.conftest import FaultyProcess
from tests.e2e.insist import Caller
from tests.e2e.test_kills import OPENING
from tests.polling import until
from tests.temporal import client_of, insist
from upkeep.rebuild import rebuild
from workflows.client import Engine

POINTS = ("before-insert", "before-commit", "after-commit", "after-start", "before-reply")


@pytest.mark.parametrize("point", POINTS)
async def test_an_api_that_dies_while_it_opens_opens_one_case(
    house: Stack, token: str, tmp_path: Path, free_port: int, point: str
) -> None:
    flag = tmp_path / "flag"
    for attempt in range(2):
        key = f"fault-{point}-{attempt}"
        flag.touch()
        faulty = FaultyProcess(house, "api", point, flag, free_port)
        try:
            await faulty.answers()
            dying = Caller(faulty.url, token)
            assert await dying._once("POST", "/cs/escalations", OPENING, key) is None
            assert await faulty.died() == 9
        finally:
            faulty.end()
        sarah = Caller(house.api_url, token)
        answers = [await sarah.insist("/cs/escalations", OPENING, key) for _ in range(2)]
        assert answers[0]["number"] == answers[1]["number"]
        assert await _cases_of(house, key) == 1
        other = {**OPENING, "title": "Something else"}
        refused = await sarah._once("POST", "/cs/escalations", other, key)
        assert refused is not None
        assert refused.json()["code"] == "idempotency-key-reused"
        await _one_workflow(house, answers[0]["escalation_id"])


async def test_a_sweeper_that_dies_after_delivering_delivers_nothing_twice(
    house: Stack, token: str, tmp_path: Path, free_port: int
) -> None:
    flag = tmp_path / "flag"
    sarah = Caller(house.api_url, token)
    opened = await sarah.insist("/cs/escalations", OPENING, "sweeper-open")
    path = f"/cs/escalations/{opened['number']}/notes"
    await house.kill("worker")
    answer = await sarah._once("POST", path, {"text": "later"}, "sweeper-1")
    assert answer is not None
    assert answer.status_code == 202
    await house.kill("api")
    flag.touch()
    faulty = FaultyProcess(house, "api", "sweeper", flag, free_port)
    try:
        assert await faulty.died() == 9
    finally:
        faulty.end()
    await house.start("worker")
    await house.start("api")
    await sarah.written(await sarah.insist(path, {"text": "later"}, "sweeper-1"))
    assert await _notes(house, opened["escalation_id"]) == 1


@pytest.mark.parametrize("with_temporal", [False, True])
async def test_a_worker_that_dies_between_commit_and_task_forks_nothing(
    house: Stack, token: str, tmp_path: Path, free_port: int, *, with_temporal: bool
) -> None:
    flag = tmp_path / "flag"
    sarah = Caller(house.api_url, token)
    opened = await sarah.insist("/cs/escalations", OPENING, f"fork-{with_temporal}")
    case = UUID(opened["escalation_id"])
    await house.kill("worker")
    faulty = FaultyProcess(house, "worker", "after-projection", flag, free_port)
    client = await client_of(house)
    engine = Engine(client, house.settings.task_queue)
    actor = await _sarah(house)
    try:
        await faulty.works()
        await until(lambda: _at_rest(client, case))
        flag.write_text(str(case), encoding="utf-8")
        first = _note(actor)
        assert (await insist(engine, case, first)).status == "applied"
        assert await faulty.died() == 9
    finally:
        faulty.end()
    second = _note(actor)
    await engine.send(case, second)
    if with_temporal:
        await house.kill("temporal")
        await house.start("temporal")
    await house.start("worker")
    assert (await insist(engine, case, second)).status == "applied"
    assert (await insist(engine, case, first)).status == "applied"

    async def written() -> bool | None:
        return (await _notes(house, str(case))) == 2 or None

    await until(written)
    store = Store(house.database_url, pool=1)
    async with store.transaction() as connection:
        told = await events.of(connection, case)
    assert [one.seq for one in told] == list(range(1, len(told) + 1))
    notes = [one.op_id for one in told if one.fact.fact == "note_added"]
    assert notes == [first.op_id, second.op_id]
    assert (await rebuild(store, write=False)).differences == ()
    await store.close()


def _note(actor: Actor) -> Operation:
    return Operation(op_id=new_id(), actor=actor, command=AddNote(content_id=uuid4()))


async def _sarah(house: Stack) -> Actor:
    store = Store(house.database_url, pool=1)
    async with store.transaction() as connection:
        found = await people.by_email(connection, "sarah@demo.test")
    await store.close()
    assert found is not None
    assert found.role is Role.AGENT
    return found.as_actor()


async def _at_rest(client: Client, case: UUID) -> bool | None:
    """Whether the case has nothing to write down: a batch that was cut off is tried again later."""
    try:
        life = await client.get_workflow_handle(workflow_id(case)).query("life")
    except (RPCError, WorkflowQueryFailedError):
        return None
    return not life["outbox"] or None


async def _notes(house: Stack, case: str) -> int:
    store = Store(house.database_url, pool=1)
    async with store.transaction() as connection:
        found = await events.of(connection, UUID(case))
    await store.close()
    return sum(one.fact.fact == "note_added" for one in found)


async def _cases_of(house: Stack, key: str) -> int:
    from sqlalchemy import func, select

    from models.store.tables.operation import OPERATIONS

    store = Store(house.database_url, pool=1)
    async with store.transaction() as connection:
        query = select(func.count()).where(OPERATIONS.c.key == key)
        found = int((await connection.execute(query)).scalar_one())
    await store.close()
    return found


async def _one_workflow(house: Stack, case: str) -> None:
    client = await client_of(house)
    described = await client.get_workflow_handle(workflow_id(UUID(case))).describe()
    assert described.status is not None
    assert described.status.name == "RUNNING"
