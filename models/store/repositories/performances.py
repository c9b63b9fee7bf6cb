"""What became of the cases of a playbook's version, counted by PostgreSQL.

Rule: the newest cases of a version are looked at, however they stand, `MOST` of them at most. So
the time is bounded whatever the house has lived through, and what is still running is counted out
of the same cases as what is over. A rate of so many is sure to one and a half points of a hundred.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Label, Row, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.escalation import Status
from models.performance import CaseTally, ReasonCount, StepTally
from models.playbook import PlaybookRef
from models.result import RunEnd
from models.store.tables.content import CONTENTS
from models.store.tables.escalation import ESCALATIONS
from models.store.tables.result import CASE_RESULTS, RUN_RESULTS

MOST = 5_000
REASONS = 5
"""How many reasons of a step are shown: the most frequent ones."""

_E = ESCALATIONS.c
_C = CASE_RESULTS.c
_R = RUN_RESULTS.c


async def of_cases(connection: AsyncConnection, ref: PlaybookRef, since: datetime) -> CaseTally:
    """The cases of a version that were opened since then, counted."""
    row = (await connection.execute(cases(ref, since))).one()
    return CaseTally(**row._asdict())


async def of_steps(
    connection: AsyncConnection, ref: PlaybookRef, since: datetime
) -> dict[str, StepTally]:
    """The steps that ran in those of them that are over, counted."""
    said = _by_step((await connection.execute(reasons(ref, since))).all())
    return {
        row.step: StepTally(**row._asdict(), reasons=tuple(said.get(row.step, ())))
        for row in await connection.execute(steps(ref, since))
    }


def cases(ref: PlaybookRef, since: datetime) -> Select[Any]:
    """One row: how the cases of a version stand, and how those went that are measured."""
    cohort = _newest(ref, since).limit(MOST).cte("cohort")
    more = select(_newest(ref, since).offset(MOST).limit(1).exists()).scalar_subquery()
    running = cohort.c.status.in_((Status.OPENING, Status.OPEN, Status.PAUSED))
    settling = cohort.c.status == Status.RESOLVED
    measured = _C.left.is_(False)
    return select(
        func.count().label("cases"),
        more.label("older"),
        _count(running, "running"),
        _count(settling, "settling"),
        _count(_C.left.is_(True), "left"),
        _count(and_(~running, ~settling, _C.left.is_(None)), "unmeasured"),
        _count(measured, "measured"),
        _count(and_(measured, _C.mended), "mended"),
        _count(and_(measured, _C.first_contact), "first_contact"),
        _count(and_(measured, _C.sla_kept), "sla_kept"),
        _percentile(0.5, _C.took, measured),
        _percentile(0.9, _C.took, measured),
    ).select_from(cohort.outerjoin(CASE_RESULTS, _C.escalation_id == cohort.c.id))


def steps(ref: PlaybookRef, since: datetime) -> Select[Any]:
    """One row a step: its runs, and the cases in which it was skipped beside the others."""
    runs = _runs(ref, since)
    run = runs.c
    counted = (
        select(
            run.step,
            func.count().label("runs"),
            *(_count(run.ended_as == end, end.value) for end in RunEnd),
            _count(run.late, "late"),
            _percentile(0.5, run.took, run.ended_as == RunEnd.DONE),
            _percentile(0.9, run.took, run.ended_as == RunEnd.DONE),
        )
        .group_by(run.step)
        .cte("counted")
    )
    in_cases = (
        select(
            run.step,
            func.bool_or(run.mended).label("mended"),
            func.bool_or(run.ended_as == RunEnd.SKIPPED).label("skipped"),
            func.bool_or(run.ended_as == RunEnd.DONE).label("done"),
        )
        .group_by(run.step, run.escalation_id)
        .cte("in_cases")
    )
    case = in_cases.c
    done = and_(case.done, ~case.skipped)
    compared = (
        select(
            case.step,
            _count(case.skipped, "cases_skipped"),
            _count(and_(case.skipped, case.mended), "mended_skipped"),
            _count(done, "cases_done"),
            _count(and_(done, case.mended), "mended_done"),
        )
        .group_by(case.step)
        .cte("compared")
    )
    others = [one for one in compared.c if one.key != "step"]
    return select(counted, *others).join_from(counted, compared, counted.c.step == compared.c.step)


def reasons(ref: PlaybookRef, since: datetime) -> Select[Any]:
    """The most frequent reasons of each step that was skipped. Case and blanks do not part them."""
    runs = _runs(ref, since)
    words = func.left(CONTENTS.c.text, 200)
    alike = func.lower(func.btrim(func.regexp_replace(words, r"\s+", " ", "g"), " .!"))
    said = (
        select(runs.c.step, func.min(words).label("words"), func.count().label("times"))
        .join_from(runs, CONTENTS, CONTENTS.c.id == runs.c.reason_id)
        .where(runs.c.ended_as == RunEnd.SKIPPED)
        .group_by(runs.c.step, alike)
        .cte("said")
    )
    order = (said.c.times.desc(), said.c.words)
    place = func.row_number().over(partition_by=said.c.step, order_by=order).label("place")
    ranked = select(said, place).cte("ranked")
    return select(ranked).where(ranked.c.place <= REASONS).order_by(ranked.c.step, ranked.c.place)


def _newest(ref: PlaybookRef, since: datetime) -> Select[Any]:
    return (
        select(_E.id, _E.status)
        .where(
            _E.playbook_slug == ref.slug,
            _E.playbook_version == ref.version,
            _E.opened_at >= since,
        )
        .order_by(_E.opened_at.desc())
    )


def _runs(ref: PlaybookRef, since: datetime) -> CTE:
    """Every run of a step in the cases that are measured, with how the case went."""
    cohort = _newest(ref, since).limit(MOST).cte("cohort")
    return (
        select(RUN_RESULTS, _C.mended)
        .select_from(cohort)
        .join(CASE_RESULTS, and_(_C.escalation_id == cohort.c.id, _C.left.is_(False)))
        .join(RUN_RESULTS, _R.escalation_id == _C.escalation_id)
        .cte("runs")
    )


def _count(that: ColumnElement[bool], name: str) -> Label[int]:
    return func.count().filter(that).label(name)


def _percentile(share: float, of: ColumnElement[Any], when: ColumnElement[bool]) -> Label[Any]:
    found = func.percentile_cont(share).within_group(of).filter(when)
    return found.label(f"p{round(share * 100)}")


def _by_step(rows: Sequence[Row[Any]]) -> dict[str, list[ReasonCount]]:
    found: dict[str, list[ReasonCount]] = {}
    for row in rows:
        found.setdefault(row.step, []).append(ReasonCount(words=row.words, times=row.times))
    return found
