"""The one way out of the house to other systems' addresses, and the guard that stands there.

An address is typed by an admin, and may lead inside (SSRF): to this machine, to a neighbour, to
the cloud's own secrets. So: https only, a short list of ports, no user in the address, every
address that its name stands for must be public, and the connection goes to the one that was looked
at, so that a name that changes its mind in between changes nothing. No redirect is followed, and of
an answer only the beginning is read. Every refusal says the same words, and so does a name that
nobody knows: it may be known a minute later.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

import httpcore2

PORTS = frozenset({443, 8443})
MOST_READ = 64 * 1024
CONNECT_WITHIN = 10.0
ANSWER_WITHIN = 15.0

_INSIDE = tuple(
    IPv6Network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)
"""IPv6 nets that carry an IPv4 address within, which may lead anywhere: NAT64, 6to4, Teredo."""

_REFUSED = "This address cannot be called."

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Awaitable[list[str]]]
SocketOption = (
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)


class OutgoingRefused(Exception):
    """The guard lets nobody through to this address; trying again will not help."""

    def __init__(self) -> None:
        super().__init__(_REFUSED)


class OutgoingFailed(Exception):
    """The other system could not be found or reached, or did not answer in time."""


@dataclass(frozen=True)
class Answered:
    """What the other system said."""

    status: int
    retry_after: float | None
    """Seconds for which it asked us to wait."""


async def look_up(host: str, port: int) -> list[str]:
    """Every address that a name stands for."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


@dataclass(frozen=True)
class Outgoing:
    """Calls other systems, past the guard."""

    loopback: bool = False
    """Development only: this machine may be called, without encryption and on any port."""

    ports: frozenset[int] = PORTS
    resolve: Resolver = look_up
    dial: httpcore2.AsyncNetworkBackend = field(default_factory=httpcore2.AnyIOBackend)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
        """Send a body and read the answer's beginning. Raises OutgoingRefused, OutgoingFailed."""
        self._require_plain(url)
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                return await self._send(url, headers, body)
        except TimeoutError as error:
            raise OutgoingFailed("It did not answer in time.") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException) as why:
            raise OutgoingFailed("It could not be reached.") from why

    async def _send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
        guard = _Guard(self.loopback, self.resolve, self.dial)
        async with httpcore2.AsyncConnectionPool(network_backend=guard) as pool:
            sent = {"Content-Length": str(len(body)), **headers}
            request = pool.stream(
                "POST",
                url,
                headers=[("Host", _host(url)), *sent.items()],
                content=body,
                extensions={"timeout": {"connect": CONNECT_WITHIN}},
            )
            async with request as response:
                read = 0
                async for chunk in response.aiter_stream():
                    read += len(chunk)
                    if read > MOST_READ:
                        break
                return Answered(response.status, _retry_after(response.headers))

    def _require_plain(self, url: str) -> None:
        """The parts of an address that can be judged before anybody is asked what it stands for."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise OutgoingRefused from error
        clean = url.isascii() and url.isprintable() and not set(url) & set(' \\<>"{}|^`')
        user = parts.username is not None or parts.password is not None
        scheme = parts.scheme == "https" or (self.loopback and parts.scheme == "http")
        known = self.loopback or (port or 443) in self.ports
        if not (clean and scheme and known and parts.hostname) or user or port == 0:
            raise OutgoingRefused


@dataclass(frozen=True)
class _Guard(httpcore2.AsyncNetworkBackend):
    """Asks once what a name stands for, looks at every answer, and connects to the first."""

    loopback: bool
    resolve: Resolver
    dial: httpcore2.AsyncNetworkBackend

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's own name)
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        try:
            found = [ip_address(one.partition("%")[0]) for one in await self.resolve(host, port)]
        except OSError as error:  # who knows the names may know them again in a minute
            raise OutgoingFailed(_REFUSED) from error
        except ValueError as error:
            raise OutgoingRefused from error
        if not found or not all(may_be_called(one, loopback=self.loopback) for one in found):
            raise OutgoingRefused
        return await self.dial.connect_tcp(
            str(found[0]),
            port,
            timeout=timeout,
            local_address=local_address,
            socket_options=socket_options,
        )

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002
        timeout: float | None = None,  # noqa: ARG002, ASYNC109
        socket_options: Iterable[SocketOption] | None = None,  # noqa: ARG002
    ) -> httpcore2.AsyncNetworkStream:
        raise OutgoingRefused

    async def sleep(self, seconds: float) -> None:
        await self.dial.sleep(seconds)


def may_be_called(address: Address, *, loopback: bool) -> bool:
    """Whether an address is on the public Internet, or this machine where that is allowed."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    meant: Address = mapped or address
    if meant.is_loopback:
        return loopback
    hidden = isinstance(meant, IPv6Address) and (
        meant.is_site_local or any(meant in net for net in _INSIDE)
    )
    return meant.is_global and not (hidden or meant.is_multicast or meant.is_reserved)


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _retry_after(headers: Iterable[tuple[bytes, bytes]]) -> float | None:
    """Seconds; a date, which the header may also have, is left to our own plan."""
    for name, value in headers:
        if name.lower() == b"retry-after" and value.isdigit() and len(value) < 9:
            return float(value)
    return None
