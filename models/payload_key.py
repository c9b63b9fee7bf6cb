"""Keys of payloads: what a case's history in Temporal is encrypted with.

Rule: the first key seals, every key opens. Each sealed payload names its key, so a new key is put
in front of the old one, and the old one goes when no history needs it any more.
"""

import base64
import binascii
import re

from pydantic import Field

from models.frozen import Frozen

KEY_BYTES = 32
"""AES-256."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_SHAPE = "is not a list such as 2026:BASE64,2025:BASE64"


class PayloadKey(Frozen):
    """One key and the name that sealed payloads call it by."""

    id: str
    """1 to 32 letters, digits, dots, dashes. No secret: it stands beside each payload."""

    secret: bytes = Field(repr=False)
    """32 random bytes."""


def read_payload_keys(text: str) -> tuple[PayloadKey, ...]:
    """The keys of `id:base64,id:base64`, in their order.

    Raises ValueError; its words never quote what stands there.
    """
    keys = tuple(_key(one.strip()) for one in text.split(","))
    if len({key.id for key in keys}) < len(keys):
        raise ValueError("names two keys alike")
    return keys


def _key(text: str) -> PayloadKey:
    name, colon, encoded = text.partition(":")
    if not colon or not _ID.fullmatch(name):
        raise ValueError(_SHAPE)
    try:
        secret = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise ValueError(_SHAPE) from None
    if len(secret) != KEY_BYTES:
        raise ValueError(f"has a key that is not {KEY_BYTES} bytes long")
    return PayloadKey(id=name, secret=secret)
