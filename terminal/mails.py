"""`mailbox`: letters that would have left, and mail that came in and was set aside."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.text import Text

from terminal import shape
from terminal.answer import Answer, one_line
from terminal.command import CaseOption, command
from terminal.errors import WrongUsage
from terminal.work import Work


@command
def mailbox(
    work: Work,
    number: Annotated[
        int | None, typer.Argument(min=1, metavar="[NUMBER]", help="Read this one.")
    ] = None,
    case: CaseOption = None,
    set_aside: Annotated[
        bool, typer.Option("--set-aside", help="Mail that came in and changed nothing, and why.")
    ] = False,
) -> None:
    """Letters that would have left. Newest first."""
    if set_aside:
        _show_set_aside(work)
        return
    reply = work.client.look("/mailbox", limit=200, case=case)
    if work.printed(reply):
        return
    letters = reply.told["items"]
    if number is not None:
        _read(work, letters, number)
    elif letters:
        _list(work, letters)
    else:
        work.screen.line("No letters so far.")


def _show_set_aside(work: Work) -> None:
    reply = work.client.look("/mailbox/set-aside", limit=200)
    if work.printed(reply):
        return
    mails, now = reply.told["items"], datetime.now(UTC)
    if not mails:
        work.screen.line("No mail was set aside lately.")
        return
    rows: list[tuple[str | Text, ...]] = []
    for one in mails:
        at = shape.moment(one["set_aside_at"])
        told = shape.clock_time(at, now, work.zone) if at else ""
        why = one_line(" ".join(one["reasons"]))
        rows.append((Text(told, style="dim"), one_line(one["message_id"] or "(no id)"), why))
    work.screen.rows(rows, indent=0)


def _list(work: Work, letters: list[Answer]) -> None:
    now = datetime.now(UTC)
    rows: list[tuple[str | Text, ...]] = []
    for index, one in enumerate(letters, 1):
        at = shape.moment(one["arrived_at"])
        told = shape.clock_time(at, now, work.zone) if at else ""
        subject = Text(one_line(one["subject"]), style="bold")
        rows.append((str(index), Text(told, style="dim"), one_line(one["recipient"]), subject))
    work.screen.rows(rows, indent=0)
    work.screen.gap()
    work.screen.line(("Read one: rightnow mailbox 1", "dim"))


def _read(work: Work, letters: list[Answer], number: int) -> None:
    if number > len(letters):
        raise WrongUsage(f"There is no letter {number}.", "See them: rightnow mailbox")
    one = letters[number - 1]
    work.screen.line(("To: ", "dim"), one_line(one["recipient"]))
    work.screen.line(("From: ", "dim"), one_line(one["sender"]))
    work.screen.line(("Subject: ", "dim"), (one_line(one["subject"]), "bold"))
    work.screen.gap()
    work.screen.quote(str(one["text"]))
