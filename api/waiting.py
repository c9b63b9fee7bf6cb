"""Who waits for a language model's words, in this process: a few for each person, and not too many.

Rule: to wait costs a look at the database ten times a second. Whoever finds no place is answered at
once with what is there. All services together count as one person.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

MOST_BY_PERSON, MOST_IN_ALL = 4, 40
MOST_AT_WORK = 4
"""So many gather what may be said at a time: fewer than there are connections, which others need
too."""


@dataclass
class Waiting:
    """The places of those who wait."""

    at_work: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_WORK))
    """Held while facts are gathered, and while words are asked for; not while they are awaited."""

    _taken: Counter[UUID | None] = field(default_factory=Counter)

    @contextmanager
    def place(self, person: UUID | None) -> Iterator[bool]:
        """A place for as long as it is waited; False when there is none for this person."""
        if self._taken[person] >= MOST_BY_PERSON or self._taken.total() >= MOST_IN_ALL:
            yield False
            return
        self._taken[person] += 1
        try:
            yield True
        finally:
            self._taken[person] -= 1
            if not self._taken[person]:
                del self._taken[person]
