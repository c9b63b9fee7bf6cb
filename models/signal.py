"""Signal words: what a customer wrote that calls for somebody's eye, and what it is about."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from models.frozen import Frozen

MAX_WORDS = 80
"""Characters of evidence; what is longer is cut."""


class SignalKind(StrEnum):
    """Which list a signal word stands in."""

    CANCEL = "cancel"
    COMPETITOR = "competitor"
    LEGAL = "legal"
    CHARGEBACK = "chargeback"
    REFUND = "refund"
    REVIEW = "review"
    REGULATOR = "regulator"
    """An authority or a body that hears complaints: an ombudsman, the BBB."""

    LEAVING = "leaving"
    """Going elsewhere without the word cancel: "switching to", "never again"."""


class Heard(Frozen):
    """Signal words of one kind in one case."""

    kind: SignalKind
    last_at: AwareDatetime
    """When the customer used them last. By the case's own time."""

    round: Annotated[int, Field(ge=1)] = 1
    """Counts up when they come again after somebody has seen the alert about them, after it has
    expired, and after the case was resolved: that is worth another one."""


class About(StrEnum):
    """What a signal word is about where it stands. It decides whether the word counts."""

    CUSTOMER_LEAVES = "customer_leaves"
    LEGAL = "legal"
    """A lawyer, a court or an authority comes in."""

    MONEY = "money"
    """The customer takes money back, or asks for it."""

    PUBLIC = "public"
    """The customer will tell others."""

    APPOINTMENT = "appointment"
    """An appointment or a booking is called off; the customer stays."""

    ONE_THING = "one_thing"
    """An order, a payment or the like is called off; the customer stays."""

    COMPANY_DID = "company_did"
    """We called something off, and the customer tells of it."""

    NEGATED = "negated"
    """The customer denies it: "please do not cancel"."""

    FAVOURABLE = "favourable"
    """It speaks for us: they come from a competitor, or praise."""

    NOTICE = "notice"
    """It names terms or repeats a notice: "refund policy", "cancel at any time"."""

    OTHER_SENSE = "other_sense"
    """The same word for something else: a pressure regulator, a power of attorney."""


class Signal(Frozen):
    """A signal word, where it stands, and what it is about there."""

    kind: SignalKind
    words: Annotated[str, Field(min_length=1, max_length=MAX_WORDS)]
    """The customer's own words, on one line, without what nobody can see. They are content."""

    start: Annotated[int, Field(ge=0)]
    """Where it begins in the text as it was given, in characters from 0."""

    end: Annotated[int, Field(ge=1)]
    """The first character after it."""

    about: About
    counts: bool
    """Whether it raises an alert. One that does not is still shown."""
