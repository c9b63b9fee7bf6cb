"""A mail, part by part, while it arrives: what is kept is bounded, whatever is sent.

The standard library's parser keeps every line of every part, and hands each line through one
generator a nested level: a 25 MB mail took it hundreds of megabytes, and 10,000 levels break it.
So the stream is cut into parts here by one regular expression of the boundaries that are open;
only headers go to the library. Of text parts the first megabyte is kept; of attachments, the size.
A mail within a mail is an attachment and is not opened.
"""

import re
from dataclasses import dataclass, field

from activities.adapters.mail_headers import one_line, parameter, read_headers, value_of
from domain.auto_reply import Headers
from models.errors import MailUnreadable, TooLarge

MAX_MAIL = 25 * 1024 * 1024
MAX_HEADERS = 256 * 1024
"""Bytes of all headers of all parts together."""

MAX_HEADER_LINES = 4_000
"""Lines of all headers of all parts together."""

MAX_DEPTH = 20
MAX_PARTS = 200
MAX_KEPT = 1024 * 1024
"""Bytes of text kept, before decoding, of all parts together."""

_KIND = re.compile(r"\s*([a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,100})\s*(?:$|[;\s])", re.I)
_CHUNK = 64 * 1024
_MAX_BOUNDARY = 200
_LONGEST_DELIMITER = _MAX_BOUNDARY + 110


@dataclass
class MailPart:
    """One part that holds no parts: text to read, or an attachment to count."""

    headers: Headers
    kind: str
    """Its type, such as `text/plain`."""

    within: tuple[int, ...]
    """Which multipart/alternative parts it stands in."""

    filename: str
    is_text: bool
    """Whether it is the mail's own text."""

    transfer: str
    """Its transfer encoding, in lower case."""

    kept: bytearray = field(default_factory=bytearray)
    size: int = 0
    cut: bool = False
    """Whether more came than was kept of its text."""


@dataclass(frozen=True)
class _Open:
    """A multipart part that has not ended."""

    boundary: bytes
    alternative: int
    """Its number when it is multipart/alternative, else 0."""


