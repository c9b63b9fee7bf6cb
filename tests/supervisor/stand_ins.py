"""Stand-ins for worker and api, a driver for `up`, and waiting for a condition."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from supervisor.spec import Spec

CHECKOUT = Path(__file__).resolve().parents[2]

WORKER = """
import os, pathlib, signal, time
farewells = pathlib.Path(__file__).with_name("farewells")
def end(*_):
    with farewells.open("a") as file:
        file.write("worker\\n")
    os._exit(0)
signal.signal(signal.SIGTERM, end)
pathlib.Path(os.environ["RIGHTNOW_READY_FILE"]).touch()
while True:
    signal.pause()
"""

API = """
import http.server, os, pathlib, signal
farewells = pathlib.Path(__file__).parents[1] / "farewells"
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()
    def log_message(self, *_):
        pass
def end(*_):
    with farewells.open("a") as file:
        file.write("api\\n")
    os._exit(0)
signal.signal(signal.SIGTERM, end)
address = ("127.0.0.1", int(os.environ["RIGHTNOW_API_PORT"]))
http.server.ThreadingHTTPServer(address, Answer).serve_forever()
"""

DRIVER = """
import asyncio, pathlib, signal, sys
# A runner in the background hands SIGINT down as ignored; a person at a terminal does not.
signal.signal(signal.SIGINT, signal.default_int_handler)
from config.settings import Settings
from supervisor import processes
from supervisor.up import up
processes.ROOT = pathlib.Path(sys.argv[2])
async def prepare(run):
    print("prepared for", run.api_url, flush=True)
code = asyncio.run(up(
    Settings(_env_file=None, data_dir=sys.argv[1]),
    search_attributes={"EscalationNumber": "Keyword"},
    migrate=lambda url: print("migrated", url.split("@")[0].split(":")[1], flush=True),
    prepare=prepare,
    say=lambda line: print(line, flush=True),
))
sys.exit(code)
"""


def write_stand_ins(root: Path) -> Path:
    """A checkout that holds nothing but a worker and an api that say goodbye in `farewells`."""
    (root / "api").mkdir(parents=True)
    (root / "worker.py").write_text(WORKER)
    (root / "api" / "__init__.py").touch()
    (root / "api" / "__main__.py").write_text(API)
    return root


class Driven:
    """`up` in a process of its own, as a person at a terminal has it."""

    def __init__(self, data_dir: Path, root: Path) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("RIGHTNOW_")}
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(data_dir), str(root)],
            cwd=CHECKOUT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def read_until(self, part: str) -> str:
        """The first line with `part` in it; an error with everything said when there is none."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if part in line:
                return self.lines[-1]
        raise AssertionError(f"never said {part!r}:\n" + "\n".join(self.lines))

    def end(self, number: signal.Signals) -> tuple[int, str]:
        """Signal it; its exit code and all that it said."""
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=60)
        return self.process.returncode, "\n".join([*self.lines, rest])

    def close(self) -> None:
        """Make sure that nothing of it is left."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate(timeout=60)


def shell(name: str, script: str, ready: Path | None = None, **changes: object) -> Spec:
    """A child that is a shell script; ready when the file exists, or at once."""

    there = ready.exists if ready is not None else lambda: True

    async def is_ready() -> bool:
        return there()

    fields: dict[str, object] = {
        "name": name,
        "title": name.capitalize(),
        "command": ("/bin/sh", "-c", script),
        "ready": is_ready,
        "ready_within": 10,
        "environment": {"PATH": "/usr/bin:/bin"},
    }
    return Spec(**fields | changes)  # type: ignore[arg-type]


async def until(condition: Callable[[], bool], within: float = 60) -> None:
    """Wait for a condition; an error when `within` seconds did not bring it."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        await asyncio.sleep(0.02)
