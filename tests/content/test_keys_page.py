"""What `docs/how-to/keys.md` tells operators to type works."""

import re
import shlex
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from api.app import create_app
from api.unsealing import VALID_FOR
from models.payload_key import read_payload_keys

HOW_TO = Path(__file__).parents[2] / "docs/how-to"
PAGE = (HOW_TO / "keys.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.S)


def test_the_command_for_a_key_makes_one() -> None:
    [command] = [one for one in BLOCKS if "openssl" in one]
    assert command.strip() in " ".join((HOW_TO / "deploy.md").read_text("utf-8").split())
    made = [
        subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    keys = [read_payload_keys(one.strip()) for one in made]
    assert [one.id for [one] in keys] == ["2026", "2026"]
    assert keys[0] != keys[1]


def test_the_address_for_programs_is_in_the_contract() -> None:
    [command] = [one for one in BLOCKS if one.startswith("curl")]
    path = urlsplit(shlex.split(command)[-1]).path
    assert "post" in create_app().openapi()["paths"][path]


def test_the_hours_are_those_of_the_code() -> None:
    assert VALID_FOR.total_seconds() == 8 * 3600
    assert "eight hours" in PAGE
