"""What an operator reads of the settings, written from the class that defines them.

`python -m config.reference` renews `.env.example` and `docs/reference/settings.md`; a test says
when that is due.
"""

import sys
from pathlib import Path, PurePath
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import AwareDatetime, SecretStr
from pydantic.fields import FieldInfo

from config.settings import Settings, variable

ROOT = Path(__file__).resolve().parents[1]
RENEW = "python -m config.reference"

COMPOSE_SECRETS = {
    "POSTGRES_PASSWORD": "Of PostgreSQL's owner. Only the first start and repairs use it.",
    "APP_DB_PASSWORD": "Of the role and database `rightnow`, which the API and the workers use.",
    "TEMPORAL_DB_PASSWORD": "Of the role `temporal`, which owns Temporal's two databases.",
}
"""Passwords that `docker-compose.yml` asks for. They are no settings of ours."""

_ENV_HEAD = f"""\
# Every setting of Rightnow. Copy this file to `.env`, and keep that one to yourself (mode 0600).
# Written by `{RENEW}`; change config/settings.py instead.
#
# A line that begins with `#RIGHTNOW_` shows the default. Remove the `#` to say something else, and
# leave alone what you do not need. An empty value is the same as none.

# For `docker compose` only, and needed there. Letters and digits, because they stand in an address:
# `openssl rand -hex 24` makes one. PostgreSQL keeps those of its first start.

"""
_PAGE_HEAD = f"""\
# Settings

Read once at the start, from the environment or from `.env` in the working directory; the
environment wins. `{RENEW}` writes this page from `config/settings.py`, and a test says when that
is due.

| Variable | Value | Default | Meaning |
|---|---|---|---|
"""
_PAGE_SECRETS = """
## Passwords of `docker-compose.yml`

They have no default: `docker compose` says which one is missing. Use letters and digits.

| Variable | Meaning |
|---|---|
"""


def env_example() -> str:
    """The text of `.env.example`."""
    secrets = "".join(f"# {why}\n{name}=\n\n" for name, why in COMPOSE_SECRETS.items())
    lines = "\n".join(
        f"{_commented(field)}\n#{variable(name)}={_default(field)}\n"
        for name, field in Settings.model_fields.items()
    )
    return _ENV_HEAD + secrets + lines


def settings_page() -> str:
    """The text of `docs/reference/settings.md`."""
    rows = "".join(
        f"| `{variable(name)}` | {_value(field.annotation, field)} | {_shown(field)}"
        f" | {_meaning(field)} |\n"
        for name, field in Settings.model_fields.items()
    )
    secrets = "".join(f"| `{name}` | {why} |\n" for name, why in COMPOSE_SECRETS.items())
    return _PAGE_HEAD + rows + _PAGE_SECRETS + secrets


PAGES = {".env.example": env_example, "docs/reference/settings.md": settings_page}


def renew(root: Path = ROOT) -> list[str]:
    """Write what is not current. Returns the names of the files written."""
    written = []
    for name, text in PAGES.items():
        path = root / name
        if not path.exists() or path.read_text(encoding="utf-8") != text():
            path.write_text(text(), encoding="utf-8")
            written.append(name)
    return written


def _meaning(field: FieldInfo) -> str:
    return " ".join((field.description or "").split())


def _commented(field: FieldInfo) -> str:
    return "\n".join(f"# {line}" for line in (field.description or "").strip().splitlines())


def _default(field: FieldInfo) -> str:
    match field.default:
        case None:
            return ""
        case bool(is_on):
            return str(is_on).lower()
        case SecretStr():
            raise ValueError("a secret has no default")
        case value:
            return str(value)


def _shown(field: FieldInfo) -> str:
    return f"`{_default(field)}`" if field.default is not None else "none"


def _value(kind: Any, field: FieldInfo) -> str:
    """The kind of value, in words."""
    if get_origin(kind) is Literal:
        return ", ".join(f"`{one}`" for one in get_args(kind))
    inner = [one for one in get_args(kind) if one is not NoneType]
    if inner:
        return _value(inner[0], field)
    if kind in (int, float):
        limits = {type(one).__name__: one for one in field.metadata}
        low, high, above = limits.get("Ge"), limits.get("Le"), limits.get("Gt")
        if above and high:
            return f"above {above.gt}, to {high.le}"
        return f"{low.ge} to {high.le}" if low and high else "number"
    if isinstance(kind, type) and issubclass(kind, PurePath):
        return "path"
    return {bool: "`true`, `false`", SecretStr: "secret", str: "text", AwareDatetime: "instant"}[
        kind
    ]


if __name__ == "__main__":
    sys.stdout.write("".join(f"{name} is new.\n" for name in renew()) or "All is current.\n")
