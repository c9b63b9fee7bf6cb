"""Operators' commands: start, look after, bring in, rebuild, demonstrate."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.markup import escape
from temporalio.client import Client

from activities.adapters.sla_files import load_library
from config.settings import Settings, read_settings
from domain.audit import advice
from models.actor import Role, Scope
from models.audit import FindingKind
from models.duration import Duration, say_count
from models.errors import RightnowError
from models.escalation import NUMBER_PREFIX
from models.store.session import Store
from supervisor import up as starter
from supervisor.doctor import diagnose
from terminal.commands import register_playbook
from terminal.credentials import save_token
from upkeep import demo, library, rebuild, team, workshop
from upkeep.audits import accept as accept_finding, read_audits
from upkeep.fast_forward import NOT_A_DEMO, CannotSkip, fast_forward
from upkeep.releases import CannotRelease, release as release_version
from upkeep.running import (
    database_of as _database,
    fail as _fail,
    say as _say,
    with_running as _with_running,
    with_store as _with_store,
)
from workflows.client import Engine, connect
from workflows.search_attributes import REGISTRATION

_console = Console(soft_wrap=True)
_DURATION: TypeAdapter[timedelta] = TypeAdapter(Duration)

user = typer.Typer(no_args_is_help=True, help="People of the team.")
sla = typer.Typer(no_args_is_help=True, help="SLA policies and calendars.")
projections = typer.Typer(no_args_is_help=True, help="What PostgreSQL shows of each case.")


def register(app: typer.Typer) -> None:
    """Put these commands under `rightnow`."""
    for command in (up, doctor, audit, prepare, token, release, move_ahead):
        app.command("fast-forward" if command is move_ahead else command.__name__)(command)
    app.add_typer(user, name="user")
    app.add_typer(workshop.playbook, name="playbook")
    register_playbook(workshop.playbook)
    app.add_typer(sla, name="sla")
    app.add_typer(projections, name="projections")


def up(
    with_demo: Annotated[
        bool, typer.Option("--demo", help="With demo people and four demo cases.")
    ] = False,
) -> None:
    """Start everything, and stop it with Ctrl-C. Nothing is lost."""
    settings = read_settings()
    if with_demo:
        settings = settings.model_copy(update={"demo": True})
    code = asyncio.run(
        starter.up(
            settings,
            search_attributes=REGISTRATION,
            migrate=partial(library.bring_up_to_date, company=settings.company_time),
            prepare=_load_demo if settings.demo else None,
            say=_say,
        )
    )
    raise typer.Exit(code)


def doctor() -> None:
    """Say what is wrong and how to mend it."""
    # As they were set: what the local run chose by itself, the doctor reads beside them.
    findings = asyncio.run(diagnose(read_settings(), search_attributes=REGISTRATION))
    for finding in findings:
        mark = "[green]ok [/]" if finding.ok else "[red]BAD[/]"
        _console.print(f"{mark} {escape(finding.what)}: {escape(finding.detail)}")
        if not finding.ok and finding.mend:
            _console.print(f"      Do this: {escape(finding.mend)}")
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


def audit(
    accept: Annotated[
        str | None, typer.Option(metavar="NAME", help="Known: it raises no alarm any more.")
    ] = None,
) -> None:
    """Say what the audits found: what is wrong, which case, and what to do."""
    settings = _with_running(read_settings())
    if accept is not None:
        if not _with_store(settings, lambda store: accept_finding(store, accept)):
            _fail("Nothing of that name is wrong now. See the names: rightnow audit")
        _say("It raises no alarm any more, for as long as it says the same.")
        return
    told = _with_store(settings, read_audits)
    for line in told.lines:
        _say(line)
    raise typer.Exit(0 if told.well else 1)


def prepare() -> None:
    """Migrate the database and bring the content in. Safe to repeat; for deployments."""
    settings = _with_running(read_settings())
    library.bring_up_to_date(_database(settings), settings.company_time)
    _say("The database is in its newest form, and playbooks and SLA rules are in it.")


def token(
    email: Annotated[str, typer.Argument(help="Whose token; or a name, with --scope.")],
    scope: Annotated[list[Scope] | None, typer.Option(help="For a service, not a person.")] = None,
    days: Annotated[int, typer.Option(min=1, max=365, help="How long it counts.")] = 30,
) -> None:
    """Print a new bearer token, and keep a person's for this terminal."""
    settings = _with_running(read_settings())
    valid_for = timedelta(days=days)

    async def make(store: Store) -> str:
        if scope:
            return await team.new_service_token(store, email, scope, valid_for=valid_for)
        return await team.new_token(store, email, valid_for=valid_for)

    made = _with_store(settings, make)
    if not scope:
        save_token(settings.data_dir, email, made)
    sys.stdout.write(f"{made}\n")


