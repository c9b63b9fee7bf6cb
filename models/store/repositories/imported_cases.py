"""Cases of earlier systems: kept once a source and id, and changed when their line changes."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.ids import new_id
from models.similar import ImportedCase, KnownImport
from models.store.tables.similar import CASE_VECTORS, IMPORTED_CASES

_I = IMPORTED_CASES.c
_V = CASE_VECTORS.c


async def known(
    connection: AsyncConnection, source: str, external_ids: Iterable[str]
) -> dict[str, KnownImport]:
    """What is known of these ids of a source."""
    query = (
        select(_I.external_id, _I.id, _I.row_hash, _V.text_hash, _V.model)
        .outerjoin(CASE_VECTORS, _V.imported_id == _I.id)
        .where(_I.source == source, _I.external_id.in_(list(external_ids)))
    )
    return {
        row.external_id: KnownImport(
            id=row.id, row_hash=row.row_hash, text_hash=row.text_hash, model=row.model
        )
        for row in await connection.execute(query)
    }


async def keep(
    connection: AsyncConnection, source: str, cases: Sequence[tuple[ImportedCase, str]]
) -> dict[str, UUID]:
    """Keep cases, each with the hash of its line. Returns their ids by external id."""
    rows = [
        {"id": new_id(), "source": source, "row_hash": row_hash, **one.model_dump()}
        for one, row_hash in cases
    ]
    if not rows:
        return {}
    adding = insert(IMPORTED_CASES).values(rows)
    changed = {name: adding.excluded[name] for name in rows[0] if name != "id"}
    kept = adding.on_conflict_do_update(
        index_elements=[_I.source, _I.external_id], set_={**changed, "imported_at": func.now()}
    ).returning(_I.external_id, _I.id)
    return {row.external_id: row.id for row in await connection.execute(kept)}


def case_of(row: Row[Any]) -> ImportedCase:
    """The case that a row of the table is."""
    told = row._asdict()
    return ImportedCase.model_validate({name: told[name] for name in ImportedCase.model_fields})
