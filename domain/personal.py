"""What is personal in a text by its form: addresses, numbers of telephones, cards and accounts.

Each finder gives the places, from the left, without overlaps. It is given a text in one spelling
(`domain.spelling`). A card must pass its check digit (Luhn) and an account number its checksum
(ISO 13616), so that an order number is not taken for one. Every expression is bounded: no text
makes it slow.
"""

import re
from collections.abc import Iterator

Span = tuple[int, int]

_MAIL = re.compile(
    r"(?:[\w.%+!'/=&*-]{1,64}|\"[^\"\n]{1,64}\") ?@ ?"
    r"(?:[\w-]{1,63}(?: ?\.[\w-]{1,63}){0,5} ?\.[^\W\d][\w-]{0,62}|\[[0-9a-f.:]{3,40}\])"
    r"|[\w.+-]{1,64} ?[(\[{]at[)\]}] ?[\w-]{1,63}"
    r"(?:(?: ?\.| ?[(\[{]dot[)\]}] ?| dot )[\w-]{1,63}){0,6}"
    r"|[\w.+-]{1,64} at [\w-]{1,63}(?: dot [\w-]{1,63}){1,6}"
    r"|(?<![\w@.])@[A-Za-z][\w.-]{1,30}(?<![.-])",
    re.IGNORECASE,
)
_URL = re.compile(r"(?:[a-zA-Z][a-zA-Z0-9+]{1,10}://|(?<![\w@.])www\.)[^\s<>\"'\[\]]{1,500}")
_PHONE = re.compile(r"(?<!\w)(?<!\d[.,])\+?\(?\d(?:[ ()./-]{0,2}\d){6,14}(?!\d)")
_DAY = re.compile(r"(?:\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2}))(?= |$)")
_CARD = re.compile(r"(?<!\d)\d(?:[\s./-]{0,2}\d){12,60}")
_DIGITS = re.compile(r"\d+")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ -]?[A-Za-z0-9])")
_LONG_ID = re.compile(r"(?<!\d)(?<!\d[.,])\d{6,40}(?!\d|[.,]\d{1,3}(?!\d))")
_CURRENCY = re.compile(r"[$\u20ac\u00a3\u00a5] ?$")
_THOUSANDS = re.compile(r"\d{1,3}(?:[. ]\d{3}){1,5}")
_BEHIND = re.compile(
    r",\d{2}(?!\d)| ?(?:[$\u20ac\u00a3\u00a5]|usd|eur|gbp|dollars|euros|pounds)", re.I
)
_IBAN_LENGTHS = range(15, 35)
_CARD_LENGTHS = range(13, 20)
LONGEST_SUM = 9
"""More digits than these behind the sign of a currency are no sum of money."""


def mails(text: str) -> Iterator[Span]:
    """E-mail addresses, also as people hide them, `doug (at) example dot com`; and `@names`."""
    return _spans(_MAIL, text)


def urls(text: str) -> Iterator[Span]:
    """Addresses of pages and files."""
    return _spans(_URL, text)


def phones(text: str) -> Iterator[Span]:
    """Telephone numbers: 7 to 15 digits as people write them. A day or a sum is none."""
    for start, end in _spans(_PHONE, text):
        if not _DAY.match(text[start:end]) and not _is_sum(text, start, end):
            yield start, end


def long_ids(text: str) -> Iterator[Span]:
    """Numbers of six digits and more that are no amount."""
    return (one for one in _spans(_LONG_ID, text) if not _is_sum(text, *one))


def cards(text: str) -> Iterator[Span]:
    """Numbers of cards: 13 to 19 digits with the right check digit, whatever stands beside."""
    for found in _CARD.finditer(text):
        groups = [group.span() for group in _DIGITS.finditer(text, *found.span())]
        after = 0
        for place, (start, _) in enumerate(groups):
            if start >= after and (end := _card_end(text, groups[place:])):
                yield start, end
                after = end


def ibans(text: str) -> Iterator[Span]:
    """Numbers of accounts with the right checksum, in groups or not."""
    after = 0
    for found in _IBAN.finditer(text):
        if found.start() >= after and (end := _iban_end(text, found.start())):
            yield found.start(), end
            after = end


def _spans(pattern: re.Pattern[str], text: str) -> Iterator[Span]:
    return (found.span() for found in pattern.finditer(text))


def _is_sum(text: str, start: int, end: int) -> bool:
    """Whether it is money: digits in one piece, or thousands, with a currency or cents."""
    number = text[start:end]
    if _THOUSANDS.fullmatch(number) and _BEHIND.match(text, end):
        return True
    return (
        number.replace(".", "").isdecimal()
        and len(number) <= LONGEST_SUM
        and bool(_CURRENCY.search(text[max(0, start - 2) : start]))
    )


def _card_end(text: str, groups: list[Span]) -> int:
    """Where the card that begins with the first group ends; 0 when none does. The longest wins."""
    digits: list[int] = []
    ended = 0
    for start, end in groups:
        digits += (int(char) for char in text[start:end])
        if len(digits) in _CARD_LENGTHS and _luhn(digits):
            ended = end
        elif len(digits) >= _CARD_LENGTHS.stop:
            break
    return ended


def _luhn(digits: list[int]) -> bool:
    doubled = [two - 9 if (two := 2 * digit) > 9 else two for digit in digits[-2::-2]]
    return any(digits) and (sum(digits[::-2]) + sum(doubled)) % 10 == 0


def _iban_end(text: str, start: int) -> int:
    """Where the account number that begins here ends; 0 when it is none. The longest wins."""
    letters: list[str] = []
    ends: list[tuple[int, str]] = []
    for at in range(start, min(len(text), start + 48)):
        char = text[at]
        if char.isascii() and char.isalnum():
            letters.append(char.upper())
            next_char = text[at + 1 : at + 2]
            if len(letters) in _IBAN_LENGTHS and not (next_char.isalnum() or next_char == "_"):
                ends.append((at + 1, "".join(letters)))
        elif char not in " -" or text[at - 1] in " -":
            break
    return next((end for end, number in reversed(ends) if _mod_97(number)), 0)


def _mod_97(number: str) -> bool:
    moved = number[4:] + number[:4]
    return int("".join(str(int(char, 36)) for char in moved)) % 97 == 1
