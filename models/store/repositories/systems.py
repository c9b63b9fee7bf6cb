"""Other systems, and whether they still want to hear from us."""

import hashlib

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.store.tables.system import STOPPED_SYSTEMS

_S = STOPPED_SYSTEMS.c


async def wants_no_more(connection: AsyncConnection, name: str, address: str) -> bool:
    """Whether a system asked at this address for no more calls."""
    query = select(_S.name).where(_S.name == name, _S.address_hash == _hash(address))
    return (await connection.execute(query)).one_or_none() is not None


async def stop(connection: AsyncConnection, name: str, address: str) -> None:
    """A system wants no more calls at this address."""
    row = {"name": name, "address_hash": _hash(address)}
    await connection.execute(insert(STOPPED_SYSTEMS).values(row).on_conflict_do_nothing())


def _hash(address: str) -> str:
    """Addresses may hold secrets, so only their hash is kept."""
    return hashlib.sha256(address.encode("utf-8")).hexdigest()
