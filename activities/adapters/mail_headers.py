"""Headers of a mail: who, to whom, which thread, when. Whatever they hold, they are survived.

Headers are read by the standard library with a policy of ours: each value is bounded before
anything looks at it, and raw bytes are taken as UTF-8 or else windows-1252. Encoded words are
decoded after the addresses are taken apart, so that an encoded comma never makes two people.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.policy import Compat32
from email.utils import getaddresses, parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from activities.adapters.mail_charset import decode_bytes, undo_transfer
from domain.auto_reply import Headers
from models.inbound_mail import MAX_LINE, MAX_MESSAGE_ID, MAX_REFERENCES
from models.text import scrub

MAX_VALUE = 8 * 1024
"""Characters of one header that are read; a long To is cut here."""

_WORD = re.compile(r"=\?([A-Za-z0-9_.:+-]{1,40})(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ADDRESS = re.compile(r"[^\s@<>()\[\]\",;:\\]{1,64}@[^\s@<>()\",;:\\]{1,255}")
_DAEMON = re.compile(r"(?:^|<)\s{0,9}(mailer-daemon|postmaster)\s{0,9}(?:$|[>(])", re.IGNORECASE)
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))', re.DOTALL)
_PIECES = 50
_MESSAGE_ID = re.compile(r"<([^<>]+)>")

Person = tuple[str, str]
"""A name, perhaps empty, and an address in lower case."""


class _Bounded(Compat32):
    """Values as plain text on one line, cut to `MAX_VALUE`."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, _, first = sourcelines[0].partition(":")
        value = "".join((first, *sourcelines[1:]))[:MAX_VALUE]
        raw = value.encode("utf-8", "surrogateescape")
        text = scrub(decode_bytes(raw, None))
        return name.strip(), " ".join(line.strip() for line in text.split("\n")).strip()


_POLICY = _Bounded()


def read_headers(block: bytes) -> tuple[Headers, bytes]:
    """Read one part's headers; what is no header ends them and is given back as bytes."""
    part = BytesHeaderParser(policy=_POLICY).parsebytes(block)
    rest = part.get_payload()
    left = rest.encode("utf-8", "surrogateescape") if isinstance(rest, str) else b""
    return tuple((name, str(value)) for name, value in part.items()), left


def value_of(headers: Headers, name: str) -> str:
    """The first value of a header; empty when there is none."""
    return next((value for each, value in headers if each.lower() == name), "")


def values_of(headers: Headers, name: str) -> tuple[str, ...]:
    """All values of a header that stands there several times."""
    return tuple(value for each, value in headers if each.lower() == name)


def decode_words(value: str) -> str:
    """Decode RFC 2047 words; a broken one stays as it stands.

    Neighbours of one charset are joined before decoding: a letter may be cut between them.
    """
    value = re.sub(r"\?=\s+(?==\?)", "?=", value)
    out: list[str] = []
    run, charset, at = b"", "", 0
    for word in _WORD.finditer(value):
        between, at = value[at : word.start()], word.end()
        if run and (between or word[1].lower() != charset):
            out.append(decode_bytes(run, charset))
            run = b""
        out.append(between)
        charset = word[1].lower()
        encoding = "base64" if word[2] in "bB" else "quoted-printable"
        payload = word[3].replace("_", " ") if word[2] in "qQ" else word[3]
        run += undo_transfer(payload.encode("utf-8", "replace"), encoding)
    out.append(decode_bytes(run, charset) if run else "")
    return "".join(out) + value[at:]


def one_line(value: str) -> str:
    """One clean line of at most 200 characters, without overrides of the text's direction."""
    text = _OVERRIDES.sub("", scrub(decode_words(value)))
    return " ".join(text.split())[:MAX_LINE].rstrip()


def people(values: Sequence[str], at_most: int) -> tuple[Person, ...]:
    """The people of address headers, groups opened, each address once, nonsense left out."""
    found: dict[str, str] = {}
    try:
        pairs = getaddresses([_without_comments(value) for value in values])
    except (RecursionError, IndexError, ValueError):
        pairs = [("", address) for value in values for address in _ADDRESS.findall(value)]
    for name, address in pairs:
        address = scrub(address).strip().lower()
        if _ADDRESS.fullmatch(address) and len(found) < at_most:
            found.setdefault(address, one_line(name))
    return tuple((name, address) for address, name in found.items())


def daemon(values: Sequence[str]) -> Person | None:
    """A mailer-daemon that gives no domain, as some do."""
    named = next((match for match in map(_DAEMON.search, values) if match), None)
    return ("", named[1].lower()) if named else None


def _without_comments(value: str) -> str:
    """Take out (comments), however deep, in one pass; quoted strings keep their brackets."""
    out, depth, quoted, at = [], 0, False, 0
    while at < len(value):
        char = value[at]
        pair = value[at : at + 2] if char == "\\" else char
        at += len(pair)
        if not quoted and char == "(":
            depth += 1
        elif not quoted and char == ")":
            depth = max(0, depth - 1)
        elif depth == 0:
            quoted ^= char == '"'
            out.append(pair)
    return "".join(out)


def message_ids(value: str) -> tuple[str, ...]:
    """The Message-IDs of a header, oldest first, normalised; of too many the first and the last."""
    found = _MESSAGE_ID.findall(value) or [word for word in value.split() if "@" in word]
    ids = tuple(dict.fromkeys(filter(None, map(_message_id, found))))
    return ids if len(ids) <= MAX_REFERENCES else (ids[0], *ids[1 - MAX_REFERENCES :])


def _message_id(value: str) -> str:
    left, at, domain = "".join(value.split()).rpartition("@")
    normal = f"{left}{at}{domain.lower()}"
    return normal if len(normal.encode()) <= MAX_MESSAGE_ID else ""


def sent_at(value: str) -> datetime | None:
    """The Date in UTC; None for a nonsense one. A Date without zone is taken for UTC."""
    try:
        stamp = parsedate_to_datetime(value[:100])
        stamp = stamp.replace(tzinfo=UTC) if stamp.tzinfo is None else stamp.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
    return stamp if 1980 <= stamp.year <= 2200 else None


def parameter(value: str, name: str) -> str:
    """A parameter of a header's value, RFC 2231 undone; empty when there is none.

    The library's own reader takes quadratic time on semicolons.
    """
    found: dict[str, str] = {}
    for each in _PARAMETER.finditer(value):
        text = each[3] if each[2] is None else re.sub(r"\\(.)", r"\1", each[2])
        found.setdefault(each[1].lower(), text.strip())
    pieces = [(f"{name}*", found.get(f"{name}*"))]
    if pieces[0][1] is None:
        named = (f"{name}*{number}{star}" for number in range(_PIECES) for star in ("", "*"))
        pieces = [(key, found[key]) for key in named if key in found]
    if not pieces:
        return found.get(name, "")
    charset, _, first = str(pieces[0][1]).rpartition("'")
    if not pieces[0][0].endswith("*"):
        charset, first = "", str(pieces[0][1])
    raw = unquote_to_bytes(first) if charset else first.encode()
    for key, piece in pieces[1:]:
        raw += unquote_to_bytes(str(piece)) if key.endswith("*") else str(piece).encode()
    return decode_bytes(raw, charset.partition("'")[0])
