"""`rightnow sla rehearse` and `rightnow playbook rehearse`: a draft over cases that have ended."""

import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.progress import Progress

from activities.past_cases import LastCases
from models.duration import Duration
from models.errors import ContentInvalid
from models.rehearsal import PlaybookRehearsal, SlaRehearsal
from models.store.session import Store
from upkeep.rehearsal_words import playbook_lines, sla_lines
from upkeep.rehearsals import (
    load_playbook_draft,
    load_sla_draft,
    rehearse_playbook,
    rehearse_sla,
)
from upkeep.running import address_of, fail, say, settings_of_run, with_store

Told = TypeVar("Told", SlaRehearsal, PlaybookRehearsal)
Last = Annotated[int, typer.Option(min=1, max=2_000, help="How many cases, the newest first.")]
Within = Annotated[str, typer.Option(help="Stop after so long, with what there is: 30s, 5m.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, every case with its clocks.")]
_DURATION: TypeAdapter[timedelta] = TypeAdapter(Duration)


def rehearse_sla_rules(
    draft: Annotated[Path, typer.Argument(help="A policy's file, or a folder as `sla check` has.")],
    last: Last = 200,
    within: Within = "5m",
    as_json: AsJson = False,
) -> None:
    """Say what a draft would have changed for cases that have ended. It changes nothing."""
    settings = settings_of_run()
    today = datetime.now(UTC).date()
    try:
        given = load_sla_draft(draft, settings.company_time, today)
    except ContentInvalid as wrong:
        _refuse(wrong)

    def work(store: Store, cases: LastCases) -> Awaitable[SlaRehearsal]:
        return rehearse_sla(store, given, draft, today, cases)

    told = _go_through(work, last, within)
    _print(told, as_json, lambda one: sla_lines(one, draft.name, address_of(settings)))


def rehearse_trigger(
    draft: Annotated[Path, typer.Argument(help="A playbook's file.")],
    last: Last = 200,
    within: Within = "5m",
    as_json: AsJson = False,
) -> None:
    """Say which ended cases would have begun with another playbook. It changes nothing."""
    try:
        found = load_playbook_draft(draft)
    except ContentInvalid as wrong:
        _refuse(wrong)

    def work(store: Store, cases: LastCases) -> Awaitable[PlaybookRehearsal]:
        return rehearse_playbook(store, found, cases)

    told = _go_through(work, last, within)
    url = address_of(settings_of_run())
    _print(told, as_json, lambda one: playbook_lines(one, draft.name, url))


def register(sla: typer.Typer, playbook: typer.Typer) -> None:
    """Put them among the commands of rules and of playbooks."""
    sla.command("rehearse")(rehearse_sla_rules)
    playbook.command("rehearse")(rehearse_trigger)


def _go_through(
    work: Callable[[Store, LastCases], Awaitable[Told]], last: int, within: str
) -> Told:
    try:
        seconds = _DURATION.validate_python(within).total_seconds()
    except ValidationError:
        fail("Write the time like: --within 5m")
    settings = settings_of_run()
    with Progress(console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task("Going through past cases", total=last)

        async def all_of_them(store: Store) -> Told:
            def count(n: int) -> None:
                bar.update(line, completed=n)

            return await work(store, LastCases(store, last, seconds, count))

        try:
            return with_store(settings, all_of_them)
        except ContentInvalid as wrong:
            _refuse(wrong)


def _print(told: Told, as_json: bool, lines: Callable[[Told], list[str]]) -> None:
    if as_json:
        sys.stdout.write(f"{told.model_dump_json(indent=1)}\n")
        return
    console = Console(soft_wrap=True)
    for line in lines(told):
        console.print(line, highlight=False)
    if told.cut:
        console.print("The time is over: there are older cases. Give it more: --within 10m")


def _refuse(wrong: ContentInvalid) -> NoReturn:
    for trouble in wrong.troubles:
        say(f"error   {trouble.where}: {trouble.what} {trouble.mend}")
    fail(wrong.detail)
