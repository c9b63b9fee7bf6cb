"""The breaker: whoever fails again and again, or asks for peace, gets a rest.

Five failures in a row open it for half a minute. Then one question is let through as a probe: when
it ends well, all are let through; when not, the rest begins again. An endpoint that says how long
to wait is left alone for as long, a quarter of an hour at most. It belongs to one process.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from activities.ports import NoAnswer
from models.llm import LlmTrouble

FAILURES = 5
"""In a row."""

REST = 30.0
LONGEST_REST = 900.0
"""Seconds."""

Clock = Callable[[], float]


class Breaker:
    """Counts failures and keeps questions back."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._open_until: float | None = None
        self._probing = False

    def require_closed(self) -> None:
        """Raise NoAnswer while nobody is let through."""
        if self._open_until is None:
            return
        left = self._open_until - self._clock()
        if left > 0 or self._probing:
            raise NoAnswer(LlmTrouble.BREAKER_OPEN, wait=max(left, 0))

    @contextmanager
    def trial(self) -> Iterator["Trial"]:
        """One question, let through; its end is told to the trial. Raises NoAnswer.

        A probe that ends without a word, because it was cancelled, leaves the place to another.
        """
        self.require_closed()
        probe = self._open_until is not None
        if probe:
            self._probing = True
        try:
            yield Trial(self, probe)
        finally:
            if probe:
                self._probing = False

    def well(self, *, probe: bool) -> None:
        """A question was answered. One that began before the rest does not end it."""
        if probe:
            self._open_until = None
        if self._open_until is None:
            self._failures = 0

    def ill(self, wait: float | None, *, probe: bool) -> float | None:
        """A question failed. Returns the seconds for which nobody is let through from now on."""
        now = self._clock()
        self._failures += 1
        rest = min(wait, LONGEST_REST) if wait else 0.0
        if probe or (self._open_until is None and self._failures >= FAILURES):
            rest = max(rest, REST)
        if rest:
            self._open_until = max(self._open_until or now, now + rest)
        return self._open_until - now if self._open_until is not None else None


@dataclass(frozen=True)
class Trial:
    """One question that was let through."""

    breaker: Breaker
    probe: bool

    def well(self) -> None:
        """The endpoint does what it is there for."""
        self.breaker.well(probe=self.probe)

    def ill(self, wait: float | None = None) -> float | None:
        """It does not, and asked for `wait` seconds of peace. Returns the seconds of rest."""
        return self.breaker.ill(wait, probe=self.probe)
