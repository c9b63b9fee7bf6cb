"""`playbook adopt`: what would happen is shown, and nothing happens without a yes."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli import app
from config.settings import Settings
from terminal.credentials import save_token
from terminal.work import Room
from tests.terminal import recorded
from tests.terminal.conftest import QUICK, TOKEN
from tests.terminal.fake_api import Answer, FakeApi

CASE = "/cs/escalations/E-1042"


def plan(*fates: dict[str, Any], possible: bool = True) -> Answer:
    """A preview."""
    told = [{"step": "call-now", "title": "Call Doug now", "fate": "stays", "why": None}, *fates]
    return Answer(
        body={
            "playbook": "refund@2",
            "previous": "cancel-threat@1",
            "swaps": True,
            "possible": possible,
            "fates": told,
            "token": "as-it-was",
        }
    )


@pytest.fixture
def adopt(api: FakeApi, tmp_path: Path) -> Any:
    """Type the command as Marcus."""
    save_token(tmp_path, "marcus@demo.test", TOKEN)
    api.on("GET", f"{CASE}/playbook-change", plan())
    api.on("POST", f"{CASE}/playbook", Answer(body=recorded.operation()))
    api.on("GET", recorded.PATH, Answer(body=recorded.case()))

    def typed(*words: str) -> Result:
        settings = Settings(_env_file=None, data_dir=tmp_path, api_url=api.url)
        room = Room(settings=settings, patience=QUICK)
        return CliRunner().invoke(
            app, ["playbook", "adopt", "E-1042", "refund@2", *words], obj=room
        )

    return typed


def test_what_would_happen_is_shown_and_with_yes_it_does(api: FakeApi, adopt: Any) -> None:
    told = {"step": "pay", "title": "Pay it back", "fate": "new", "why": None}
    api.on("GET", f"{CASE}/playbook-change", plan(told))
    done = adopt("--yes")
    assert done.exit_code == 0, done.output
    assert "From cancel-threat@1 to refund@2" in done.stdout
    assert "stays as it is" in done.stdout
    assert "is new, and comes now" in done.stdout
    assert "It goes on by refund@2." in done.stdout
    assert api.asked[0].query == "playbook=refund%402"
    assert api.changes()[0].json == {"playbook": "refund@2", "seen": "as-it-was"}


def test_without_a_yes_nothing_is_changed(api: FakeApi, adopt: Any) -> None:
    done = adopt()
    assert done.exit_code == 2
    assert "add --yes" in done.stderr
    assert api.changes() == []


def test_what_stands_in_the_way_is_said(api: FakeApi, adopt: Any) -> None:
    stands = {"step": "ask", "title": "Ask again", "fate": "cannot", "why": "Keep it first."}
    api.on("GET", f"{CASE}/playbook-change", plan(stands, possible=False))
    done = adopt("--yes")
    assert done.exit_code == 2
    assert "stands in the way: Keep it first." in done.stdout
    assert api.changes() == []
