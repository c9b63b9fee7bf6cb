"""Words under ids."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.content import Content
from models.store.tables.content import CONTENTS

_ADD = insert(CONTENTS).on_conflict_do_nothing()


async def add(connection: AsyncConnection, contents: Sequence[Content]) -> None:
    """Keep words. Keeping the same id again changes nothing."""
    if not contents:
        return
    rows = [
        {"id": one.id, "kind": one.kind, "text": one.text, "hash": one.hash} for one in contents
    ]
    await connection.execute(_ADD, rows)


async def texts(connection: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, str]:
    """The words of these ids; erased ones are left out."""
    wanted = list(ids)
    if not wanted:
        return {}
    query = select(CONTENTS.c.id, CONTENTS.c.text).where(CONTENTS.c.id.in_(wanted))
    return {row.id: row.text for row in await connection.execute(query)}
