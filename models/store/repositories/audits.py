"""Audits and findings: written by each audit, read by whoever asks whether all is well."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, delete, func, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.audit import Audit, Finding, FindingKind, Found
from models.store.tables.audit import AUDITS, FINDINGS
from models.store.tables.escalation import ESCALATIONS

_A = AUDITS.c
_F = FINDINGS.c


async def record(connection: AsyncConnection, audit: Audit) -> None:
    """Keep an audit."""
    await connection.execute(AUDITS.insert().values(**audit.model_dump()))


async def latest(connection: AsyncConnection) -> Audit | None:
    """The audit that ended last."""
    row = (await connection.execute(newest())).mappings().one_or_none()
    return Audit(**row) if row else None


def newest() -> Select[Any]:
    """The question for it."""
    return select(AUDITS).order_by(_A.ended_at.desc()).limit(1)


async def last_good_at(connection: AsyncConnection) -> datetime | None:
    """When everything was well the last time."""
    found: datetime | None = (await connection.execute(good())).scalar_one_or_none()
    return found


def good() -> Select[Any]:
    """The question for it."""
    return select(_A.ended_at).where(_A.passed).order_by(_A.ended_at.desc()).limit(1)


async def forget(connection: AsyncConnection, before: datetime) -> None:
    """Forget audits and findings that ended before then, but for the last good audit."""
    last_good = select(_A.id).where(_A.passed).order_by(_A.ended_at.desc()).limit(1)
    await connection.execute(
        delete(AUDITS).where(_A.ended_at < before, _A.id.not_in(last_good.scalar_subquery()))
    )
    await connection.execute(delete(FINDINGS).where(_F.ended_at < before))


async def note(connection: AsyncConnection, found: Sequence[Found], at: datetime) -> None:
    """Keep what was found. The same thing is one row; one that comes back begins anew."""
    if not found:
        return
    rows = {
        one.identity: {
            "identity": one.identity,
            "kind": one.kind,
            "escalation_id": one.escalation_id,
            "detail": one.detail,
            "first_seen_at": at,
            "last_seen_at": at,
            "healed_at": at if one.healed else None,
            "heals": 1 if one.healed else 0,
            "ended_at": at if one.healed else None,
        }
        for one in found
    }
    fresh = insert(FINDINGS)
    new = fresh.excluded
    back = _F.ended_at.is_not(None)
    await connection.execute(
        fresh.on_conflict_do_update(
            index_elements=[_F.identity],
            set_={
                "detail": new.detail,
                "first_seen_at": case((back, new.first_seen_at), else_=_F.first_seen_at),
                "last_seen_at": new.last_seen_at,
                "times": case((back, 1), else_=_F.times + 1),
                "healed_at": func.coalesce(new.healed_at, _F.healed_at),
                "heals": _F.heals + new.heals,
                "ended_at": new.ended_at,
                "accepted_at": case(
                    (or_(back, _F.detail != new.detail), null()), else_=_F.accepted_at
                ),
            },
        ),
        list(rows.values()),
    )


async def end_unseen(
    connection: AsyncConnection,
    covered: Mapping[FindingKind, Collection[UUID] | None],
    began_at: datetime,
    at: datetime,
) -> None:
    """End the findings that an audit looked for and did not see: of these cases, or of all."""
    for kind, cases in covered.items():
        gone = update(FINDINGS).where(
            _F.kind == kind, _F.ended_at.is_(None), _F.last_seen_at < began_at
        )
        if cases is not None:
            gone = gone.where(_F.escalation_id.in_(cases))
        await connection.execute(gone.values(ended_at=at))


async def count_open(connection: AsyncConnection) -> int:
    """How many things are wrong now that nobody accepted."""
    query = select(func.count()).where(_F.ended_at.is_(None), _F.accepted_at.is_(None))
    return int((await connection.execute(query)).scalar_one())


async def accept(connection: AsyncConnection, identity: str, at: datetime) -> bool:
    """Have a finding raise no alarm, for as long as it says the same. False when it is not open."""
    known = update(FINDINGS).where(_F.identity == identity, _F.ended_at.is_(None))
    done = await connection.execute(known.values(accepted_at=at).returning(_F.identity))
    return done.one_or_none() is not None


async def open_cases(connection: AsyncConnection, limit: int) -> list[UUID]:
    """The cases with something wrong, those that were looked at longest ago first."""
    query = (
        select(_F.escalation_id)
        .where(_F.ended_at.is_(None), _F.escalation_id.is_not(None))
        .group_by(_F.escalation_id)
        .order_by(func.min(_F.last_seen_at))
        .limit(limit)
    )
    return [row.escalation_id for row in await connection.execute(query)]


async def heals(connection: AsyncConnection, identity: str, since: datetime) -> int:
    """How often a finding was put right, if the last time was since then."""
    query = select(_F.heals).where(_F.identity == identity, _F.healed_at >= since)
    return int((await connection.execute(query)).scalar_one_or_none() or 0)


async def unhealed(connection: AsyncConnection, limit: int) -> list[Finding]:
    """What is wrong now, the oldest first."""
    query = _findings().where(_F.ended_at.is_(None)).order_by(_F.first_seen_at).limit(limit)
    return [Finding(**row) for row in (await connection.execute(query)).mappings()]


async def over(connection: AsyncConnection, since: datetime, limit: int) -> list[Finding]:
    """What was wrong and is over, the latest first."""
    query = _findings().where(_F.ended_at >= since).order_by(_F.ended_at.desc()).limit(limit)
    return [Finding(**row) for row in (await connection.execute(query)).mappings()]


def _findings() -> Select[Any]:
    return select(FINDINGS, ESCALATIONS.c.number).select_from(
        FINDINGS.outerjoin(ESCALATIONS, _F.escalation_id == ESCALATIONS.c.id)
    )
