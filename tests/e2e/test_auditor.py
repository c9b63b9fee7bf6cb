"""T30 and F07 with real processes: a frozen worker is noticed, and a lost Temporal is made good."""

import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import text

from models.store.repositories import audits
from models.store.session import Store
from supervisor.stack import Stack
from supervisor.temporary import temporary_stack
from tests.e2e.insist import Caller
from tests.polling import until
from upkeep import team
from upkeep.library import bring_up_to_date
from workflows.search_attributes import REGISTRATION

pytestmark = pytest.mark.e2e


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house() -> AsyncIterator[Stack]:
    """A house that is audited every second."""
    async with temporary_stack(
        search_attributes=REGISTRATION,
        migrate=bring_up_to_date,
        names=("worker", "api"),
        changes={"demo": True, "audit_every": 1},
    ) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def store(house: Stack) -> AsyncIterator[Store]:
    """Its database."""
    made = Store(house.database_url, pool=2)
    await team.add_demo_team(made)
    yield made
    await made.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def sarah(house: Stack, store: Store) -> Caller:
    """An agent, who insists."""
    return Caller(house.api_url, await team.new_token(store, "sarah@demo.test"))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def priya(house: Stack, store: Store) -> Caller:
    """A manager."""
    return Caller(house.api_url, await team.new_token(store, "priya@demo.test"))


async def said(priya: Caller, *, well: bool, words: str = "") -> dict[str, Any]:
    """What the auditor says, once it says so."""

    async def look() -> dict[str, Any] | None:
        seen = await priya.read("/admin/audit")
        return seen if seen["well"] is well and words in seen["words"] else None

    return await until(look, within=60)


def opening(number: int) -> dict[str, Any]:
    """A case with a page that leaves at once: its first response is nearly due."""
    return {
        "customer": {"name": f"Customer {number}", "email": f"c{number}@customer.test"},
        "title": "The heating does not work",
        "severity": "critical",
        "type": "cancel_threat",
        "received_at": (datetime.now(UTC) - timedelta(minutes=12)).isoformat(),
    }


async def test_a_frozen_worker_is_noticed_and_the_good_audits_stop(
    house: Stack, sarah: Caller, priya: Caller
) -> None:
    good = (await said(priya, well=True))["last_good_audit_at"]
    os.kill(house.child("worker").pid, signal.SIGSTOP)
    try:
        seen = await said(priya, well=False, words="Nobody has looked since")
        stopped = seen["last_good_audit_at"]
        assert stopped >= good
        headers = {"Authorization": f"Bearer {sarah.token}", "Idempotency-Key": "frozen"}
        async with httpx2.AsyncClient(timeout=12) as http:
            answer = await http.post(
                f"{house.api_url}/api/v1/cs/escalations", json=opening(1), headers=headers
            )
        assert answer.status_code == 202
        assert (await priya.read("/admin/audit"))["last_good_audit_at"] == stopped
    finally:
        os.kill(house.child("worker").pid, signal.SIGCONT)
    again = await said(priya, well=True)
    assert again["last_good_audit_at"] > stopped
    op_id = answer.json()["op_id"]

    async def applied() -> bool | None:
        return (await sarah.read(f"/operations/{op_id}"))["status"] == "applied" or None

    await until(applied, within=40)


async def test_a_worker_that_is_killed_in_the_middle_of_an_audit_leaves_no_gap(
    house: Stack, store: Store, priya: Caller
) -> None:
    """Trap 57: the audit that was under way must not be awaited for minutes."""
    await said(priya, well=True)
    waits = "SELECT 1 FROM pg_locks WHERE relation = 'audits'::regclass AND NOT granted"
    async with store.transaction() as connection:
        await connection.execute(text("LOCK TABLE audits IN ACCESS EXCLUSIVE MODE"))

        async def waiting() -> bool | None:
            return (await connection.execute(text(waits))).first() is not None or None

        await until(waiting)
        house.crash("worker")

    async def again() -> bool | None:
        async with store.transaction() as connection:
            seen = await audits.latest(connection)
        return (seen is not None and seen.passed and seen.ended_at > killed_at) or None

    killed_at = datetime.now(UTC)
    await until(again, within=60)


async def test_a_temporal_that_lost_everything_gets_its_cases_back_and_nothing_is_sent_twice(
    house: Stack, store: Store, sarah: Caller, priya: Caller
) -> None:
    cases = [
        await sarah.insist("/cs/escalations", opening(number), f"lost-{number}")
        for number in range(10, 14)
    ]
    ids = [UUID(one["escalation_id"]) for one in cases]

    async def rows(told: str) -> list[Any]:
        async with store.transaction() as connection:
            return list(await connection.execute(text(told), {"ids": ids}))

    mails = "SELECT message_id FROM mailbox WHERE about = ANY(:ids) ORDER BY message_id"
    ends = "SELECT 1 FROM deliveries WHERE escalation_id = ANY(:ids) AND ended_at IS NULL"

    async def told() -> bool | None:
        sent = await rows(mails)
        return (len(sent) >= len(cases) and not await rows(ends)) or None

    await until(told)
    await said(priya, well=True)
    before = await rows(mails)
    await house.stop("worker")
    await house.stop("temporal")
    for file in Path(house.settings.data_dir).rglob("temporal*.db*"):
        file.unlink()
    await house.start("temporal")
    await house.start("worker")

    async def healed() -> bool | None:
        found = await rows(
            "SELECT 1 FROM findings WHERE kind = 'lost' AND healed_at IS NOT NULL"
            " AND escalation_id = ANY(:ids)"
        )
        return len(found) == len(cases) or None

    await until(healed, within=60)
    await said(priya, well=True)
    for one in cases:
        path = f"/cs/escalations/{one['number']}"
        noted = await sarah.insist(f"{path}/notes", {"text": "Still here"}, f"note-{one['number']}")
        await sarah.written(noted)
    assert await rows(mails) == before
