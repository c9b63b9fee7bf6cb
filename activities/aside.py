"""Cases that are left for a while, because something about them failed."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

AGAIN_AFTER = 600.0
"""Seconds after which a case is tried again."""

MOST = 1000
"""How many are left at once: of more, those are tried again that have waited the longest."""


@dataclass
class Aside:
    """Which cases failed lately, in one process. One that starts tries them all again."""

    again_after: float = AGAIN_AFTER
    clock: Callable[[], float] = time.monotonic
    count: int = 0
    """How often one was put here."""

    _until: dict[UUID, float] = field(default_factory=dict, init=False)

    def put(self, cases: Iterable[UUID]) -> None:
        """Leave these for a while, from now on."""
        until = self.clock() + self.again_after
        for one in cases:
            self._until.pop(one, None)
            self._until[one] = until
            self.count += 1
        for one in list(self._until)[:-MOST]:
            del self._until[one]

    def now(self) -> list[UUID]:
        """Those that are to be left now."""
        at = self.clock()
        self._until = {one: until for one, until in self._until.items() if until > at}
        return list(self._until)
