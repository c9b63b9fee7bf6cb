"""The README's commands, typed by a stranger: `rightnow up`, and then each line of its block."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from supervisor.temporary import temporary_data_dir
from tests.polling import until

ROOT = Path(__file__).parent.parent.parent
RIGHTNOW = (sys.executable, str(ROOT / "cli.py"))


def _commands() -> list[list[str]]:
    """The lines of the README that call `rightnow`, without their comments."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"^\.venv/bin/rightnow ([^#\n]+)", readme, re.MULTILINE)
    return [line.split() for line in found]


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """A machine of its own: another data directory, and nothing set."""
    place = temporary_data_dir()
    plain = {name: value for name, value in os.environ.items() if "RIGHTNOW" not in name}
    yield {
        **plain,
        "RIGHTNOW_DATA_DIR": str(place),
        "RIGHTNOW_API_PORT": "18900",
        "RIGHTNOW_TEMPORAL_PORT": "18910",
        "RIGHTNOW_TEMPORAL_UI_PORT": "18920",
        "RIGHTNOW_POSTGRES_PORT": "18930",
        "NO_COLOR": "1",
    }
    shutil.rmtree(place, ignore_errors=True)


async def _type(environment: dict[str, str], *words: str) -> str:
    """Type a command and return what it prints; it must succeed."""
    done = await asyncio.to_thread(
        subprocess.run,
        [*RIGHTNOW, *words],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.e2e
async def test_a_stranger_rescues_doug_with_the_commands_of_the_readme(
    environment: dict[str, str], tmp_path: Path
) -> None:
    said = tmp_path / "up.txt"
    with said.open("w") as out:
        up = subprocess.Popen([*RIGHTNOW, "up", "--demo"], cwd=ROOT, env=environment, stdout=out)
    try:

        async def running() -> bool | None:
            told = said.read_text()
            assert up.poll() is None, told
            return "Rightnow is running" in told and "/api/v1/docs" in told

        await until(running, within=90)
        commands = _commands()
        printed = {one[0]: await _type(environment, *one) for one in commands}
        assert list(printed) == ["next", "done", "show", "why", "open", "fast-forward"]
        assert "Call Doug now" in printed["next"]
        assert "E-1001" in printed["show"]
        assert "It adds up to 8 hours" in printed["why"]
        assert "E-1005" in printed["open"]
        assert "it is" in printed["fast-forward"]
        assert "0 differences" in await _type(environment, "projections", "rebuild", "--check")
        await _type(environment, "playbook", "lint", "playbooks/cancel-threat.yaml")
    finally:
        up.send_signal(signal.SIGTERM)
        code = await asyncio.to_thread(up.wait, 60)
    assert code == 0
    assert "Nothing is lost" in said.read_text()
