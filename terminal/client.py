"""The one way to the API: HTTP, patient, and never twice.

Each change has one Idempotency-Key, and every further try carries the same key and body: however
often it is sent, it is done once. Looking is tried again as well, for a shorter time.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from terminal.address import PREFIX, checked, is_here
from terminal.answer import Answer
from terminal.response import Reply, gone, read

_AWAY = frozenset({502, 503, 504})


@dataclass(frozen=True)
class Patience:
    """How long to try, and how to wait; clock and sleep are given for tests."""

    for_changes: float = 10.0
    """Seconds."""

    for_looking: float = 4.0
    pauses: tuple[float, ...] = (0.3, 0.6, 1.0, 1.5, 2.0)
    each: float = 8.0
    """Longest wait for one answer. The API itself answers within about five seconds."""

    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


class Client:
    """Speaks to one API as one person."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        patience: Patience | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`say` gets a plain line when we try again."""
        self.url = checked(url)
        self.patience = patience or Patience()
        self._say = say
        self._http = httpx2.Client(
            base_url=self.url + PREFIX,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            trust_env=not is_here(self.url),
        )

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def look(self, path: str, **query: Any) -> Reply:
        """Ask something. Raises Refused, NotReachable."""
        given = {name: value for name, value in query.items() if value is not None}
        return self._patiently(
            self.patience.for_looking,
            lambda wait: self._http.get(path, params=given, timeout=wait),
            sure="Nothing was changed.",
        )

    def ask(self, path: str, body: Answer) -> Reply:
        """Ask something that needs a body. It changes nothing. Raises Refused, NotReachable."""
        return self._patiently(
            self.patience.for_looking,
            lambda wait: self._http.post(path, json=body, timeout=wait),
            sure="Nothing was changed.",
        )

    def change(
        self, path: str, body: Answer | None = None, *, method: str = "POST", key: str | None = None
    ) -> Reply:
        """Change something, once. Raises Refused, NotReachable."""
        headers = {"Idempotency-Key": key or new_key()}
        return self._patiently(
            self.patience.for_changes,
            lambda wait: self._http.request(method, path, json=body, headers=headers, timeout=wait),
            sure="Type the same again. It will not be done twice.",
        )

    def send_mail(self, file: Path) -> Reply:
        """Stream a mail in. The API tells the same mail by its Message-ID, so it counts once."""
        headers = {"Content-Type": "message/rfc822", "Idempotency-Key": new_key()}

        def send(wait: float) -> httpx2.Response:
            timeout = httpx2.Timeout(wait, write=60.0)
            return self._http.post(
                "/inbound/email", content=_pieces(file), headers=headers, timeout=timeout
            )

        safe = "Send the same mail again. It will not count twice."
        return self._patiently(self.patience.for_changes, send, sure=safe)

    def _patiently(
        self, seconds: float, send: Callable[[float], httpx2.Response], *, sure: str
    ) -> Reply:
        patience, tried = self.patience, 0
        end = patience.clock() + seconds
        while True:
            left = end - patience.clock()
            response, trouble = _once(send, max(1.0, min(patience.each, left)))
            if response is not None and response.status_code not in _AWAY:
                return read(response, self.url)
            pause = _pause(patience, tried, response)
            if patience.clock() + pause >= end:
                raise gone(self.url, response, trouble, sure)
            if tried == 0:
                self._say("No answer yet, trying again…")
            patience.sleep(pause)
            tried += 1


def new_key() -> str:
    """A key for one change."""
    return f"terminal-{uuid4()}"


def _once(
    send: Callable[[float], httpx2.Response], wait: float
) -> tuple[httpx2.Response | None, httpx2.TransportError | None]:
    try:
        return send(wait), None
    except httpx2.TransportError as trouble:
        return None, trouble


def _pause(patience: Patience, tried: int, response: httpx2.Response | None) -> float:
    asked = response.headers.get("Retry-After", "") if response is not None else ""
    planned = patience.pauses[min(tried, len(patience.pauses) - 1)]
    return max(planned, min(float(asked), 5.0)) if asked.isdigit() else planned


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as mail:
        while piece := mail.read(64 * 1024):
            yield piece
