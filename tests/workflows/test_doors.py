"""Two doors for one operation: whichever it comes by, and however often, it is applied once."""

import asyncio
from uuid import UUID, uuid4

import pytest
from temporalio.client import Client

from models.actor import ENGINE, Actor, Role
from models.command import AddNote, CompleteStep, Operation, SkipStep
from models.errors import EscalationClosed, NotAllowed, StepAlreadyEnded
from models.escalation import Status
from models.ids import new_id, workflow_id
from models.store.repositories import events
from models.store.session import Store
from tests.conftest import Colleague
from tests.desk import Desk
from tests.polling import until
from tests.workflows.clockwork import Clockwork
from workflows.client import Engine


@pytest.fixture
def engine(client: Client, settings: object) -> Engine:
    """The engine, without the API before it."""
    return Engine(client, settings.task_queue)  # type: ignore[attr-defined]


def _note(actor: Actor) -> Operation:
    return Operation(op_id=new_id(), actor=actor, command=AddNote(content_id=uuid4()))


async def test_an_operation_by_update_and_by_signal_is_applied_once(
    sarah: Desk, engine: Engine, clockwork: Clockwork, colleagues: dict[str, Colleague]
) -> None:
    case = UUID((await sarah.open_case())["escalation_id"])
    operation = _note(colleagues["sarah"].actor)
    first = await engine.operate(case, operation)
    await engine.send(case, operation)
    again = await engine.operate(case, operation)
    assert again == first
    await clockwork.settled(str(case))
    assert (await clockwork.facts(str(case))).count("note_added") == 1


async def test_a_signal_before_its_update_gives_the_update_the_same_answer(
    sarah: Desk, engine: Engine, clockwork: Clockwork, colleagues: dict[str, Colleague]
) -> None:
    case = UUID((await sarah.open_case())["escalation_id"])
    operation = _note(colleagues["sarah"].actor)
    await engine.send(case, operation)
    answer = await engine.operate(case, operation)
    assert answer.status == "applied"
    await clockwork.settled(str(case))
    assert (await clockwork.facts(str(case))).count("note_added") == 1


async def test_a_refused_signal_is_noted_and_the_case_lives_on(
    sarah: Desk, engine: Engine, clockwork: Clockwork, colleagues: dict[str, Colleague]
) -> None:
    opened = await sarah.open_case()
    case = UUID(opened["escalation_id"])
    nonsense = SkipStep(step="no-such-step")
    await engine.send(
        case, Operation(op_id=new_id(), actor=colleagues["sarah"].actor, command=nonsense)
    )

    async def noted() -> bool:
        return "operation_rejected" in await clockwork.facts(str(case))

    await until(noted)
    answer = await engine.operate(case, _note(colleagues["sarah"].actor))
    assert answer.status == "applied"


async def test_an_undecodable_signal_does_not_stop_the_case(
    sarah: Desk, client: Client, engine: Engine, colleagues: dict[str, Colleague]
) -> None:
    case = UUID((await sarah.open_case())["escalation_id"])
    handle = client.get_workflow_handle(workflow_id(case))
    await handle.signal("operation_by_signal", {"what": "is this"})
    answer = await engine.operate(case, _note(colleagues["sarah"].actor))
    assert answer.status == "applied"


async def test_two_people_on_one_step_and_the_second_hears_who_was_first(
    marcus: Desk, engine: Engine, colleagues: dict[str, Colleague]
) -> None:
    opened = await marcus.open_case()
    case, step = UUID(opened["escalation_id"]), opened["snapshot"]["step"]["id"]

    def done(who: str) -> Operation:
        command = CompleteStep(step=step, outcome="reached")
        return Operation(op_id=new_id(), actor=colleagues[who].actor, command=command)

    both = await asyncio.gather(
        engine.operate(case, done("marcus")),
        engine.operate(case, done("priya")),
        return_exceptions=True,
    )
    refused = [one for one in both if isinstance(one, StepAlreadyEnded)]
    assert len(refused) == 1
    assert "done by" in refused[0].detail


async def test_cancelling_in_temporal_is_a_command_like_any_other(
    sarah: Desk, client: Client, clockwork: Clockwork, engine: Engine, store: Store
) -> None:
    opened = await sarah.open_case()
    case = opened["escalation_id"]
    handle = client.get_workflow_handle(workflow_id(UUID(case)))
    await handle.cancel()
    ending = await handle.result()
    assert ending["status"] == Status.CANCELLED
    async with store.transaction() as connection:
        told = await events.of(connection, UUID(case))
    cancelled = next(one for one in told if one.fact.fact == "cancelled")
    assert cancelled.actor.kind == "operator"
    seen = await sarah.case(opened["number"])
    assert seen["status"] == "cancelled"
    runs = [one for one in seen["steps"] if one["opened_at"]]
    assert {one["status"] for one in runs} == {"cancelled"}
    with pytest.raises(EscalationClosed):
        await engine.operate(UUID(case), _note(ENGINE))


async def test_an_admin_does_not_work_on_cases_whatever_the_door(
    sarah: Desk, engine: Engine, colleagues: dict[str, Colleague]
) -> None:
    case = UUID((await sarah.open_case())["escalation_id"])
    admin = colleagues["admin"].actor
    assert admin.role is Role.ADMIN
    with pytest.raises(NotAllowed):
        await engine.operate(case, _note(admin))
