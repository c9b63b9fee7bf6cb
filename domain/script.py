"""Scripts: text with placeholders from a fixed list, filled in one pass. There is no code in them.

`{customer.first_name}` becomes the value. A value is plain text: braces in it are not looked at
again. A value that is not known becomes a blank that a person sees: `[customer first name]`.
Everything else in braces, `{{so}}`, a brace alone or an unknown name, stays as it is written.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

MAX_VALUE = 200
"""Characters of a value at most; the rest is cut off, so that a text stays of a known size."""


class Placeholder(StrEnum):
    """What a script can say about the case. A value is the finished words, with their unit."""

    CUSTOMER_FIRST_NAME = "customer.first_name"
    """`Doug`"""

    CUSTOMER_NAME = "customer.name"
    """`Doug Carter`"""

    CUSTOMER_YEARS = "customer.years"
    """`6 years`; not known in the first year."""

    CUSTOMER_ANNUAL_VALUE = "customer.annual_value"
    """`$4,200`"""

    AGENT_FIRST_NAME = "agent.first_name"
    """`Sarah`"""

    AGENT_NAME = "agent.name"
    """`Sarah Lind`"""

    COMPANY_NAME = "company.name"
    """`Bright Homes`"""

    CASE_NUMBER = "case.number"
    """`E-1042`"""

    CASE_TITLE = "case.title"
    """`Third visit missed`"""

    APPOINTMENT_DAY = "appointment.day"
    """`Tuesday, May 5`, where the customer lives."""

    APPOINTMENT_TIME = "appointment.time"
    """`9:30 am`, where the customer lives."""

    @property
    def blank(self) -> str:
        """What a person sees where the value is not known."""
        return f"[{self.value.replace('.', ' ').replace('_', ' ')}]"


Values = Mapping[Placeholder, str | None]

_BRACED = re.compile(r"(?<!\{)\{([^{}\n]{1,80})\}(?!\})")
_KNOWN = {placeholder.value: placeholder for placeholder in Placeholder}


def render(text: str, values: Values) -> str:
    """Fill a text. Linear in the text and the values."""
    return "".join(
        [_filled(part, values) if type(part) is Placeholder else part for part in _parts(text)]
    )


def placeholders(text: str) -> frozenset[Placeholder]:
    """Which placeholders a text has."""
    return frozenset(part for part in _parts(text) if type(part) is Placeholder)


def _filled(placeholder: Placeholder, values: Values) -> str:
    value = (values.get(placeholder) or "").strip()
    return value[:MAX_VALUE] if value else placeholder.blank


@lru_cache(maxsize=1024)
def _parts(text: str) -> tuple[str, ...]:
    """A text in pieces: placeholders, and the words between them. A playbook's are asked often."""
    pieces = _BRACED.split(text)  # words, name, words, name, ..., words
    return tuple(
        piece if number % 2 == 0 else _KNOWN.get(piece, f"{{{piece}}}")
        for number, piece in enumerate(pieces)
    )


def unknown(text: str) -> tuple[str, ...]:
    """What stands in braces like a placeholder and is none, in the order of the text, each once."""
    return tuple(dict.fromkeys(name for name in _BRACED.findall(text) if name not in _KNOWN))


def missing(text: str, values: Values) -> tuple[Placeholder, ...]:
    """Which placeholders of a text would be blanks, in the order of the list."""
    wanted = placeholders(text)
    return tuple(
        one for one in Placeholder if one in wanted and not (values.get(one) or "").strip()
    )
