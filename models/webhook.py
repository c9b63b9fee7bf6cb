"""Other systems that are told of cases, as the settings name them."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Annotated

from pydantic import AfterValidator, SecretStr, TypeAdapter

from models.frozen import Frozen
from models.text import Slug


def _signs(secret: SecretStr) -> SecretStr:
    """Let a secret pass that Standard Webhooks can sign with."""
    told = secret.get_secret_value().removeprefix("whsec_")
    try:
        key = base64.b64decode(told, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not 24 <= len(key) <= 64:
        raise ValueError("a secret is `whsec_` and 24 to 64 bytes in base64")
    return secret


class WebhookTarget(Frozen):
    """One system: where it is, and how calls to it are signed."""

    url: str
    secret: Annotated[SecretStr, AfterValidator(_signs)]


TARGETS: TypeAdapter[dict[Slug, WebhookTarget]] = TypeAdapter(dict[Slug, WebhookTarget])


def call_id(key: str) -> str:
    """The id of a call: the same on every attempt, so that copies count once."""
    return f"msg_{hashlib.sha256(key.encode()).hexdigest()[:32]}"
