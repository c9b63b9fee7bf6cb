"""A mail that came in, as it was read: bounded, clean text, and never a reason to trust its sender.

The addresses are what the mail claims. Nobody has checked them, so they find a customer and never
prove one. All text went through `models.text.scrub`: no NUL, no lone surrogates.
"""

from typing import Annotated

from pydantic import AwareDatetime, Field

from models.command import Author
from models.frozen import Frozen
from models.text import MAX_TEXT_BYTES

MAX_MESSAGE_ID = 998
"""Bytes of a Message-ID, as in a line of RFC 5322; a longer one is taken for none."""

MAX_REFERENCES = 50
MAX_RECIPIENTS = 50
MAX_LINE = 200

MessageId = Annotated[str, Field(min_length=1, max_length=MAX_MESSAGE_ID)]
"""Without its angle brackets; the part after the last @ in lower case."""

Address = Annotated[str, Field(min_length=1, max_length=320)]
"""In lower case. A mailer-daemon may have no domain."""

OneLine = Annotated[str, Field(max_length=MAX_LINE)]
"""One line, perhaps empty; whitespace is collapsed and text-direction overrides are gone."""

Words = Annotated[str, Field(max_length=MAX_TEXT_BYTES)]


class MailAttachment(Frozen):
    """What hung on the mail. Its bytes are not kept."""

    filename: OneLine
    """As claimed, without folders; `unnamed` when there is none."""

    content_type: OneLine
    """As claimed, such as `image/png`."""

    size: Annotated[int, Field(ge=0)]
    """Bytes: exact for base64, else as they came, the last line end included."""


class InboundMail(Frozen):
    """One mail, ready to be filed."""

    message_id: MessageId | None
    in_reply_to: MessageId | None
    references: Annotated[tuple[MessageId, ...], Field(max_length=MAX_REFERENCES)]
    """Oldest first. Of a longer list, the first (which began the thread) and the latest."""

    sender_name: OneLine
    sender_address: Address
    to: Annotated[tuple[Address, ...], Field(max_length=MAX_RECIPIENTS)]
    cc: Annotated[tuple[Address, ...], Field(max_length=MAX_RECIPIENTS)]
    subject: OneLine
    text: Words
    """The new words only. Empty when there are none."""

    quoted: Words
    """What was cut from the text: quoted mails, and signatures."""

    sent_at: AwareDatetime | None
    """What its Date says, in UTC; none when that is missing or nonsense. Clocks never count it."""

    author: Author
    own: bool
    """Our own mail came back. It never changes anything."""

    reasons: tuple[str, ...]
    """Why it was not taken for a person's mail, in plain words."""

    attachments: tuple[MailAttachment, ...]
    truncated: bool
    """More was in the mail than is kept of its text."""

    size: Annotated[int, Field(ge=0)]
    """Bytes of the whole mail."""
