"""What people type: words, files, dates and money. `-` reads the standard input."""

import re
import sys
from datetime import date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any

from models.duration import parse_duration
from terminal import shape
from terminal.errors import WrongUsage

_MOST_BYTES = 1024 * 1024
_CLOCK = re.compile(r"^\d{1,2}:\d{2}$")


def read_words(given: str) -> str:
    """The words themselves; for `-`, what comes in. Raises WrongUsage when there are none."""
    words = _stdin() if given == "-" else given
    if not words.strip():
        raise WrongUsage("There are no words.", "Write them in quotes, or use - to send a file in.")
    return words.strip()


def read_file(path: Path) -> str:
    """A text file, or the standard input for `-`. Raises WrongUsage."""
    if str(path) == "-":
        return read_words("-")
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise WrongUsage(
            "The file cannot be read.", "Check its name, and that it is text."
        ) from None


def read_day(text: str | None) -> str | None:
    """A day such as 2020-03-01. Raises WrongUsage."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise WrongUsage("That is not a day.", "Write it like 2020-03-01.") from None


def read_moment(text: str | None, zone: tzinfo | None) -> str | None:
    """A moment such as 2026-11-24 09:30, here, unless it says where. Raises WrongUsage."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise WrongUsage("That is not a time.", 'Write it like "2026-11-24 09:30".') from None
    if at.tzinfo is None:
        at = at.replace(tzinfo=zone) if zone else at.astimezone()
    return at.isoformat()


def read_later(text: str, now: datetime, zone: tzinfo | None) -> tuple[dict[str, str], datetime]:
    """A time from now on: `2h`, `15:00`, or a moment; as the API takes it. Raises WrongUsage."""
    told = text.strip()
    length = parse_duration(told)
    if isinstance(length, timedelta):
        return {"length": told}, now + length
    until = _today_at(told, now, zone) if _CLOCK.match(told) else read_moment(told, zone)
    return {"until": str(until)}, datetime.fromisoformat(str(until))


def _today_at(told: str, now: datetime, zone: tzinfo | None) -> str:
    today = now.astimezone(zone)
    try:
        at = today.combine(today.date(), time.fromisoformat(told.zfill(5)), today.tzinfo)
    except ValueError:
        raise WrongUsage("That is not a time.", "Write it like 15:00, or 2h.") from None
    if at <= now:
        example = f'"{today.date() + timedelta(days=1)} {told}"'
        raise WrongUsage(f"It is past {told} today.", f"Say the day, too: {example}")
    return at.isoformat()


def read_value(text: str | None) -> dict[str, Any] | None:
    """Money such as 4200USD. Raises WrongUsage."""
    if text is None:
        return None
    try:
        return shape.read_money(text)
    except ValueError:
        raise WrongUsage("That is not money.", "Write it like 4200USD or 4200.50EUR.") from None


def _stdin() -> str:
    words = sys.stdin.read(_MOST_BYTES + 1)
    if len(words) > _MOST_BYTES:
        raise WrongUsage("That is too long.", "Send less than one million letters.")
    return words
