"""Operators' commands: start, look after, bring in, rebuild, demonstrate."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer
from pydantic import SecretStr, TypeAdapter, ValidationError
from rich.console import Console
from rich.markup import escape

from activities.adapters.playbook_files import load_file, with_lines
from config.settings import Settings, read_settings
from domain.lint import lint
from models.actor import Role, Scope
from models.duration import Duration
from models.errors import RightnowError
from models.escalation import NUMBER_PREFIX
from models.store.session import Store
from supervisor import up as starter
from supervisor.doctor import diagnose
from supervisor.running import read_running
from terminal.credentials import save_token
from upkeep import demo, library, rebuild, team
from upkeep.fast_forward import NOT_A_DEMO, CannotSkip, fast_forward
from workflows.client import Engine, connect
from workflows.search_attributes import REGISTRATION

T = TypeVar("T")
_console = Console(soft_wrap=True)
_DURATION: TypeAdapter[timedelta] = TypeAdapter(Duration)

user = typer.Typer(no_args_is_help=True, help="People of the team.")
playbook = typer.Typer(no_args_is_help=True, help="Playbooks.")
projections = typer.Typer(no_args_is_help=True, help="What PostgreSQL shows of each case.")


def register(app: typer.Typer) -> None:
    """Put these commands under `rightnow`."""
    for command in (up, doctor, prepare, token, move_ahead):
        app.command("fast-forward" if command is move_ahead else command.__name__)(command)
    app.add_typer(user, name="user")
    app.add_typer(playbook, name="playbook")
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
            migrate=library.bring_up_to_date,
            prepare=_load_demo if settings.demo else None,
            say=_say,
        )
    )
    raise typer.Exit(code)


def doctor() -> None:
    """Say what is wrong and how to mend it."""
    running = read_running(read_settings().data_dir)
    settings = _with_running(read_settings()) if running else read_settings()
    findings = asyncio.run(diagnose(settings, search_attributes=REGISTRATION))
    for finding in findings:
        mark = "[green]ok [/]" if finding.ok else "[red]BAD[/]"
        _console.print(f"{mark} {escape(finding.what)}: {escape(finding.detail)}")
        if not finding.ok and finding.mend:
            _console.print(f"      Do this: {escape(finding.mend)}")
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


def prepare() -> None:
    """Migrate the database and bring the playbooks in. Safe to repeat; for deployments."""
    settings = _with_running(read_settings())
    library.bring_up_to_date(_database(settings))
    _say("The database is in its newest form, and the playbooks are in it.")


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
        key = settings.temporal_api_key
        client = await connect(
            settings.temporal_address or "",
            settings.temporal_namespace,
            api_key=key.get_secret_value() if key else None,
            tls=settings.temporal_tls,
            lazy=True,
        )
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


@playbook.command("lint")
def lint_playbook(file: Path) -> None:
    """Say what is wrong with a playbook file: file, line and key."""
    try:
        found = load_file(file)
        text = file.read_text(encoding="utf-8")
        findings = with_lines(lint(found), text, file.name)
    except RightnowError as error:
        for trouble in error.troubles:
            _console.print(escape(f"error   {trouble.where}: {trouble.what} {trouble.mend}"))
        _fail(error.detail)
    for finding in findings:
        _console.print(escape(f"{finding.level:7} {finding.where}: {finding.what} {finding.mend}"))
    if any(finding.level == "error" for finding in findings):
        raise typer.Exit(1)
    _say(f"{found.name}: {len(found.steps)} steps, nothing wrong.")


@projections.command("rebuild")
def rebuild_projections(
    check: Annotated[bool, typer.Option("--check", help="Only compare; write nothing.")] = False,
) -> None:
    """Fold every case's events anew, and say whether the projection was equal."""
    settings = _with_running(read_settings())
    result = _with_store(settings, lambda store: rebuild.rebuild(store, write=not check))
    for one in result.differences:
        _say(f"{one.escalation_id}: {one.column} was not what its events say.")
    _say(f"{result.cases} cases, {len(result.differences)} differences.")
    raise typer.Exit(1 if check and result.differences else 0)


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


def _with_running(settings: Settings) -> Settings:
    """Settings completed by the local run, where they do not say something else."""
    running = read_running(settings.data_dir)
    if running is None:
        return settings
    return settings.model_copy(
        update={
            "database_url": settings.database_url or SecretStr(running.database_url or ""),
            "temporal_address": settings.temporal_address or running.temporal_address,
        }
    )


def _database(settings: Settings) -> str:
    url = settings.database_url.get_secret_value() if settings.database_url else ""
    if not url:
        _fail("Nothing is running here. Start it: make up. Or set RIGHTNOW_DATABASE_URL.")
    return url


def _with_store(settings: Settings, work: Callable[[Store], Awaitable[T]]) -> T:
    """Do something with the database; say what is wrong in one plain sentence."""
    url = _database(settings)

    async def run() -> T:
        store = Store(url, pool=2)
        try:
            return await work(store)
        finally:
            await store.close()

    try:
        return asyncio.run(run())
    except RightnowError as error:
        _fail(f"{error.title} {error.detail}")


def _say(words: str) -> None:
    _console.print(words, markup=False, highlight=False)


def _fail(words: str) -> NoReturn:
    _console.print(words, markup=False, highlight=False, style="red")
    raise typer.Exit(1)