def release(
    version: Annotated[str, typer.Argument(help="The workers' RIGHTNOW_DEPLOYMENT_VERSION.")],
) -> None:
    """Give the work to this version of the workers, running cases too."""
    settings = _with_running(read_settings())

    async def give() -> None:
        await release_version(await _temporal(settings), version)

    try:
        asyncio.run(give())
    except CannotRelease as error:
        _fail(str(error))
    _say(f"Version {version} has the work now. The old workers can go.")


async def _temporal(settings: Settings) -> Client:
    key = settings.temporal_api_key
    return await connect(
        settings.temporal_address or "",
        settings.temporal_namespace,
        api_key=key.get_secret_value() if key else None,
        tls=settings.temporal_tls,
        keys=settings.payload_keyring,
        clear_until=settings.payloads_clear_until,
        lazy=True,
    )


def move_ahead(
    case: Annotated[str, typer.Argument(help="The case: E-1042.")],
    by: Annotated[str, typer.Argument(help="How far: 30m, 24h, 7d.")],
) -> None:
    """Demonstration: move one case's clock ahead and see what comes due."""
    settings = _with_running(read_settings())
    number = case.upper().removeprefix(NUMBER_PREFIX)
    try:
        far = _DURATION.validate_python(by)
    except ValidationError:
        far = timedelta(0)
    if not number.isdigit() or far <= timedelta(0):
        _fail("Write it like: rightnow fast-forward E-1042 7d")

    if not (settings.demo or demo.runs(settings.data_dir, settings.temporal_address)):
        _fail(NOT_A_DEMO)

    async def move(store: Store) -> None:
        client = await _temporal(settings)
        engine = Engine(client, settings.task_queue)
        now, _ = await fast_forward(store, client, engine, int(number), far)
        _say(f"For {NUMBER_PREFIX}{number} it is {now:%Y-%m-%d %H:%M} UTC now.")

    try:
        _with_store(settings, move)
    except CannotSkip as error:
        _fail(str(error))


@user.command("add")
def add_user(
    email: str,
    name: str,
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.AGENT,
) -> None:
    """Add somebody to the team."""
    settings = _with_running(read_settings())
    person = _with_store(settings, lambda store: team.add_person(store, email, name, role))
    _say(f"{person.name} is here as {person.role}. Next: rightnow token {person.email}")


@sla.command("check")
def check_sla(
    folder: Annotated[Path, typer.Argument(help="With policies/ and calendars/ in it.")] = (
        library.SLA_FOLDER
    ),
) -> None:
    """Say what is wrong with SLA rules before they are published: file, line and reason."""
    today = datetime.now(UTC).date()
    try:
        found = load_library(folder, read_settings().company_time, today)
    except RightnowError as error:
        for trouble in error.troubles:
            _console.print(escape(f"error   {trouble.where}: {trouble.what} {trouble.mend}"))
        _fail(error.detail)
    policies = say_count(len(found.policies), "policy", "policies")
    _say(f"{policies} and {say_count(len(found.calendars), 'calendar')}, nothing wrong.")


@projections.command("rebuild")
def rebuild_projections(
    check: Annotated[bool, typer.Option("--check", help="Only compare; write nothing.")] = False,
) -> None:
    """Fold every case's events anew, and say whether the projection was equal."""
    settings = _with_running(read_settings())
    result = _with_store(settings, lambda store: rebuild.rebuild(store, write=not check))
    for one in result.differences:
        _say(f"{one.escalation_id}: {one.column} was not what its events say.")
    for lost in result.broken:
        _say(f"{lost.number}: its events are not whole: {lost.why}. It stays as it is.")
    _say(f"{result.cases} cases, {len(result.differences)} differences.")
    if result.broken:
        _say(f"{len(result.broken)} not whole. {advice(FindingKind.EVENTS)}")
    raise typer.Exit(1 if result.broken or (check and result.differences) else 0)


async def _load_demo(run: starter.Run) -> None:
    """Demo people with tokens for this terminal, and the four demo cases."""
    demo.remember(run.settings.data_dir)
    store = Store(run.database_url, pool=2)
    try:
        people = await team.add_demo_team(store)
        tokens = {one.email: await team.new_token(store, one.email) for one in reversed(people)}
    finally:
        await store.close()
    for email, secret in tokens.items():
        save_token(run.settings.data_dir, email, secret)
    numbers = await demo.open_demo_cases(run.api_url, tokens["sarah@demo.test"])
    _say(f"Demo cases: {', '.join(numbers) or 'there already'}. All people are made up.")
    _say("Log in from another terminal; you are Sarah, an agent:")
    _say("  .venv/bin/rightnow next                          what do I do right now?")
    _say("  .venv/bin/rightnow --help                        everything else")
    _say("  .venv/bin/rightnow next --as marcus@demo.test    be Marcus, a senior")
    _say(f"  Tokens for {', '.join(sorted(tokens))}: .venv/bin/rightnow token EMAIL")
