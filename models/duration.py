"""Durations as people write them: `15m`, `24h`, `7d`."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

_SHORT = re.compile(r"^(\d{1,5})\s*(s|m|h|d)$")
_UNIT = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_duration(value: Any) -> Any:
    """Turn `90s`, `15m`, `24h` or `7d` into a timedelta; leave anything else to Pydantic."""
    if isinstance(value, str) and (found := _SHORT.match(value.strip())):
        return timedelta(**{_UNIT[found.group(2)]: int(found.group(1))})
    return value


def say_duration(value: timedelta) -> str:
    """Say a duration in plain words, rounded to what a person needs: `46 minutes`, `7 days`."""
    seconds = int(value.total_seconds())
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size * 2 or (seconds >= size and seconds % size < size // 12 + 1):
            count = round(seconds / size)
            return f"{count} {word}" + ("" if count == 1 else "s")
        if seconds >= size:
            return (
                say_duration(timedelta(seconds=size))
                + " "
                + say_duration(timedelta(seconds=seconds - size))
            )
    return f"{seconds} second" + ("" if seconds == 1 else "s")


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    Field(ge=timedelta(0), le=timedelta(days=400)),
]
"""An elapsed length of time between 0 and 400 days."""
