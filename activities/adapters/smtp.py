"""SMTP: letters that leave the house."""

import asyncio
import ssl
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

import aiosmtplib

from activities.ports import PostOfficeError
from models.delivery import Mail
from models.mail_address import on_the_wire

_CONNECT = 10
_ANSWER = 20


@dataclass(frozen=True)
class Smtp:
    """A PostOffice that speaks SMTP. The Message-ID is ours, and the same on every attempt."""

    url: str
    """`smtp://user:password@host:port`, or `smtps://` for TLS from the first byte.

    Whoever listens on the way could hide that a server offers STARTTLS. So a password leaves this
    machine encrypted or not at all.
    """

    async def hand_over(self, mail: Mail) -> None:
        """Send one letter to one address.

        Domains leave in their ASCII form. Letters such as ö before the @ need a server that takes
        them (SMTPUTF8).

        Raises PostOfficeError: permanent for 5xx and for a recipient whose address this server
        cannot carry, not permanent for 4xx and for a server that is away, that refuses our login,
        or that would get our password in the clear; and with `handed_over` when the connection
        broke after the letter was given.
        """
        mail = _addressed(mail)
        client = await self._logged_in()
        try:
            await asyncio.wait_for(_give(client, mail), _ANSWER)
        except TimeoutError as error:
            raise PostOfficeError(
                "The mail server took too long to answer.", permanent=False, handed_over=True
            ) from error
        finally:
            client.close()

    async def _logged_in(self) -> aiosmtplib.SMTP:
        parts = urlsplit(self.url)
        host, sealed = parts.hostname or "localhost", parts.scheme == "smtps"
        insist = bool(parts.username) and not sealed and not stays_here(host)
        client = aiosmtplib.SMTP(
            hostname=host,
            port=parts.port or (465 if sealed else 25),
            use_tls=sealed,
            start_tls=False if insist else None,
            timeout=_CONNECT,
        )
        try:
            await client.connect()
            if insist:
                await _seal(client)
            if parts.username:
                await client.login(unquote(parts.username), unquote(parts.password or ""))
        except BaseException as error:
            client.close()
            if isinstance(error, aiosmtplib.SMTPException | OSError):
                raise _not_logged_in(error) from error
            raise
        return client


def stays_here(host: str) -> bool:
    """Whether what is sent to this host stays on this machine. A name may lead anywhere."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


async def _seal(client: aiosmtplib.SMTP) -> None:
    await client.ehlo()
    if not client.supports_extension("starttls"):
        raise PostOfficeError(
            "The mail server offers no encryption (STARTTLS), so it does not get our password."
            " Use smtps://, or a server that offers it.",
            permanent=False,
        )
    await client.starttls()


def _not_logged_in(error: Exception) -> PostOfficeError:
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return PostOfficeError("The mail server refused our login.", permanent=False)
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        words = "The mail server's certificate does not prove that it is the one we mean."
        return PostOfficeError(words, permanent=False)
    return PostOfficeError("The mail server does not answer.", permanent=False)


def _addressed(mail: Mail) -> Mail:
    """The letter with both addresses as mail servers write them; our name stays with ours."""
    _, ours = parseaddr(mail.sender)
    try:
        sender = mail.sender.replace(ours, on_the_wire(ours)) if ours else mail.sender
    except ValueError:
        words = "The address that mail leaves from (mail_from) cannot be written for mail servers."
        raise PostOfficeError(words, permanent=False) from None
    try:
        return mail.model_copy(update={"sender": sender, "recipient": on_the_wire(mail.recipient)})
    except ValueError:
        words = "The address cannot be written for mail servers. Ask for another one."
        raise PostOfficeError(words, permanent=True) from None


async def _needs_utf8(client: aiosmtplib.SMTP, mail: Mail) -> bool:
    """Whether an address is not ASCII even now. Raises PostOfficeError when the server is not."""
    _, ours = parseaddr(mail.sender)
    if ours.isascii() and mail.recipient.isascii():
        return False
    if client.is_ehlo_or_helo_needed:
        await client.ehlo()
    if client.supports_extension("smtputf8"):
        return True
    if mail.recipient.isascii():
        raise PostOfficeError(
            "The address that mail leaves from (mail_from) has letters before its @ that our mail"
            " server does not take (SMTPUTF8).",
            permanent=False,
        )
    raise PostOfficeError(
        "The address has letters before its @ that our mail server does not take (SMTPUTF8)."
        " Ask for another address.",
        permanent=True,
    )


async def _give(client: aiosmtplib.SMTP, mail: Mail) -> None:
    letter = as_message(mail)
    try:
        utf8 = await _needs_utf8(client, mail)
        encoding = "utf-8" if utf8 else "ascii"
        await client.mail(mail.sender, options=["SMTPUTF8"] if utf8 else [], encoding=encoding)
        await client.rcpt(mail.recipient, encoding=encoding)
    except aiosmtplib.SMTPResponseException as error:
        raise _refused(error) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise PostOfficeError("The mail server went away.", permanent=False) from error
    as_sent = letter.as_bytes(policy=policy.default.clone(utf8=utf8))
    try:
        await client.data(as_sent)
    except aiosmtplib.SMTPResponseException as error:
        raise _refused(error) from error
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        raise PostOfficeError(
            "The mail server took the letter and did not answer.",
            permanent=False,
            handed_over=True,
        ) from error


def _refused(error: aiosmtplib.SMTPResponseException) -> PostOfficeError:
    permanent = 500 <= error.code < 600
    return PostOfficeError(f"The mail server said {error.code}.", permanent=permanent)


def as_message(mail: Mail) -> EmailMessage:
    """The letter as RFC 5322. Marked automatic (RFC 3834), so that no robot answers a robot."""
    letter = EmailMessage()
    letter["From"] = mail.sender
    letter["To"] = mail.recipient
    letter["Subject"] = " ".join(mail.subject.split())
    letter["Date"] = formatdate(usegmt=True)
    letter["Message-ID"] = mail.message_id
    letter["X-Rightnow"] = "1"
    if mail.automatic:
        letter["Auto-Submitted"] = "auto-generated"
        letter["X-Auto-Response-Suppress"] = "All"
    letter.set_content(mail.text)
    return letter
