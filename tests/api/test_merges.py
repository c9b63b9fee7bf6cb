"""Merging cases, as callers see it: one ends, the other one takes it in, and mail finds its way."""

import asyncio
import contextlib
from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any
from uuid import UUID, uuid4

import pytest
from temporalio.exceptions import ApplicationError

from activities.joining import Joining
from api.parts import Parts
from models.command import Merge, Operation
from models.delivery import (
    EffectClass,
    EffectKind,
    PendingEffect,
    Recipient,
    RecipientKind,
)
from models.errors import EngineUnavailable
from models.event import EffectPlanned
from models.ids import new_id
from models.messages import DeliveryResult, JoinOrder
from models.store.repositories import deliveries, escalations, events
from models.store.session import Store
from tests.api.mails import address, opens, post, written
from tests.api.problem import require_problem
from tests.conftest import Colleague
from tests.desk import Desk
from tests.polling import until


async def cases_of_one(desk: Desk, count: int) -> list[dict[str, Any]]:
    """So many cases of one customer."""
    customer = {"name": "Doug", "external_id": uuid4().hex}
    return [await desk.open_case(customer=customer) for _ in range(count)]


async def two(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two cases of one customer."""
    one, other = await cases_of_one(desk, 2)
    return one, other


async def absorbed(desk: Desk, case: dict[str, Any], *numbers: str) -> dict[str, Any]:
    """The case, once it has taken these in."""

    async def seen() -> dict[str, Any] | None:
        whole = await desk.case(case["number"])
        return whole if set(numbers) <= set(whole["absorbed"]) else None

    return await until(seen)


async def merge(desk: Desk, case: dict[str, Any], into: dict[str, Any], **more: Any) -> Any:
    return await desk.ask(
        "POST", f"/cs/escalations/{case['number']}/merge", {"into": into["number"]}, **more
    )


async def test_a_case_ends_and_the_other_one_takes_it_in_once(sarah: Desk, store: Store) -> None:
    one, double = await two(sarah)
    noted = await sarah.post(
        f"/cs/escalations/{double['number']}/notes", {"text": "He called twice."}
    )
    answers = [await merge(sarah, double, one, key="merge-1") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["snapshot"]["status"] == "merged"
    survivor = await absorbed(sarah, one, double["number"])
    assert survivor["absorbed"] == [double["number"]]
    told = [entry for entry in await sarah.timeline(one["number"]) if entry["fact"] == "absorbed"]
    assert len(told) == 1
    link = told[0]["link"]["timeline"].removeprefix("/api/v1")
    await sarah.case(double["number"], at=noted["version"])
    words = [entry["words"] for entry in (await sarah.get(link))["items"]]
    assert "He called twice." in words
    gone = await sarah.case(double["number"], at=answers[0].json()["version"])
    assert (gone["status"], gone["merged_into"]) == ("merged", one["number"])
    found = await sarah.get("/cs/queue", limit=100)
    assert double["number"] not in [line["number"] for line in found["items"]]
    async with store.transaction() as connection:
        ledger = await deliveries.of(connection, UUID(double["escalation_id"]))
    joined = [row for row in ledger if row.kind is EffectKind.CASE_JOINED]
    assert [row.status for row in joined] in (["attempted"], ["sent"])
    assert [row.channel for row in joined] == ["case"]


async def test_nothing_is_merged_into_a_resolved_case(sarah: Desk) -> None:
    one, double = await two(sarah)
    done = await sarah.post(f"/cs/escalations/{one['number']}/resolution", {})
    await sarah.case(one["number"], at=done["version"])
    problem = require_problem(await merge(sarah, double, one), 409, "merge-refused")
    assert problem["detail"].endswith("Open that one again first.")


async def test_two_cases_are_never_merged_into_each_other(sarah: Desk) -> None:
    for _ in range(4):
        one, other = await two(sarah)
        both = await asyncio.gather(merge(sarah, one, other), merge(sarah, other, one))
        assert sorted(answer.status_code for answer in both) == [200, 409]
        refused = next(answer for answer in both if answer.status_code == 409)
        assert refused.json()["code"] in ("merge-refused", "escalation-closed")


async def test_a_circle_of_three_is_never_closed(sarah: Desk) -> None:
    one, middle, three = await cases_of_one(sarah, 3)
    circle = ((one, middle), (middle, three), (three, one))
    ends = await asyncio.gather(*(merge(sarah, here, there) for here, there in circle))
    assert 409 in {end.status_code for end in ends}


async def test_a_chain_of_merges_ends_in_one_case(sarah: Desk) -> None:
    one, middle, three = await cases_of_one(sarah, 3)
    assert (await merge(sarah, one, middle)).status_code == 200
    assert (await merge(sarah, middle, three)).status_code == 200
    last = await absorbed(sarah, three, middle["number"])

    async def taken_in() -> bool:
        found = [await sarah.case(one["number"]) for one in (middle, three)]
        return one["number"] in (*found[0]["absorbed"], *found[1]["absorbed"])

    assert await until(taken_in)
    assert last["status"] == "open"


async def test_what_cannot_take_a_case_in_is_refused_at_the_door(
    sarah: Desk, marcus: Desk, priya: Desk
) -> None:
    one, double = await two(sarah)
    stranger = await sarah.open_case()
    require_problem(await merge(sarah, one, one), 409, "merge-refused")
    require_problem(await merge(sarah, one, stranger), 403, "not-allowed")
    require_problem(await merge(priya, one, stranger), 422, "reason-required")
    require_problem(await merge(sarah, one, {"number": "E-99999999"}), 404, "escalation-unknown")
    over = await marcus.post(f"/cs/escalations/{double['number']}/cancellation", {})
    await marcus.case(double["number"], at=over["version"])
    require_problem(await merge(sarah, one, double), 409, "merge-refused")
    assert (await sarah.case(one["number"]))["status"] == "open"


async def test_mail_for_a_merged_case_goes_to_the_one_in_which_it_goes_on(
    gateway: Desk, sarah: Desk
) -> None:
    sender = address()
    first = await opens(gateway, written(sender, "It is broken."), sarah)
    again = written(sender, "Still broken.")
    double = await opens(gateway, again, sarah)
    mine = str(message_from_bytes(again)["Message-ID"])
    await sarah.post(f"/cs/escalations/{double['number']}/merge", {"into": first["number"]})
    await absorbed(sarah, first, double["number"])
    reply = written(sender, "And now?", In_Reply_To=mine)
    told = await post(gateway, reply, 200)
    assert (told["status"], told["operation"]["number"]) == ("filed", first["number"])
    repeated = await post(gateway, reply, 200)
    assert repeated["operation"]["op_id"] == told["operation"]["op_id"]
    line = await sarah.timeline(first["number"], at=told["operation"]["version"])
    assert [one["words"] for one in line if one["fact"] == "message_recorded"] == ["And now?"]


# -- the deed ----------------------------------------------------------------------------------


class Door:
    """Takes operations to nobody, and counts them."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.sent: list[Operation] = []

    async def send(self, escalation_id: UUID, operation: Operation) -> None:
        """Count it, or raise."""
        self.sent.append(operation)
        if self.error is not None:
            raise self.error


async def order_for(store: Store, double: dict[str, Any], into: dict[str, Any]) -> JoinOrder:
    """What the workflow asks for after a merge."""
    case = UUID(double["escalation_id"])

    async def planned() -> PendingEffect | None:
        async with store.transaction() as connection:
            for one in await events.of(connection, case):
                effect = one.fact.effect if isinstance(one.fact, EffectPlanned) else None
                if effect is not None and effect.kind is EffectKind.CASE_JOINED:
                    return PendingEffect(**effect.model_dump(), begun=True)
        return None

    effect = await until(planned)
    async with store.transaction() as connection:
        state = await escalations.state_of(connection, case)
    assert state is not None
    return JoinOrder(
        escalation_id=case,
        number=state.number,
        effect=effect,
        into_id=UUID(into["escalation_id"]),
        received_at=state.received_at,
        at=state.opened_at,
    )


async def test_the_deed_done_again_asks_for_nothing_new(sarah: Desk, store: Store) -> None:
    one, double = await two(sarah)
    await merge(sarah, double, one)
    await absorbed(sarah, one, double["number"])
    door = Door(EngineUnavailable("away"))
    order = await order_for(store, double, one)
    result = await Joining(store, door).join(order)
    assert result.status == "sent"
    assert door.sent == []


async def test_while_the_engine_is_away_it_is_tried_again_under_one_id(
    sarah: Desk, store: Store, parts: Parts
) -> None:
    one, double = await two(sarah)
    door = Door(EngineUnavailable("away"))
    order = _order(double, one)
    for _ in range(2):
        with pytest.raises(ApplicationError) as later:
            await Joining(store, door).join(order)
        assert later.value.next_retry_delay is not None
    assert len({operation.op_id for operation in door.sent}) == 1

    async def joined() -> DeliveryResult | None:
        with contextlib.suppress(ApplicationError):  # no answer yet: Temporal tries again, too
            return await Joining(store, parts.engine).join(order)
        return None

    assert (await until(joined)).status == "sent"


async def test_a_case_that_ended_meanwhile_refuses_and_the_managers_are_told(
    sarah: Desk, marcus: Desk, store: Store, parts: Parts
) -> None:
    one, double = await two(sarah)
    done = await marcus.post(f"/cs/escalations/{one['number']}/cancellation", {})
    await marcus.case(one["number"], at=done["version"])
    result = await Joining(store, parts.engine).join(_order(double, one))
    assert result.status == "failed"
    assert result.detail


def _order(double: dict[str, Any], into: dict[str, Any]) -> JoinOrder:
    """A merge that was decided, as far as the deed knows."""
    now = datetime.now(UTC)
    case = double["escalation_id"]
    effect = PendingEffect(
        key=f"{case}/88/case_joined/system",
        kind=EffectKind.CASE_JOINED,
        effect_class=EffectClass.REQUEST,
        recipient=Recipient(kind=RecipientKind.SYSTEM),
        not_before=now,
        begun=True,
    )
    return JoinOrder(
        escalation_id=UUID(case),
        number=int(double["number"][2:]),
        effect=effect,
        into_id=UUID(into["escalation_id"]),
        received_at=now,
        at=now,
    )


async def test_a_merge_whose_other_case_ended_is_told_openly(
    sarah: Desk, marcus: Desk, store: Store, parts: Parts, colleagues: dict[str, Colleague]
) -> None:
    """As when the other case ends between the request and its deed: the door knew nothing of it."""
    one, double = await two(sarah)
    gone = await marcus.post(f"/cs/escalations/{one['number']}/cancellation", {})
    seen = await marcus.case(one["number"], at=gone["version"])
    command = Merge(
        into_id=UUID(one["escalation_id"]),
        into_number=int(one["number"][2:]),
        into_customer_id=UUID(seen["customer"]["id"]),
    )
    asked = Operation(op_id=new_id(), actor=colleagues["sarah"].actor, command=command)
    await parts.engine.operate(UUID(double["escalation_id"]), asked)

    async def told() -> list[str] | None:
        entries = [entry["what"] for entry in await sarah.timeline(double["number"])]
        return entries if any("Sent: a notice that the other" in one for one in entries) else None

    words = await until(told)
    assert any(one.startswith("The other case could not take this one in. ") for one in words)
    assert (await sarah.case(double["number"]))["status"] == "merged"


async def test_a_threat_in_the_double_alerts_of_the_case_in_which_it_goes_on(
    sarah: Desk, marcus: Desk
) -> None:
    customer = {"name": "Doug", "external_id": uuid4().hex}
    one = await sarah.open_case(customer=customer)
    more = {"source": "chat", "description": "I want to cancel my contract."}
    double = await sarah.open_case(customer=customer, **more)
    assert (await merge(sarah, double, one)).status_code == 200
    survivor = await absorbed(sarah, one, double["number"])
    assert survivor["ai"]["signals"] == ["cancel"]
    found = (await marcus.get("/cs/escalations/ai-alerts", limit=100))["items"]
    assert {one["number"] for one in found if one["kind"] == "signal_words"} >= {one["number"]}

    async def mood() -> Any:
        return (await sarah.case(one["number"]))["ai"]["mood"]

    await until(mood)
