"""Ids by their form: what stands behind `account` or `order`, references, days of birth.

A short number is an id only behind a word that says so; without one it is as well three visits or
the year 2017. There its groups may stand apart, `12 34 56`, as long as no unit follows: in `order
4711 3 times` three is a count. A reference of letters and digits is known by its mixture: `QX7P2K`,
`AB-12345`. Our own case numbers are none, nor are `24h`, `mid-2019` and `COVID19`. Texts are in one
spelling.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from domain.personal import Span

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|m.r|mai|okt|dez)[a-z]{0,7}\.?"
_UNITS = (
    r"(?:(?:times?|days?|hours?|hrs?|h|minutes?|mins?|seconds?|weeks?|months?|years?|am|pm|a\.m|p\.m"
    r"|uhr|o'clock|st|nd|rd|th|usd|eur|gbp|dollars?|euros?|pounds?|bucks|cents?|percent|points?|km|k"
    r"|miles?|people|visits?|calls?|more|of|units?|pieces?|items?|boxes|kg|lbs?|gb|mb|mbit|mbps|tage?"
    rf"|wochen?|stunden?|monate?|jahre?|{_MONTH})(?![^\W\d_])|[%$\u20ac\u00a3:])"
)
_SPACED = (
    rf" (?!\d{{1,9}}(?:[.,]\d{{1,2}})? ?-?{_UNITS})(?!\d{{1,4}}[./-]\d{{1,2}}[./-]\d)"
    r"(?!\d[ \n][^\W\d_])(?=[A-Za-z]{0,3}\d)"
)
"""A space between two groups of an id: none before a count, a sum, a time of day or a day."""

_NAMED = re.compile(
    r"(?<![^\W\d])(?:accounts?|acct|orders?|ref|reference|customer|client|member|membership|contract"
    r"|policy|booking|reservation|confirmation|ticket|invoice|tracking|serial|ssn|social security"
    r"|tax|passport|licen[cs]e|plate|registration|pin|passcode|password|id|sort"
    r"|routing|bsb|insurance|nino|nhs|claim|patient|konto|kunde|kunden\w{2,12}|vertrag|vertrags\w{2,12}|bestellung|bestell\w{2,12}|rechnung|rechnungs\w{2,12})"
    r"(?: ?-?(?:id|ids|number|numbers|no|nr|num|code|ref|plate))?(?![^\W\d_])\.?"
    r"(?: is| was)?[ \n:=#,(\"'.-]{0,4}"
    r"(?P<id>(?:(?:[A-Za-z]{1,3}-[A-Za-z]{1,3}|(?-i:[A-Z]{2,4})) (?=\d))?(?=[A-Za-z./-]{0,40}\d)"
    rf"[A-Za-z0-9]{{1,40}}(?:(?:[./-]|{_SPACED})[A-Za-z0-9]{{1,40}}){{0,8}}"
    r"(?: (?-i:[B-HJ-Z])(?![\w'-]))?)",
    re.IGNORECASE,
)
_OUR_CASE = re.compile(r"E-? ?\d{1,9}", re.IGNORECASE)
_CODE = re.compile(
    r"(?<!\w)(?:cvv2?|cvc2?|cid|security code|card code|verification code)"
    r"(?: ?(?:is|number|no\.?))?[ :=#,-]{0,3}(?P<id>\d{3,8})(?!\d)",
    re.IGNORECASE,
)
_BORN = re.compile(
    r"(?<!\w)(?:born|birth ?dates?|birth ?days?|date of birth|d\.?o\.?b\.?|geb\.?|geboren"
    r"|geburts\w{1,10}|n.e? le|nacid[oa]|nacimiento)(?!\w)"
    r"(?: ?(?:is|was|on|the|am|el|in))?[ \n:=,-]{0,3}"
    rf"(?P<id>\d{{4}}[./-]\d{{1,2}}[./-]\d{{1,2}}|\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)? (?:of )?{_MONTH},? \d{{2,4}}"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{2,4}}|(?:19|20)\d{{2}})(?!\d)",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"(?<![\w.@-])[A-Za-z0-9]{1,40}(?:-[A-Za-z0-9]{1,40}){0,8}(?![\w@])")
_RUN = re.compile(r"[A-Za-z]+|[0-9]+")
_UNIT = re.compile(r"\d+[a-z]{1,4}")
_OF_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}|[a-z]{3,}-(?:19|20)\d{2}|(?:19|20)\d{2}-[a-z]{3,}")
_NUMBER_WORD = re.compile(r"(?:\d+-)+[a-z]{2,}(?:-[a-z]+)*", re.IGNORECASE)


def named_ids(text: str) -> Iterator[Span]:
    """What stands behind a word such as `account`: three digits or more, or letters and digits."""
    for found in _NAMED.finditer(text):
        value = found["id"]
        is_mixed = any(map(str.isalpha, value)) and not _UNIT.fullmatch(value)
        is_long = sum(map(str.isdecimal, value)) >= 3
        if (is_long or is_mixed) and not _OUR_CASE.fullmatch(value.partition(" ")[0]):
            yield found.span("id")


def card_codes(text: str) -> Iterator[Span]:
    """The three or four digits on the back of a card, behind their name."""
    return (found.span("id") for found in _CODE.finditer(text))


def births(text: str) -> Iterator[Span]:
    """Days of birth, behind a word that says so. Any other day stays."""
    return (found.span("id") for found in _BORN.finditer(text))


def references(text: str) -> Iterator[Span]:
    """Letters and digits mixed as no word is: `QX7P2K`, `AB-12345`, `C01X00T47`."""
    return (found.span() for found in _TOKEN.finditer(text) if _is_reference(found.group()))


def _is_reference(token: str) -> bool:
    runs = _RUN.findall(token)
    digits = sum(map(str.isdecimal, token))
    size = sum(map(len, runs))
    if not digits or digits == size or size < 5:
        return False
    if any(one.fullmatch(token) for one in (_OUR_CASE, _UNIT, _OF_TIME, _NUMBER_WORD)):
        return False
    if digits >= 4:
        return True
    turns = sum(one.isdecimal() != other.isdecimal() for one, other in pairwise(runs))
    return size >= 6 and ((token.isupper() and (digits >= 3 or turns >= 2)) or turns >= 3)
