"""Results: written with the end of a case, once; made again from events; counted by an index."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Select, text
from sqlalchemy.dialects import postgresql

from domain.evolve import fold
from domain.result import result
from models.playbook import PlaybookRef
from models.result import CaseResult
from models.store.repositories import escalations, events, performances, results
from models.store.session import Store
from tests.desk import Desk
from upkeep.rebuild import rebuild

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


async def cancelled(sarah: Desk, marcus: Desk) -> UUID:
    """A case that is over, after a step was skipped."""
    opened = await sarah.open_case(type="billing_dispute")
    path = f"/cs/escalations/{opened['number']}"
    await sarah.post(f"{path}/steps/review-charges/skip", {"reason": "It is clear already"})
    answer = await marcus.post(f"{path}/cancellation", {})
    await sarah.case(opened["number"], at=answer["version"])
    return UUID(opened["escalation_id"])


async def on_record(store: Store, case: UUID) -> CaseResult | None:
    """Its result as it is stored."""
    async with store.transaction() as connection:
        state = await escalations.state_of(connection, case)
        assert state is not None
        return await results.of(connection, case, state.playbook)


async def as_told(store: Store, case: UUID) -> CaseResult:
    """Its result as its events tell it."""
    async with store.transaction() as connection:
        told = await events.of(connection, case)
    found = result(fold(list(told)), told)
    assert found is not None
    return found.model_copy(update={"runs": results.by_run(found.runs)})


async def test_a_case_that_ends_has_its_result_in_the_same_moment(
    store: Store, sarah: Desk, marcus: Desk
) -> None:
    case = await cancelled(sarah, marcus)
    found = await on_record(store, case)
    assert found == await as_told(store, case)
    assert found.left
    assert [one.ended_as for one in found.runs if one.step == "review-charges"] == ["skipped"]


async def test_a_case_that_goes_on_has_none(store: Store, sarah: Desk) -> None:
    opened = await sarah.open_case()
    await sarah.case(opened["number"], at=opened["version"])
    assert await on_record(store, UUID(opened["escalation_id"])) is None


async def test_a_result_is_written_once(store: Store, sarah: Desk, marcus: Desk) -> None:
    case = await cancelled(sarah, marcus)
    before = await on_record(store, case)
    assert before is not None
    async with store.transaction() as connection:
        await results.keep(connection, before.model_copy(update={"mended": True}))
    assert await on_record(store, case) == before


async def test_a_result_that_is_missing_or_wrong_is_made_again_from_the_events(
    store: Store, sarah: Desk, marcus: Desk
) -> None:
    missing, wrong = await cancelled(sarah, marcus), await cancelled(sarah, marcus)
    async with store.transaction() as connection:
        for table in ("run_results", "case_results"):
            gone = text(f"DELETE FROM {table} WHERE escalation_id = :case")
            await connection.execute(gone, {"case": missing})
        lie = text("UPDATE run_results SET ended_as = 'done' WHERE escalation_id = :case")
        await connection.execute(lie, {"case": wrong})
    found = await rebuild(store, write=False)
    assert {one.escalation_id for one in found.differences if one.column == "result"} >= {
        missing,
        wrong,
    }
    await rebuild(store, write=True)
    for case in (missing, wrong):
        assert await on_record(store, case) == await as_told(store, case)
    after = await rebuild(store, write=False)
    assert not {missing, wrong} & {one.escalation_id for one in after.differences}


@pytest.mark.parametrize("ask", [performances.cases, performances.steps, performances.reasons])
async def test_what_is_asked_of_a_version_reads_its_newest_cases_and_no_others(
    store: Store, ask: Callable[[PlaybookRef, datetime], Select[Any]]
) -> None:
    ref = PlaybookRef(slug="general", version=1, hash="0" * 64)
    told = ask(ref, LONG_AGO).compile(
        dialect=postgresql.dialect(),  # type: ignore[no-untyped-call]
        compile_kwargs={"literal_binds": True},
    )
    async with store.transaction() as connection:
        for way in ("seqscan", "sort", "bitmapscan"):
            await connection.execute(text(f"SET LOCAL enable_{way} = off"))
        asked = f"EXPLAIN {told}".replace("%", "%%")
        plan = "\n".join(row[0] for row in await connection.exec_driver_sql(asked))
    assert "Index Scan Backward using ix_escalations_playbook_opened" in plan, plan
    assert "Seq Scan on escalations" not in plan, plan
