"""The key of our own Temporal's payloads: made with it, kept beside it, readable by us alone.

Rule: a Temporal that we start is encrypted from its first case on. One that had cases before the
key was made gets the moment written down, so that these may go on as they began.
"""

import base64
import os
import secrets
from datetime import UTC, datetime

from pydantic import SecretStr

from config.settings import Settings
from models.payload_key import KEY_BYTES
from supervisor.passwords import kept_password, password_file
from supervisor.temporal import database_file

KEYS = "payload-keys"
CLEAR_UNTIL = "payloads-clear-until"


def with_own_keys(settings: Settings) -> Settings:
    """The settings with the kept key, made on first use. What an operator has set stays."""
    if settings.payload_keys is not None or settings.temporal_address is not None:
        return settings
    place = settings.data_dir
    if database_file(place).exists() and not password_file(place, KEYS).exists():
        kept_password(place, CLEAR_UNTIL, lambda: datetime.now(UTC).isoformat())
    kept_password(place, KEYS, new_key)
    return with_kept_keys(settings)


def with_kept_keys(settings: Settings) -> Settings:
    """The settings with the key that is kept here, if there is one; for commands beside a run."""
    keys, until = (password_file(settings.data_dir, name) for name in (KEYS, CLEAR_UNTIL))
    if settings.payload_keys is not None or not keys.exists():
        return settings
    begun = datetime.fromisoformat(until.read_text().strip()) if until.exists() else None
    return settings.model_copy(
        update={
            "payload_keys": SecretStr(keys.read_text().strip()),
            "payloads_clear_until": settings.payloads_clear_until or begun,
        }
    )


def new_key() -> str:
    """A new key as the settings take it. No two have one name, so a lost one is missed by name."""
    return f"local-{secrets.token_hex(4)}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"
