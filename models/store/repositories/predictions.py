"""Cases that are over and what came of them, counted by PostgreSQL for those who predict.

Rule: a case of ours counts when it went by one playbook to the end and its outcome is known; a case
of an earlier system always. The newest are looked at, `MOST` of all types together, and only they
are joined with anything. What was made of erased words is gone: such a case counts no longer.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Interval,
    Label,
    Select,
    String,
    and_,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from models.escalation import EscalationType
from models.playbook import Prior
from models.prediction import EndedCase, Tallies, Tally
from models.result import RunEnd
from models.severity import Severity
from models.similar import CaseOutcome
from models.store.tables.escalation import ESCALATIONS
from models.store.tables.playbook import PLAYBOOK_VERSIONS
from models.store.tables.result import CASE_RESULTS, RUN_RESULTS
from models.store.tables.similar import CASE_VECTORS, IMPORTED_CASES

MOST = 5_000
_E = ESCALATIONS.c
_C = CASE_RESULTS.c
_R = RUN_RESULTS.c
_V = CASE_VECTORS.c
_I = IMPORTED_CASES.c
_P = PLAYBOOK_VERSIONS.c
_WELL = (CaseOutcome.SAVED, CaseOutcome.RESOLVED)


async def tallies(
    connection: AsyncConnection,
    type_: EscalationType,
    severities: tuple[Severity, ...],
    *,
    playbook: str | None = None,
    step: str | None = None,
    but: UUID | None = None,
) -> Tallies:
    """Those of a type among the newest cases that are over, but not one of them, counted.

    `severities` are those of the band. By the action are those that went by the playbook and, when
    a step is given, in which it was done at least once.
    """
    query = counted(type_, severities, playbook=playbook, step=step, but=but)
    row = (await connection.execute(query)).one()
    return Tallies(
        well=Tally(row.n, row.well),
        well_in_band=Tally(row.n_band, row.well_band),
        by_action=Tally(row.n_action, row.well_action),
        by_action_in_band=Tally(row.n_action_band, row.well_action_band),
        lost=Tally(row.n, row.lost),
        lost_in_band=Tally(row.n_band, row.lost_band),
    )


def counted(
    type_: EscalationType,
    severities: tuple[Severity, ...],
    *,
    playbook: str | None = None,
    step: str | None = None,
    but: UUID | None = None,
) -> Select[Any]:
    """One row: all of them, those of the band, those by the action, and those of both."""
    over = _over(type_, but)
    one = over.c
    in_band = one.severity.in_(severities)
    by_action = one.playbook == playbook if playbook is not None else literal(False)
    if step is not None:
        done = select(_R.step).where(
            _R.escalation_id == one.id, _R.step == step, _R.ended_as == RunEnd.DONE
        )
        by_action = and_(by_action, done.exists())
    both = and_(by_action, in_band)
    counts: list[Any] = [
        func.count().label("n"),
        _count(one.well, "well"),
        _count(one.lost, "lost"),
        _count(in_band, "n_band"),
        _count(and_(in_band, one.well), "well_band"),
        _count(and_(in_band, one.lost), "lost_band"),
        _count(by_action, "n_action"),
        _count(and_(by_action, one.well), "well_action"),
        _count(both, "n_action_band"),
        _count(and_(both, one.well), "well_action_band"),
    ]
    return select(*counts).select_from(over)


async def past(connection: AsyncConnection) -> list[EndedCase]:
    """The newest cases that are over, for whoever judges what was predicted of them."""
    over = _over(None, None).c
    query = select(over.opened_at, over.ended_at, over.type, over.severity, over.version, over.well)
    return [
        EndedCase(
            row.opened_at,
            row.ended_at,
            EscalationType(row.type),
            Severity(row.severity) if row.severity is not None else None,
            row.version,
            row.well,
        )
        for row in await connection.execute(query)
    ]


async def priors(connection: AsyncConnection) -> dict[str, Prior]:
    """The guess of every version that was published, by its name: `missed-appointment@3`."""
    guess = _P.document["success"].label("guess")
    query = select(_P.slug, _P.version, guess).where(_P.status == "published")
    rows = await connection.execute(query.order_by(_P.created_at.desc()).limit(MOST))
    return {f"{row.slug}@{row.version}": Prior.model_validate(row.guess) for row in rows}


async def scores(
    connection: AsyncConnection, type_: EscalationType
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """How often each score, 1 to 5, was given: after cases of the type, and after all."""
    newest = (
        select(_I.type, _I.csat)
        .where(_I.csat.is_not(None))
        .order_by(_I.resolved_at.desc())
        .limit(MOST)
        .cte("newest")
    )
    alike = _count(newest.c.type == type_, "alike")
    query = select(newest.c.csat, alike, func.count().label("every")).group_by(newest.c.csat)
    found = {row.csat: (row.alike, row.every) for row in await connection.execute(query)}
    pairs = [found.get(score, (0, 0)) for score in range(1, 6)]
    return tuple(one for one, _ in pairs), tuple(other for _, other in pairs)


def _over(type_: EscalationType | None, but: UUID | None) -> CTE:
    """The newest of both origins; of a type alone, those of them that are of it."""
    both = union_all(_live(), _imported()).subquery()
    newest = select(both).order_by(both.c.ended_at.desc(), both.c.id).limit(MOST).subquery()
    query = select(newest)
    if type_ is not None:
        query = query.where(newest.c.type == type_)
    if but is not None:
        query = query.where(newest.c.id != but)
    return query.cte("over")


def _live() -> Select[Any]:
    """Well: mended, and the customer stays. The newest are chosen before anything is joined."""
    went = (
        select(_C.escalation_id, _C.over_at, _C.mended)
        .where(_C.left.is_(False))
        .order_by(_C.over_at.desc())
        .limit(MOST)
        .cte("went")
    )
    lost = _V.outcome == CaseOutcome.LOST
    return (
        select(
            _E.id,
            _E.type,
            _E.severity,
            _E.playbook_slug.label("playbook"),
            (_E.playbook_slug + "@" + cast(_E.playbook_version, String)).label("version"),
            _E.opened_at,
            went.c.over_at.label("ended_at"),
            and_(went.c.mended, ~lost).label("well"),
            lost.label("lost"),
        )
        .join_from(went, ESCALATIONS, _E.id == went.c.escalation_id)
        .join(CASE_VECTORS, _V.escalation_id == _E.id)
        .where(_V.outcome.is_not(None))
    )


def _imported() -> Select[Any]:
    """When it was opened is known by how long it took; else nobody knows it."""
    old = select(_I.id, _I.type, _I.outcome, _I.resolved_at, _I.hours)
    one = old.order_by(_I.resolved_at.desc()).limit(MOST).cte("old").c
    return select(
        one.id,
        one.type,
        cast(null(), String).label("severity"),
        cast(null(), String).label("playbook"),
        cast(null(), String).label("version"),
        (one.resolved_at - one.hours * cast(literal("1 hour"), Interval)).label("opened_at"),
        one.resolved_at.label("ended_at"),
        one.outcome.in_(_WELL).label("well"),
        (one.outcome == CaseOutcome.LOST).label("lost"),
    )


def _count(condition: ColumnElement[bool], name: str) -> Label[int]:
    return func.count().filter(condition).label(name)
