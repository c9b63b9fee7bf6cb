"""The payload codec: what goes to Temporal is sealed, what comes from it is ours or is refused.

Rule: each payload is sealed by itself with AES-256-GCM, a fresh nonce and the first key. Bound to
it (as associated data) are namespace, workflow id and key id, so a payload that is moved to another
case opens nowhere. The workflow id and the key id also stand beside it, for whoever opens it later.

What is in clear, moved or changed comes out as `binary/refused`, which no converter reads: a forged
signal is dropped and a forged update refused, and the case goes on; a forged start fails its task,
and so does nothing. What was sealed with a key that we lack is another matter: it may well be ours,
so opening it is an error, the task fails, and is done again once the key is there.
"""

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from models.ids import begun_at, is_case
from models.payload_key import PayloadKey

SEALED = b"binary/encrypted"
REFUSED = b"binary/refused"
NONCE_BYTES = 12
"""96 random bits. One key is good for four thousand million payloads; rotate it long before."""

_FORM = "rightnow-payload-1"
_KEY_ID = "encryption-key-id"
_WORKFLOW_ID = "workflow-id"
_SCHEDULED = re.compile(r"-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
_log = structlog.get_logger("codec")


class PayloadKeyMissing(RuntimeError):
    """A payload was sealed with a key that this process was not given."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"There is no payload key {key_id[:32]!r}. Put it into the settings.")


@dataclass(frozen=True)
class Keyring:
    """The keys of this process, ready for use. The first one seals."""

    keys: tuple[PayloadKey, ...] = ()
    ciphers: dict[str, AESGCM] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ciphers", {one.id: AESGCM(one.secret) for one in self.keys})

    def seal(self, payload: Payload, namespace: str, workflow: str) -> Payload:
        """The same payload for nobody else's eyes, bound to that workflow."""
        key = self.keys[0].id
        nonce = os.urandom(NONCE_BYTES)
        bound = _bound(namespace, workflow, key)
        sealed = self.ciphers[key].encrypt(nonce, payload.SerializeToString(), bound)
        beside = {"encoding": SEALED, _KEY_ID: key.encode(), _WORKFLOW_ID: workflow.encode()}
        return Payload(metadata=beside, data=nonce + sealed)

    def unseal(self, payload: Payload, namespace: str) -> Payload:
        """What was sealed. Raises PayloadKeyMissing, or InvalidTag when it is not as we made it."""
        key, workflow = _beside(payload, _KEY_ID), workflow_of(payload)
        if key not in self.ciphers:
            raise PayloadKeyMissing(key)
        nonce, sealed = payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:]
        if len(nonce) < NONCE_BYTES:
            raise InvalidTag
        plain = self.ciphers[key].decrypt(nonce, sealed, _bound(namespace, workflow, key))
        return Payload.FromString(plain)


@dataclass(frozen=True)
class Codec(PayloadCodec, WithSerializationContext):
    """Seals and opens for one workflow at a time. Without keys it seals nothing, and says so."""

    keyring: Keyring
    clear_until: datetime | None = None
    """Cases opened before may have clear payloads: the codec was off then."""

    namespace: str = ""
    workflow: str | None = None

    def with_context(self, context: SerializationContext) -> Self:
        """The same codec at one workflow; what an activity gets and gives is its workflow's."""
        match context:
            case WorkflowSerializationContext() | ActivitySerializationContext():
                return self._at(context.namespace, context.workflow_id)
            case _:
                return self

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Seal each payload with the first key."""
        if not self.keyring.keys:
            return list(payloads)
        return [self.keyring.seal(one, self.namespace, self.workflow or "") for one in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Open each payload. Raises PayloadKeyMissing; what is not ours comes out as refused."""
        return [self._opened(one) for one in payloads]

    def _at(self, namespace: str, workflow: str | None) -> Self:
        """A copy, without the work of a constructor: there are three for each payload."""
        here = object.__new__(type(self))
        here.__dict__.update(self.__dict__, namespace=namespace, workflow=workflow)
        return here

    def _opened(self, payload: Payload) -> Payload:
        if not is_sealed(payload):
            return payload if self._may_be_clear() else self._refused("in clear")
        if self.workflow is not None and not _belongs(workflow_of(payload), self.workflow):
            return self._refused("another workflow's")
        try:
            return self.keyring.unseal(payload, self.namespace)
        except InvalidTag:
            return self._refused("changed")

    def _may_be_clear(self) -> bool:
        if not self.keyring.keys:
            return True
        begun = begun_at(self.workflow or "")
        return begun is not None and self.clear_until is not None and begun < self.clear_until

    def _refused(self, why: str) -> Payload:
        _log.warning("payload refused", code="payload-refused", why=why, workflow=self.workflow)
        return Payload(metadata={"encoding": REFUSED})


def is_sealed(payload: Payload) -> bool:
    """Whether a payload says of itself that it is sealed."""
    return payload.metadata.get("encoding") == SEALED


def workflow_of(payload: Payload) -> str:
    """The workflow that a sealed payload says it belongs to; true once it is opened."""
    return _beside(payload, _WORKFLOW_ID)


def _beside(payload: Payload, name: str) -> str:
    return payload.metadata.get(name, b"").decode("utf-8", "replace")


def _bound(namespace: str, workflow: str, key: str) -> bytes:
    return json.dumps([_FORM, namespace, workflow, key]).encode()


def _belongs(sealed_for: str, here: str) -> bool:
    """Whether a payload sealed for one workflow may be opened in another: the runs of a schedule.

    It is sealed before Temporal puts the run's time behind the name, and a run hears how the one
    before it ended. A case belongs to no schedule.
    """
    return sealed_for == here or (
        not is_case(here) and _SCHEDULED.sub("", sealed_for) == _SCHEDULED.sub("", here)
    )
