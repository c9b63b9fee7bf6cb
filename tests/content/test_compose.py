"""`docker-compose.yml` and the image, checked without an engine: what can be read is read."""

import re
import shlex
import subprocess
import sys
import tomllib
from base64 import b64encode
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from config.reference import COMPOSE_SECRETS
from config.settings import Settings
from models.payload_key import KEY_BYTES
from supervisor.postgres import APP, EXTENSIONS, SETTINGS
from supervisor.servers import CODEC_PATH
from supervisor.temporal_namespace import RETENTION
from workflows.search_attributes import REGISTRATION

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
JOBS = {"temporal-schema", "temporal-namespace", "migrate"}
OURS = {"migrate", "worker", "api"}

DURATION = {"type": "string", "pattern": r"^(\d+(ms|s|m|h))+$"}
SIZE = {"type": "string", "pattern": r"^\d+[bkmg]$"}
WORDS = {"type": "array", "items": {"type": "string"}, "minItems": 1}
ENVIRONMENT = {
    "type": "object",
    "propertyNames": {"pattern": "^[A-Z][A-Z0-9_]*$"},
    "additionalProperties": {"type": ["string", "null"]},
}
SERVICE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["image", "networks", "mem_limit", "restart", "logging"],
    "properties": {
        "image": {"type": "string"},
        "build": {"const": "."},
        "command": WORDS,
        "user": {"type": "string"},
        "init": {"type": "boolean"},
        "read_only": {"type": "boolean"},
        "tmpfs": WORDS,
        "shm_size": SIZE,
        "mem_limit": SIZE,
        "pids_limit": {"type": "integer", "minimum": 1},
        "cap_drop": {"const": ["ALL"]},
        "security_opt": {"const": ["no-new-privileges:true"]},
        "environment": ENVIRONMENT,
        "ports": WORDS,
        "volumes": WORDS,
        "networks": WORDS,
        "stop_grace_period": DURATION,
        "restart": {"enum": ["unless-stopped", "on-failure:5"]},
        "logging": {
            "type": "object",
            "additionalProperties": False,
            "required": ["driver", "options"],
            "properties": {
                "driver": {"type": "string"},
                "options": {"additionalProperties": {"type": "string"}},
            },
        },
        "depends_on": {
            "additionalProperties": {
                "additionalProperties": False,
                "required": ["condition"],
                "properties": {
                    "condition": {"enum": ["service_healthy", "service_completed_successfully"]}
                },
            }
        },
        "healthcheck": {
            "additionalProperties": False,
            "required": ["test", "interval", "timeout", "retries", "start_period"],
            "properties": {
                "test": {
                    "type": "array",
                    "prefixItems": [{"const": "CMD"}],
                    "items": {"type": "string"},
                },
                "retries": {"type": "integer", "minimum": 1},
                "interval": DURATION,
                "timeout": DURATION,
                "start_period": DURATION,
            },
        },
    },
}
FILE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "services", "networks", "volumes"],
    "patternProperties": {"^x-": {}},
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*$"},
        "services": {"propertyNames": {"pattern": "^[a-z-]+$"}, "additionalProperties": SERVICE},
        "networks": {"additionalProperties": {"properties": {"internal": {"type": "boolean"}}}},
        "volumes": {"additionalProperties": {"type": "object"}},
    },
}
"""The part of the Compose specification that we use; whatever else appears was not looked at."""


class MissingError(Exception):
    """A variable without which compose refuses to start."""


def resolved(text: str, given: dict[str, str]) -> str:
    """Replace `${NAME}`, `${NAME:-otherwise}` and `${NAME:?complaint}`, also inside each other."""
    innermost = re.compile(r"\$\{(\w+)(?::([-?])([^${}]*))?\}")
    while found := innermost.search(text):
        name, kind, rest = found.groups()
        value = given.get(name, "")
        if not value and kind == "?":
            raise MissingError(f"{name} {rest}")
        text = text[: found.start()] + (value or rest or "") + text[found.end() :]
    return text


