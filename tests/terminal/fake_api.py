"""A small API that speaks the real protocol: answers by the table, problems, and silence."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: str
    key: str | None
    token: str | None
    kind: str
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What the API says: JSON, or bytes as they are; or nothing, and hangs up."""

    status: int = 200
    body: Any = None
    raw: bytes | None = None
    hang_up: bool = False
    headers: dict[str, str] = field(default_factory=dict)


HANG_UP = Answer(hang_up=True)


def problem(status: int, code: str, title: str, detail: str, *errors: dict[str, str]) -> Answer:
    """A problem as api/problems.py words it."""
    told = {
        "type": f"urn:rightnow:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": list(errors),
    }
    return Answer(status, told)


AWAY = problem(503, "store-unavailable", "We cannot save or read right now.", "Try again.")


class FakeApi:
    """Answers each request with the next answer of its line; the last one stays."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._lines: dict[tuple[str, str], list[Answer]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self._meet))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def on(self, method: str, path: str, *answers: Answer) -> None:
        """Answer this address so. The path is the one below /api/v1."""
        self._lines[(method, f"/api/v1{path}")] = list(answers)

    def changes(self) -> list[Asked]:
        """Requests that were to change something."""
        return [one for one in self.asked if one.method != "GET"]

    def close(self) -> None:
        """Stop, and wait for it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _meet(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        line = self._lines.get((asked.method, asked.path))
        if line is None:
            return problem(404, "not-found", "There is nothing at this address.", asked.path)
        return line.pop(0) if len(line) > 1 else line[0]


def _handler(meet: Callable[[Asked], Answer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            path, _, query = self.path.partition("?")
            answer = meet(
                Asked(
                    method=self.command,
                    path=path,
                    query=query,
                    key=self.headers.get("Idempotency-Key"),
                    token=self.headers.get("Authorization"),
                    kind=self.headers.get("Content-Type", ""),
                    body=self._body(),
                )
            )
            if answer.hang_up:
                self.close_connection = True
                return
            body = answer.raw if answer.raw is not None else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815 (http.server's own names)

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") == "chunked":
                pieces = []
                while size := int(self.rfile.readline(), 16):
                    pieces.append(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(pieces)
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            return

    return Handler
