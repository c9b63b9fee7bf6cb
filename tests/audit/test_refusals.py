"""What the auditor does not heal: where something could happen twice, a person looks."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from temporalio.worker import Worker

from activities.audit import lives
from activities.deadlines import plan_clocks
from activities.projection import Projection
from models.actor import OPERATOR
from models.audit import FindingKind
from models.command import AddNote, MoveClock, Operation
from models.ids import new_id, workflow_id
from models.store.repositories import escalations
from tests.audit.breaks import found, keep_opening, started, worked
from tests.audit.house import House
from tests.polling import until
from tests.replay.careless import Careless
from tests.workflows.openings import opening_like
from workflows.client import Engine
from workflows.escalation import EscalationWorkflow
from workflows.sandbox import strict_runner


async def test_a_case_whose_letter_may_have_left_unnoticed_is_not_started_again(
    house: House,
) -> None:
    """Its workflow was broken off after the hand-over and before anything was written down."""
    opened = await worked(house)
    case = opened["escalation_id"]
    await house.sql(
        "INSERT INTO deliveries (key, escalation_id, kind, effect_class, recipient, channel,"
        " status, attempts, message_id, planned_at, not_before, ended_at)"
        " SELECT CAST(:id AS text) || '/99/step_letter/customer', CAST(:id AS uuid),"
        " 'step_letter', 'letter', '{\"kind\": \"customer\"}', 'email', 'sent', 1, '<x@y>',"
        " now(), now(), now()",
        id=case,
    )
    await house.break_off(case)
    assert "a letter may have left" in await found(house, FindingKind.LOST, opened["number"])
    described = await house.client.get_workflow_handle(workflow_id(UUID(case))).describe()
    assert described.close_time is not None
    await house.sql("DELETE FROM deliveries WHERE message_id = '<x@y>'")
    assert (await house.audit()).healed == 1


async def test_a_case_whose_clock_was_moved_is_not_started_again_at_another_time(
    house: House,
) -> None:
    opened = await worked(house)
    case = opened["escalation_id"]
    moved = Operation(
        op_id=new_id(),
        actor=OPERATOR,
        command=MoveClock(offset=timedelta(hours=24)),
    )
    async with house.kept("events", case), house.kept("escalations", case):
        await house.engine.operate(UUID(case), moved)
        await house.clock.settled(case)
        await house.break_off(case)
        told = await found(house, FindingKind.LOST, opened["number"])
        assert "moved for a demonstration" in told
    assert (await house.audit()).healed == 1


async def test_a_case_that_goes_by_another_playbook_is_brought_back_with_that_one(
    house: House,
) -> None:
    opened = await worked(house)
    case, path = opened["escalation_id"], f"/cs/escalations/{opened['number']}"
    plan = await house.priya.get(f"{path}/playbook-change", playbook="executive@1")
    assert plan["possible"], plan
    body = {"playbook": "executive@1", "seen": plan["token"]}
    await house.priya.post(f"{path}/playbook", body)
    before = await house.clock.settled(case)
    await house.break_off(case)
    assert (await house.audit()).healed >= 1
    after = await house.clock.settled(case)
    assert after.playbook == before.playbook
    open_now = next(run for run in after.steps if run.for_now)
    done = await house.priya.post(f"{path}/steps/{open_now.id}/snooze", {"length": "5m"})
    assert done["status"] == "applied"
    await house.clock.settled(case)
    assert not [one for one in await house.wrong() if one.escalation_id == UUID(case)]


async def test_a_case_that_ended_is_not_brought_back_by_an_older_copy_of_the_database(
    house: House,
) -> None:
    """T42: to open it again would send again what left after the copy was made."""
    opened = await worked(house)
    case = opened["escalation_id"]
    row = "SELECT * FROM escalations WHERE id = :id"
    then = dict((await house.sql(row, id=UUID(case)))[0]._mapping)
    path = f"/cs/escalations/{opened['number']}/cancellation"
    await house.priya.post(path, {"reason": "A duplicate"})
    handle = house.client.get_workflow_handle(workflow_id(UUID(case)))
    await handle.result()
    async with house.kept("events", case), house.kept("escalations", case):
        later = "DELETE FROM events WHERE escalation_id = :id AND seq > :version"
        await house.sql(later, id=UUID(case), version=then["version"])
        async with house.store.transaction() as connection:
            await escalations.overwrite(connection, UUID(case), then)
        told = await found(house, FindingKind.LOST, opened["number"])
        assert "knew an end that PostgreSQL does not know" in told


async def test_a_workflow_whose_code_fails_again_and_again_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wrong code is on the machines: nothing ends, nothing answers, and Temporal only retries."""
    monkeypatch.setattr(lives, "TASK_ATTEMPTS", 1)
    start = await opening_like(house.store, await started(house))
    assert start.opening is not None
    case = start.opening.escalation_id
    await keep_opening(house, start)
    engine = Engine(house.client, "audited-drill")
    note = Operation(op_id=new_id(), actor=start.opening.actor, command=AddNote(content_id=uuid4()))

    def worker(code: type) -> Worker:
        return Worker(
            house.client,
            task_queue="audited-drill",
            workflows=[code],
            activities=[Projection(house.store).write_down, plan_clocks],
            workflow_runner=strict_runner(),
        )

    async with worker(EscalationWorkflow):
        await engine.open(start)
        await house.clock.settled(str(case))
    async with worker(Careless):
        await engine.send(case, note)

        async def told() -> bool | None:
            await house.audit(lives=100)
            stuck = [one for one in await house.wrong() if one.kind is FindingKind.STUCK]
            return any("its code failed" in one.detail for one in stuck) or None

        await until(told, within=60)
    await house.break_off(str(case))
    assert (await house.audit()).healed >= 1
    await house.clock.settled(str(case))


async def test_a_case_that_a_demonstration_moved_ahead_is_late_by_its_own_time_only(
    house: House,
) -> None:
    opened = await worked(house, severity="low")
    case = opened["escalation_id"]
    await house.clock.ahead(case, timedelta(hours=1))
    moved = Operation(
        op_id=new_id(),
        actor=OPERATOR,
        command=MoveClock(offset=timedelta(hours=1)),
    )
    await house.engine.operate(UUID(case), moved)
    state = await house.clock.settled(case)
    rows = await house.sql("SELECT next_at FROM escalations WHERE id = :id", id=UUID(case))
    assert state.clock_offset == timedelta(hours=1)
    assert rows[0].next_at is not None
    assert (await house.audit()).passed