def environment(service: str, given: dict[str, str]) -> dict[str, str]:
    """What a container gets: a name without a value is passed on, or absent."""
    said: dict[str, str | None] = SERVICES[service].get("environment", {})
    passed = {name: given.get(name) for name, value in said.items() if value is None}
    own = {name: resolved(value, given) for name, value in said.items() if value is not None}
    return own | {name: value for name, value in passed.items() if value is not None}


def settings_of(service: str, given: dict[str, str], patch: pytest.MonkeyPatch) -> Settings:
    """The settings as the process in that container reads them."""
    for name in Settings.model_fields:
        patch.delenv(f"RIGHTNOW_{name.upper()}", raising=False)
    for name, value in environment(service, given).items():
        patch.setenv(name, value)
    return Settings(_env_file=None)


KEYS = {"RIGHTNOW_PAYLOAD_KEYS": f"2026:{b64encode(b'k' * KEY_BYTES).decode()}"}
PASSWORDS = dict.fromkeys(COMPOSE_SECRETS, "0f1e2d3c") | KEYS


def test_the_file_is_compose() -> None:
    jsonschema.validate(COMPOSE, FILE)


def test_every_service_waits_for_services_that_can_say_they_are_there() -> None:
    for name, service in SERVICES.items():
        for other, wish in service.get("depends_on", {}).items():
            assert other in SERVICES, name
            is_job = wish["condition"] == "service_completed_successfully"
            assert is_job == (other in JOBS), f"{name} waits wrongly for {other}"
            assert is_job or "healthcheck" in SERVICES[other], f"{other} has no healthcheck"


def test_jobs_end_and_servers_stay() -> None:
    for name, service in SERVICES.items():
        assert (service["restart"] == "on-failure:5") == (name in JOBS), name
        assert ("healthcheck" in service) == (name not in JOBS), name


def test_networks_and_volumes_are_declared_and_used() -> None:
    networks = {one for service in SERVICES.values() for one in service["networks"]}
    mounts = [one.split(":") for service in SERVICES.values() for one in service.get("volumes", [])]
    assert networks == set(COMPOSE["networks"])
    assert {source for source, *_ in mounts if source[0] != "."} == set(COMPOSE["volumes"])
    for source, _, *mode in mounts:
        if source.startswith("."):
            assert (ROOT / source).is_dir()
            assert mode == ["ro"]


def test_images_are_pinned_and_ours_has_the_project_s_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    for name, service in SERVICES.items():
        image, _, tag = service["image"].partition(":")
        assert re.fullmatch(r"\d+\.\d+\.\d+(-pg\d+-[a-z]+)?", tag), f"{name} is not pinned"
        assert (image == "rightnow") == (name in OURS)
        assert (service.get("build") == ".") == (name in OURS)
        assert name not in OURS or tag == version


def test_temporal_s_server_and_tools_are_of_one_version() -> None:
    images = [SERVICES[f"temporal{part}"]["image"] for part in ("", "-schema", "-namespace")]
    assert len({image.partition(":")[2] for image in images}) == 1


def test_every_port_is_on_loopback_and_only_pages_have_one() -> None:
    published = {name: one["ports"] for name, one in SERVICES.items() if "ports" in one}
    assert set(published) == {"api", "temporal-ui"}
    for ports in published.values():
        assert all(resolved(port, {}).startswith("127.0.0.1:") for port in ports)


def test_databases_and_temporal_cannot_be_reached_nor_reach_out() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    outside = {name for name, one in SERVICES.items() if "outside" in one["networks"]}
    assert outside == {*OURS, "temporal-ui"}


def test_temporal_is_in_one_network() -> None:
    assert SERVICES["temporal"]["networks"] == ["inside"]


def test_a_worker_can_be_scaled() -> None:
    assert not {"container_name", "ports", "hostname"} & set(SERVICES["worker"])


