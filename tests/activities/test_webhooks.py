"""Webhooks out: the signature of Standard Webhooks, and what each answer means."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr, ValidationError

from activities.adapters.outgoing import Outgoing
from activities.adapters.webhooks import MOST_SENT, Webhooks, sign
from activities.ports import Call, NotTaken, SystemUnknown
from models.webhook import TARGETS, WebhookTarget
from tests.activities.trap_listener import Listener, listening, said

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CALL = Call(id="msg_1", body={"type": "escalation.step", "data": {"number": "E-1042"}})


def test_the_signature_is_the_one_of_the_standard() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    told = sign(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert told == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def systems(listener: Listener) -> Webhooks:
    url = f"http://127.0.0.1:{listener.port}/in"
    target = WebhookTarget(url=url, secret=SecretStr(SECRET))
    return Webhooks({"crm": target}, Outgoing(loopback=True))


async def test_a_call_has_the_headers_of_the_standard_and_one_id_over_attempts() -> None:
    async with listening() as listener:
        for minute in (0, 5):
            await systems(listener).call("crm", CALL, NOW + timedelta(minutes=minute))
    (first, body), (second, again) = listener.heard
    assert first["webhook-id"] == second["webhook-id"] == "msg_1"
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 300
    assert first["webhook-signature"] == sign(SECRET, "msg_1", NOW, body)
    assert body == again
    assert json.loads(body)["data"] == {"number": "E-1042"}


@pytest.mark.parametrize(
    ("answer", "for_good", "no_more", "wait"),
    [
        (said(500), False, False, None),
        (said(302, "Location: http://127.0.0.1/"), False, False, None),
        (said(404), False, False, None),
        (said(410), True, True, None),
        (said(429, "Retry-After: 90"), False, False, timedelta(seconds=90)),
        (said(503, "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT"), False, False, None),
        (b"", False, False, None),
    ],
)
async def test_each_answer_says_whether_and_when_to_try_again(
    answer: bytes, for_good: bool, no_more: bool, wait: timedelta | None
) -> None:
    async with listening() as listener:
        listener.answer = lambda _: answer
        with pytest.raises(NotTaken) as caught:
            await systems(listener).call("crm", CALL, NOW)
    error = caught.value
    assert (error.for_good, error.no_more, error.wait) == (for_good, no_more, wait)


async def test_a_system_that_nobody_named_is_not_called() -> None:
    async with listening() as listener:
        with pytest.raises(SystemUnknown):
            await systems(listener).call("bills", CALL, NOW)
        assert listener.visits == 0


async def test_too_much_to_say_is_not_said() -> None:
    async with listening() as listener:
        with pytest.raises(NotTaken, match="too much"):
            await systems(listener).call("crm", Call("msg_2", {"data": "x" * MOST_SENT}), NOW)
        assert listener.visits == 0


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!!", "whsec_c2hvcnQ="])
def test_a_secret_that_signs_nothing_is_refused(secret: str) -> None:
    with pytest.raises(ValidationError, match="24 to 64 bytes"):
        TARGETS.validate_python({"crm": {"url": "https://crm.test", "secret": secret}})
