"""Who wrote a mail: a person, an autoresponder, or a machine. Pure rules on its headers.

Only a person's mail is a customer's touch. An automatic mail never counts as an answer, and never
gets one: two autoresponders that answer each other never stop (trap 44). Our own mail that comes
back changes nothing at all (trap 46).

The awkward case: a help desk's address is often a mailing list that passes customers' mail on.
Marks of a list count only when the list is not one of our own addresses.
"""

import re
from collections.abc import Collection, Sequence

from models.command import Author
from models.frozen import Frozen

MARK = "x-rightnow"
"""The header that all our own mail carries."""

MACHINE_SENDERS = (
    "mailer-daemon", "postmaster", "no-reply", "noreply", "no_reply", "donotreply", "do-not-reply",
    "do_not_reply", "bounce", "bounces", "auto-reply", "autoreply", "autoresponder",
)  # fmt: skip
"""Local parts of addresses that no person writes from; anything after `+` or `=` is ignored."""

AUTO_REPLY_HEADERS = (
    "x-autoreply", "x-auto-reply", "x-autorespond", "x-autoresponder", "x-autoreply-from",
    "x-auto-reply-from", "x-mail-autoreply", "x-vacation", "x-ms-exchange-inbox-rules-loop",
)  # fmt: skip

_NO = {"", "no", "none", "false", "0"}
_AWAY_SUBJECT = re.compile(
    r"(?:automatic(?:ally generated)? (?:reply|response)|auto[- ]?(?:reply|response|responder)"
    r"|(?:(?:i am|i'm) (?:currently )?)?out[- ]of[- ](?:the )?office|i am on vacation"
    r"|away from (?:the|my) (?:office|desk)|vacation (?:reply|response)|abwesenheitsnotiz"
    r"|automatische antwort|abwesend|réponse automatique|respuesta automática|risposta automatica"
    r"|automatisch antwoord)\s*(?:$|[:\-\u2013(,.]|re\b|until\b|from\b|autoreply)",
    re.IGNORECASE,
)
_REPORT = re.compile(r"^\s*multipart/report\b.*\breport-type\s*=\s*\"?([a-z-]+)", re.I | re.S)

Headers = Sequence[tuple[str, str]]
"""Names and values as they stand in the mail, values on one line."""


class AuthorVerdict(Frozen):
    """Who wrote it, and why we think so."""

    author: Author
    own: bool
    reasons: tuple[str, ...]


def judge_author(
    headers: Headers,
    *,
    sender_address: str,
    subject: str,
    message_id: str | None,
    own_addresses: Collection[str],
    own_message_domains: Collection[str] = (),
) -> AuthorVerdict:
    """Say who wrote a mail. No reason found means a person.

    Our own mail and bounces are a bot's. Of the rest, one sign of an autoresponder is enough, then
    one sign of a machine. "Re: Automatic reply: ..." is a person who answers an autoresponder.
    """
    fields = _by_name(headers)
    ours = {address.lower() for address in own_addresses}
    own = _own_reasons(fields, sender_address, message_id, ours, own_message_domains)
    report = _REPORT.match(fields.get("content-type", ""))
    kind = report.group(1).lower() if report else ""
    bounced = ("It is a report about a mail that was not delivered.",)
    bounce = bounced if kind == "delivery-status" else ()
    replies = _reply_reasons(fields, subject, kind)
    machine = _machine_reasons(fields, sender_address, ours)
    author = Author.HUMAN
    if own or bounce:
        author = Author.BOT
    elif replies:
        author = Author.AUTO_REPLY
    elif machine:
        author = Author.BOT
    return AuthorVerdict(author=author, own=bool(own), reasons=(*own, *bounce, *replies, *machine))


def _by_name(headers: Headers) -> dict[str, str]:
    """Values by name in lower case. Of a header that stands there twice, the first counts."""
    found: dict[str, str] = {}
    for name, value in headers:
        found.setdefault(name.lower(), value.strip())
    return found


def _own_reasons(
    fields: dict[str, str],
    sender: str,
    message_id: str | None,
    ours: Collection[str],
    domains: Collection[str],
) -> tuple[str, ...]:
    reasons = []
    if sender.lower() in ours:
        reasons.append("It comes from our own address.")
    if MARK in fields:
        reasons.append("It carries the mark of our own mail.")
    _, _, domain = (message_id or "").rpartition("@")
    if domain and domain.lower() in {own.lower() for own in domains}:
        reasons.append("Its Message-ID is one of ours.")
    return tuple(reasons)


def _reply_reasons(fields: dict[str, str], subject: str, report: str) -> tuple[str, ...]:
    reasons = []
    if _automation(fields).startswith("auto-replied"):
        reasons.append("It says that it is an automatic reply (Auto-Submitted).")
    if fields.get("precedence", "").lower() in {"auto_reply", "auto-reply"}:
        reasons.append("It says that it is an automatic reply (Precedence).")
    reasons += [
        f"It says that it is an automatic reply ({name})."
        for name in AUTO_REPLY_HEADERS
        if fields.get(name, "").lower() not in _NO
    ]
    if fields.get("return-path") == "<>":
        reasons.append("It asks for no answer: its return path is empty.")
    if _AWAY_SUBJECT.match(subject.strip()):
        reasons.append("Its subject is that of an out-of-office reply.")
    if report == "disposition-notification":
        reasons.append("It is a read receipt.")
    return tuple(reasons)


def _machine_reasons(fields: dict[str, str], sender: str, ours: Collection[str]) -> tuple[str, ...]:
    reasons = []
    automation = _automation(fields)
    if automation not in _NO and not automation.startswith("auto-replied"):
        reasons.append("It says that no person wrote it (Auto-Submitted).")
    precedence = fields.get("precedence", "").lower()
    our_list = _our_list(fields, ours)
    if precedence in {"bulk", "junk"} or (precedence == "list" and not our_list):
        reasons.append("It says that it went to many people (Precedence).")
    if fields.get("list-id") and not our_list:
        reasons.append("It comes from a mailing list.")
    suppress = fields.get("x-auto-response-suppress", "").lower().replace(",", " ")
    if set(suppress.split()) & {"all", "oof", "autoreply"}:
        reasons.append("It asks for no automatic answers (X-Auto-Response-Suppress).")
    local = re.split(r"[@+=]", sender.lower(), maxsplit=1)[0]
    if local in MACHINE_SENDERS:
        reasons.append(f"No person writes from “{local}”.")
    return tuple(reasons)


def _automation(fields: dict[str, str]) -> str:
    """What Auto-Submitted says, without its comments and parameters (RFC 3834, 5)."""
    return re.split(r"[;\s(]", fields.get("auto-submitted", "").lower(), maxsplit=1)[0]


def _our_list(fields: dict[str, str], ours: Collection[str]) -> bool:
    """Whether the list is an address of ours: `<support.acme.test>` is `support@acme.test`."""
    named = re.search(r"<([^<>\s]+)>", fields.get("list-id", ""))
    name = (named.group(1) if named else fields.get("list-id", "")).lower()
    return bool(name) and name in {address.replace("@", ".") for address in ours}
