"""Cases that have ended, one in memory at a time, for as long as there is time."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from time import monotonic

from models.rehearsal import LeftOut, PastCase
from models.store.repositories import past_cases
from models.store.session import Store

_PAGE = 100


def _nothing(_: int) -> None:
    """Nobody wants to know how far it is."""


@dataclass
class LastCases:
    """The last ended cases, the newest first. Reading them changes nothing."""

    store: Store
    last: int
    seconds: float
    progress: Callable[[int], None] = _nothing
    """Told after each case how many there were."""

    cut: bool = False
    """The time was over before all of them were read."""

    def __aiter__(self) -> AsyncIterator[PastCase | LeftOut]:
        return self._read()

    async def _read(self) -> AsyncIterator[PastCase | LeftOut]:
        ends_at, below, count = monotonic() + self.seconds, None, 0
        while count < self.last:
            async with self.store.transaction() as connection:
                page = await past_cases.newest(connection, below, min(_PAGE, self.last - count))
            for number, case_id in page:
                if monotonic() >= ends_at:
                    self.cut = True
                    return
                async with self.store.transaction() as connection:
                    past = await past_cases.read(connection, number, case_id)
                yield past
                below, count = number, count + 1
                self.progress(count)
            if not page:
                return
