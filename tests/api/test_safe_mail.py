"""A mail that is only safe is not said to be in a case: the answer is 202, and where to look."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import httpx2
import pytest
import pytest_asyncio
from temporalio.client import Client

from api.app import create_app
from api.parts import Parts
from api.sweeper import Sweeper
from config.settings import Settings
from models.command import Operation
from models.errors import EngineUnavailable
from models.messages import EscalationStart, Receipt
from tests.api.mails import address, hand_in, opens, post, written
from tests.api.rows import Rows
from tests.desk import Desk
from tests.polling import until
from workflows.client import Engine

SAFE = 202


@dataclass(frozen=True)
class Away(Engine):
    """The engine, with nobody there who answers."""

    async def open(self, start: EscalationStart) -> Receipt:
        """Nobody takes it."""
        raise EngineUnavailable("away")

    async def operate(self, escalation_id: UUID, operation: Operation) -> Receipt:
        """Nobody takes it."""
        raise EngineUnavailable("away")


@pytest_asyncio.fixture
async def unheard(
    parts: Parts, client: Client, settings: Settings, gateway: Desk
) -> AsyncIterator[Desk]:
    """The gateway, at an API whose engine is away."""
    app = create_app()
    app.state.parts = replace(parts, engine=Away(client, settings.task_queue))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    base = "http://rightnow.test/api/v1"
    async with httpx2.AsyncClient(transport=transport, base_url=base, timeout=20) as http:
        yield Desk(http, gateway.token)


async def _delivered(op_id: str, parts: Parts, gateway: Desk, rows: Rows) -> None:
    """The sweeper finds it and brings it."""

    async def done() -> bool:
        due = "UPDATE operations SET attempt_at = now() WHERE op_id = :op AND attempts = 0"
        await rows.run(due, op=UUID(op_id))
        await Sweeper(parts).sweep()
        return bool((await gateway.get(f"/operations/{op_id}"))["status"] == "applied")

    await until(done)


@pytest.mark.parametrize("what", ["opened", "filed"])
async def test_a_mail_that_the_engine_did_not_take_yet_is_202(
    what: str, unheard: Desk, parts: Parts, gateway: Desk, sarah: Desk, rows: Rows
) -> None:
    sender, first = address(), f"<{uuid4().hex}@customer.test>"
    answers = {}
    if what == "filed":
        await opens(gateway, written(sender, "Nobody came.", **{"Message-ID": first}), sarah)
        answers = {"In-Reply-To": first}
    sent = written(sender, "Nobody came at all.", **answers)
    for _ in range(2):
        answer = await hand_in(unheard, sent)
        assert answer.status_code == SAFE, answer.text
        told = answer.json()
        assert told["status"] == what
        operation = told["operation"]
        assert (operation["status"], operation["version"]) == ("accepted", None)
        assert answer.headers["Location"] == f"/api/v1/operations/{operation['op_id']}"
    await _delivered(operation["op_id"], parts, gateway, rows)
    again = await post(gateway, sent, 201 if what == "opened" else 200)
    assert again["status"] == what
    assert again["operation"]["op_id"] == operation["op_id"]
    assert again["operation"]["status"] == "applied"


def test_the_contract_says_so() -> None:
    """Also of facts that are corrected."""
    paths = create_app().openapi()["paths"]
    assert "202" in paths["/api/v1/inbound/email"]["post"]["responses"]
    assert "202" in paths["/api/v1/cs/escalations/{case}"]["patch"]["responses"]
