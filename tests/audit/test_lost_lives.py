"""T30: workflows that are gone, stuck or nobody's are told, and begun again where that is safe.

The auditor has teeth: what is broken on purpose is found by the next audit, so within two
intervals; the good audits stop, which is what the sign to the outside hangs on; what is healed
happens once (F07, F54; traps 28, 33 and 57).
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from temporalio.exceptions import ApplicationError

from activities.adapters.mailbox import Mailbox
from activities.joining import Joining
from activities.ports import PostOfficeError
from models.audit import FindingKind
from models.command import AddNote, Operation
from models.delivery import Mail
from models.ids import new_id, workflow_id
from models.messages import JoinOrder, Receipt
from tests.audit.breaks import found, keep_opening, started, worked
from tests.audit.house import ORDER, QUEUE, House
from tests.polling import until
from tests.workflows.openings import opening_like
from workflows.client import Engine


async def test_a_terminated_workflow_is_started_again_and_repeats_nothing(house: House) -> None:
    late = (datetime.now(UTC) - timedelta(minutes=12)).isoformat()
    answer = await worked(house, severity="critical", received_at=late)
    case = answer["escalation_id"]
    before = await house.clock.settled(case)
    mails = await house.mails(case)
    assert mails, "the warning of the first response has left"
    await house.break_off(case)
    result = await house.audit()
    assert not result.passed
    assert result.healed == 1
    told = (await house.mended(case))[FindingKind.LOST].detail
    assert answer["number"] in told
    assert "started again" in told
    assert (await house.audit()).passed
    assert await house.clock.settled(case) == before
    assert await house.mails(case) == mails
    described = await house.client.get_workflow_handle(workflow_id(UUID(case))).describe()
    assert described.search_attributes["EscalationNumber"] == [answer["number"]]
    assert described.search_attributes["Playbook"] == [str(before.playbook)]
    assert (await house.sarah.work(answer))["version"] > answer["version"]


async def test_a_life_that_was_lost_still_knows_what_it_answered(house: House) -> None:
    opened = await house.sarah.open_case()
    case = UUID(opened["escalation_id"])
    path = f"/cs/escalations/{opened['number']}/notes"
    key = str(uuid4())
    first = await house.sarah.post(path, {"text": "once"}, key=key)
    await house.clock.settled(str(case))
    await house.break_off(str(case))
    assert (await house.audit()).healed == 1
    again = Operation(
        op_id=UUID(first["op_id"]),
        actor=(await started(house)).opening.actor,  # type: ignore[union-attr]
        command=AddNote(content_id=uuid4()),
    )
    receipt = await house.engine.operate(case, again)
    assert receipt.version == first["version"]
    assert await house.sarah.post(path, {"text": "once"}, key=key) == first


async def test_a_life_that_was_lost_in_the_middle_of_a_handover_hands_over_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: Mailbox, __: Mail) -> None:
        raise PostOfficeError("away", permanent=False)

    with monkeypatch.context() as patched:
        patched.setattr(Mailbox, "hand_over", away)
        late = (datetime.now(UTC) - timedelta(minutes=12)).isoformat()
        opened = await house.sarah.open_case(severity="critical", received_at=late)
        case = opened["escalation_id"]

        async def tried() -> bool | None:
            told = "SELECT 1 FROM deliveries WHERE escalation_id = :id AND attempts > 0"
            return bool(await house.sql(told, id=UUID(case))) or None

        await until(tried)

        async def begun() -> bool | None:
            return "effect_begun" in await house.clock.facts(case) or None

        await until(begun)
        await house.break_off(case)
    await house.audit()
    assert FindingKind.LOST in await house.mended(case)
    await house.clock.settled(case)
    assert len(await house.mails(case)) == 1
    facts = await house.clock.facts(case)
    assert facts.count("effect_begun") == facts.count("effect_ended") == 1


async def test_a_workflow_that_keeps_breaking_is_left_to_a_person(house: House) -> None:
    opened = await worked(house)
    case = opened["escalation_id"]
    for _ in range(ORDER.limits.heals):
        await house.break_off(case)
        assert (await house.audit()).healed == 1
    await house.break_off(case)
    told = await found(house, FindingKind.LOST, opened["number"])
    assert "3 times already" in told
    assert "3 times already" in await found(house, FindingKind.LOST)  # it stays on the list
    await house.sql("UPDATE findings SET heals = 0 WHERE escalation_id = :id", id=UUID(case))
    assert (await house.audit()).healed == 1


async def test_an_opening_whose_workflow_was_broken_off_at_once_begins_again(house: House) -> None:
    start = await opening_like(house.store, await started(house))
    assert start.opening is not None
    await keep_opening(house, start)
    nobody = Engine(house.client, "nobody-works-here")
    await nobody.start(start)
    case = str(start.opening.escalation_id)
    await house.break_off(case)
    assert (await house.audit()).healed == 1
    await house.clock.settled(case)


async def test_a_merged_case_whose_workflow_is_lost_still_reaches_the_other_one_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is over, and nobody would look for it: but the other case was not told yet."""
    customer = {"name": "Doug", "external_id": uuid4().hex}
    one, double = [await house.sarah.open_case(customer=customer) for _ in range(2)]
    case, other = double["escalation_id"], one["escalation_id"]

    async def silent(_: Joining, __: JoinOrder, ___: UUID) -> Receipt:
        raise ApplicationError("away", next_retry_delay=timedelta(hours=1))

    with monkeypatch.context() as patched:
        patched.setattr(Joining, "_ask", silent)
        path = f"/cs/escalations/{double['number']}/merge"
        await house.sarah.post(path, {"into": one["number"]})

        async def begun() -> bool | None:
            return "effect_begun" in await house.clock.facts(case) or None

        await until(begun)
        assert (await house.audit()).passed, "its workflow sees to it"
        await house.break_off(case)
    assert (await house.audit()).healed == 1
    told = (await house.mended(case))[FindingKind.LOST].detail
    assert "the case is merged, and something is still on its way" in told

    async def told_once() -> bool | None:
        return "absorbed" in await house.clock.facts(other) or None

    await until(told_once)
    ending = await house.client.get_workflow_handle(workflow_id(UUID(case))).result()
    assert ending["status"] == "merged"
    assert (await house.audit()).passed
    assert (await house.clock.facts(other)).count("absorbed") == 1
    assert (await house.clock.facts(case)).count("effect_ended") == 1


async def test_a_workflow_that_nobody_opened_is_told(house: House) -> None:
    """T49: somebody who reaches Temporal's port starts workflows of ours."""
    start = await started(house)
    assert start.opening is not None
    stranger = start.opening.model_copy(update={"escalation_id": new_id(), "op_id": new_id()})
    forged = start.model_copy(update={"opening": stranger})
    nobody = Engine(house.client, QUEUE)
    await nobody.start(forged)
    workflow = workflow_id(stranger.escalation_id)

    async def told() -> bool | None:
        await house.audit()
        return any(workflow in one.identity for one in await house.wrong()) or None

    await until(told)
    await house.client.get_workflow_handle(workflow).terminate("a test")

    async def gone() -> bool | None:
        return (await house.audit()).passed or None

    await until(gone)
