"""Webhooks out, as Standard Webhooks has them: one id, a signature, and a plan of attempts."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from activities.adapters.outgoing import Answered, Outgoing, OutgoingFailed, OutgoingRefused
from activities.ports import Call, NotTaken, SystemUnknown
from models.webhook import WebhookTarget

MOST_SENT = 20 * 1024
"""Bytes of a body, by the standard's advice."""

_SLOW_DOWN = frozenset({429, 502, 503, 504})


def sign(secret: str, call_id: str, at: datetime, body: bytes) -> str:
    """The signature of one attempt: `v1,` and the HMAC of id, second and body.

    The secret is `whsec_` and base64.
    """
    key = base64.b64decode(secret.removeprefix("whsec_"))
    told = f"{call_id}.{int(at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, told, hashlib.sha256).digest()).decode()


@dataclass(frozen=True)
class Webhooks:
    """Calls the systems that the settings name."""

    targets: Mapping[str, WebhookTarget]
    outgoing: Outgoing

    def address_of(self, name: str) -> str:
        """Where a system is. Raises SystemUnknown."""
        target = self.targets.get(name)
        if target is None:
            raise SystemUnknown(f"The settings know no system `{name}`.")
        return target.url

    async def call(self, name: str, call: Call, now: datetime) -> None:
        """Tell a system something. Raises NotTaken with what to do about it, or SystemUnknown."""
        url = self.address_of(name)
        body = json.dumps(call.body, separators=(",", ":"), sort_keys=True).encode()
        if len(body) > MOST_SENT:
            raise NotTaken("There is too much to say in one call.", for_good=True)
        secret = self.targets[name].secret.get_secret_value()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Rightnow",
            "Webhook-Id": call.id,
            "Webhook-Timestamp": str(int(now.timestamp())),
            "Webhook-Signature": sign(secret, call.id, now, body),
        }
        try:
            answer = await self.outgoing.post(url, headers, body)
        except OutgoingRefused as error:
            raise NotTaken(str(error), for_good=True) from error
        except OutgoingFailed as error:
            raise NotTaken(str(error)) from error
        _require_taken(answer)


def _require_taken(answer: Answered) -> None:
    if 200 <= answer.status < 300:
        return
    said = f"The other system said {answer.status}."
    if answer.status == 410:
        raise NotTaken(said, for_good=True, no_more=True)
    wait = timedelta(seconds=answer.retry_after) if answer.retry_after else None
    raise NotTaken(said, wait=wait if answer.status in _SLOW_DOWN else None)
