"""The playbook workshop on the terminal: look at a file, play it through, compare two."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from activities.adapters.content_files import read_text, with_lines
from activities.adapters.playbook_files import load_file, load_script
from activities.adapters.sla_files import load_library
from domain.business_hours import materialise, window_for
from domain.lint import lint
from domain.playbook import document_hash
from domain.playbook_diff import diff
from domain.simulation import MONDAY, policy_for, simulate
from models.duration import say_count, say_duration
from models.errors import PlaybookInvalid, RightnowError
from models.playbook import Playbook
from models.playbook_diff import Change, ChangeKind
from models.simulation import AgentScript, Moment, Simulation
from models.sla import PolicyVersion
from models.terms import SlaTerms
from upkeep.library import SLA_FOLDER
from upkeep.running import company_time

_console = Console(soft_wrap=True)

playbook = typer.Typer(no_args_is_help=True, help="Playbooks.")


@playbook.command("lint")
def lint_playbook(file: Path) -> None:
    """Say what is wrong with a playbook file: file, line and key."""
    found = _load(file)
    findings = with_lines(lint(found), read_text(file, PlaybookInvalid), file.name)
    for finding in findings:
        _console.print(escape(f"{finding.level:7} {finding.where}: {finding.what} {finding.mend}"))
    if any(finding.level == "error" for finding in findings):
        raise typer.Exit(1)
    _say(f"{found.name}: {len(found.steps)} steps, nothing wrong.")


@playbook.command("simulate")
def simulate_playbook(
    file: Path,
    script: Annotated[
        Path | None, typer.Option(help="A file that says what the agent does.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=60, help="How many days.")] = 7,
    sla: Annotated[Path, typer.Option(help="SLA rules: a folder as `sla check` has.")] = SLA_FOLDER,
) -> None:
    """Play a playbook through and print what happens when. Nothing leaves the house."""
    found = _load(file)
    try:
        told = load_script(script) if script else None
    except RightnowError as error:
        _refuse(error)
    unknown = sorted(set(told.answers if told else ()) - {step.id for step in found.steps})
    if unknown:
        _fail(f"The script answers steps that {file.name} does not have: {', '.join(unknown)}.")
    terms = _terms(told or AgentScript(), sla)
    life = simulate(found, told, terms=terms, days=days)
    _console.print(
        f"[bold]{escape(found.name)}[/]: {days} days, played through by the rules that run cases."
        f" SLA policy: {escape(terms.policy.name)}."
    )
    _print_moments(life.moments)
    _console.print(escape(_sum(life)))
    if life.cut:
        raise typer.Exit(1)


@playbook.command("diff")
def diff_playbooks(before: Path, after: Path) -> None:
    """Say what one playbook file says otherwise than another. Exit code 1 when anything."""
    changes = diff(_load(before), _load(after)).changes
    for one in changes:
        _console.print(escape(_change(one)))
    if not changes:
        _say("Both say the same.")
        return
    raise typer.Exit(1)


def _terms(script: AgentScript, folder: Path) -> SlaTerms:
    """The policy that such a case gets by these SLA rules, and the hours that it counts."""
    try:
        found = load_library(folder, company_time(), MONDAY.date())
    except RightnowError as error:
        _refuse(error)
    policies = [
        PolicyVersion(version=1, hash=document_hash(one), policy=one) for one in found.policies
    ]
    policy = policy_for(script, policies)
    window = window_for(MONDAY)
    hours = (
        materialise(one, f"{one.slug}@1", *window)
        for one in found.calendars
        if one.slug in policy.calendars
    )
    return SlaTerms(policy=policy, hours=tuple(hours))


def _print_moments(moments: tuple[Moment, ...]) -> None:
    day = -1
    table = Table.grid(padding=(0, 2))
    for one in moments:
        if one.after.days != day:
            day = one.after.days
            table.add_row(f"[bold]Day {day + 1}[/]", "", "")
        table.add_row(f"  {one.at:%a %H:%M:%S}", escape(one.who), escape(one.what))
    _console.print(table)


def _sum(life: Simulation) -> str:
    """The life in one line."""
    fixed = (
        f"resolved after {say_duration(life.resolved_after)}"
        if life.resolved_after is not None
        else "never resolved"
    )
    counts = (
        say_count(life.reminders, "reminder"),
        say_count(life.mails, "letter or notice", "letters and notices"),
        f"{say_count(life.late, 'target')} missed",
    )
    told = f"It is {life.status} at the end: {fixed}; {', '.join(counts)}."
    return f"{told} CUT OFF: it goes on and on." if life.cut else told


def _change(one: Change) -> str:
    match one.kind:
        case ChangeKind.CHANGED:
            return f"changed {one.where}: {one.before or 'nothing'} -> {one.after or 'nothing'}"
        case ChangeKind.MOVED:
            return f"moved   {one.where} {one.after}"
        case ChangeKind.ADDED | ChangeKind.REMOVED:
            return f"{one.kind:7} {one.where}"


def _load(file: Path) -> Playbook:
    try:
        return load_file(file)
    except RightnowError as error:
        _refuse(error)


def _refuse(error: RightnowError) -> NoReturn:
    for trouble in error.troubles:
        _console.print(escape(f"error   {trouble.where}: {trouble.what} {trouble.mend}"))
    _fail(error.detail)


def _say(text: str) -> None:
    _console.print(escape(text))


def _fail(text: str) -> NoReturn:
    _console.print(f"[red]{escape(text)}[/]")
    raise typer.Exit(1)
