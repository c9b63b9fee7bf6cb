"""The sign that all is well: one request to somebody outside, who raises the alarm without it."""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2
from temporalio import activity
from temporalio.exceptions import ApplicationError

_TIMEOUT = 5.0


@dataclass(frozen=True)
class Sign:
    """Asks one address, and nothing else. Without an address it does nothing."""

    url: str | None
    here_too: bool = False
    """Whether the address may lead to this same machine: in development only."""

    @activity.defn(name="give_sign")
    async def give_sign(self) -> None:
        """Say that all is well.

        Outside changes: one GET. A second attempt is harmless: it says the same. No redirect is
        followed, and the answer's words are not read.
        """
        if self.url is None:
            return
        await self._require_elsewhere(self.url)
        try:
            async with httpx2.AsyncClient(
                timeout=_TIMEOUT, trust_env=False, follow_redirects=False
            ) as client:
                answer = await client.get(self.url)
        except httpx2.HTTPError as error:
            raise ApplicationError("no answer", type=type(error).__name__) from None
        if not answer.is_success:
            raise ApplicationError("refused", type=f"http-{answer.status_code}")

    async def _require_elsewhere(self, url: str) -> None:
        """Refuse an address of this machine: whoever waits there would die with us."""
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                parts.hostname, port, type=socket.SOCK_STREAM
            )
        except OSError:
            raise ApplicationError("unknown host", type="unknown-host") from None
        addresses = [ipaddress.ip_address(one[4][0]) for one in found]
        if not self.here_too and any(_is_here(one) for one in addresses):
            raise ApplicationError("this machine", type="loopback-refused", non_retryable=True)


def _is_here(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None)
    one = mapped or address
    return bool(one.is_loopback or one.is_unspecified or one.is_link_local)
