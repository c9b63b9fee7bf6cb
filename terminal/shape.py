"""Times, money and people in words. Pure: what to say about an instant depends on `now` alone."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from models.duration import say_duration

_SOON = timedelta(seconds=1)
_UTC_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d) UTC")
_NO_CENTS = frozenset({"CLP", "ISK", "JPY", "KRW", "UGX", "VND", "XAF", "XOF", "XPF"})
_VALUE = re.compile(r"^([A-Za-z]{3}|[$€£])?\s*([0-9][0-9,]*)(?:\.([0-9]{1,2}))?\s*([A-Za-z]{3})?$")
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP"}


def moment(text: Any) -> datetime | None:
    """An instant out of JSON; None when there is none."""
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def sooner(*told: Any) -> datetime | None:
    """The first of these instants out of JSON, of a step and of a deadline; None without any."""
    return min((at for at in map(moment, told) if at is not None), default=None)


def clock_time(at: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """When, on the wall clock of `zone` (None: the machine's): `14:10`, `Tue 24 Nov 14:10`."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    days = (local.date() - today.date()).days
    if days in (-1, 0, 1):
        return {-1: "yesterday ", 0: "", 1: "tomorrow "}[days] + f"{local:%H:%M}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M}"


def from_now(at: datetime, now: datetime) -> str:
    """How far away: `in 46 minutes`, `12 minutes ago`, `now`."""
    if abs(at - now) < _SOON:
        return "now"
    return f"in {say_duration(at - now)}" if at > now else f"{say_duration(now - at)} ago"


def time_left(due_at: datetime | None, now: datetime) -> str:
    """How long there is: `46 minutes left`, `12 minutes late`, `no time limit`."""
    if due_at is None:
        return "no time limit"
    if due_at >= now:
        return f"{say_duration(due_at - now)} left"
    return f"{say_duration(now - due_at)} late"


def when(at: datetime | None, now: datetime, zone: tzinfo | None = None) -> str:
    """Both: `14:10 (in 46 minutes)`. Empty when there is no such instant."""
    return f"{clock_time(at, now, zone)} ({from_now(at, now)})" if at else ""


def local_moments(text: str, now: datetime, zone: tzinfo | None = None) -> str:
    """A sentence of the API with its UTC moments on the wall clock of `zone`."""

    def local(found: re.Match[str]) -> str:
        try:
            at = datetime(*(int(part) for part in found.groups()), tzinfo=UTC)  # type: ignore[misc, arg-type]
        except ValueError:
            return found.group()
        return clock_time(at, now, zone)

    return _UTC_MOMENT.sub(local, text)


def years_with_us(since: Any, now: datetime) -> str:
    """How long somebody has been a customer: `6 years`, `7 months`, `new`. Empty: not known."""
    try:
        first = date.fromisoformat(str(since))
    except ValueError:
        return ""
    months = (now.year - first.year) * 12 + now.month - first.month - (now.day < first.day)
    count, word = (months // 12, "year") if months >= 12 else (months, "month")
    if count < 1:
        return "new"
    return f"{count} {word}" + ("" if count == 1 else "s")


def money(told: Any) -> str:
    """An amount: `$4,200`, `4,200.50 EUR`. Empty when there is none."""
    if not isinstance(told, dict) or not isinstance(told.get("minor"), int):
        return ""
    minor, currency = told["minor"], str(told.get("currency", ""))
    size = 1 if currency in _NO_CENTS else 100
    whole, cents = divmod(abs(minor), size)
    amount = ("-" if minor < 0 else "") + f"{whole:,}" + (f".{cents:02d}" if cents else "")
    return f"${amount}".replace("$-", "-$") if currency == "USD" else f"{amount} {currency}"


def read_money(text: str) -> dict[str, Any]:
    """`4200USD`, `$4,200`, `4200.50 EUR` as minor units and currency. Raises ValueError."""
    found = _VALUE.match(text.strip())
    if found is None:
        raise ValueError(text)
    before, whole, cents, after = found.groups()
    if bool(before) == bool(after):
        raise ValueError(text)
    sign = (before or after).upper()
    currency = _SIGNS.get(sign, sign)
    size = 1 if currency in _NO_CENTS else 100
    if cents and size == 1:
        raise ValueError(text)
    minor = int(whole.replace(",", "")) * size + int((cents or "0").ljust(2, "0"))
    return {"minor": minor, "currency": currency}
