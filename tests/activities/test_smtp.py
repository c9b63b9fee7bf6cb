"""Letters to a real SMTP server: taken, refused, delayed, or swallowed."""

import asyncio
import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Server  # noqa: N811

from activities.adapters.smtp import Smtp, as_message
from activities.ports import PostOfficeError
from models.delivery import Mail

MAIL = Mail(
    message_id="<one@rightnow.test>",
    sender="care@rightnow.test",
    recipient="doug@customer.test",
    subject="About your visit\nBcc: everybody@customer.test",
    text="We are sorry, Doug. Ümlaute too.",
)


class Sink:
    """An SMTP server that keeps what it gets, in the mood it is told."""

    def __init__(self) -> None:
        self.mood = "take"
        self.kept: list[Message] = []

    async def handle_RCPT(  # noqa: N802 (the library's own name)
        self, server: Server, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.mood == "unknown":
            return "550 no such person"
        if self.mood == "grey":
            return "451 come back later"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: Server, session: Any, envelope: Any) -> str:  # noqa: N802
        self.kept.append(message_from_bytes(envelope.content))
        if self.mood == "drop":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            await asyncio.sleep(0)
        return "250 taken"


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def post_office(sink: Sink) -> Iterator[Smtp]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    yield Smtp(f"smtp://127.0.0.1:{port}")
    controller.stop()


async def test_a_letter_arrives_with_our_id_and_says_that_a_machine_sent_it(
    sink: Sink, post_office: Smtp
) -> None:
    await post_office.hand_over(MAIL)
    letter = sink.kept[0]
    assert letter["Message-ID"] == MAIL.message_id
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["X-Rightnow"] == "1"
    assert "Ümlaute" in letter.get_payload(decode=True).decode()  # type: ignore[union-attr]


def test_a_subject_cannot_smuggle_in_another_header() -> None:
    letter = as_message(MAIL)
    assert letter["Bcc"] is None
    assert "Bcc:" in letter["Subject"]


async def test_an_unknown_address_is_for_good(sink: Sink, post_office: Smtp) -> None:
    sink.mood = "unknown"
    with pytest.raises(PostOfficeError) as caught:
        await post_office.hand_over(MAIL)
    assert caught.value.permanent
    assert not caught.value.handed_over


async def test_a_greylisting_server_is_asked_again_later(sink: Sink, post_office: Smtp) -> None:
    sink.mood = "grey"
    with pytest.raises(PostOfficeError) as caught:
        await post_office.hand_over(MAIL)
    assert not caught.value.permanent
    assert not caught.value.handed_over


async def test_a_server_that_takes_a_letter_and_hangs_up_may_have_it(
    sink: Sink, post_office: Smtp
) -> None:
    sink.mood = "drop"
    with pytest.raises(PostOfficeError) as caught:
        await post_office.hand_over(MAIL)
    assert caught.value.handed_over
    assert len(sink.kept) == 1


async def test_a_server_that_is_away_has_nothing() -> None:
    with pytest.raises(PostOfficeError) as caught:
        await Smtp("smtp://127.0.0.1:9").hand_over(MAIL)
    assert not caught.value.permanent
    assert not caught.value.handed_over
