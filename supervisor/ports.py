"""Which ports we listen on.

Rule: the port in the settings when it is free, otherwise a near free one, said in one line. All
are held while the others are chosen, so that no two of ours are the same.
"""

import contextlib
import random
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass

NEAR = 20
ANY = range(20_000, 32_000)
"""Below what systems hand out to outgoing connections, which would take a port we only chose."""


@dataclass(frozen=True)
class Wish:
    """A port that somebody wants. Zero: any."""

    title: str
    port: int
    host: str = "127.0.0.1"


def pick(wishes: Mapping[str, Wish], say: Callable[[str], None]) -> dict[str, int]:
    """A free port for each wish, under the wish's key."""
    ports: dict[str, int] = {}
    with contextlib.ExitStack() as held:
        for key, wish in wishes.items():
            taken = held.enter_context(_nearest(wish))
            ports[key] = int(taken.getsockname()[1])
            if wish.port not in (0, ports[key]):
                say(f"  Port {wish.port} is busy, so {wish.title} uses {ports[key]}.")
    return ports


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """True when nobody listens there and we may."""
    try:
        _bound(host, port).close()
    except OSError:
        return False
    return True


def _nearest(wish: Wish) -> socket.socket:
    if wish.port:
        for port in range(wish.port, min(wish.port + NEAR, 65_535) + 1):
            with contextlib.suppress(OSError):
                return _bound(wish.host, port)
    for port in random.sample(ANY, k=NEAR):
        with contextlib.suppress(OSError):
            return _bound(wish.host, port)
    return _bound(wish.host, 0)


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    probe = socket.socket(family, socket.SOCK_STREAM)
    try:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        probe.listen(1)  # without it Linux would let two of ours bind the same port
    except OSError:
        probe.close()
        raise
    return probe
