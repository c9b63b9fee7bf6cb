"""SLA policies and calendars as versions, and the terms that cases are pinned to."""

from typing import Any

from sqlalchemy import Table, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.calendar import Calendar, CalendarVersion
from models.sla import PolicyFile, PolicyVersion
from models.store.tables.escalation import ESCALATIONS
from models.store.tables.sla import CALENDAR_VERSIONS, SLA_POLICY_VERSIONS, SLA_TERMS
from models.terms import SlaTerms

_LOCK = 7_002
"""Advisory lock: two processes that start at once do not number the same version twice."""


async def publish_calendars(
    connection: AsyncConnection, calendars: dict[str, Calendar]
) -> list[str]:
    """Make these calendars, by the hash of each, the current ones. Names the versions."""
    documents = {hashed: one.model_dump(mode="json") for hashed, one in calendars.items()}
    slugs = {hashed: one.slug for hashed, one in calendars.items()}
    return await _publish(connection, CALENDAR_VERSIONS, slugs, documents)


async def publish_policies(
    connection: AsyncConnection, policies: dict[str, PolicyFile]
) -> list[str]:
    """Make these policies, by the hash of each, the current ones. Names the versions.

    One that is not among them any more matches no new case; running ones keep what they have.
    """
    documents = {
        hashed: one.model_dump(mode="json", by_alias=True) for hashed, one in policies.items()
    }
    slugs = {hashed: one.slug for hashed, one in policies.items()}
    return await _publish(connection, SLA_POLICY_VERSIONS, slugs, documents)


async def _publish(
    connection: AsyncConnection, table: Table, slugs: dict[str, str], documents: dict[str, Any]
) -> list[str]:
    await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    await connection.execute(
        update(table)
        .where(table.c.is_current, table.c.hash.not_in(list(documents)))
        .values(is_current=False)
    )
    refs = []
    for hashed, document in documents.items():
        slug = slugs[hashed]
        known = select(table.c.version).where(table.c.slug == slug, table.c.hash == hashed)
        version = (await connection.execute(known)).scalar_one_or_none()
        if version is None:
            latest = select(func.coalesce(func.max(table.c.version), 0))
            query = latest.where(table.c.slug == slug)
            version = (await connection.execute(query)).scalar_one() + 1
            made = {"slug": slug, "version": version, "hash": hashed, "document": document}
            await connection.execute(insert(table).values(**made, is_current=True))
        else:
            named = (table.c.slug == slug) & (table.c.version == version)
            await connection.execute(update(table).where(named).values(is_current=True))
        refs.append(f"{slug}@{version}")
    return refs


async def current_keys(connection: AsyncConnection) -> list[tuple[str, int]]:
    """Slug and version of every current policy, without the document."""
    table = SLA_POLICY_VERSIONS.c
    query = select(table.slug, table.version).where(table.is_current).order_by(table.slug)
    return [(row.slug, row.version) for row in await connection.execute(query)]


async def policy(connection: AsyncConnection, slug: str, version: int) -> PolicyVersion | None:
    """One version of a policy."""
    table = SLA_POLICY_VERSIONS
    query = select(table).where(table.c.slug == slug, table.c.version == version)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    document = PolicyFile.model_validate(row.document)
    return PolicyVersion(version=row.version, hash=row.hash, policy=document)


async def calendar_keys(
    connection: AsyncConnection, slugs: tuple[str, ...]
) -> list[tuple[str, int]]:
    """Slug and version of the current ones of these calendars, without the document."""
    table = CALENDAR_VERSIONS.c
    query = select(table.slug, table.version).where(table.is_current, table.slug.in_(slugs))
    return [(row.slug, row.version) for row in await connection.execute(query.order_by(table.slug))]


async def current_calendar_keys(connection: AsyncConnection) -> list[tuple[str, int]]:
    """Slug and version of every current calendar, without the document."""
    table = CALENDAR_VERSIONS.c
    query = select(table.slug, table.version).where(table.is_current).order_by(table.slug)
    return [(row.slug, row.version) for row in await connection.execute(query)]


async def calendar(connection: AsyncConnection, slug: str, version: int) -> CalendarVersion | None:
    """One version of a calendar."""
    table = CALENDAR_VERSIONS
    query = select(table).where(table.c.slug == slug, table.c.version == version)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    found = Calendar.model_validate(row.document)
    return CalendarVersion(version=row.version, hash=row.hash, calendar=found)


async def keep_terms(connection: AsyncConnection, terms: SlaTerms) -> str:
    """Keep terms, unless these very ones are there. Returns their hash."""
    row = {"hash": terms.hash, "document": terms.model_dump(mode="json", by_alias=True)}
    await connection.execute(insert(SLA_TERMS).values(**row).on_conflict_do_nothing())
    return terms.hash


async def terms_of(connection: AsyncConnection, escalation_id: object) -> SlaTerms | None:
    """What a case is pinned to. None for one that was opened by version 0.1.0."""
    query = (
        select(SLA_TERMS.c.document)
        .join(ESCALATIONS, ESCALATIONS.c.terms_hash == SLA_TERMS.c.hash)
        .where(ESCALATIONS.c.id == escalation_id)
    )
    document = (await connection.execute(query)).scalar_one_or_none()
    return SlaTerms.model_validate(document) if document is not None else None
