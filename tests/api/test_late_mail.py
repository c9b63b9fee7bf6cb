"""Mail behind the end of its case: what a customer wrote is never lost to a moment."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from temporalio.client import Client

from api.app import create_app
from api.parts import Parts
from api.sweeper import Sweeper
from config.settings import Settings
from models.command import Operation
from models.errors import EngineUnavailable
from models.messages import Receipt
from tests.api.mails import address, opens, post, written
from tests.api.rows import Rows
from tests.desk import Desk
from tests.polling import until
from workflows.client import Engine

OPEN = "/cs/escalations"


@dataclass(frozen=True)
class Beaten(Engine):
    """The engine, to a caller before whom somebody else was."""

    first: Callable[[], Awaitable[None]]
    away: bool = False

    async def operate(self, escalation_id: UUID, operation: Operation) -> Receipt:
        """Let the other one act, then ask; or be away, and leave it to the sweeper."""
        await self.first()
        if self.away:
            raise EngineUnavailable("away")
        return await super().operate(escalation_id, operation)


def _gateway(parts: Parts, token: str) -> Desk:
    app = create_app()
    app.state.parts = parts
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    base = "http://rightnow.test/api/v1"
    return Desk(httpx2.AsyncClient(transport=transport, base_url=base, timeout=20), token)


@dataclass(frozen=True)
class House:
    """Two cases of one customer, a reply to the second, and how that one ends before it."""

    sarah: Desk
    one: dict[str, Any]
    double: dict[str, Any]
    reply: bytes
    merged: bool

    async def end(self) -> None:
        """End the second case, once."""
        path = f"{OPEN}/{self.double['number']}"
        if self.merged:
            body: dict[str, Any] = {"into": self.one["number"]}
            await self.sarah.ask("POST", f"{path}/merge", body, key=f"end-{path}")
        else:
            body = {"reason": "They called us"}
            await self.sarah.ask("POST", f"{path}/cancellation", body, key=f"end-{path}")

    async def said(self, number: str) -> list[str]:
        """What the customer said in a case."""
        line = await self.sarah.timeline(number)
        return [entry["words"] for entry in line if entry["fact"] == "message_recorded"]


@pytest.fixture(params=[True, False], ids=["merged", "cancelled"])
async def house(request: pytest.FixtureRequest, gateway: Desk, marcus: Desk) -> House:
    """The two cases."""
    sender, own = address(), f"<{uuid4().hex}@customer.test>"
    one = await opens(gateway, written(sender, "It is broken."), marcus)
    double = await opens(gateway, written(sender, "Still broken.", **{"Message-ID": own}), marcus)
    reply = written(sender, "And now?", subject="Re: Hello", In_Reply_To=own)
    return House(marcus, one, double, reply, request.param)


async def _ends_up(house: House, told: dict[str, Any]) -> None:
    """The mail is where it belongs, and nowhere else."""
    number = told["operation"]["number"]
    case = await house.sarah.case(number, at=told["operation"]["version"])
    if house.merged:
        assert (told["status"], number) == ("filed", house.one["number"])
        assert await house.said(number) == ["And now?"]
    else:
        assert told["status"] == "opened"
        assert number not in (house.one["number"], house.double["number"])
        assert case["description"] == "And now?"
        assert case["reopened_from"] == house.double["id"]


async def test_a_reply_behind_the_end_of_its_case_goes_where_the_matter_goes_on(
    house: House, parts: Parts, client: Client, settings: Settings, gateway: Desk, rows: Rows
) -> None:
    """The door still shows the case as open; its workflow has just ended."""
    engine = Beaten(client, settings.task_queue, house.end)
    desk = _gateway(replace(parts, engine=engine), gateway.token)
    status = 200 if house.merged else 201
    told = await post(desk, house.reply, status)
    await desk.http.aclose()
    await _ends_up(house, told)
    before = await rows.count()
    for _ in range(2):
        again = await post(gateway, house.reply, status)
        assert (again["status"], again["operation"]) == (told["status"], told["operation"])
    await Sweeper(parts).sweep()
    assert await rows.since(before) == {}


async def test_a_reply_that_the_sweeper_brings_too_late_is_filed_anew_once(
    house: House, parts: Parts, client: Client, settings: Settings, gateway: Desk, rows: Rows
) -> None:
    """The gateway heard `accepted` and went away: nobody else would bring the mail again."""

    async def nothing() -> None:
        """Nobody is faster."""

    engine = Beaten(client, settings.task_queue, nothing, away=True)
    desk = _gateway(replace(parts, engine=engine), gateway.token)
    taken = (await post(desk, house.reply, 202))["operation"]
    await desk.http.aclose()
    assert taken["status"] == "accepted"
    await house.end()

    async def filed() -> bool:
        due = "UPDATE operations SET attempt_at = now() WHERE op_id = :op AND attempts = 0"
        await rows.run(due, op=UUID(taken["op_id"]))
        await Sweeper(parts).sweep()
        done = (
            "SELECT count(*) FROM operations WHERE route = 'mail/again' AND key = :op"
            " AND status = 'applied'"
        )
        return await rows.one(done, op=taken["op_id"]) == 1

    await until(filed)
    before = await rows.count()
    await Sweeper(parts).sweep()
    told = await post(gateway, house.reply, 200 if house.merged else 201)
    await _ends_up(house, told)
    assert await rows.since(before) == {}
