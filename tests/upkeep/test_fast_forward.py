"""A case's clock is moved in a demonstration only, and whoever cannot have it hears why."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from temporalio.client import Client
from typer.testing import CliRunner

from cli import app
from models.errors import EscalationClosed
from models.store.session import Store
from supervisor.running import Running, mark_of, write_record
from supervisor.stack import Stack
from supervisor.temporary import temporary_stack
from tests.desk import Desk
from upkeep import demo
from upkeep.fast_forward import CannotSkip, fast_forward
from workflows.client import Engine, connect
from workflows.search_attributes import REGISTRATION

HOUR = timedelta(hours=1)


async def refused(store: Store, client: Client, case: str) -> str:
    """Why the clock of a case was not moved."""
    number = int(case.removeprefix("E-"))
    with pytest.raises(CannotSkip) as caught:
        await fast_forward(store, client, Engine(client, "tests"), number, HOUR)
    return str(caught.value)


@pytest.fixture
def running(tmp_path: Path) -> Running:
    """A run of this process, written down as the supervisor does."""
    found = Running(
        supervisor=mark_of("supervisor", os.getpid()),
        api_url="http://127.0.0.1:9",
        database_url="postgresql://us:secret@127.0.0.1:9/rightnow",
        temporal_address="127.0.0.1:7999",
    )
    write_record(tmp_path, found)
    return found


async def test_a_server_that_does_not_skip_time_is_named_in_plain_words(
    stack: Stack, store: Store, sarah: Desk
) -> None:
    opened = await sarah.open_case()
    changes = {"demo": False, "database_url": SecretStr(stack.database_url)}
    async with temporary_stack(search_attributes=REGISTRATION, changes=changes) as plain:
        client = await connect(plain.temporal_address, "default")
        said = await refused(store, client, opened["number"])
    assert "does not skip time" in said
    assert "rightnow up --demo" in said


async def test_a_case_that_is_over_has_no_clock(
    store: Store, client: Client, sarah: Desk, marcus: Desk
) -> None:
    opened = await sarah.open_case()
    answer = await marcus.post(f"/cs/escalations/{opened['number']}/cancellation")
    await sarah.case(opened["number"], at=answer["version"])
    number = int(opened["number"].removeprefix("E-"))
    with pytest.raises(EscalationClosed, match="its time stands still"):
        await fast_forward(store, client, Engine(client, "tests"), number, HOUR)


async def test_a_case_that_ends_within_that_time_was_moved(
    store: Store, client: Client, sarah: Desk
) -> None:
    opened = await sarah.open_case()
    await sarah.post(f"/cs/escalations/{opened['number']}/resolution")
    number = int(opened["number"].removeprefix("E-"))
    before = datetime.now(UTC)
    engine = Engine(client, "tests")
    now, case = await fast_forward(store, client, engine, number, timedelta(days=60))
    assert now > before + HOUR
    assert str(case) == opened["escalation_id"]


async def test_a_temporal_that_is_away_is_said_to_be(store: Store, sarah: Desk) -> None:
    opened = await sarah.open_case()
    away = await connect("127.0.0.1:9", "default", lazy=True)
    assert "Temporal does not answer" in await refused(store, away, opened["number"])


def test_without_a_demonstration_no_clock_is_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIGHTNOW_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("RIGHTNOW_DATABASE_URL", "postgresql://us:secret@127.0.0.1:9/rightnow")
    monkeypatch.setenv("RIGHTNOW_TEMPORAL_ADDRESS", "127.0.0.1:9")
    monkeypatch.delenv("RIGHTNOW_DEMO", raising=False)
    said = CliRunner().invoke(app, ["fast-forward", "E-1001", "7d"])
    assert said.exit_code == 1
    assert "This is not a demonstration" in said.output
    monkeypatch.setenv("RIGHTNOW_DEMO", "true")
    said = CliRunner().invoke(app, ["fast-forward", "E-1001", "7d"])
    assert "This is not a demonstration" not in said.output
    assert "cannot save or read" in said.output, "so far it came: there is no database"


def test_a_run_is_a_demonstration_once_it_was_noted_and_only_that_run(
    tmp_path: Path, running: Running
) -> None:
    assert not demo.runs(tmp_path, None)
    demo.remember(tmp_path)
    assert demo.runs(tmp_path, None)
    assert demo.runs(tmp_path, "127.0.0.1:7999")
    assert not demo.runs(tmp_path, "temporal.example.com:7233"), "another engine is no demo"
    later = running.supervisor.model_copy(
        update={"created_at": running.supervisor.created_at + 0.5}
    )
    write_record(tmp_path, running.model_copy(update={"supervisor": later}))
    assert not demo.runs(tmp_path, None), "the next run is not one by itself"
