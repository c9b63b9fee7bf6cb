"""The screen: boxes and colour for people, plain lines for pipes. One place decides which.

Only `Text` is printed, so that markup in a customer's words is never read. A terminal without
UTF-8 gets ASCII signs. NO_COLOR and TERM=dumb are honoured.
"""

import codecs
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import IO

from rich.box import ROUNDED
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from terminal.errors import TerminalError
from terminal.signs import Sign

NARROW = 72
WIDEST = 100
"""Longer lines are hard to read."""

_TYPED = {
    "“": '"',
    "”": '"',
    "\u2018": "'",
    "\u2019": "'",
    "\u2013": "-",
    "—": "-",
    "…": "...",
    "·": "-",
    "•": "*",
}


def _typewriter(error: UnicodeError) -> tuple[str, int]:
    """What an ASCII terminal shows in place of a sign that it has not got."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(_TYPED.get(sign, "?") for sign in signs), error.end


codecs.register_error("typewriter", _typewriter)


class Screen:
    """Where an answer is shown."""

    def __init__(self, file: IO[str] | None = None, *, console: Console | None = None) -> None:
        stream = file or sys.stdout
        with suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="typewriter")  # type: ignore[union-attr]
        self.console = console or Console(
            file=stream, markup=False, emoji=False, highlight=False, legacy_windows=False
        )
        self.boxed = self.console.is_terminal and not self.console.is_dumb_terminal
        self.ascii_only = not self.console.encoding.lower().startswith("utf")
        if self.boxed and self.console.width > WIDEST:
            self.console.width = WIDEST

    def line(self, *pieces: str | tuple[str, str] | Text, indent: int = 0) -> None:
        """One line, wrapped at the edge of a screen and never in a pipe."""
        text = Text.assemble(*pieces)
        if self.boxed:
            self._print(Padding(text, (0, 0, 0, indent), expand=False))
        else:
            self._print(Text(" " * indent) + text, soft=True)

    def plain(self, words: str) -> None:
        """One line for programs, tabs and all, at once."""
        print(words, file=self.console.file, flush=True)

    def gap(self) -> None:
        """An empty line."""
        self.console.print()

    def heading(self, words: str) -> None:
        """What the lines below it are."""
        self.gap()
        self.line((words, "bold"))

    def panel(self, headline: str, lines: Iterable[Text], style: str = "") -> None:
        """The one thing, in a box; in a pipe its lines."""
        if self.boxed:
            body = Text("\n").join(lines)
            title = Text(headline, style="bold")
            self._print(
                Panel(body, title=title, title_align="left", border_style=style, box=ROUNDED)
            )
            return
        self.line(headline)
        for line in lines:
            self.line(line)

    def bullets(self, words: Iterable[str], sign: Sign | None = None) -> None:
        """Each on a line of its own, the second line under the first one's words."""
        bullet = Sign("•", "*", "", "") if sign is None else sign
        for each in words:
            self.hang(bullet.mark(ascii_only=self.ascii_only), each, bullet.style)

    def hang(self, mark: str, words: str | Text, style: str = "", indent: int = 2) -> None:
        """A mark, and words that wrap beside it."""
        if not self.boxed:
            self.line((mark, style), " ", words, indent=indent)
            return
        self.rows([(Text(mark, style=style), words)], indent=indent, gap=1)

    def quote(self, words: str, most: int | None = None) -> None:
        """Somebody's words, marked at each line, so that none looks like a line of ours."""
        lines = [line.rstrip() for line in words.strip().splitlines() if line.strip()]
        mark = ">" if self.ascii_only or not self.boxed else "│"
        for line in lines[:most]:
            self.hang(mark, line, "dim")
        if most is not None and len(lines) > most:
            self.line(("… more: rightnow show", "dim"), indent=4)

    def rows(
        self, rows: Iterable[tuple[str | Text, ...]], *, indent: int = 2, gap: int = 2
    ) -> None:
        """Columns without lines between them; in a pipe, each row's cells parted by two spaces."""
        if not self.boxed:
            for row in rows:
                self.line(Text("  ").join(_text(cell) for cell in row if str(cell)), indent=indent)
            return
        grid = Table.grid(padding=(0, gap, 0, 0))
        for row in rows:
            while len(grid.columns) < len(row):
                grid.add_column(overflow="fold")
            grid.add_row(*(_text(cell) for cell in row))
        self._print(Padding(grid, (0, 0, 0, indent), expand=False))

    def problem(self, error: TerminalError) -> None:
        """What happened, what is safe, what to do; the code small at the end."""
        self.line((error.happened, "bold red"))
        for trouble in error.troubles:
            self.line(trouble, indent=2)
        if error.safe:
            self.line(error.safe)
        if error.mend:
            self.line(error.mend)
        if error.code:
            self.line((f"({error.code})", "dim"))

    @property
    def narrow(self) -> bool:
        """Too narrow for a table."""
        return self.boxed and self.console.width < NARROW

    @property
    def dot(self) -> str:
        """What parts two facts on one line."""
        return " - " if self.ascii_only else " · "

    def joined(self, pieces: Iterable[str]) -> Text:
        """Facts on one line; those that are not known are left out."""
        return Text(self.dot.join(piece for piece in pieces if piece))

    def signed(self, sign: Sign) -> Text:
        """Shape and word, in their colour."""
        return Text(f"{sign.mark(ascii_only=self.ascii_only)} {sign.word}", style=sign.style)

    def _print(self, what: RenderableType, *, soft: bool = False) -> None:
        self.console.print(what, soft_wrap=soft)


def _text(cell: str | Text) -> Text:
    return cell if isinstance(cell, Text) else Text(cell)
