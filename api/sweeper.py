"""The sweeper: delivers operations that nobody answered in time, durably and in order."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from uuid import UUID

import structlog

from api.acceptance import refused_for_good, write_rejection
from api.late_mail import file_anew
from api.parts import Parts
from domain.lifecycle import OVER
from models.errors import EscalationClosed, RightnowError, Unavailable
from models.messages import EscalationStart
from models.operation import InboxRow
from models.store.repositories import operations

_log = structlog.get_logger("sweeper")

PAUSE = 1.0
"""Seconds between two looks."""

AGAIN_AFTER = timedelta(seconds=20)
"""How long a delivered operation may stay without its answer the first time; then longer."""

AT_ONCE = 50
HANDS = 10
"""How many cases are delivered to at the same time: one that waits holds up no other."""

LOOKS_BACK = timedelta(days=7)
"""How long ago mail may have been refused that is filed anew."""

ENGINE_AWAY = timedelta(seconds=5)
"""When to look again while the engine does not take anything."""


@dataclass
class Sweeper:
    """Looks into the inbox, again and again. Any number of them may run beside each other."""

    parts: Parts
    pause: float = PAUSE

    async def run(self) -> None:
        """Sweep until cancelled. What goes wrong is logged and tried again."""
        while True:
            try:
                await self.sweep()
            except RightnowError as error:
                _log.warning("sweep postponed", code=error.code)
            except Exception as error:  # noqa: BLE001 (whatever it is, the next sweep must come)
                _log.error("sweep failed", code=type(error).__name__)
            await asyncio.sleep(self.pause)

    async def sweep(self) -> int:
        """Deliver what waits. Returns how many operations were looked at."""
        now = datetime.now(UTC)  # noqa: TID251 (the edge reads the clock)
        async with self.parts.store.transaction() as connection:
            waiting, unreadable = await operations.claim_waiting(
                connection, now, AGAIN_AFTER, AT_ONCE
            )
        ordered = sorted(waiting, key=lambda row: (row.escalation_id.int, row.place))
        for op_id in unreadable:
            _log.error("an operation cannot be read; a newer Rightnow wrote it", op_id=str(op_id))
        cases = [list(rows) for _, rows in groupby(ordered, key=lambda row: row.escalation_id)]
        hands = asyncio.Semaphore(HANDS)
        deliveries = (self._deliver_in_order(rows, hands) for rows in cases)
        ends = await asyncio.gather(*deliveries, return_exceptions=True)
        await self._file_late_mail(now)
        for error in filter(None, ends):  # only now: one case's trouble must not cut others short
            raise error
        return len(ordered)

    async def _file_late_mail(self, now: datetime) -> None:
        """Mail that a case refused because it is over goes where the matter goes on."""
        async with self.parts.store.single() as connection:
            late = await operations.late_mail(connection, OVER, now - LOOKS_BACK, AT_ONCE)
        for row in late:
            try:
                await file_anew(self.parts, row)
            except RightnowError as error:
                _log.warning("late mail postponed", code=error.code, op_id=str(row.op_id))
            except Exception as error:  # noqa: BLE001 (one mail must not keep the others)
                _log.error("late mail failed", code=type(error).__name__, op_id=str(row.op_id))

    async def _deliver_in_order(self, rows: list[InboxRow], hands: asyncio.Semaphore) -> None:
        """Deliver operations of one escalation; when one cannot be, the later ones wait too."""
        async with hands:
            for place, row in enumerate(rows):
                try:
                    await self._deliver(row)
                except EscalationClosed as error:
                    await write_rejection(self.parts, row.op_id, error)
                except Unavailable as error:
                    if (over := await refused_for_good(self.parts, row.escalation_id)) is not None:
                        await write_rejection(self.parts, row.op_id, over)
                        continue
                    _log.info("delivery postponed", code=error.code, op_id=str(row.op_id))
                    await self._soon_again(rows[place:])
                    return

    async def _soon_again(self, rows: list[InboxRow]) -> None:
        """Look again in a few seconds: nothing was delivered, so nothing is waited for."""
        at = datetime.now(UTC) + ENGINE_AWAY  # noqa: TID251 (the edge reads the clock)
        async with self.parts.store.transaction() as connection:
            await operations.look_again(connection, [row.op_id for row in rows], at)

    async def _deliver(self, row: InboxRow) -> None:
        if isinstance(row.payload, EscalationStart):
            await self.parts.engine.start(row.payload)
        else:
            escalation_id: UUID = row.escalation_id
            await self.parts.engine.send(escalation_id, row.payload)
        _log.info("delivered late", op_id=str(row.op_id), attempts=row.attempts)
