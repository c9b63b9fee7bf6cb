"""`rightnow history import`: bring cases of an earlier system in, so that they are found again."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from activities.ports import ModelUnusable
from activities.similar import AT_ONCE, Counted, SimilarCases
from models.duration import say_count
from models.similar import ImportedCase
from models.store.session import Store
from models.store.vectors import NO_VECTORS, can_keep_vectors
from models.text import Slug
from upkeep.history_lines import Refused, Row, csv_rows, json_rows
from upkeep.running import fail, say, settings_of_run, with_store

SHOWN = 20
"""Lines that were refused, of which it is said why; the others are counted."""

_SLUG: TypeAdapter[str] = TypeAdapter(Slug)
Keep = Callable[[list[ImportedCase]], Awaitable[Counted]]

history = typer.Typer(no_args_is_help=True, help="Cases of an earlier system.")


@dataclass
class Brought:
    """What an import did."""

    kept: Counted = field(default_factory=Counted)
    refused: int = 0
    shown: list[Refused] = field(default_factory=list)
    vectors: bool = True
    """The database could keep vectors."""

    def refuse(self, line: Refused) -> None:
        """Count a line that was not taken."""
        self.refused += 1
        if len(self.shown) < SHOWN:
            self.shown.append(line)


def register(app: typer.Typer) -> None:
    """Put it under `rightnow`."""
    app.add_typer(history, name="history")


@history.command("import")
def bring_in(
    file: Annotated[Path, typer.Argument(help="A case a line: FILE.jsonl, or FILE.csv.")],
    source: Annotated[
        str, typer.Option(help="From where: its ids are told apart from those of other sources.")
    ] = "history",
) -> None:
    """Keep past cases with what was done and how each ended. Doing it again changes nothing.

    A line that is wrong is told with its number, and the rest is kept; then it ends with 1.
    """
    # Here, so that no other command waits for the model's libraries.
    from activities.adapters.embedder import BuiltInEmbedder
    from activities.adapters.minilm import MiniLm

    try:
        source = _SLUG.validate_python(source)
    except ValidationError:
        fail("Write the source in small letters, digits and hyphens: --source old-helpdesk")

    async def work(store: Store) -> Brought:
        keeper = SimilarCases(store, BuiltInEmbedder(MiniLm(threads=2)))
        with _rows(file) as rows, _told_how_far() as count:
            brought = await bring(rows, lambda cases: keeper.import_cases(source, cases), count)
        async with store.transaction() as connection:
            brought.vectors = await can_keep_vectors(connection)
        return brought

    try:
        brought = with_store(settings_of_run(), work)
    except ModelUnusable as error:
        fail(f"{error} Run `make` again: it gets what is missing.")
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}.")
    for line in _words(brought):
        say(line)
    raise typer.Exit(1 if brought.refused else 0)


async def bring(rows: Iterable[Row], keep: Keep, count: Callable[[int], None]) -> Brought:
    """Keep the cases, 64 at a time. `count` is told how many lines were read so far."""
    brought, waiting, read = Brought(), iter(rows), 0
    while batch := list(islice(waiting, AT_ONCE)):
        cases = []
        for _, one in batch:
            if isinstance(one, Refused):
                brought.refuse(one)
            else:
                cases.append(one)
        if cases:
            brought.kept += await keep(cases)
        read += len(batch)
        count(read)
    return brought


@contextmanager
def _rows(file: Path) -> Iterator[Iterator[Row]]:
    read = csv_rows if file.suffix.lower() == ".csv" else json_rows
    newline = "" if read is csv_rows else "\n"
    with file.open(encoding="utf-8-sig", errors="surrogateescape", newline=newline) as opened:
        yield read(opened)


@contextmanager
def _told_how_far() -> Iterator[Callable[[int], None]]:
    columns = SpinnerColumn(), TextColumn("{task.description}")
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task("Reading")
        yield lambda count: bar.update(line, description=f"{count:,} lines read")


def _words(brought: Brought) -> list[str]:
    lines = [f"line {one.line} {one.why}" for one in brought.shown]
    if brought.refused > len(brought.shown):
        lines.append(f"and {brought.refused - len(brought.shown):,} more lines like these")
    kept, refused = brought.kept, say_count(brought.refused, "line")
    lines.append(
        f"{say_count(kept.new, 'new case')}, {kept.changed} changed, {kept.unchanged} as before,"
        f" {refused} refused."
    )
    return lines if brought.vectors else [*lines, f"They are found by words alone. {NO_VECTORS}"]
