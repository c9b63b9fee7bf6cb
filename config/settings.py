"""Every setting of Rightnow, read once, by the roots, from the environment or a `.env` file.

Each name is prefixed with `RIGHTNOW_`, so `database_url` is `RIGHTNOW_DATABASE_URL`.
Settings travel as arguments from here: no other room reads the environment.
"""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.model_address import AsElsewhere, leads_to_a_model
from models.alert import AlertRules
from models.calendar import CompanyTime, HolidaysOf
from models.edition import NEWEST
from models.house import House
from models.llm import LlmSetup
from models.messages import HouseRules
from models.money import CreditLimits
from models.payload_key import PayloadKey, read_payload_keys
from models.webhook import TARGETS, WebhookTarget

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


def _are_keys(text: SecretStr) -> SecretStr:
    """Let keys pass that payloads can be sealed with; a wrong one is said at the start."""
    read_payload_keys(text.get_secret_value())
    return text


def _leads_to_a_page(url: SecretStr) -> SecretStr:
    """Let an address pass that can be asked over HTTP."""
    try:
        parts = urlsplit(url.get_secret_value())
        right = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        right = False
    if not right:
        raise ValueError("is not an address such as https://host/path")
    return url


def _names_systems(told: SecretStr) -> SecretStr:
    """Let a list of systems pass that can be called."""
    try:
        TARGETS.validate_json(told.get_secret_value())
    except ValidationError as error:
        where = " ".join(".".join(str(part) for part in one["loc"]) for one in error.errors())
        raise ValueError(f"is not a list of systems: look at {where or 'the JSON'}") from None
    return told


