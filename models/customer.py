"""The customer: whom we rescue."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, PastDate, StringConstraints

from models.frozen import Frozen
from models.mail_address import MailAddress
from models.money import Money
from models.text import Line, VisibleLine


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("is not an IANA time zone, such as Europe/Berlin") from None
    return name


def _no_number(value: object) -> object:
    """A day is written as text; a number would be taken for seconds since 1970."""
    if isinstance(value, int | float):
        raise ValueError("is not a day; write it like 2020-03-01")
    return value


TimeZone = Annotated[str, Field(max_length=64), AfterValidator(_known_zone)]
"""An IANA time zone name."""

Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()./-]{4,30}$")]
"""A telephone number as people write it."""


class Tier(StrEnum):
    """How the customer buys from us."""

    FREE = "free"
    STANDARD = "standard"
    PREMIUM = "premium"
    ENTERPRISE = "enterprise"


class CustomerIn(Frozen):
    """A customer as given with an opening. Known ones are found by `external_id`, then `email`."""

    external_id: Line | None = None
    """The customer's id in your own system."""

    name: VisibleLine
    """How the customer signs: `Doug Carter`."""

    email: MailAddress | None = None
    phone: Phone | None = None
    time_zone: TimeZone | None = None
    """Where the customer lives; used for appointments and calling hours."""

    annual_value: Money | None = None
    """What the customer pays in a year."""

    customer_since: Annotated[PastDate, BeforeValidator(_no_number)] | None = None
    """First day as a customer."""

    tier: Tier | None = None


class Customer(CustomerIn):
    """A customer that we know."""

    id: UUID
    name: Line
    """How the customer signs: `Doug Carter`."""

    @property
    def first_name(self) -> str:
        """The name to say on the telephone."""
        return first_name(self.name)


def first_name(name: str) -> str:
    """The first word of a name."""
    return name.split()[0]
