"""A setting is written once, in its class: the page, `.env.example` and compose follow."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError
from typer.testing import CliRunner

from cli import app
from config import reference
from config.settings import Settings, llm_of, variable

ROOT = Path(__file__).parents[2]
VARIABLES = {variable(name) for name in Settings.model_fields}
NOT_IN_COMPOSE = {
    "RIGHTNOW_DATA_DIR": "the image sets it: a place in memory",
    "RIGHTNOW_DEMO": "never in production",
    "RIGHTNOW_OUTGOING_LOOPBACK": "never in production",
    "RIGHTNOW_API_URL": "for the terminal client, on somebody's own machine",
    "RIGHTNOW_TOKEN": "for the terminal client, on somebody's own machine",
    "RIGHTNOW_TEMPORAL_PORT": "for the local default; compose publishes no such port",
    "RIGHTNOW_POSTGRES_PORT": "for the local default; compose publishes no such port",
}


def hashes(lock: str) -> dict[str, set[str]]:
    """What a lock file pins, with its markers, and the hashes that it accepts."""
    found: dict[str, set[str]] = {}
    for entry in re.split(r"\n(?=\S)", (ROOT / lock).read_text()):
        pin, *rest = entry.replace("\\\n", "\n").splitlines()
        found[pin.strip()] = {line.strip() for line in rest}
    return found


@pytest.mark.parametrize("name", reference.PAGES)
def test_what_operators_read_is_what_the_class_says(name: str) -> None:
    path = ROOT / name
    found = path.read_text(encoding="utf-8") if path.exists() else ""
    assert found == reference.PAGES[name](), f"{name} is not current. Renew it: {reference.RENEW}"


def test_every_setting_is_explained() -> None:
    silent = [name for name, field in Settings.model_fields.items() if not field.description]
    assert not silent


def test_the_example_with_every_line_switched_on_is_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    with_a_value = re.sub(r"(?m)^#(RIGHTNOW_\w+=.+)$", r"\1", reference.env_example())
    (tmp_path / "all.env").write_text(with_a_value)
    assert Settings(_env_file=tmp_path / "all.env") == Settings(_env_file=None)


@pytest.mark.parametrize(
    "url", ["mail.example.com:587", "http://mail.example.com", "smtp://", "smtp://host:x"]
)
def test_an_address_that_no_mail_can_be_sent_to_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValidationError, match="is not an address such as smtps://") as caught:
        Settings(_env_file=None, smtp_url=SecretStr(url))
    assert "input_value" not in str(caught.value), "a wrong secret is still a secret"


def test_a_wrong_setting_is_named_in_one_plain_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIGHTNOW_SMTP_URL", "smpt://us:hunter2@mail.example.com")
    said = CliRunner().invoke(app, ["prepare"])
    assert said.exit_code == 1
    assert "RIGHTNOW_SMTP_URL: Value error, is not an address" in said.output
    assert "hunter2" not in said.output


@pytest.mark.parametrize(
    "url",
    [
        "model.test/v1",
        "ftp://model.test",
        "https://",
        "https://user:word@model.test/v1",
        "https://model.test/v1?key=1",
        "https://model.test/v1#a",
        "https://model.test:0/v1",
        "https://model.test:x/v1",
        "https://mödel.test/v1",
        "https://model.test/a b",
        "http://model.test/v1",
        "http://10.0.0.1/v1",
        "http://169.254.169.254/latest",
        "http://localhost.evil.test/v1",
    ],
)
def test_an_address_to_which_no_prompt_may_go_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValidationError, match="llm_base_url"):
        Settings(_env_file=None, llm_base_url=url)


@pytest.mark.parametrize(
    "url",
    ["https://model.test/v1", "http://127.0.0.1:8080/v1", "http://localhost/v1", "http://[::1]/v1"],
)
def test_a_model_is_asked_over_tls_or_on_this_machine(url: str) -> None:
    settings = Settings(_env_file=None, llm_base_url=url, llm_model="m")
    found = llm_of(settings)
    assert found is not None
    assert (found.base_url, found.deadline, found.tokens_per_day) == (url, 8, 1_000_000)


def test_without_an_address_or_a_name_no_model_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "RIGHTNOW_LLM_BASE_URL", "RIGHTNOW_LLM_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "hunter2")
    assert llm_of(Settings(_env_file=None)) is None
    assert llm_of(Settings(_env_file=None, llm_model="m")) is None
    assert llm_of(Settings(_env_file=None, llm_base_url="https://model.test")) is None


def test_the_names_that_other_programs_use_are_a_pair(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("RIGHTNOW_LLM_BASE_URL", "RIGHTNOW_LLM_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "hunter2")
    (tmp_path / "one.env").write_text("OPENAI_BASE_URL=https://theirs.test/v1\n")
    read = Settings(_env_file=tmp_path / "one.env", llm_model="m")
    assert read.llm_base_url == "https://theirs.test/v1"
    assert read.llm_api_key is not None
    assert read.llm_api_key.get_secret_value() == "hunter2"
    monkeypatch.setenv("RIGHTNOW_LLM_BASE_URL", "https://ours.test/v1")
    ours = Settings(_env_file=tmp_path / "one.env", llm_model="m")
    assert ours.llm_base_url == "https://ours.test/v1"
    assert ours.llm_api_key is None, "their key is for their address"
    monkeypatch.setenv("RIGHTNOW_LLM_API_KEY", "ours")
    kept = Settings(_env_file=None, llm_model="m").llm_api_key
    assert kept is not None
    assert kept.get_secret_value() == "ours"


def test_renewing_writes_only_what_is_not_current(tmp_path: Path) -> None:
    (tmp_path / "docs/reference").mkdir(parents=True)
    assert reference.renew(tmp_path) == list(reference.PAGES)
    (tmp_path / ".env.example").write_text("old")
    assert reference.renew(tmp_path) == [".env.example"]
    assert reference.renew(tmp_path) == []


def test_compose_knows_every_setting_or_says_why_not() -> None:
    mentioned = set(re.findall(r"RIGHTNOW_[A-Z_]+", (ROOT / "docker-compose.yml").read_text()))
    assert mentioned | set(NOT_IN_COMPOSE) == VARIABLES
    assert not mentioned & set(NOT_IN_COMPOSE)


def test_compose_asks_for_no_variable_that_the_example_lacks() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    example = set(re.findall(r"(?m)^#?([A-Z_]+)=", reference.env_example()))
    assert asked <= example


def test_no_variable_is_named_that_does_not_exist() -> None:
    places = [ROOT / "Dockerfile", *ROOT.glob("deploy/**/*.*"), *ROOT.glob("docs/**/*.md")]
    for path in places:
        named = set(re.findall(r"RIGHTNOW_[A-Z_]+[A-Z]", path.read_text(encoding="utf-8")))
        assert named <= VARIABLES, path.name


def test_the_image_s_lock_is_part_of_the_lock_with_the_same_hashes() -> None:
    whole, image = hashes("requirements.lock"), hashes("requirements-runtime.lock")
    assert {pin: whole.get(pin) for pin in image} == image, "Renew both: make lock"
    assert all(image.values()), "each with a hash"


def test_the_image_s_lock_has_what_runs_and_neither_tools_nor_servers() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    tools = [one for one in project["dependency-groups"]["dev"] if isinstance(one, str)]
    local = project["project"]["optional-dependencies"]["local"]
    names = {re.split(r"[^\w.-]", pin)[0] for pin in hashes("requirements-runtime.lock")}

    def name(requirement: str) -> str:
        return re.split(r"[^\w.-]", requirement)[0]

    assert {name(one) for one in project["project"]["dependencies"]} <= names
    assert not names & {name(one) for one in [*tools, *local]}


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"time_zone": "CET+1"}, "not an IANA time zone"),
        ({"time_zone": "../etc/passwd"}, "not an IANA time zone"),
        ({"holidays": "Germany"}, "not a list of countries"),
        ({"holidays": "DE-Berlin"}, "not a list of countries"),
    ],
)
def test_a_company_s_time_that_nobody_knows_is_said_at_the_start(
    setting: dict[str, str], told: str
) -> None:
    with pytest.raises(ValidationError, match=told):
        Settings(_env_file=None, **setting)  # type: ignore[arg-type]


def test_a_company_s_time_is_its_zone_and_its_holidays() -> None:
    found = Settings(_env_file=None, time_zone="Europe/Berlin", holidays="DE-BE, AT").company_time
    assert found.zone == "Europe/Berlin"
    places = [(one.country, one.subdivision) for one in found.holidays]
    assert places == [("DE", "BE"), ("AT", None)]


@pytest.mark.parametrize("root", [("-m", "api"), ("worker.py",), ("cli.py", "up")])
def test_a_wrong_setting_is_one_line_and_not_its_value_in_every_root(root: tuple[str, ...]) -> None:
    environment = {**os.environ, "RIGHTNOW_SMTP_URL": "hunter2", "RIGHTNOW_API_PORT": "many"}
    ended = subprocess.run(
        [sys.executable, *root], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert ended.returncode == 1
    said = ended.stderr.splitlines()
    assert [line.partition(":")[0] for line in said] == [
        "A setting is not right.",
        "RIGHTNOW_API_PORT",
        "RIGHTNOW_SMTP_URL",
    ]
    assert "hunter2" not in ended.stdout + ended.stderr