def _is_a_zone(name: str) -> str:
    """Let the name of a time zone pass that this machine knows."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError("is not an IANA time zone such as Europe/Berlin") from None
    return name


def _places(told: str) -> tuple[HolidaysOf, ...]:
    parts = [one.strip().partition("-") for one in told.split(",") if one.strip()]
    return tuple(HolidaysOf(country=one, subdivision=part or None) for one, _, part in parts)


def _are_places(told: str) -> str:
    """Let a list of countries, and of parts of them, pass."""
    try:
        _places(told)
    except ValidationError:
        raise ValueError("is not a list of countries such as DE-BE, AT") from None
    return told


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

    payload_keys: Annotated[SecretStr, AfterValidator(_are_keys)] | None = None
    """`id:base64` of 32 random bytes each, comma separated. What goes to Temporal is encrypted with
    the first; every one can decrypt. Empty: `rightnow up` makes and keeps one for its own Temporal,
    and everything else runs unencrypted. The same for workers and APIs. How to: docs/how-to/keys.md
    """

    payloads_clear_until: AwareDatetime | None = None
    """When encryption was switched on under running cases, such as `2026-12-01T00:00:00Z`: cases
    opened before may have payloads in clear. Empty: none may, and a clear one is refused.
    """

    task_queue: str = "rightnow"
    """Temporal task queue of escalations and their activities."""

    deployment_version: (
        Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9._-]+$")] | None
    ) = None
    """The version that this worker runs, such as a commit: Temporal then gives work only to the
    version that `rightnow release` made current. Empty: every worker gets work."""

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

    time_zone: Annotated[str, AfterValidator(_is_a_zone)] = "UTC"
    """The company's IANA time zone, such as Europe/Berlin. Business hours are read in it."""

    holidays: Annotated[str, AfterValidator(_are_places)] = ""
    """Whose public holidays the company keeps: a country in two capital letters, or a part of it
    after a hyphen, such as DE or DE-BE; several with commas. Empty: none."""

    mail_from: str = "care@rightnow.test"
    """Address from which letters and notices leave. Mail from it is recognised as our own."""

    smtp_url: Annotated[SecretStr, AfterValidator(_leads_to_a_mail_server)] | None = None
    """`smtps://user:password@host:port` is TLS from the first byte. With `smtp://` a password is
    sent only after STARTTLS, or to this same machine: a server that offers none gets no mail.
    Empty: a mailbox in the database."""

    manager_mail: str = "managers@rightnow.test"
    """Who is told when nobody else can be: breaches, steps that stay undone."""

    senior_mail: str = "seniors@rightnow.test"
    """Who is told of a case that waits for a senior."""

    vp_mail: str = "vp@rightnow.test"
    """The named contact of an executive escalation."""

    audit_every: Annotated[int, Field(ge=0, le=3600)] = 60
    """Seconds from one audit to the next. It looks for what was lost, is late or is stuck, and puts
    right what is safe to put right: `rightnow audit` shows it. 0 switches it off."""

    audit_overdue_after: Annotated[int, Field(ge=10, le=86400)] = 300
    """Seconds after its time that something due may be undone before the audit says so."""

    audit_ping_url: Annotated[SecretStr, AfterValidator(_leads_to_a_page)] | None = None
    """Asked, directly and without a proxy, after each audit that found nothing wrong. Somebody
    outside who hears nothing for some minutes raises the alarm. Addresses of this machine are
    refused, but in a demonstration."""

    tell_owners: bool = True
    """Whoever gets a case from somebody else is told by mail."""

    owner_acts_within_minutes: Annotated[int, Field(ge=1, le=10080)] | None = None
    """How long a new owner may do nothing before the managers are told. Empty: no matter."""

    alert_touches: Annotated[int, Field(ge=2, le=100)] = 3
    """After so many messages and calls in a case that is not mended the seniors are alerted."""

    alert_value: Annotated[int, Field(ge=0, le=10**15)] = 500_000
    """A case of a customer who pays more than this in a year, in minor units such as cents, alerts
    the managers."""

    alert_mood_drop: Annotated[float, Field(gt=0, le=2)] = 0.4
    """By how much a customer's mood, from -1 to 1, has to fall to alert the seniors."""

    alert_prediction_drop: Annotated[float, Field(gt=0, le=1)] = 0.15
    """By how much the predicted success, from 0 to 1, has to fall to alert the seniors."""

    alert_hours: Annotated[int, Field(ge=1, le=720)] = 24
    """How long an alert is shown that nobody says they saw."""

    retention_mails: str = ""
    """The team that keeps customers from leaving: mail addresses of people of ours, with commas.
    Alerts about signal words are for them. Empty: the seniors."""

    credit_currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    """The currency of the credit limits. Money in another one always needs a manager's yes."""

    credit_limit_agent: Annotated[int, Field(ge=0, le=10**12)] = 5000
    """How much an agent may give in one case alone, in minor units such as cents."""

    credit_limit_senior: Annotated[int, Field(ge=0, le=10**12)] = 20000
    """How much a senior may give alone."""

    credit_limit_manager: Annotated[int, Field(ge=0, le=10**12)] = 100000
    """How much a manager may give alone. For more, another manager says yes."""

    credit_target: str | None = None
    """The system, of those in `RIGHTNOW_WEBHOOKS`, that pays credits. Empty: they are only written
    down."""

    webhooks: Annotated[SecretStr, AfterValidator(_names_systems)] | None = None
    """Other systems by name, as JSON: `{"crm": {"url": "https://…", "secret": "whsec_…"}}`."""

    llm_base_url: Annotated[str, AfterValidator(leads_to_a_model)] | None = None
    """Where an OpenAI-compatible endpoint is, such as `https://host/v1`. On this machine it may be
    `http://127.0.0.1:8080/v1`. Empty: `OPENAI_BASE_URL`, with `OPENAI_API_KEY`; without that, no
    language model is asked. How to: docs/how-to/connect-a-language-model.md
    """

    llm_api_key: SecretStr | None = None
    """The endpoint's key. Empty: none is sent."""

    llm_model: Annotated[str, Field(max_length=200)] | None = None
    """The model's name at the endpoint. Empty: no language model is asked."""

    llm_deadline: Annotated[int, Field(ge=1, le=60)] = 8
    """Seconds within which an answer is there, all told; then the playbook's words stand."""

    llm_tokens_per_day: Annotated[int, Field(ge=0, le=10**12)] = 1_000_000
    """Tokens in and out that all processes together may spend from midnight to midnight UTC."""

    llm_at_once: Annotated[int, Field(ge=1, le=64)] = 4
    """Questions under way at once in each process."""

    llm_keep_answers: Annotated[int, Field(ge=0, le=86400)] = 3600
    """Seconds for which the same question about a case is answered as before. 0: no answer is kept;
    a draft is shown for a minute all the same, as it is written while nobody waits."""

    reader_kept_for: Annotated[int, Field(ge=1, le=86400)] = 600
    """Seconds for which the built-in reader stays in memory when nothing is to be read. To begin it
    anew takes a second or two, for which nobody waits."""

    outgoing_loopback: bool = False
    """Development only: webhooks may call this machine, also without encryption."""

    demo: bool = False
    """Demo people, demo data and `rightnow fast-forward`. Never in production."""

    ready_file: Path | None = None
    """A file that the worker touches once it takes work; for supervisors and probes."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """How much the processes log. Logs are JSON lines without customers' words."""

    log_format: Literal["json", "text"] = "json"
    """`text` is for people who read along."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Where settings come from; what comes first wins."""
        elsewhere = AsElsewhere(settings_cls, env_settings, dotenv_settings)
        return init_settings, env_settings, dotenv_settings, elsewhere, file_secret_settings

    @property
    def company_time(self) -> CompanyTime:
        """What a calendar means by `company`."""
        return CompanyTime(zone=self.time_zone, holidays=_places(self.holidays))

    @property
    def payload_keyring(self) -> tuple[PayloadKey, ...]:
        """The payload keys, ready for use. None given: none."""
        text = self.payload_keys
        return read_payload_keys(text.get_secret_value()) if text else ()


