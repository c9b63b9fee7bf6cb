"""T17: nobody is led inside the house by an address, however it is written."""

import socket
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

import httpcore2
import pytest

from activities.adapters.outgoing import (
    MOST_READ,
    Outgoing,
    OutgoingFailed,
    OutgoingRefused,
    look_up,
    may_be_called,
)
from activities.adapters.webhooks import Webhooks
from activities.ports import Call, NotTaken
from models.webhook import WebhookTarget
from tests.activities.trap_listener import listening, said

INSIDE = (
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "0",
    "0.0.0.0",
    "localhost",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "[fc00::1]",
    "[fec0::1]",
    "[ff02::1]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "224.0.0.1",
    "255.255.255.255",
    "①②⑦.⓪.⓪.①",
    "user:secret@127.0.0.1",
    "public.test@127.0.0.1",
    "127.0.0.1#@public.test",
    "",
)


@pytest.mark.parametrize("host", INSIDE)
async def test_no_form_of_an_address_leads_inside_t17(host: str) -> None:
    async with listening() as trap:
        for url in (f"https://{host}:{trap.port}/", f"http://{host}:{trap.port}/"):
            outgoing = Outgoing(ports=frozenset({443, trap.port}))
            with pytest.raises(OutgoingRefused, match=r"^This address cannot be called\.$"):
                await outgoing.post(url, {}, b"{}")
        assert trap.visits == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://public.test/",
        "ftp://public.test/",
        "file:///etc/passwd",
        "https://public.test:22/",
        "https://public.test:0/",
        "https://public.test:99999/",
        "https://public.test\\@127.0.0.1/",
        "https://public.test/ x",
        "https://public.test/\r\nX: 1",
        "//public.test/",
        "json://public.test",
        "",
    ],
)
async def test_what_is_no_plain_https_address_is_refused_t17(url: str) -> None:
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.215.14"]

    with pytest.raises(OutgoingRefused):
        await Outgoing(resolve=resolve, dial=Dial()).post(url, {}, b"{}")
    assert asked == []


class Dial(httpcore2.AsyncNetworkBackend):
    """Notes where it would connect, and does not."""

    def __init__(self) -> None:
        self.called: list[str] = []

    async def connect_tcp(
        self, host: str, port: int, *_: Any, **__: Any
    ) -> httpcore2.AsyncNetworkStream:
        """Nobody answers."""
        self.called.append(host)
        raise httpcore2.ConnectError


async def test_a_name_that_changes_its_mind_is_called_where_it_was_looked_at_t17() -> None:
    answers = [["93.184.215.14"], ["127.0.0.1"]]
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    dial = Dial()
    with pytest.raises(OutgoingFailed):
        await Outgoing(resolve=rebinding, dial=dial).post("https://public.test/", {}, b"{}")
    assert dial.called == ["93.184.215.14"]
    assert asked == ["public.test"]


@pytest.mark.parametrize(
    "found",
    [[], ["93.184.215.14", "10.0.0.1"], ["2606:2800:21f::1", "::1"], ["nonsense"]],
)
async def test_every_address_of_a_name_must_be_public_t17(found: list[str]) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return found

    dial = Dial()
    with pytest.raises(OutgoingRefused):
        await Outgoing(resolve=resolve, dial=dial).post("https://public.test/", {}, b"{}")
    assert dial.called == []


@pytest.mark.parametrize("code", [socket.EAI_AGAIN, socket.EAI_FAIL, socket.EAI_NONAME])
async def test_a_name_that_nobody_knows_right_now_is_asked_for_again_later(code: int) -> None:
    answers: list[Exception | list[str]] = [socket.gaierror(code, "away"), ["93.184.215.14"]]

    async def resolve(host: str, port: int) -> list[str]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    dial = Dial()
    outgoing = Outgoing(resolve=resolve, dial=dial)
    with pytest.raises(OutgoingFailed, match=r"^This address cannot be called\.$"):
        await outgoing.post("https://public.test/", {}, b"{}")
    assert dial.called == []
    with pytest.raises(OutgoingFailed, match="reached"):
        await outgoing.post("https://public.test/", {}, b"{}")
    assert dial.called == ["93.184.215.14"]


async def test_a_webhook_is_not_given_up_because_names_are_not_known_for_a_moment() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "away")

    target = WebhookTarget.model_validate(
        {"url": "https://public.test/", "secret": "whsec_" + "c2VjcmV0" * 6}
    )
    hooks = Webhooks({"shop": target}, Outgoing(resolve=resolve, dial=Dial()))
    with pytest.raises(NotTaken) as later:
        await hooks.call("shop", Call("one", {}), datetime(2026, 3, 2, tzinfo=UTC))
    assert not later.value.for_good


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700:4700::1111"])
def test_what_is_public_may_be_called(address: str) -> None:
    assert may_be_called(ip_address(address), loopback=False)


async def test_a_redirect_is_an_answer_and_is_not_followed_t17() -> None:
    async with listening() as trap, listening() as outside:
        to = f"Location: http://127.0.0.1:{trap.port}/"
        outside.answer = lambda _: said(302, to)
        url = f"http://127.0.0.1:{outside.port}/"
        answer = await Outgoing(loopback=True).post(url, {}, b"{}")
        assert answer.status == 302
        assert (outside.visits, trap.visits) == (1, 0)


async def test_only_the_beginning_of_an_answer_is_read() -> None:
    async with listening() as system:
        system.answer = lambda _: said(200, body=b"x" * MOST_READ * 8)
        url = f"http://127.0.0.1:{system.port}/"
        assert (await Outgoing(loopback=True).post(url, {}, b"{}")).status == 200


async def test_this_machine_is_called_only_where_it_is_allowed() -> None:
    async with listening() as system:
        url = f"http://localhost:{system.port}/"
        assert (await Outgoing(loopback=True).post(url, {"X-It": "1"}, b"hi")).status == 204
        headers, body = system.heard[0]
        assert (headers["x-it"], headers["host"], body) == ("1", f"localhost:{system.port}", b"hi")
    assert not may_be_called(ip_address("10.0.0.1"), loopback=True)
    assert await look_up("localhost", 1)
