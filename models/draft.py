"""Drafts: what a language model may write, and why it is refused. Text fields, and nothing else."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from models.frozen import Frozen
from models.text import can_be_seen, clean


def _to_read(text: str) -> str:
    text = clean(text).strip()
    if not can_be_seen(text):
        raise ValueError("has nothing to read")
    return text


Words = Annotated[str, AfterValidator(_to_read), Field(min_length=1)]


class _Draft(Frozen):
    model_config = ConfigDict(strict=True)


class GuidanceDraft(_Draft):
    """Words for a guidance. Nothing in it is a number, an action or an address."""

    summary: Annotated[Words, Field(max_length=500)]
    """What the case is about and where it stands, in two short sentences."""

    reason: Annotated[Words, Field(max_length=300)]
    """Why the step is the right one now, in one short sentence."""

    opening: Annotated[Words, Field(max_length=800)]
    """The first words to the customer."""

    key_points: Annotated[tuple[Annotated[Words, Field(max_length=240)], ...], Field(max_length=5)]
    """At most five short hints for the talk."""

    closing: Annotated[Words, Field(max_length=400)]
    """The last words to the customer."""


class ReplyChannel(StrEnum):
    """How an answer goes out."""

    MAIL = "mail"
    CHAT = "chat"
    CALL = "call"
    """Read out, or told, on the telephone."""


class ResponseDraft(_Draft):
    """An answer to the customer, for a person to read, change and send."""

    subject: Annotated[Words, Field(max_length=200)] | None
    """Of a mail only."""

    text: Annotated[Words, Field(max_length=4000)]


class SentimentDraft(_Draft):
    """How a customer feels, as a language model reads it. A number, checked against our own."""

    score: Annotated[int, Field(ge=-100, le=100)]
    """-100 (as bad as can be) to 100."""


class RefusalCode(StrEnum):
    """What is wrong with a draft. In the order of the checks."""

    SHAPE = "shape"
    PLACEHOLDER = "placeholder"
    RANGE = "range"
    SENSE = "sense"
    AMOUNT = "amount"
    MOMENT = "moment"
    NAME = "name"
    CASE = "case"
    CONTACT = "contact"
    SECRET = "secret"  # noqa: S105 (the name of a check)
    PROMISE = "promise"
    PHRASE = "phrase"
    DO_NOT = "do_not"
    LINK = "link"
    GRADE = "grade"
    LANGUAGE = "language"
    CANARY = "canary"


class Refusal(Frozen):
    """One reason why a draft is not used."""

    code: RefusalCode
    detail: Annotated[str, Field(max_length=300)]
    """In plain words, for the one attempt to mend it and for whoever looks into it."""