def house_of(settings: Settings) -> House:
    """The house, as the settings describe it."""
    minutes = settings.owner_acts_within_minutes
    return House(
        company=settings.company_name,
        sender=settings.mail_from,
        managers=settings.manager_mail,
        vp=settings.vp_mail,
        seniors=settings.senior_mail,
        retention=frozenset(
            one.strip().lower() for one in settings.retention_mails.split(",") if one.strip()
        ),
        rules=HouseRules(
            edition=NEWEST,
            credit_limits=CreditLimits(
                currency=settings.credit_currency,
                agent=settings.credit_limit_agent,
                senior=settings.credit_limit_senior,
                manager=settings.credit_limit_manager,
            ),
            tell_owners=settings.tell_owners,
            owner_acts_within=timedelta(minutes=minutes) if minutes else None,
            alerts=AlertRules(
                touches=settings.alert_touches,
                value=settings.alert_value,
                mood_drop=settings.alert_mood_drop,
                prediction_drop=settings.alert_prediction_drop,
                lasts=timedelta(hours=settings.alert_hours),
            ),
        ),
    )


def llm_of(settings: Settings) -> LlmSetup | None:
    """The language model that the settings name; None when they name none."""
    if settings.llm_base_url is None or settings.llm_model is None:
        return None
    return LlmSetup(
        base_url=settings.llm_base_url,
        api_key=settings.llm_api_key,
        model=settings.llm_model,
        deadline=settings.llm_deadline,
        tokens_per_day=settings.llm_tokens_per_day,
        at_once=settings.llm_at_once,
        keep_answers=settings.llm_keep_answers,
    )


def systems_of(settings: Settings) -> dict[str, WebhookTarget]:
    """The other systems that the settings name."""
    told = settings.webhooks
    return TARGETS.validate_json(told.get_secret_value()) if told else {}


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
