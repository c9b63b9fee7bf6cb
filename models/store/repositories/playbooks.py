"""Playbook versions. The same document is the same version; another document is the next one."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.playbook import Origin, Playbook, PlaybookRef, PlaybookVersion
from models.store.tables.playbook import PLAYBOOK_VERSIONS
from models.version_line import VersionLine

_LOCK = 7_001
"""Advisory lock: two processes that start at once do not number the same version twice."""

_P = PLAYBOOK_VERSIONS.c


async def keep(
    connection: AsyncConnection,
    playbook: Playbook,
    document_hash: str,
    *,
    origin: Origin = Origin.FILE,
    author_id: UUID | None = None,
) -> tuple[PlaybookRef, bool]:
    """Keep a document as a draft, unless this very document is a version. Says if it is new."""
    await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    known = select(_P.version).where(_P.slug == playbook.slug, _P.hash == document_hash)
    version = (await connection.execute(known)).scalar_one_or_none()
    fresh = version is None
    if version is None:
        latest = select(func.coalesce(func.max(_P.version), 0)).where(_P.slug == playbook.slug)
        version = (await connection.execute(latest)).scalar_one() + 1
        await connection.execute(
            insert(PLAYBOOK_VERSIONS).values(
                slug=playbook.slug,
                version=version,
                hash=document_hash,
                status="draft",
                document=playbook.model_dump(mode="json", by_alias=True),
                origin=origin,
                author_id=author_id,
            )
        )
    return PlaybookRef(slug=playbook.slug, version=version, hash=document_hash), fresh


async def make_current(
    connection: AsyncConnection, ref: PlaybookRef, *, by: UUID | None = None
) -> None:
    """Publish a version, or publish it again: new cases begin with it from now on."""
    await connection.execute(
        update(PLAYBOOK_VERSIONS)
        .where(_P.slug == ref.slug, _P.version == ref.version)
        .values(status="published", published_at=func.clock_timestamp(), published_by=by)
    )


async def publish(
    connection: AsyncConnection, playbook: Playbook, document_hash: str
) -> PlaybookRef:
    """Keep a document and publish it, unless this very document is a version already."""
    ref, fresh = await keep(connection, playbook, document_hash)
    if fresh:
        await make_current(connection, ref)
    return ref


def _current() -> Select[Any]:
    return (
        select(PLAYBOOK_VERSIONS)
        .ext(distinct_on(_P.slug))
        .where(_P.status == "published")
        .order_by(_P.slug, _P.published_at.desc(), _P.version.desc())
    )


async def current_keys(connection: AsyncConnection) -> list[tuple[str, int]]:
    """Slug and version of the current version of every playbook, without the document."""
    query = _current().with_only_columns(_P.slug, _P.version)
    return [(row.slug, row.version) for row in await connection.execute(query)]


async def current_number(connection: AsyncConnection, slug: str) -> int | None:
    """The number of the current version of one playbook."""
    query = _current().with_only_columns(_P.version).where(_P.slug == slug)
    found: int | None = (await connection.execute(query)).scalar_one_or_none()
    return found


async def newest_published(
    connection: AsyncConnection, slug: str, limit: int
) -> list[PlaybookVersion]:
    """The newest versions that new cases began with at some time, the newest first."""
    query = (
        select(PLAYBOOK_VERSIONS)
        .where(_P.slug == slug, _P.status == "published")
        .order_by(_P.version.desc())
        .limit(limit)
    )
    return [_version(row) for row in await connection.execute(query)]


async def newest_origins(connection: AsyncConnection) -> dict[str, Origin]:
    """Where the newest version of every playbook came from, drafts included."""
    query = (
        select(_P.slug, _P.origin).ext(distinct_on(_P.slug)).order_by(_P.slug, _P.version.desc())
    )
    return {row.slug: Origin(row.origin) for row in await connection.execute(query)}


async def get(connection: AsyncConnection, slug: str, version: int) -> PlaybookVersion | None:
    """One version."""
    query = select(PLAYBOOK_VERSIONS).where(_P.slug == slug, _P.version == version)
    row = (await connection.execute(query)).one_or_none()
    return _version(row) if row else None


_LINE = (
    _P.slug,
    _P.version,
    _P.hash,
    _P.document["name"].astext.label("name"),
    _P.document["triggers"].label("triggers"),
    func.jsonb_array_length(_P.document["steps"]).label("steps"),
    _P.status,
    _P.origin,
    _P.created_at,
    _P.published_at,
)


async def current_lines(connection: AsyncConnection) -> list[VersionLine]:
    """The current version of every playbook, without its steps."""
    # Of the others not even the document is unpacked: they are sorted out before.
    keys = _current().with_only_columns(_P.slug, _P.version).subquery("current")
    same = and_(_P.slug == keys.c.slug, _P.version == keys.c.version)
    query: Select[Any] = select(*_LINE).join(keys, same).order_by(_P.slug)
    return [_line(row) for row in await connection.execute(query)]


async def lines_of(
    connection: AsyncConnection, slug: str, before: int | None, limit: int
) -> list[VersionLine]:
    """Versions of a playbook below a number, the newest first, without their steps."""
    query: Select[Any] = (
        select(*_LINE).where(_P.slug == slug).order_by(_P.version.desc()).limit(limit)
    )
    if before is not None:
        query = query.where(_P.version < before)
    return [_line(row) for row in await connection.execute(query)]


def _line(row: Row[Any]) -> VersionLine:
    told = row._asdict()
    ref = PlaybookRef.model_validate({name: told.pop(name) for name in PlaybookRef.model_fields})
    return VersionLine(ref=ref, **told)


def _version(row: Row[Any]) -> PlaybookVersion:
    return PlaybookVersion(
        ref=PlaybookRef(slug=row.slug, version=row.version, hash=row.hash),
        playbook=Playbook.model_validate(row.document),
        status=row.status,
        origin=row.origin,
        author_id=row.author_id,
        created_at=row.created_at,
        published_at=row.published_at,
    )
