"""SMTP: letters that leave the house."""

import asyncio
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

import aiosmtplib

from activities.ports import PostOfficeError
from models.delivery import Mail

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

        Raises PostOfficeError: permanent for 5xx, not permanent for 4xx and for a server that is
        away, that refuses our login, or that would get our password in the clear; and with
        `handed_over` when the connection broke after the letter was given.
        """
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


async def _give(client: aiosmtplib.SMTP, mail: Mail) -> None:
    letter = as_message(mail)
    try:
        await client.mail(mail.sender)
        await client.rcpt(mail.recipient)
    except aiosmtplib.SMTPResponseException as error:
        raise _refused(error) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise PostOfficeError("The mail server went away.", permanent=False) from error
    try:
        await client.data(letter.as_bytes())
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
