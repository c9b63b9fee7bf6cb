"""Playbook versions. The same document is the same version; another document is the next one."""

from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.playbook import Playbook, PlaybookRef, PlaybookVersion
from models.store.tables.playbook import PLAYBOOK_VERSIONS

_LOCK = 7_001
"""Advisory lock: two processes that start at once do not number the same version twice."""


async def publish(
    connection: AsyncConnection, playbook: Playbook, document_hash: str
) -> PlaybookRef:
    """Keep a document as a version, unless this very document is one already."""
    await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    known = select(PLAYBOOK_VERSIONS.c.version).where(
        PLAYBOOK_VERSIONS.c.slug == playbook.slug, PLAYBOOK_VERSIONS.c.hash == document_hash
    )
    version = (await connection.execute(known)).scalar_one_or_none()
    if version is None:
        latest = select(func.coalesce(func.max(PLAYBOOK_VERSIONS.c.version), 0)).where(
            PLAYBOOK_VERSIONS.c.slug == playbook.slug
        )
        version = (await connection.execute(latest)).scalar_one() + 1
        await connection.execute(
            insert(PLAYBOOK_VERSIONS).values(
                slug=playbook.slug,
                version=version,
                hash=document_hash,
                status="published",
                document=playbook.model_dump(mode="json", by_alias=True),
            )
        )
    return PlaybookRef(slug=playbook.slug, version=version, hash=document_hash)


async def current_keys(connection: AsyncConnection) -> list[tuple[str, int]]:
    """Slug and version of the newest published version of every playbook, without the document."""
    query = (
        select(PLAYBOOK_VERSIONS.c.slug, func.max(PLAYBOOK_VERSIONS.c.version).label("version"))
        .where(PLAYBOOK_VERSIONS.c.status == "published")
        .group_by(PLAYBOOK_VERSIONS.c.slug)
        .order_by(PLAYBOOK_VERSIONS.c.slug)
    )
    return [(row.slug, row.version) for row in await connection.execute(query)]


async def get(connection: AsyncConnection, slug: str, version: int) -> PlaybookVersion | None:
    """One version."""
    query = select(PLAYBOOK_VERSIONS).where(
        PLAYBOOK_VERSIONS.c.slug == slug, PLAYBOOK_VERSIONS.c.version == version
    )
    row = (await connection.execute(query)).one_or_none()
    return _version(row) if row else None


def _version(row: Row[Any]) -> PlaybookVersion:
    return PlaybookVersion(
        ref=PlaybookRef(slug=row.slug, version=row.version, hash=row.hash),
        playbook=Playbook.model_validate(row.document),
        status=row.status,
    )
