"""The database's clock: one for all processes, whatever their machines believe."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

_NOW = select(func.clock_timestamp())


async def now(connection: AsyncConnection) -> datetime:
    """What time it is there."""
    found: datetime = (await connection.execute(_NOW)).scalar_one()
    return found
