"""`playbook adopt`: another playbook for a case that runs. Look first, then say yes."""

import sys
from typing import Annotated

import typer
from rich.text import Text

from terminal.address import segment
from terminal.after import show_after
from terminal.answer import Answer, one_line
from terminal.command import command
from terminal.errors import WrongUsage
from terminal.screen import Screen
from terminal.work import Work

_FATES = {
    "stays": ("✓", "+", "stays as it is"),
    "goes_on": ("▶", ">", "goes on"),
    "promised": ("▶", ">", "stays: we promised it"),
    "vanishes": ("✗", "x", "is not to do any more"),
    "new": ("●", "*", "is new, and comes now"),
    "later": ("·", ".", "comes later"),
    "passed": ("\u2013", "-", "is new, but the case is past it"),
    "cannot": ("■", "!", "stands in the way"),
}


@command
def adopt(
    work: Work,
    number: Annotated[str, typer.Argument(metavar="E-1042", help="Which case.")],
    playbook: Annotated[str, typer.Argument(metavar="SLUG@2", help="Which playbook version.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Let a case go on by another playbook. Shows first what would happen."""
    path = f"/cs/escalations/{segment(number)}"
    looked = work.client.look(f"{path}/playbook-change", playbook=playbook)
    plan = looked.told
    if not work.as_json:
        _show(work.screen, plan)
    if not plan["possible"]:
        raise WrongUsage("It cannot be done now.", "See above what is to be done first.")
    if not yes:
        if not sys.stdin.isatty():
            raise WrongUsage("Nothing was changed.", "If it is right, add --yes.")
        if not typer.confirm("Do it?", err=True):
            raise WrongUsage("Nothing was changed.")
    reply = work.change(f"{path}/playbook", {"playbook": playbook, "seen": plan["token"]})
    if not work.printed(reply):
        show_after(work, reply, f"It goes on by {one_line(plan['playbook'])}.")


def _show(screen: Screen, plan: Answer) -> None:
    """Each step, with a sign and what becomes of it."""
    screen.heading(f"From {one_line(plan['previous'])} to {one_line(plan['playbook'])}")
    rows: list[tuple[str | Text, ...]] = []
    for one in plan["fates"]:
        sign, plain, words = _FATES.get(one["fate"], ("?", "?", one["fate"]))
        why = f": {one_line(one['why'])}" if one.get("why") else ""
        mark = plain if screen.ascii_only else sign
        rows.append((Text(mark), Text(one_line(one["title"]), "bold"), f"{words}{why}"))
    screen.rows(rows, gap=1)
