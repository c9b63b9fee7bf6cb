"""Where a language model may be, and under which names other programs look for it."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
)


def leads_to_a_model(url: str) -> str:
    """Let an address pass that a prompt may be sent to: encrypted, or on this same machine."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", 0
    plain = url.isascii() and url.isprintable() and not set(url) & set(" ?#@")
    if not (plain and host and port != 0 and parts.scheme in ("http", "https")):
        raise ValueError("is not an address such as https://host/v1, without a user or a question")
    if parts.scheme == "http" and not _is_here(host):
        raise ValueError("needs https: only on this same machine do prompts go unencrypted")
    return url


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class AsElsewhere(PydanticBaseSettingsSource):
    """`OPENAI_BASE_URL` and `OPENAI_API_KEY`, under which other programs look for the same.

    They are a pair: the key goes to no address but the one that it was given with.
    """

    def __init__(self, settings: type[BaseSettings], *spoken: PydanticBaseSettingsSource) -> None:
        super().__init__(settings)
        self._spoken = spoken

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """It is asked for all at once."""
        raise NotImplementedError

    def __call__(self) -> dict[str, Any]:
        """What stands there, when nothing of ours says where the model is."""
        if self.current_state.get("llm_base_url"):
            return {}
        told: dict[str, str | None] = {}
        for one in reversed(self._spoken):
            if isinstance(one, EnvSettingsSource | DotEnvSettingsSource):
                told |= {name: value for name, value in one.env_vars.items() if value}
        pair = {"llm_base_url": "openai_base_url", "llm_api_key": "openai_api_key"}
        return {ours: told[theirs] for ours, theirs in pair.items() if told.get(theirs)}
