"""Letters to a real SMTP server: taken, refused, delayed, or swallowed."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import (
    SMTP as Server,  # noqa: N811
    AuthResult,
)

from activities.adapters import smtp
from activities.adapters.smtp import Smtp, as_message, stays_here
from activities.ports import PostOfficeError
from models.delivery import Mail
from supervisor.ports import Wish, pick

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
        self.raw: list[bytes] = []
        self.recipients: list[str] = []
        self.passwords = 0
        """How often somebody tried to log in."""

    async def handle_RCPT(  # noqa: N802 (the library's own name)
        self, server: Server, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.mood == "unknown":
            return "550 no such person"
        if self.mood == "grey":
            return "451 come back later"
        envelope.rcpt_tos.append(address)
        self.recipients.append(address)
        return "250 fine"

    async def handle_DATA(self, server: Server, session: Any, envelope: Any) -> str:  # noqa: N802
        self.kept.append(message_from_bytes(envelope.content))
        self.raw.append(envelope.content)
        if self.mood == "drop":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            await asyncio.sleep(0)
        return "250 taken"

    def authenticate(self, *_: Any) -> AuthResult:
        """Take whatever password comes."""
        self.passwords += 1
        return AuthResult(success=True)


@pytest.fixture
def sink() -> Sink:
    return Sink()


@contextmanager
def listening(sink: Sink, **more: Any) -> Iterator[int]:
    """The sink on a free port."""
    port = pick({"port": Wish("", 0)}, lambda _: None)["port"]
    controller = Controller(sink, hostname="127.0.0.1", port=port, **more)
    controller.start()
    yield port
    controller.stop()


@pytest.fixture
def post_office(sink: Sink) -> Iterator[Smtp]:
    with listening(sink) as port:
        yield Smtp(f"smtp://127.0.0.1:{port}")


@pytest.fixture
def with_login(sink: Sink) -> Iterator[str]:
    """The address of a server that takes passwords without encryption, and offers none."""
    more = {"authenticator": sink.authenticate, "auth_require_tls": False}
    with listening(sink, **more) as port:
        yield f"smtp://us:secret@127.0.0.1:{port}"


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


async def test_on_this_machine_a_password_may_go_as_it_is(sink: Sink, with_login: str) -> None:
    await Smtp(with_login).hand_over(MAIL)
    assert sink.passwords == 1
    assert len(sink.kept) == 1


async def test_elsewhere_no_password_goes_to_a_server_that_offers_no_encryption(
    sink: Sink, with_login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody on the way may have hidden the offer: then the letter waits."""
    monkeypatch.setattr(smtp, "stays_here", lambda _: False)
    with pytest.raises(PostOfficeError) as caught:
        await Smtp(with_login).hand_over(MAIL)
    assert "STARTTLS" in caught.value.detail
    assert "secret" not in caught.value.detail
    assert not caught.value.permanent
    assert not caught.value.handed_over
    assert sink.passwords == 0
    assert not sink.kept


async def test_a_server_that_cannot_prove_itself_gets_neither_password_nor_letter(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "stays_here", lambda _: False)
    no_certificate = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    more = {"authenticator": sink.authenticate, "tls_context": no_certificate}
    with listening(sink, **more) as port, pytest.raises(PostOfficeError) as caught:
        await Smtp(f"smtp://us:secret@127.0.0.1:{port}").hand_over(MAIL)
    assert not caught.value.handed_over
    assert sink.passwords == 0
    assert not sink.kept


UMLAUTS = {
    "a domain": ("info@exämple.test", "info@xn--exmple-cua.test"),
    "both": ("jörg@exämple.test", "jörg@xn--exmple-cua.test"),
    "before the @": ("jörg@customer.test", "jörg@customer.test"),
}


@pytest.mark.parametrize(("address", "sent"), UMLAUTS.values(), ids=UMLAUTS)
async def test_an_address_with_umlauts_gets_its_letter(sink: Sink, address: str, sent: str) -> None:
    with listening(sink, enable_SMTPUTF8=True) as port:
        mail = MAIL.model_copy(update={"recipient": address})
        await Smtp(f"smtp://127.0.0.1:{port}").hand_over(mail)
    assert sink.recipients == [sent]
    letter = message_from_bytes(sink.raw[0], policy=policy.default)
    assert letter["To"] == sent
    assert "Ümlaute" in letter.get_content()


async def test_a_domain_with_umlauts_needs_no_server_that_takes_them(sink: Sink) -> None:
    with listening(sink, enable_SMTPUTF8=False) as port:
        mail = MAIL.model_copy(
            update={"recipient": "info@exämple.test", "sender": "Jörg <care@bücher.test>"}
        )
        await Smtp(f"smtp://127.0.0.1:{port}").hand_over(mail)
    assert sink.recipients == ["info@xn--exmple-cua.test"]
    assert sink.raw[0].partition(b"\r\n\r\n")[0].isascii()
    letter = message_from_bytes(sink.raw[0], policy=policy.default)
    assert letter["From"] == "Jörg <care@xn--bcher-kva.test>"


@pytest.mark.parametrize(
    ("recipient", "sender", "permanent"),
    [
        ("jörg@customer.test", MAIL.sender, True),
        (MAIL.recipient, "jörg@rightnow.test", False),
        ("jörg@exa mple.test", MAIL.sender, True),
        (MAIL.recipient, "jörg@-.test", False),
    ],
    ids=["theirs", "ours", "no address", "ours is none"],
)
async def test_a_letter_to_an_address_that_the_server_cannot_carry_says_so(
    sink: Sink, recipient: str, sender: str, permanent: bool
) -> None:
    """Ours is mended in the settings, so the letter waits; theirs is mended by nobody."""
    mail = MAIL.model_copy(update={"recipient": recipient, "sender": sender})
    with listening(sink, enable_SMTPUTF8=False) as port, pytest.raises(PostOfficeError) as caught:
        await Smtp(f"smtp://127.0.0.1:{port}").hand_over(mail)
    assert caught.value.permanent is permanent
    assert not caught.value.handed_over
    assert "jörg" not in caught.value.detail
    assert ("mail_from" in caught.value.detail) is (not permanent)
    assert not sink.raw


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("LOCALHOST", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("10.0.0.5", False),
        ("mail.example.com", False),
        ("localhost.example.com", False),
        ("127.0.0.1.example.com", False),
    ],
)
def test_only_loopback_is_this_machine(host: str, here: bool) -> None:
    assert stays_here(host) is here
