"""Who may have payloads opened, from which page, and how they are opened.

Rule: an admin, by bearer token, or by a browser's cookie that an admin's token was exchanged for.
The cookie opens payloads and nothing else, for eight hours, and only for the pages that are named
letter by letter; it ends at once when its holder leaves or is an admin no more.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from cryptography.exceptions import InvalidTag
from temporalio.api.common.v1 import Payload

from models.payload_key import PayloadKey
from workflows.codec import Keyring, PayloadKeyMissing, is_sealed, workflow_of

VALID_FOR = timedelta(hours=8)
_PURPOSE = b"rightnow-codec-ticket-1"
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Opened:
    """What came of a question: the payloads, and what the log says of it."""

    payloads: tuple[Payload, ...]
    workflows: tuple[str, ...]
    """Those whose payloads were opened."""

    count: int
    """How many were opened."""

    kept_shut: int
    """How many are sealed and were given back as they came."""


@dataclass(frozen=True)
class Unsealing:
    """The keys, the namespace they are used in, and the pages that may ask."""

    keyring: Keyring
    namespace: str
    origins: frozenset[str]

    @classmethod
    def of(cls, keys: Sequence[PayloadKey], namespace: str, page: str | None) -> "Unsealing | None":
        """For these settings; None when nothing is sealed. `page` is Temporal's own."""
        if not keys:
            return None
        return cls(
            Keyring(tuple(keys)), namespace, frozenset(filter(None, [origin_of(page or "")]))
        )

    def open(self, payloads: Sequence[Payload]) -> Opened:
        """Open what can be opened; the rest, clear or foreign, goes back as it came."""
        given: list[Payload] = []
        workflows: dict[str, None] = {}
        count = kept_shut = 0
        for payload in payloads:
            found = payload
            if is_sealed(payload):
                try:
                    found = self.keyring.unseal(payload, self.namespace)
                    workflows[workflow_of(payload)] = None
                    count += 1
                except (InvalidTag, PayloadKeyMissing):
                    kept_shut += 1
            given.append(found)
        return Opened(tuple(given), tuple(workflows), count, kept_shut)

    def ticket(self, person: UUID, until: datetime) -> str:
        """What a browser keeps: who, until when, and our signature."""
        told = f"{person}.{int(until.timestamp())}"
        return f"{told}.{_signature(self.keyring.keys[0], told)}"

    def holder(self, ticket: str, now: datetime) -> UUID | None:
        """Whose ticket it is; None when it is not ours or is over."""
        told, _, signature = ticket.rpartition(".")
        ours = [
            hmac.compare_digest(
                _signature(key, told).encode(), signature.encode("utf-8", "replace")
            )
            for key in self.keyring.keys
        ]
        if not any(ours):
            return None
        person, _, until = told.partition(".")
        return UUID(person) if now.timestamp() < int(until) else None


def origin_of(url: str) -> str | None:
    """A page's origin as browsers write it: `https://temporal.example.com`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (
        f":{port}" if port not in (None, _PORTS[parts.scheme]) else ""
    )


def _signature(key: PayloadKey, told: str) -> str:
    """Signed with a key of its own, made from the payload key for this purpose alone."""
    own = hmac.digest(key.secret, _PURPOSE, hashlib.sha256)
    return hmac.new(own, told.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
