"""Whether somebody has each role that rules name: the doctor asks the database (trap 30)."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import text, update

from domain.reach import unfilled
from models.actor import Role
from models.severity import Severity
from models.sla import PolicyFile
from models.step import Jump
from models.store.session import Store
from models.store.tables.person import PEOPLE
from supervisor import service_checks
from supervisor.findings import Finding
from supervisor.stack import Stack
from tests.domain.cases import playbook, step, task


def strict(hand_to: Role) -> PolicyFile:
    """A policy that hands a case which is late to somebody higher."""
    target = {"first_response": "1m", "resolution": "1h"}
    return PolicyFile.model_validate(
        {
            "slug": "strict", "name": "Strict", "owner": "us", "order": 1,
            "when": {"always": True}, "targets": dict.fromkeys(Severity, target),
            "on_breach": [{"notify": "managers"}, {"hand_to": hand_to}],
        }
    )  # fmt: skip


def test_a_role_that_nobody_has_is_found_where_it_is_named_trap_30() -> None:
    asks = playbook(task("do"), step("approval", "ask", "yes+", "no", approver="manager"))
    said = unfilled({Role.AGENT, Role.ADMIN}, [strict(Role.SENIOR)], [asks])
    assert said == {Role.SENIOR: ("strict on_breach",), Role.MANAGER: (f"{asks.slug}/ask",)}
    assert unfilled({Role.MANAGER}, [strict(Role.SENIOR)], [asks]) == {}
    assert list(unfilled({Role.ADMIN}, [], [asks])) == [Role.AGENT, Role.MANAGER]


def test_a_case_that_an_outcome_hands_up_needs_somebody_too_and_a_reminder_only_an_address() -> (
    None
):
    up = task("do").model_copy(update={"on_outcome": {"done": Jump(escalate_to=Role.SENIOR)}})
    assert up.on_timeout.escalate_to is Role.MANAGER
    assert unfilled({Role.AGENT}, [], [playbook(up)]) == {Role.SENIOR: ("rescue/do",)}


@pytest_asyncio.fixture
async def nobody(store: Store) -> AsyncIterator[Store]:
    """As if everybody had left."""
    async with store.transaction() as connection:
        left = await connection.execute(
            update(PEOPLE).where(PEOPLE.c.active).values(active=False).returning(PEOPLE.c.id)
        )
        gone = [row.id for row in left]
    yield store
    async with store.transaction() as connection:
        await connection.execute(update(PEOPLE).where(PEOPLE.c.id.in_(gone)).values(active=True))


async def told(stack: Stack) -> Finding:
    """What the doctor says of the team."""
    return await service_checks.team(stack.database_url)


@pytest.mark.usefixtures("colleagues")
async def test_the_doctor_finds_a_library_that_waits_for_people_who_are_not_there_trap_30(
    stack: Stack, nobody: Store
) -> None:
    found = await told(stack)
    assert not found.ok
    assert "Nobody is senior or higher, and these wait for one: " in found.detail
    assert found.mend == "rightnow user add EMAIL NAME --role senior"


@pytest.mark.usefixtures("colleagues")
async def test_the_doctor_is_content_with_a_team_of_all_roles(stack: Stack, store: Store) -> None:
    async with store.transaction() as connection:
        assert await connection.scalar(text("SELECT count(DISTINCT role) FROM people")) >= 3
    assert (await told(stack)).ok


async def test_the_doctor_survives_a_database_that_knows_no_people(stack: Stack) -> None:
    bare = f"{stack.database_url.rpartition('/')[0]}/postgres"
    assert (await service_checks.team(bare)).ok
    assert not (await service_checks.team("postgresql://nobody@127.0.0.1:9/none")).ok
