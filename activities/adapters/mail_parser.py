"""A mail as it arrives (RFC 5322, MIME), read into an `InboundMail`.

Whatever the bytes are, the answer is a mail, MailUnreadable or TooLarge, and it comes in bounded
time and memory. Nothing outside changes; reading the same bytes again gives the same mail.
"""

from collections.abc import Collection

from activities.adapters.mail_charset import decode_bytes, undo_transfer
from activities.adapters.mail_headers import (
    Person,
    daemon,
    message_ids,
    one_line,
    parameter,
    people,
    sent_at,
    value_of,
    values_of,
)
from activities.adapters.mail_html import MAX_TAGS, html_to_text
from activities.adapters.mail_parts import MailPart, PartReader
from domain.auto_reply import Headers, judge_author
from domain.quoted_reply import is_forward, split_reply
from models.errors import MailUnreadable
from models.inbound_mail import MAX_RECIPIENTS, InboundMail, MailAttachment
from models.text import MAX_TEXT_BYTES, scrub

MAX_TEXT = 256 * 1024
"""Characters of text that are looked at; of what is new, and of what is quoted, 64 KB are kept."""

MAX_LINES = 10_000

_SENDERS = ("from", "sender", "reply-to", "return-path")
"""Where a sender is looked for, in this order."""


class MailReader:
    """Reads one mail that is fed in pieces of any size."""

    def __init__(
        self, *, own_addresses: Collection[str], own_message_domains: Collection[str] = ()
    ) -> None:
        self._own_addresses = own_addresses
        self._own_message_domains = own_message_domains
        self._parts = PartReader()

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises TooLarge as soon as the mail has more than 25 MB, and MailUnreadable as soon as it is
        nested too deep, or has too many parts or headers.
        """
        self._parts.feed(chunk)

    def close(self) -> InboundMail:
        """The mail is complete: read it. Raises MailUnreadable when nobody sent it."""
        self._parts.close()
        headers = self._parts.head or ()
        name, address = _sender(headers)
        subject = one_line(value_of(headers, "subject"))
        message_id = next(iter(message_ids(value_of(headers, "message-id"))), None)
        verdict = judge_author(
            headers,
            sender_address=address,
            subject=subject,
            message_id=message_id,
            own_addresses=self._own_addresses,
            own_message_domains=self._own_message_domains,
        )
        text, quoted, truncated = _words(self._parts.parts, subject)
        return InboundMail(
            message_id=message_id,
            in_reply_to=next(iter(message_ids(value_of(headers, "in-reply-to"))), None),
            references=message_ids(value_of(headers, "references")),
            sender_name=name,
            sender_address=address,
            to=_addresses(headers, "to"),
            cc=_addresses(headers, "cc"),
            subject=subject,
            text=text,
            quoted=quoted,
            sent_at=sent_at(value_of(headers, "date")),
            author=verdict.author,
            own=verdict.own,
            reasons=verdict.reasons,
            attachments=tuple(_attachment(part) for part in self._parts.parts if not part.is_text),
            truncated=truncated,
            size=self._parts.size,
        )


def _sender(headers: Headers) -> Person:
    """The first address of From, else of Sender, and so on; a daemon may lack a domain."""
    for field in _SENDERS:
        if found := people(values_of(headers, field)[:2], 1):
            return found[0]
    if found_daemon := daemon(values_of(headers, "from")):
        return found_daemon
    raise MailUnreadable(
        "The mail says nowhere who sent it: its From has no address. Ask for it to be sent again."
    )


def _addresses(headers: Headers, field: str) -> tuple[str, ...]:
    return tuple(address for _, address in people(values_of(headers, field)[:5], MAX_RECIPIENTS))


def _words(parts: list[MailPart], subject: str) -> tuple[str, str, bool]:
    """The new words, the quoted ones, and whether more was in the mail than is kept.

    Of alternatives, plain text is read when it says anything. All that stands beside each other
    is read in its order: some programs cut a text in two around a picture.
    """
    texts = [(part, _decoded(part)) for part in parts if part.is_text]
    said = {
        number
        for part, text in texts
        if part.kind == "text/plain" and text.strip()
        for number in part.within
    }
    new: list[str] = []
    quoted: list[str] = []
    truncated = False
    tags = MAX_TAGS
    for part, text in texts:
        if part.kind == "text/html" and said & set(part.within):
            continue
        plain, apart, cut = text, "", False
        if part.kind == "text/html":
            plain, apart, cut = html_to_text(text, tags)
            tags -= min(tags, text.count("<"))
        lines = plain[:MAX_TEXT].splitlines()
        fresh, old = split_reply("\n".join(lines[:MAX_LINES]))
        new.append(fresh)
        quoted += (apart, old)
        over = len(plain) > MAX_TEXT or len(lines) > MAX_LINES
        truncated = truncated or part.cut or cut or over
    words, rest = _joined(new), _joined(quoted)
    if not words and is_forward(subject):
        words, rest = rest, ""
    longest = max(len(each.encode("utf-8", "replace")) for each in (words, rest))
    return scrub(words).strip(), scrub(rest).strip(), truncated or longest > MAX_TEXT_BYTES


def _decoded(part: MailPart) -> str:
    raw = undo_transfer(bytes(part.kept), part.transfer)
    charset = parameter(value_of(part.headers, "content-type"), "charset")
    return decode_bytes(raw, charset, cut=part.cut)


def _joined(pieces: list[str]) -> str:
    return "\n\n".join(filter(None, pieces))


def _attachment(part: MailPart) -> MailAttachment:
    size = part.size * 3 // 4 if part.transfer == "base64" else part.size
    return MailAttachment(filename=part.filename, content_type=part.kind, size=size)