def test_no_container_has_rights_of_root_s() -> None:
    for name, service in SERVICES.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["init"] is (name != "postgres"), name
        assert name not in OURS or service["read_only"], name
    assert SERVICES["postgres"]["user"] == "postgres"


def test_stopping_leaves_the_time_that_each_process_takes() -> None:
    grace = {name: one.get("stop_grace_period", "10s") for name, one in SERVICES.items()}
    assert grace["worker"] == "30s", "graceful_shutdown_timeout is 20 s"
    assert grace["api"] == "15s", "timeout_graceful_shutdown is 8 s"


def test_no_secret_stands_in_the_file() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if value and re.search("PASSWORD|PWD|SECRET|KEY|TOKEN", variable):
                assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), f"{name}: {variable}"
    assert re.findall(r"//\w+:(?!\$\{)", TEXT) == []


@pytest.mark.parametrize("name", PASSWORDS)
def test_compose_refuses_to_start_without_a_password_or_a_key(name: str) -> None:
    with pytest.raises(MissingError, match=name):
        _ = [environment(service, PASSWORDS | {name: ""}) for service in SERVICES]


@pytest.mark.parametrize("service", sorted(OURS))
def test_our_processes_get_what_they_need(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(service, PASSWORDS, monkeypatch)
    assert settings.database_url is not None
    url = settings.database_url.get_secret_value()
    assert url == f"postgresql://{APP}:{PASSWORDS['APP_DB_PASSWORD']}@postgres:5432/{APP}"
    assert settings.temporal_address == "temporal:7233"
    assert [key.id for key in settings.payload_keyring] == ["2026"]
    assert settings.smtp_url is None, "what nobody set is absent, not empty"
    assert settings.demo is False


def test_temporal_s_page_asks_the_api_and_is_the_page_that_may_ask(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = environment("temporal-ui", PASSWORDS)
    host, api_port, _ = resolved(SERVICES["api"]["ports"][0], {}).split(":")
    assert page["TEMPORAL_CODEC_ENDPOINT"] == f"http://{host}:{api_port}{CODEC_PATH}"
    assert page["TEMPORAL_CODEC_INCLUDE_CREDENTIALS"] == "true"
    host, page_port, _ = resolved(SERVICES["temporal-ui"]["ports"][0], {}).split(":")
    api = settings_of("api", PASSWORDS, monkeypatch)
    assert api.temporal_ui_url == f"http://{host}:{page_port}"


def test_a_cloud_and_a_database_elsewhere_win(monkeypatch: pytest.MonkeyPatch) -> None:
    given = PASSWORDS | {
        "RIGHTNOW_TEMPORAL_ADDRESS": "care.a1b2c.tmprl.cloud:7233",
        "RIGHTNOW_TEMPORAL_NAMESPACE": "care.a1b2c",
        "RIGHTNOW_TEMPORAL_API_KEY": "key",
        "RIGHTNOW_DATABASE_URL": "postgresql://care:word@db.example:5432/care",
    }
    settings = settings_of("worker", given, monkeypatch)
    assert settings.temporal_address == given["RIGHTNOW_TEMPORAL_ADDRESS"]
    assert settings.temporal_namespace == given["RIGHTNOW_TEMPORAL_NAMESPACE"]
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == given["RIGHTNOW_DATABASE_URL"]


def test_the_probes_ask_where_the_processes_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    api = settings_of("api", PASSWORDS, monkeypatch)
    assert (api.api_host, SERVICES["api"]["ports"][0].rsplit(":")[-1]) == ("0.0.0.0", "8000")
    assert f"127.0.0.1:{api.api_port}/readyz" in SERVICES["api"]["healthcheck"]["test"][-1]
    worker = settings_of("worker", PASSWORDS, monkeypatch)
    assert SERVICES["worker"]["healthcheck"]["test"][1:] == ["test", "-f", str(worker.ready_file)]
    assert SERVICES["worker"]["tmpfs"][0].startswith("/tmp:"), "an old file must not speak"


def test_the_commands_are_commands_of_ours() -> None:
    assert SERVICES["worker"]["command"] == ["python", "worker.py"]
    assert (ROOT / "worker.py").exists()
    assert SERVICES["api"]["command"] == ["python", "-m", "api"]
    assert (ROOT / "api/__main__.py").exists()
    command, *rest = SERVICES["migrate"]["command"]
    assert command == "rightnow"
    launcher = shlex.split((ROOT / "deploy/rightnow").read_text(), comments=True)
    assert launcher == ["exec", "python", "-P", "/app/cli.py", "$@"]
    shown = subprocess.run(
        [sys.executable, "-P", ROOT / "cli.py", *rest, "--help"],
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 0, shown.stderr
    assert "Migrate the database" in shown.stdout


def test_the_jobs_run_scripts_that_are_there() -> None:
    for job in ("temporal-schema", "temporal-namespace"):
        shell, script = SERVICES[job]["command"]
        assert shell == "sh"
        path = ROOT / "deploy/temporal" / Path(script).name
        assert SERVICES[job]["volumes"] == [f"./deploy/temporal:{Path(script).parent}:ro"]
        checked = subprocess.run(["sh", "-n", path], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr
    settings = SERVICES["temporal"]["environment"]["DYNAMIC_CONFIG_FILE_PATH"]
    limits = yaml.safe_load((ROOT / "deploy/temporal" / Path(settings).name).read_text())
    assert limits["limit.maxIDLength"] == [{"value": 255}]


def test_the_namespace_job_registers_our_search_attributes() -> None:
    script = (ROOT / "deploy/temporal/namespace.sh").read_text()
    assert dict(re.findall(r"--name (\w+) --type (\w+)", script)) == REGISTRATION


def test_search_attributes_fit_what_temporal_keeps_in_sql() -> None:
    kinds = list(REGISTRATION.values())
    assert kinds.count("Keyword") <= 10
    assert all(kinds.count(kind) <= 3 for kind in {*kinds} - {"Keyword"})


def test_ended_escalations_stay_readable_as_long_as_in_the_local_default() -> None:
    hours = SERVICES["temporal-namespace"]["environment"]["RETENTION"]
    assert hours == f"{RETENTION.total_seconds() / 3600:.0f}h"


def test_postgres_is_made_as_in_the_local_default() -> None:
    asked = SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()
    local = (ROOT / "supervisor/postgres_cluster.py").read_text()
    for option in ("--data-checksums", "--encoding=UTF8", "--locale-provider=builtin",
                   "--builtin-locale=C.UTF-8", "--locale=C"):  # fmt: skip
        assert option in asked
        assert option in local
    assert "--lc-ctype=C.UTF-8" in asked, "pg_trgm skips letters it does not know"
    assert "--auth-host=scram-sha-256" in asked
    assert not any("trust" in one for one in asked)


def test_postgres_keeps_customers_words_out_of_its_log() -> None:
    command = SERVICES["postgres"]["command"]
    for name in ("log_statement", "log_min_error_statement", "log_error_verbosity", "timezone"):
        assert f"-c{name}={SETTINGS[name]}" in command


def test_the_first_start_makes_roles_databases_and_extensions() -> None:
    script = (ROOT / "deploy/postgres/10-databases.sql").read_text()
    for extension in EXTENSIONS:
        assert f"CREATE EXTENSION IF NOT EXISTS {extension};" in script
    assert re.findall(r"CREATE DATABASE (\w+) OWNER (\w+)", script) == [
        (APP, APP),
        ("temporal", "temporal"),
        ("temporal_visibility", "temporal"),
    ]
    asked = set(re.findall(r"\\getenv \w+ (\w+)", script))
    assert asked <= set(SERVICES["postgres"]["environment"])
    assert re.findall(r"PASSWORD '[^:]", script) == []
