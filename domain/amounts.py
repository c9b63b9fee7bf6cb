"""Amounts in a text: money, percentages, times as long as something, and bare numbers.

Formats are one: `$4,200`, `4200 USD`, `4.200,00 $` and `four thousand two hundred dollars` are the
same money; `50 %`, `50 percent` and `half` of nothing but words are not guessed at: `fifty
percent` is 50 %. Three digits after a sign are thousands, one or two are cents.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple


class Amount(NamedTuple):
    """A number and what it counts."""

    value: Decimal
    unit: str
    """`%`, `$` for money whose currency is not said or a currency's code, a unit of time, or
    nothing."""


_NUMBER = r"\d{1,15}(?:[.,' ]\d{3}){0,5}(?:[.,]\d{1,2})?(?![\d])|\d{1,40}"
_CURRENCIES = {
    "$": "USD", "us$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD", "buck": "USD",
    "bucks": "USD", "\u20ac": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR",
    "\u00a3": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "\u00a5": "JPY",
    "jpy": "JPY", "yen": "JPY", "chf": "CHF", "cad": "CAD", "aud": "AUD",
}  # fmt: skip
_PERCENTS = {"%": "%", "percent": "%", "per cent": "%", "pct": "%", "prozent": "%"}
_TIMES = {
    f"{word}{ending}": word
    for word in ("second", "minute", "hour", "day", "week", "month", "year")
    for ending in ("", "s")
} | {"min": "minute", "mins": "minute", "h": "hour", "hrs": "hour", "hr": "hour"}
_UNITS = _CURRENCIES | _PERCENTS | _TIMES
_WORD_UNITS = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_FOUND = re.compile(
    r"(?P<before>us\$|[$\u20ac\u00a3\u00a5]|(?<![a-z])(?:usd|eur|gbp|jpy|chf|cad|aud))? ?"
    rf"(?<![\d.,])(?P<number>{_NUMBER})(?P<times> ?(?:k|thousand|million|m|bn)(?![a-z]))?"
    rf"(?:[ -]?(?P<after>{_WORD_UNITS})(?![a-z]))?"
)
_TIMES_AS_MUCH = {"k": 1000, "thousand": 1000, "m": 10**6, "million": 10**6, "bn": 10**9}

_SMALL = {
    word: number
    for number, word in enumerate(
        (
            "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
            "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
            "eighteen", "nineteen",
        )
    )
} | {
    word: 10 * number
    for number, word in enumerate(
        ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), start=2
    )
}  # fmt: skip
_LARGE = {"hundred": 100, "thousand": 1000, "million": 10**6}
SMALLEST = 10
"""Smaller numbers in words count something only with a unit."""

_LETTERS = re.compile(r"[a-z]+|[^a-z\s-]")


def amounts(text: str) -> Iterator[Amount]:
    """Every amount in a text that `plain` has read."""
    read = text.casefold()
    for found in _FOUND.finditer(read):
        value = _value(found["number"]) * _TIMES_AS_MUCH.get((found["times"] or "").strip(), 1)
        unit = found["before"] or found["after"] or ""
        yield Amount(value, _UNITS.get(unit, ""))
    yield from _in_words(read)


def is_money(amount: Amount) -> bool:
    """Whether it counts money."""
    return len(amount.unit) == 3


def is_time(amount: Amount) -> bool:
    """Whether it counts hours, days and the like."""
    return amount.unit in _TIMES


def _value(number: str) -> Decimal:
    """The number, whichever sign its thousands and cents have."""
    number = number.replace("'", "").replace(" ", "")
    cents = re.search(r"[.,](\d{1,2})$", number)
    whole = number[: cents.start()] if cents else number
    whole = whole.replace(".", "").replace(",", "")
    return Decimal(f"{whole}.{cents.group(1)}" if cents else whole).normalize()


def _in_words(text: str) -> Iterator[Amount]:
    """Numbers in words: `five hundred dollars`, `one hundred percent`, `twenty off`.

    Small ones without a unit are none: one more thing, for the two of us.
    """
    run: list[str] = []
    for word in (*_LETTERS.findall(text), "."):
        if word in _SMALL or word in _LARGE or (run and word == "and"):
            run.append(word)
        elif run:
            if unit := _UNITS.get(word):
                yield Amount(Decimal(_number(run)).normalize(), unit)
            elif word == "per":
                yield Amount(Decimal(_number(run)).normalize(), "%")
            elif _LARGE.keys() & set(run) or _number(run) >= SMALLEST:
                yield Amount(Decimal(_number(run)).normalize(), "")
            run = []


def _number(words: list[str]) -> int:
    whole = part = 0
    for word in words[:12]:
        if word in _SMALL:
            part += _SMALL[word]
        elif word == "hundred":
            part = max(part, 1) * 100
        elif word in _LARGE:
            whole += max(part, 1) * _LARGE[word]
            part = 0
    return whole + part
