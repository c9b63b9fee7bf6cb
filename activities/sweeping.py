"""Take away what is given to nobody any more: what a language model was asked for and said, and the
trace of mail that was set aside.

Rule: nobody has to ask for it. A house whose model was switched off forgets all the same.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from models.errors import RightnowError
from models.store.repositories import assists, llm, mail
from models.store.session import Store

EVERY = 60.0
"""Seconds between two sweeps."""

AT_ONCE = 500
"""Rows that go together."""

_ROUNDS = 40
_log = structlog.get_logger("sweeping")


@dataclass
class Sweeping:
    """Whoever sweeps. Several may do it at once."""

    store: Store
    keep: timedelta
    """How long a draft is shown after it was written."""

    async def sweep(self) -> int:
        """Sweep once, a bounded part of what is there. Returns how many rows changed or went.

        Outside changes: drafts and wishes leave the rows of assists, and old assists, answers,
        calls and mails that were set aside go. A second time changes nothing. Raises
        StoreUnavailable.
        """
        return sum(
            [
                await self._all(lambda one: assists.forget_words(one, self.keep, AT_ONCE)),
                await self._all(lambda one: assists.forget_old(one, AT_ONCE)),
                await self._all(lambda one: llm.forget_old(one, AT_ONCE)),
                await self._all(lambda one: llm.forget_old_calls(one, AT_ONCE)),
                await self._all(lambda one: mail.forget_set_aside(one, AT_ONCE)),
            ]
        )

    async def sweep_for_good(self, pause: float = EVERY) -> None:
        """Sweep again and again. Nothing ends it: what fails is told, and tried the next time."""
        while True:
            try:
                await self.sweep()
            except RightnowError as error:
                _log.warning("not_swept", why=str(error))
            except Exception as error:  # noqa: BLE001 (nobody else would begin it again)
                _log.error("not_swept", error=type(error).__name__)
            await asyncio.sleep(pause)

    async def _all(self, some: Callable[[AsyncConnection], Awaitable[int]]) -> int:
        gone = 0
        for _ in range(_ROUNDS):
            async with self.store.single() as connection:
                now = await some(connection)
            gone += now
            if now < AT_ONCE:
                break
        return gone
