"""Publications: what was asked under which key, and how it was answered."""

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.publication import Publication
from models.store.tables.publication import PUBLICATIONS

_P = PUBLICATIONS.c


async def find(connection: AsyncConnection, actor_key: str, key: str) -> Publication | None:
    """The publication that used this key before."""
    query = select(_P.actor_key, _P.key, _P.slug, _P.version, _P.published_at, _P.refusal).where(
        _P.actor_key == actor_key, _P.key == key
    )
    row = (await connection.execute(query)).one_or_none()
    return Publication.model_validate(row._asdict()) if row else None


async def add(connection: AsyncConnection, publication: Publication) -> None:
    """Keep one with its answer. `operations.reserve` keeps a second one of its key away."""
    await connection.execute(insert(PUBLICATIONS).values(dict(publication)))