class PartReader:
    """Cuts a stream of bytes into parts. Raises TooLarge or MailUnreadable as soon as it is due."""

    def __init__(self) -> None:
        self.size = 0
        self.parts: list[MailPart] = []
        self.head: Headers | None = None
        """The headers of the mail itself."""

        self._buffer = bytearray(b"\n")
        """What is not cut yet. Its first byte is dealt with: the end of the line before."""

        self._searched = 0
        self._stack: list[_Open] = []
        self._in_headers = True
        self._part: MailPart | None = None
        self._part_count = self._headers_size = self._header_lines = self._kept = 0
        self._delimiter = self._compiled()

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes, in any sizes."""
        self.size += len(chunk)
        if self.size > MAX_MAIL:
            self._buffer.clear()
            self.parts.clear()
            raise TooLarge(
                f"The mail is larger than {MAX_MAIL // 1024**2} MB; send large files another way."
            )
        for at in range(0, len(chunk), _CHUNK):
            piece = chunk[at : at + _CHUNK]
            begun = self.head is not None or len(self._buffer) > 1
            self._buffer += piece if begun else piece.lstrip(b"\r\n")
            self._cut()

    def close(self) -> None:
        """The stream has ended: what is left belongs to the last part."""
        self._buffer += b"\n"
        self._cut()
        rest = bytes(self._buffer[1:])
        self._buffer.clear()
        if self._in_headers:
            self._begin_part(rest)
        else:
            self._take(rest)

    def _cut(self) -> None:
        """Cut at every delimiter that is complete, and keep what may be the next one's begin."""
        while found := self._delimiter.search(self._buffer, self._searched):
            boundary, closing = found["boundary"], found["closing"] is not None
            before = bytes(self._buffer[1 : found.start() + 1])
            del self._buffer[: found.end() - (boundary is None)]
            self._searched = 0
            if self._in_headers:
                self._begin_part(before)
            else:
                self._take(before)
            if boundary is not None:
                self._at_boundary(bytes(boundary), closing)
        self._keep_tail()

    def _keep_tail(self) -> None:
        """Deal with all that cannot be the begin of a delimiter."""
        size = len(self._buffer)
        if self._in_headers:
            if self._headers_size + size > MAX_HEADERS:
                raise _hostile(f"its headers are larger than {MAX_HEADERS // 1024} KB")
            self._searched = max(0, size - _LONGEST_DELIMITER)
            return
        at = self._buffer.rfind(b"\n", max(0, size - _LONGEST_DELIMITER))
        at = size - 1 if at < 0 else at
        self._take(bytes(self._buffer[1 : at + 1]))
        del self._buffer[:at]

    def _begin_part(self, block: bytes) -> None:
        """The headers of a part are complete."""
        self._part_count += 1
        self._headers_size += len(block)
        self._header_lines += block.count(b"\n")
        if self._part_count > MAX_PARTS:
            raise _hostile(f"it has more than {MAX_PARTS} parts")
        if self._header_lines > MAX_HEADER_LINES:
            raise _hostile(f"it has more than {MAX_HEADER_LINES} lines of headers")
        headers, left = read_headers(block)
        self.head = headers if self.head is None else self.head
        self._in_headers = False
        if not self._opens_parts(headers):
            self._part = _part(headers, tuple(each.alternative for each in self._stack))
            self.parts.append(self._part)
            self._take(left)
        self._delimiter = self._compiled()

    def _opens_parts(self, headers: Headers) -> bool:
        """Whether the part holds parts. One that names no boundary is read as plain text."""
        content_type = value_of(headers, "content-type")
        boundary = parameter(content_type, "boundary").rstrip().encode()
        multipart = content_type.lower().startswith("multipart/")
        if not multipart or not 1 <= len(boundary) <= _MAX_BOUNDARY:
            return False
        if len(self._stack) >= MAX_DEPTH:
            raise _hostile(f"its parts are nested more than {MAX_DEPTH} deep")
        alternative = _kind(headers) == "multipart/alternative"
        self._stack.append(_Open(boundary, self._part_count if alternative else 0))
        return True

    def _at_boundary(self, boundary: bytes, closing: bool) -> None:
        """A part ends here, and all that it holds; another begins, or its parent ends too."""
        open_now = [each.boundary for each in self._stack]
        at = len(open_now) - 1 - open_now[::-1].index(boundary)
        del self._stack[at if closing else at + 1 :]
        self._part = None
        self._in_headers = not closing
        self._delimiter = self._compiled()

    def _compiled(self) -> re.Pattern[bytes]:
        """What ends the piece that is being read: an open boundary, or an empty line."""
        names = b"|".join(re.escape(each.boundary) for each in reversed(self._stack)) or b"(?!)"
        blank = rb"\r?\n|" if self._in_headers else b""
        return re.compile(
            rb"\n(?:" + blank + rb"--(?P<boundary>" + names + rb")"
            rb"(?P<closing>--)?[ \t]{0,99}\r?(?=\n))"
        )

    def _take(self, piece: bytes) -> None:
        """Keep text up to the limit, count the rest."""
        part = self._part
        if part is None or not piece:
            return
        if part.transfer == "base64":
            part.size += len(piece) - sum(map(piece.count, (b"\n", b"\r", b" ", b"=")))
        else:
            part.size += len(piece)
        if part.is_text:
            room = max(0, MAX_KEPT - self._kept)
            part.kept += piece[:room]
            part.cut = part.cut or len(piece) > room
            self._kept += min(room, len(piece))


def _kind(headers: Headers) -> str:
    """The type of a part in lower case; `text/plain` for none and for nonsense."""
    found = _KIND.match(value_of(headers, "content-type"))
    return found[1].lower() if found else "text/plain"


def _part(headers: Headers, alternatives: tuple[int, ...]) -> MailPart:
    kind = "text/plain" if _kind(headers).startswith("multipart/") else _kind(headers)
    disposition = value_of(headers, "content-disposition")
    filename = parameter(disposition, "filename") or parameter(
        value_of(headers, "content-type"), "name"
    )
    attached = disposition.lower().startswith("attachment") or bool(filename)
    return MailPart(
        headers=headers,
        kind=kind,
        within=tuple(filter(None, alternatives)),
        filename=one_line(re.split(r"[/\\]", filename)[-1]) or "unnamed",
        is_text=kind in ("text/plain", "text/html") and not attached,
        transfer=value_of(headers, "content-transfer-encoding").lower(),
    )


def _hostile(why: str) -> MailUnreadable:
    return MailUnreadable(f"The mail cannot be read: {why}. Ask the sender for a plain one.")
