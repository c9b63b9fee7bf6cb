import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfoNotFoundError

import psycopg
import pytest
import pytest_asyncio
from pydantic import SecretStr
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker
from typer.testing import CliRunner

from cli import app
from config.settings import Settings
from supervisor import machine_checks, service_checks
from supervisor.doctor import AGAIN, diagnose
from supervisor.findings import Finding
from supervisor.running import Running, mark_of, write_record
from supervisor.stack import Stack
from tests.supervisor.stand_ins import write_stand_ins

Change = Callable[..., Settings]


def find(findings: list[Finding], what: str) -> Finding:
    return next(finding for finding in findings if finding.what == what)


@workflow.defn(sandboxed=False)
class Idle:
    @workflow.run
    async def run(self) -> None:
        """Nothing."""


@pytest.fixture
def settings(stack: Stack) -> Settings:
    """As if PostgreSQL and Temporal were somebody else's."""
    return stack.settings


@pytest_asyncio.fixture
async def worker(stack: Stack) -> AsyncIterator[None]:
    client = await Client.connect(stack.temporal_address)
    async with Worker(client, task_queue="rightnow", workflows=[Idle]):
        yield


async def test_all_is_well_when_everything_runs(
    stack: Stack, worker: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_stand_ins(tmp_path / "checkout")
    monkeypatch.setattr("supervisor.processes.ROOT", root)
    monkeypatch.setattr(service_checks, "MIGRATIONS", root)
    await stack.start("worker")
    await stack.start("api")
    findings = await diagnose(stack.settings, search_attributes={"EscalationNumber": "Keyword"})
    assert [finding for finding in findings if not finding.ok] == []
    assert len(findings) >= 12
    await stack.kill("worker")
    await stack.kill("api")
    findings = await diagnose(stack.settings)
    assert find(findings, "The worker").detail == "It is not running."
    assert not find(findings, "The API").ok


async def test_nothing_running_is_said_with_how_to_start(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path)
    findings = await diagnose(settings)
    for what in ("The database", "Temporal", "The API"):
        assert not find(findings, what).ok
        assert find(findings, what).mend == "rightnow up"
    for what in ("Python", "PostgreSQL's programs", "Temporal's program", "The data directory"):
        assert find(findings, what).ok, find(findings, what)


def test_the_command_tells_what_the_local_run_chose_from_what_was_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run of our own whose PostgreSQL and Temporal have stopped."""
    for name in ("DATABASE_URL", "TEMPORAL_ADDRESS"):
        monkeypatch.delenv(f"RIGHTNOW_{name}", raising=False)
    monkeypatch.chdir(tmp_path)  # no .env of whoever runs the tests
    monkeypatch.setenv("RIGHTNOW_DATA_DIR", str(tmp_path))
    stopped = Running(
        supervisor=mark_of("supervisor", os.getpid()),
        api_url="http://127.0.0.1:9",
        database_url="postgresql://rightnow:word@127.0.0.1:9/rightnow",
        temporal_address="127.0.0.1:9",
    )
    write_record(tmp_path, stopped)
    told = CliRunner().invoke(app, ["doctor"])
    assert told.exit_code == 1
    assert "Not needed" not in told.output
    assert "RIGHTNOW_DATABASE_URL" not in told.output
    assert "RIGHTNOW_TEMPORAL_ADDRESS" not in told.output
    lines = told.output.splitlines()
    for what in ("BAD The database:", "BAD Temporal:"):
        [at] = [place for place, line in enumerate(lines) if line.startswith(what)]
        assert lines[at + 1].strip() == f"Do this: {AGAIN}"
    monkeypatch.setenv("RIGHTNOW_DATABASE_URL", stopped.database_url)
    told = CliRunner().invoke(app, ["doctor"])
    assert "PostgreSQL's programs: Not needed: RIGHTNOW_DATABASE_URL is set." in told.output
    assert "Do this: Check RIGHTNOW_DATABASE_URL and that the server runs." in told.output


async def test_a_closed_database_is_found(settings: Settings) -> None:
    closed = SecretStr("postgresql://rightnow:wrong@127.0.0.1:9/rightnow")
    findings = await diagnose(settings.model_copy(update={"database_url": closed}))
    assert not find(findings, "The database").ok
    assert "RIGHTNOW_DATABASE_URL" in find(findings, "The database").mend


async def test_a_database_that_is_too_old_is_found(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psycopg.ConnectionInfo, "server_version", 160_004)
    old = find(await diagnose(settings), "The database")
    assert not old.ok
    assert old.detail == "PostgreSQL 17 or newer is needed; this one is 16.4."


async def test_a_database_behind_the_code_is_found(
    settings: Settings, stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "a1_first.py").write_text("revision = 'a1'\ndown_revision = None\n")
    monkeypatch.setattr(service_checks, "MIGRATIONS", tmp_path)
    behind = find(await diagnose(settings), "The database's form")
    assert behind.detail == "It is at nothing, and this code expects a1."
    async with await psycopg.AsyncConnection.connect(stack.database_url) as connection:
        await connection.execute("CREATE TABLE alembic_version AS SELECT 'a1' AS version_num")
    assert find(await diagnose(settings), "The database's form").ok
    async with await psycopg.AsyncConnection.connect(stack.database_url) as connection:
        await connection.execute("DROP TABLE alembic_version")


async def test_a_silent_temporal_is_found(settings: Settings) -> None:
    findings = await diagnose(settings.model_copy(update={"temporal_address": "127.0.0.1:9"}))
    assert find(findings, "Temporal").detail == "127.0.0.1:9 does not answer."


async def test_missing_search_attributes_are_named(settings: Settings) -> None:
    findings = await diagnose(settings, search_attributes={"NobodyAddedThis": "Keyword"})
    assert "NobodyAddedThis" in find(findings, "Search attributes").detail


async def test_a_queue_without_a_worker_is_found(stack: Stack) -> None:
    client = await Client.connect(stack.temporal_address)
    assert not (await service_checks.worker(client, "deserted", "start it")).ok


async def test_a_silent_mail_server_is_found(settings: Settings) -> None:
    silent = settings.model_copy(update={"smtp_url": SecretStr("smtp://127.0.0.1:9")})
    assert not find(await diagnose(silent), "The mail server").ok


async def test_notices_to_addresses_of_nobody_are_found_where_mail_leaves_trap_30(
    settings: Settings,
) -> None:
    url = SecretStr("smtp://127.0.0.1:9")
    leaving = settings.model_copy(update={"smtp_url": url, "senior_mail": "seniors@acme.com"})
    told = find(await diagnose(leaving), "Who is told")
    assert told.detail == "Mail to managers@rightnow.test, vp@rightnow.test reaches nobody."
    assert told.mend == "Set RIGHTNOW_MANAGER_MAIL, RIGHTNOW_VP_MAIL."
    ours = {"manager_mail": "managers@acme.com", "vp_mail": "vp@acme.com"}
    assert find(await diagnose(leaving.model_copy(update=ours)), "Who is told").ok
    assert "Who is told" not in {one.what for one in await diagnose(settings)}


async def test_a_busy_port_is_found(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        findings = await diagnose(Settings(_env_file=None, data_dir=tmp_path, api_port=port))
    assert find(findings, "The API's port").detail == f"{port} is used by another program."


async def test_a_full_disk_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = SimpleNamespace(free=10**8)
    monkeypatch.setattr("supervisor.machine_checks.shutil.disk_usage", lambda _: full)
    finding = machine_checks.data_directory(Settings(_env_file=None, data_dir=tmp_path))
    assert not finding.ok
    assert "0.1 GB are free" in finding.detail


async def test_a_directory_that_cannot_be_written_is_found() -> None:
    finding = machine_checks.data_directory(Settings(_env_file=None, data_dir=Path("/proc/rn")))
    assert not finding.ok
    assert "cannot be written" in finding.detail


async def test_absent_and_broken_programs_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path)
    monkeypatch.setattr("supervisor.postgres_home.installed_programs", lambda: None)
    assert machine_checks.postgres_program(settings).detail == "Not installed."
    program = tmp_path / "temporal"
    program.write_text("no program")
    monkeypatch.setattr("supervisor.temporal.installed_program", lambda: program)
    assert machine_checks.temporal_program(settings).mend == f"chmod +x {program}"
    program.chmod(0o755)
    os.truncate(program, 0)
    program.write_text("#!/bin/sh\nexit 1\n")
    assert "does not run" in machine_checks.temporal_program(settings).detail


def test_an_old_python_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    assert not machine_checks.python_version().ok


def test_missing_time_zones_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ZoneInfoNotFoundError(name)

    monkeypatch.setattr(machine_checks, "ZoneInfo", absent)
    assert not machine_checks.clock().ok
