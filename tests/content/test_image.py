"""The image: it holds what the wheel holds, is pinned, unprivileged, and has no secret in it."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def lets_in() -> set[str]:
    """What .dockerignore lets into the image."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*", "nothing, but what is named"
    return {rule[1:] for rule in rules if rule.startswith("!")}


def test_the_image_holds_the_same_rooms_as_the_wheel() -> None:
    built = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    wheel = built["targets"]["wheel"]
    locks = {"requirements-runtime.lock", "requirements-files.lock"}
    assert lets_in() - {*locks, "deploy/rightnow"} == {
        *wheel["packages"],
        *wheel["include"],
    }


def test_the_image_is_made_of_files_that_exist_and_are_let_in() -> None:
    copies = re.findall(r"(?m)^COPY (?!--from)(\S+) \S+$", DOCKERFILE)
    assert copies == ["requirements-runtime.lock", ".", "deploy/rightnow", "."]
    assert {*copies} - {"."} <= lets_in()
    assert all((ROOT / one).exists() for one in lets_in())


def test_the_image_is_pinned_unprivileged_and_fetches_nothing_unhashed() -> None:
    bases = re.findall(r"(?m)^FROM (\S+)", DOCKERFILE)
    assert all(re.fullmatch(r"python:3\.12\.\d+-slim-\w+", base) for base in bases)
    assert len({*bases}) == 1
    assert not re.search(r"(?m)^ADD |https?://|curl|wget|apt-get", DOCKERFILE)
    assert re.findall(r"(?m)^USER (.+)$", DOCKERFILE)[-1] == "10001:10001"
    files = (ROOT / "requirements-files.lock").read_text()
    assert re.findall(r"(?m)^[^#\s].*==[\d.]+ \\\n    --hash=sha256:[0-9a-f]{64}$", files)
    installs = [line for line in DOCKERFILE.split("\nRUN ") if " install " in line]
    assert len(installs) == 1
    for option in ("--require-hashes", "--no-cache-dir", "--only-binary=:all:"):
        assert option in installs[0]


def test_no_secret_can_get_into_the_image() -> None:
    assert not {".env", ".data", ".git", "deploy"} & lets_in()
    assert not re.search(r"(?m)^(ARG|ENV) .*(PASSWORD|TOKEN|SECRET|KEY)", DOCKERFILE)
