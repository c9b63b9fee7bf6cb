"""The worker and the API as children: what they run, what they are told, when they are ready.

Rule: they run this installation's code, wherever `rightnow up` is called: `-P` keeps a folder named
`api` in somebody's current directory from being taken for ours.
"""

import contextlib
import ipaddress
import os
import sys
from pathlib import Path

from pydantic import SecretStr

from config.settings import Settings
from supervisor import probes
from supervisor.spec import Spec

ROOT = Path(__file__).resolve().parents[1]
READY_FILE = "RIGHTNOW_READY_FILE"
NOT_FOR_CHILDREN = {"token"}


def environment(settings: Settings) -> dict[str, str]:
    """Our environment with the settings of this run in it, so that parent and child agree."""
    told = dict(os.environ)
    for name, value in settings:
        key = f"RIGHTNOW_{name.upper()}"
        if value is None or name in NOT_FOR_CHILDREN:
            told.pop(key, None)
        else:
            plain = value.get_secret_value() if isinstance(value, SecretStr) else value
            told[key] = str(plain)
    told["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), told.get("PYTHONPATH")]))
    return told


def local_url(settings: Settings) -> str:
    """Where this machine reaches the API: loopback also when it listens on every address."""
    host = settings.api_host
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(host)
        if address.is_unspecified:
            host = "127.0.0.1" if address.version == 4 else "::1"
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.api_port}"


def worker_spec(settings: Settings) -> Spec:
    """The worker is ready when it has touched its readiness file, removed before each start."""
    ready_file = settings.data_dir / "worker.ready"

    async def is_ready() -> bool:
        return ready_file.exists()

    return Spec(
        name="worker",
        title="The worker",
        command=(sys.executable, "-P", str(ROOT / "worker.py")),
        ready=is_ready,
        ready_within=60,
        environment=environment(settings) | {READY_FILE: str(ready_file)},
        before=lambda: ready_file.unlink(missing_ok=True),
        grace=25,
    )


def api_spec(settings: Settings) -> Spec:
    """The API is ready when it says so itself."""
    url = f"{local_url(settings)}/readyz"

    async def is_ready() -> bool:
        return await probes.page_answers(url)

    return Spec(
        name="api",
        title="The API",
        command=(sys.executable, "-P", "-m", "api"),
        ready=is_ready,
        ready_within=60,
        environment=environment(settings),
        grace=10,
        listens_on=settings.api_port,
    )
