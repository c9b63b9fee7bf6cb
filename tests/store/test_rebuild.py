"""Projections are the fold of their events, and can be made again from them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from cli import app
from models.store.session import Store
from supervisor.stack import Stack
from tests.desk import Desk
from upkeep.rebuild import rebuild

LOSE = "UPDATE escalations SET version = 0, state = NULL, severity = 'low' WHERE id = :id"


async def opened(sarah: Desk) -> tuple[str, UUID]:
    """A case that is worked on, with all of it on record: its number and its id."""
    answer = await sarah.work(await sarah.open_case())
    await sarah.case(answer["number"], at=answer["version"])
    return answer["number"], UUID(answer["escalation_id"])


async def change(store: Store, statement: str, **given: Any) -> None:
    """Do something to the rows that nobody should do."""
    async with store.transaction() as connection:
        await connection.execute(text(statement), given)


async def version_of(store: Store, case: UUID) -> int:
    """The version that a case's row shows."""
    async with store.transaction() as connection:
        query = text("SELECT version FROM escalations WHERE id = :id")
        version: int = (await connection.execute(query, {"id": case})).scalar_one()
        return version


@asynccontextmanager
async def without_event(store: Store, case: UUID, seq: int) -> AsyncIterator[None]:
    """One event of a case is not there, until the block ends."""
    await change(store, "CREATE TABLE IF NOT EXISTS kept_aside AS TABLE events WITH NO DATA")
    here = "escalation_id = :id AND seq = :seq"
    move = f"WITH gone AS (DELETE FROM events WHERE {here} RETURNING *) "
    await change(store, move + "INSERT INTO kept_aside SELECT * FROM gone", id=case, seq=seq)
    try:
        yield
    finally:
        await change(store, "INSERT INTO events SELECT * FROM kept_aside")
        await change(store, "DROP TABLE kept_aside")


async def test_a_rebuilt_projection_is_equal(store: Store, sarah: Desk) -> None:
    answer = await sarah.open_case()
    for _ in range(5):
        answer = await sarah.work(answer)
    await sarah.case(answer["number"], at=answer["version"])
    result = await rebuild(store, write=False)
    assert result.cases >= 1
    different = {str(one.escalation_id) for one in result.differences}
    assert answer["escalation_id"] not in different


async def test_a_damaged_projection_is_found_and_mended(store: Store, sarah: Desk) -> None:
    opened = await sarah.open_case()
    await sarah.case(opened["number"], at=opened["version"])
    case = UUID(opened["escalation_id"])
    async with store.transaction() as connection:
        damage = "UPDATE escalations SET severity = 'low', rank_at = NULL WHERE id = :id"
        await connection.execute(text(damage), {"id": case})
    found = await rebuild(store, write=False)
    assert {one.column for one in found.differences if one.escalation_id == case} == {
        "severity",
        "rank_at",
    }
    await rebuild(store, write=True)
    after = await rebuild(store, write=False)
    assert not [one for one in after.differences if one.escalation_id == case]


async def test_a_lost_projection_is_found_and_made_again(store: Store, sarah: Desk) -> None:
    _, case = await opened(sarah)
    before = await version_of(store, case)
    await change(store, LOSE, id=case)
    found = await rebuild(store, write=False)
    columns = {one.column for one in found.differences if one.escalation_id == case}
    assert columns >= {"version", "state", "severity"}
    await rebuild(store, write=True)
    assert await version_of(store, case) == before
    after = await rebuild(store, write=False)
    assert not [one for one in after.differences if one.escalation_id == case]


@pytest.mark.parametrize("seq", [1, 2, None])
async def test_a_case_with_a_missing_event_is_told_and_left_and_later_ones_are_mended(
    store: Store, sarah: Desk, seq: int | None
) -> None:
    number, case = await opened(sarah)
    _, later = await opened(sarah)
    version = await version_of(store, case)
    await change(store, "UPDATE escalations SET severity = 'low' WHERE id = :id", id=case)
    await change(store, LOSE, id=later)
    async with without_event(store, case, seq or version):
        found = await rebuild(store, write=True)
    [told] = [one for one in found.broken if one.escalation_id == case]
    assert (told.number, told.why) == (number, f"event {seq or version} is missing")
    assert case not in {one.escalation_id for one in found.differences}
    assert await version_of(store, later) > 0
    mended = await rebuild(store, write=True)
    assert case in {one.escalation_id for one in mended.differences}


async def test_the_command_names_a_case_that_is_not_whole_and_does_not_end_well(
    store: Store, stack: Stack, sarah: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIGHTNOW_DATABASE_URL", stack.database_url)
    number, case = await opened(sarah)

    async def asked(*words: str) -> tuple[int, str]:
        """In a thread of its own: the command brings its own event loop."""
        ran = await asyncio.to_thread(CliRunner().invoke, app, ["projections", "rebuild", *words])
        return ran.exit_code, ran.output

    async with without_event(store, case, 2):
        for words in ((), ("--check",)):
            code, output = await asked(*words)
            assert code == 1
            assert f"{number}: its events are not whole: event 2 is missing." in output
            assert "Bring the events back from a backup." in output
    assert number not in (await asked())[1]
