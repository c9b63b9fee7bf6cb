"""`open` and `show`: bring a case in, and see it whole."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from terminal.answer import Answer, one_line
from terminal.command import CaseOption, command
from terminal.errors import NotReachable, WrongUsage
from terminal.response import Reply
from terminal.timelines import show_deliveries, show_timeline
from terminal.typed import read_day, read_moment, read_value, read_words
from terminal.views.insight import show_insight
from terminal.views.picture import first_deadline, show_picture, show_reasons
from terminal.work import Work

_LAST = 5
_TITLE_SIZE = 200
_STRING = str | None


@command
def open_case(
    work: Work,
    name: Annotated[_STRING, typer.Option("--name", help="The customer's name.")] = None,
    title: Annotated[_STRING, typer.Option("--title", help="What is wrong, in one line.")] = None,
    description: Annotated[
        _STRING, typer.Option("--description", help="What they told us; - reads it.")
    ] = None,
    email: Annotated[_STRING, typer.Option("--email")] = None,
    phone: Annotated[_STRING, typer.Option("--phone")] = None,
    kind: Annotated[_STRING, typer.Option("--type", help="Left out: found from the words.")] = None,
    severity: Annotated[_STRING, typer.Option("--severity", help="Left out: found, too.")] = None,
    value: Annotated[_STRING, typer.Option("--value", help="A year, such as 4200USD.")] = None,
    since: Annotated[_STRING, typer.Option("--since", help="First day, 2020-03-01.")] = None,
    appointment: Annotated[_STRING, typer.Option("--appointment", help="Of the visit.")] = None,
    from_mail: Annotated[
        Path | None, typer.Option("--from-mail", metavar="FILE", help="A mail; - reads it.")
    ] = None,
) -> None:
    """Open a case: by what you know, or from a mail."""
    if from_mail is not None:
        _open_from_mail(work, from_mail)
        return
    if not name:
        raise WrongUsage("Who is the customer?", 'Add --name "Doug Carter", or --from-mail FILE')
    words = read_words(description) if description is not None else None
    customer = {
        "name": name,
        "email": email,
        "phone": phone,
        "annual_value": read_value(value),
        "customer_since": read_day(since),
    }
    body: Answer = {
        "customer": _known(customer),
        "title": _title(title, words),
        "description": words,
        "type": kind.replace("-", "_") if kind else None,
        "severity": severity,
        "appointment_at": read_moment(appointment, work.zone),
        "source": "agent",
    }
    reply = work.change("/cs/escalations", _known(body))
    if not work.printed(reply):
        _show_opened(work, reply.told, reply)


@command
def show(
    work: Work,
    number: Annotated[_STRING, typer.Argument(metavar="[E-1042]", help="Which case.")] = None,
    case: CaseOption = None,
    timeline: Annotated[bool, typer.Option("--timeline", help="All that happened.")] = False,
    deliveries: Annotated[bool, typer.Option("--deliveries", help="Who was told.")] = False,
) -> None:
    """The whole picture of a case."""
    wanted = work.case(number or case)
    if timeline:
        show_timeline(work, wanted, last=None)
    if deliveries:
        show_deliveries(work, wanted)
    if timeline or deliveries:
        return
    reply = work.look_at(wanted)
    if work.printed(reply):
        return
    show_picture(work.screen, reply.told, work.zone)
    show_insight(work.screen, reply.told, work.chance_of(reply.told), work.zone)
    work.screen.heading("What happened last")
    show_timeline(work, wanted, last=_LAST)
    work.screen.gap()
    work.screen.line((f"All of it: rightnow show {reply.told['number']} --timeline", "dim"))


def _open_from_mail(work: Work, path: Path) -> None:
    """The mail goes in as it is. One that is piped is kept first, so that it can be sent again."""
    if str(path) != "-":
        if not path.is_file():
            raise WrongUsage("There is no such file.", "Check the name of the mail.")
        _show_mail(work, work.client.send_mail(path))
        return
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "mail.eml"
        with kept.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        _show_mail(work, work.client.send_mail(kept))


def _show_mail(work: Work, reply: Reply) -> None:
    if work.printed(reply):
        return
    told = reply.told
    operation = told.get("operation")
    if operation and told["status"] == "opened":
        _show_opened(work, operation, reply)
        return
    where = f"Put to {operation['number']}." if operation else "Set aside. No case was opened."
    work.screen.line((where, "bold"))
    work.screen.bullets(one_line(one) for one in told.get("reasons") or ())


def _show_opened(work: Work, told: Answer, reply: Reply) -> None:
    """Number, what it was taken for and why, and by when we must answer."""
    screen, number = work.screen, told["number"]
    if reply.only_safe or told.get("status") == "accepted":
        screen.line((f"{number} is kept. ", "bold"))
        work.show_safe(told)
        return
    screen.line((f"{number} is open.", "bold"))
    try:
        case = work.look_at(str(told["escalation_id"]), told.get("version")).told
    except NotReachable:
        case = {}
    if case.get("reasons"):
        show_reasons(screen, case)
    if case and (first := first_deadline(case, work.zone)):
        screen.line(first)
    screen.line("Type: rightnow next")


def _title(title: str | None, words: str | None) -> str:
    if title:
        return title
    if not words:
        raise WrongUsage("What is wrong?", 'Say it in one line: --title "We missed 3 visits"')
    return one_line(words.strip().splitlines()[0])[:_TITLE_SIZE]


def _known(told: Answer) -> Answer:
    return {name: value for name, value in told.items() if value is not None}
