"""What `docs/how-to/deploy.md` tells operators to type exists."""

import re
import shlex
from pathlib import Path

import yaml

from cli import app

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/deploy.md").read_text(encoding="utf-8")
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
LINES = [
    line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.S) for line in block.splitlines()
]
COMMANDS = [shlex.split(line) for line in LINES if line.startswith("docker compose ")]
TAKES_A_WORD = {"--scale", "--entrypoint"}


def words(command: list[str]) -> list[str]:
    """What stands after the subcommand, without options and what belongs to them."""
    rest = command[3:]
    return [
        word
        for before, word in zip(["", *rest], rest, strict=False)
        if not word.startswith("-") and before not in TAKES_A_WORD
    ]


def test_every_service_in_a_command_exists() -> None:
    assert len(COMMANDS) > 10
    for command in COMMANDS:
        named = words(command)
        if command[2] in {"exec", "run"}:
            assert named[0] in SERVICES, command
        elif command[2] == "up":
            assert set(named) <= set(SERVICES), command


def test_every_command_of_ours_exists() -> None:
    ours = [command[command.index("rightnow") + 1] for command in COMMANDS if "rightnow" in command]
    told = {*ours, *re.findall(r"`[^`\n]*\brightnow ([a-z][a-z-]+)", PAGE)}
    assert {"prepare", "user", "token", "projections", "doctor"} <= told
    offered = app.registered_commands
    names = {one.name or (one.callback.__name__ if one.callback else "") for one in offered}
    assert told <= names | {group.name for group in app.registered_groups}
