"""Results of cases that are over: written once, when the case ends."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.playbook import PlaybookRef
from models.result import CaseResult, RunResult
from models.store.tables.result import CASE_RESULTS, RUN_RESULTS

_C = CASE_RESULTS.c
_R = RUN_RESULTS.c


async def keep(connection: AsyncConnection, result: CaseResult) -> None:
    """Write a result down. One that is there stays: a case ends once."""
    told = result.model_dump(exclude={"playbook", "runs"})
    adding = insert(CASE_RESULTS).values(told).on_conflict_do_nothing().returning(_C.escalation_id)
    fresh = (await connection.execute(adding)).one_or_none() is not None
    if fresh and result.runs:
        rows = [{"escalation_id": result.escalation_id, **dict(run)} for run in result.runs]
        await connection.execute(insert(RUN_RESULTS), rows)


async def replace(connection: AsyncConnection, result: CaseResult) -> None:
    """Write a result anew, whatever is there."""
    for table in (RUN_RESULTS, CASE_RESULTS):
        gone = delete(table).where(table.c.escalation_id == result.escalation_id)
        await connection.execute(gone)
    await keep(connection, result)


async def of(
    connection: AsyncConnection, escalation_id: UUID, playbook: PlaybookRef
) -> CaseResult | None:
    """The result of a case as it is on record, its runs in the order of their ids."""
    query = select(CASE_RESULTS).where(_C.escalation_id == escalation_id)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    runs = select(RUN_RESULTS).where(_R.escalation_id == escalation_id)
    told: dict[str, Any] = {**row._asdict(), "playbook": playbook}
    return CaseResult(
        **told,
        runs=by_run(_run(one._asdict()) for one in await connection.execute(runs)),
    )


def by_run(runs: Iterable[RunResult]) -> tuple[RunResult, ...]:
    """Runs in the order of their ids, which is no database's."""
    return tuple(sorted(runs, key=lambda one: one.run))


def _run(row: dict[str, Any]) -> RunResult:
    return RunResult.model_validate({name: row[name] for name in RunResult.model_fields})
