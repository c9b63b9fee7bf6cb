"""Row counts: what tells whether a refused request left something behind."""

import asyncio
from dataclasses import dataclass

from sqlalchemy import text

from models.store.session import Store

_COUNTS = """
SELECT (SELECT count(*) FROM operations) AS operations,
       (SELECT count(*) FROM operations WHERE status = 'rejected') AS rejected,
       (SELECT count(*) FROM operations WHERE status = 'accepted') AS waiting,
       (SELECT count(*) FROM events WHERE op_id IS NOT NULL) AS events,
       (SELECT count(*) FROM contents) AS contents,
       (SELECT count(*) FROM escalations) AS escalations,
       (SELECT count(*) FROM customers) AS customers,
       (SELECT count(*) FROM mail_threads) AS mails
"""


@dataclass(frozen=True)
class Rows:
    """Counts rows. Events that time brings about have no op_id and are left out."""

    store: Store

    async def count(self) -> dict[str, int]:
        """The counts, once every operation so far has been answered and written down."""
        for _ in range(3000):
            async with self.store.transaction() as connection:
                found = dict((await connection.execute(text(_COUNTS))).mappings().one())
            if found["waiting"] == 0:
                return found
            await asyncio.sleep(0.02)
        raise AssertionError(f"operations wait for their answer: {found}")

    async def since(self, before: dict[str, int]) -> dict[str, int]:
        """What has become more or less since then; nothing when nothing changed."""
        now = await self.count()
        return {name: now[name] - before[name] for name in now if now[name] != before[name]}

    async def one(self, query: str, **given: object) -> object:
        """One value."""
        async with self.store.transaction() as connection:
            return (await connection.execute(text(query), given)).scalar_one()

    async def run(self, query: str, **given: object) -> None:
        """One change."""
        async with self.store.transaction() as connection:
            await connection.execute(text(query), given)
