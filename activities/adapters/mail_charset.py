"""Bytes of a mail to text: the transfer encoding, then the charset. Neither is believed.

A declared charset that does not fit is overruled: what is UTF-8 is read as UTF-8 whatever was
claimed, and what fits nothing as windows-1252, each bad byte replaced. Only charsets on the list
are looked up; some of Python's codecs (`punycode`, `idna`) take quadratic time.
"""

import binascii
import codecs
import re

_KNOWN = re.compile(
    r"(?:utf|ascii|us|ansi|iso|latin|l\d|windows|cp|win|ibm|koi8|gb|hz|big5|shift|sjis|s_jis|x-sjis"
    r"|ms|euc|ks|johab|uhc|mac|x-mac|tis|unicode-1-1-utf)[a-z0-9_.:+-]{0,36}",
    re.IGNORECASE,
)
_BLIND = {"iso8859-1", "cp1252", "ascii"}
"""Charsets in which every byte or none above 127 is a letter: declared by default, often wrong."""

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


def decode_bytes(raw: bytes, charset: str | None, *, cut: bool = False) -> str:
    """Decode in the declared charset if it fits, else as UTF-8, else with replacements.

    `cut` says that the end may stand in the middle of a letter, which is then left out.
    """
    declared = _codec(charset or "")
    sure = declared is not None and declared not in _BLIND
    for codec in (declared, "utf-8") if declared and sure else ("utf-8",):
        try:
            return codecs.getincrementaldecoder(codec)("strict").decode(raw, not cut)
        except (UnicodeError, LookupError, ValueError):
            continue
    last = declared if declared and sure and declared != "utf-8" else "cp1252"
    return raw.decode(last, "replace")


def _codec(charset: str) -> str | None:
    """The codec's name of a charset that may stand in a mail; None for an unknown one."""
    name = charset.strip(" \t\"'")
    if not _KNOWN.fullmatch(name):
        return None
    try:
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        return None


def undo_transfer(raw: bytes, encoding: str) -> bytes:
    """Undo base64 or quoted-printable, also a broken one; all else stays as it is."""
    encoding = encoding.strip().lower()
    if encoding == "base64":
        letters = _NOT_BASE64.sub(b"", raw)
        letters = letters[: len(letters) - (len(letters) % 4 == 1)]
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
    if encoding == "quoted-printable":
        return binascii.a2b_qp(raw)
    return raw
