"""A terminal in front of a small API."""

from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner, Result

from config.settings import Settings
from terminal.client import Patience
from terminal.commands import app
from terminal.credentials import save_token
from terminal.work import Room
from tests.terminal.fake_api import FakeApi

TOKEN = "a-token-of-sarah-0123456789"  # one that only the small API knows
QUICK = Patience(for_changes=0.6, for_looking=0.3, pauses=(0.02, 0.05), each=0.5)
PATIENT = Patience(for_changes=60, for_looking=60, pauses=QUICK.pauses, each=60)
"""For tests in which trying again helps, however slow the machine is."""

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "NO_COLOR", "COLUMNS", "RIGHTNOW_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def api() -> Iterator[FakeApi]:
    fake = FakeApi()
    yield fake
    fake.close()


@pytest.fixture
def run(api: FakeApi, tmp_path: Path) -> Run:
    """Type a command as Sarah."""
    save_token(tmp_path, "sarah@demo.test", TOKEN)

    def typed(
        *words: str,
        stdin: str | bytes | None = None,
        url: str | None = None,
        patience: Patience = QUICK,
    ) -> Result:
        settings = Settings(_env_file=None, data_dir=tmp_path, api_url=url or api.url)
        room = Room(settings=settings, patience=patience, zone=ZoneInfo("UTC"))
        return CliRunner().invoke(app, list(words), input=stdin, obj=room)

    return typed
