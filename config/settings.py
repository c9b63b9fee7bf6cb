"""Every setting of Rightnow, read once, by the roots, from the environment or a `.env` file.

Each name is prefixed with `RIGHTNOW_`, so `database_url` is `RIGHTNOW_DATABASE_URL`.
Settings travel as arguments from here: no other room reads the environment.
"""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

Port = Annotated[int, Field(ge=1, le=65535)]


def _leads_to_a_mail_server(url: SecretStr) -> SecretStr:
    """Let an address pass that a mail can be sent to; it is said at the start, not at the mail."""
    wrong = "is not an address such as smtps://user:password@host:465, or smtp://host:25"
    try:
        parts = urlsplit(url.get_secret_value())
        right = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0
    except ValueError:
        right = False
    if not right:
        raise ValueError(wrong)
    return url


class Settings(BaseSettings):
    """What an operator can change without touching code."""

    model_config = SettingsConfigDict(
        env_prefix="RIGHTNOW_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    data_dir: Path = Path(".data")
    """Where the local default keeps PostgreSQL, Temporal, logs and secrets."""

    database_url: SecretStr | None = None
    """`postgresql://user:password@host:port/name`. Empty: `rightnow up` starts its own."""

    temporal_address: str | None = None
    """`host:port` of a Temporal frontend. Empty: `rightnow up` starts its own."""

    temporal_namespace: str = "default"
    """Temporal namespace in which escalations run."""

    temporal_api_key: SecretStr | None = None
    """API key for Temporal Cloud. Setting it turns TLS on."""

    temporal_tls: bool = False
    """Speak TLS to Temporal."""

    temporal_ui_url: str | None = None
    """Where people open Temporal's web page. Empty: the local one's address is used."""

    task_queue: str = "rightnow"
    """Temporal task queue of escalations and their activities."""

    api_host: str = "127.0.0.1"
    """Address on which the API listens."""

    api_port: Port = 8000
    """Port of the API. When it is busy, `rightnow up` picks a free one and says so."""

    api_url: str | None = None
    """Where the terminal client finds the API. Empty: the one that `rightnow up` started."""

    token: SecretStr | None = None
    """Bearer token of the terminal client. `rightnow token EMAIL` prints one."""

    temporal_port: Port = 7233
    """Port of the local Temporal server. Replaced, and said, when busy."""

    temporal_ui_port: Port = 8233
    """Port of the local Temporal web page. Replaced, and said, when busy."""

    postgres_port: Port = 54329
    """Port of the local PostgreSQL. Replaced, and said, when busy."""

    company_name: str = "Rightnow Demo"
    """The name that customers know you by. Used in scripts and letters."""

    mail_from: str = "care@rightnow.test"
    """Address from which letters and notices leave. Mail from it is recognised as our own."""

    smtp_url: Annotated[SecretStr, AfterValidator(_leads_to_a_mail_server)] | None = None
    """`smtps://user:password@host:port` is TLS from the first byte. With `smtp://` a password is
    sent only after STARTTLS, or to this same machine: a server that offers none gets no mail.
    Empty: a mailbox in the database."""

    manager_mail: str = "managers@rightnow.test"
    """Who is told when nobody else can be: breaches, steps that stay undone."""

    vp_mail: str = "vp@rightnow.test"
    """The named contact of an executive escalation."""

    demo: bool = False
    """Demo people, demo data and `rightnow fast-forward`. Never in production."""

    ready_file: Path | None = None
    """A file that the worker touches once it takes work; for supervisors and probes."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """How much the processes log. Logs are JSON lines without customers' words."""

    log_format: Literal["json", "text"] = "json"
    """`text` is for people who read along."""


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"{Settings.model_config['env_prefix']}{name}".upper()


def read_settings() -> Settings:
    """The settings of this process. For the roots.

    Raises SystemExit that says which one is wrong, without its value: it may be a secret.
    """
    try:
        return Settings()
    except ValidationError as error:
        wrong = [f"{variable(str(one['loc'][0]))}: {one['msg']}" for one in error.errors()]
        raise SystemExit("\n".join(("A setting is not right.", *wrong))) from None
