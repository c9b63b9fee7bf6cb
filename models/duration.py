"""Durations as people write them: `15m`, `24h`, `7d`."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

_SHORT = re.compile(r"^(\d{1,5})\s*(s|m|h|d)$")
_UNIT = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_duration(value: Any) -> Any:
    """Turn `90s`, `15m`, `24h` or `7d` into a timedelta; leave anything else to Pydantic.

    A number has no unit, and `false` is no length: ValueError.
    """
    if isinstance(value, int | float):
        raise ValueError("is no length of time, such as 90s, 15m, 24h or 7d")
    if isinstance(value, str) and (found := _SHORT.match(value.strip())):
        return timedelta(**{_UNIT[found.group(2)]: int(found.group(1))})
    return value


def say_duration(value: timedelta) -> str:
    """Say a duration in plain words, as exactly as a person needs it.

    Seconds below a minute, minutes below an hour, hours and minutes below a day, then days and
    hours: `46 minutes`, `2 hours 30 minutes`, `7 days`.
    """
    seconds = round(value.total_seconds())
    if seconds < 60:
        return say_count(seconds, "second")
    minutes = round(seconds / 60)
    if minutes < 60:
        return say_count(minutes, "minute")
    if minutes < 24 * 60:
        return _pair(*divmod(minutes, 60), "hour", "minute")
    return _pair(*divmod(round(minutes / 60), 24), "day", "hour")


def _pair(large: int, small: int, large_word: str, small_word: str) -> str:
    first = say_count(large, large_word)
    return f"{first} {say_count(small, small_word)}" if small else first


def say_count(number: int, word: str, words: str | None = None) -> str:
    """How many, in words: `1 hour`, `2 hours`. `words` is the plural, when it is not just an s."""
    return f"{number} {word if number == 1 else words or word + 's'}"


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    Field(ge=timedelta(0), le=timedelta(days=400)),
]
"""An elapsed length of time between 0 and 400 days."""
