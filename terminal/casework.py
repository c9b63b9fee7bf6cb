"""What else an agent does to a case: write, note, hand over, hand up, undo, solve, stop."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from terminal.address import segment
from terminal.after import show_after
from terminal.answer import Answer, one_line
from terminal.command import CaseOption, command
from terminal.errors import WrongUsage
from terminal.typed import read_words
from terminal.work import Work


class Level(StrEnum):
    """How bad it is for the customer."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Higher(StrEnum):
    """Who is higher."""

    SENIOR = "senior"
    MANAGER = "manager"


_Words = Annotated[str, typer.Argument(help="The words; - reads them.")]
_Why = Annotated[str | None, typer.Argument(help="Why, in a few words.")]


@command
def note(work: Work, text: _Words, case: CaseOption = None) -> None:
    """Write something down for the team."""
    _change(work, case, "notes", {"text": read_words(text)}, "Noted.")


@command
def message(
    work: Work,
    text: _Words,
    inbound: Annotated[
        bool | None, typer.Option("--inbound/--outbound", help="From them, or from us.")
    ] = None,
    channel: Annotated[str, typer.Option("--channel", help="email, chat, phone, sms")] = "other",
    case: CaseOption = None,
) -> None:
    """Write down a message from or to the customer."""
    if inbound is None:
        raise WrongUsage("Who wrote it?", "Add --inbound (the customer) or --outbound (we).")
    way = "inbound" if inbound else "outbound"
    body = {"direction": way, "text": read_words(text), "channel": channel}
    _change(work, case, "messages", body, "Written down. Nothing was sent.")


@command
def assign(
    work: Work,
    who: Annotated[str, typer.Argument(help="A mail address, me, or nobody.")],
    case: CaseOption = None,
) -> None:
    """Give the case to someone, or give it back."""
    if who == "me" and work.email is None:
        raise WrongUsage("We do not know your address.", "Type your mail address in place of me.")
    to = work.email if who == "me" else who
    body: Answer = {} if who == "nobody" else {"assignee": to}
    _change(work, case, "assignment", body, f"{one_line(to)} has it now.")


@command
def hand_up(
    work: Work,
    text: _Words,
    to: Annotated[Higher | None, typer.Option("--to", help="senior or manager")] = None,
    case: CaseOption = None,
) -> None:
    """Give the case to someone higher. Say why in a few words."""
    body: Answer = {"reason": read_words(text)}
    if to is not None:
        body["to"] = to.value
    _change(work, case, "hand-up", body, "It waits for someone higher now.")


@command
def undo(work: Work) -> None:
    """Take back what you just did. You have ten seconds."""
    last = work.memory.done()
    if last is None:
        raise WrongUsage("There is nothing to take back.", "It works for ten seconds.")
    case_id, op_id = last
    reply = work.change(f"/cs/escalations/{segment(case_id)}/undo", {"op_id": op_id})
    if not work.printed(reply):
        show_after(work, reply, "Taken back.")


@command
def severity(work: Work, level: Level, case: CaseOption = None) -> None:
    """Say how bad it is. The time limits move with it."""
    path = f"/cs/escalations/{segment(work.case(case))}"
    reply = work.change(path, {"severity": level.value}, method="PATCH")
    if not work.printed(reply):
        show_after(work, reply, f"It is {level.value} now.")


@command
def resolve(work: Work, text: _Why = None, case: CaseOption = None) -> None:
    """The trouble is over. What we promised goes on."""
    _change(work, case, "resolution", _optional("note", text), "Solved.", undo=True)


@command
def reopen(work: Work, text: _Why = None, case: CaseOption = None) -> None:
    """It was not over. Open the case again."""
    _change(work, case, "reopening", _optional("reason", text), "Open again.")


@command
def cancel(
    work: Work,
    text: _Why = None,
    case: CaseOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Stop a case for good, promises too. For seniors and managers."""
    if case is None and not yes:
        number = work.in_hand().number
        if not sys.stdin.isatty():
            raise WrongUsage("Stop which case?", f"Add --case {number}, if that is the one.")
        if not typer.confirm(f"Stop {number} for good, promises too?", err=True):
            raise WrongUsage("Nothing was stopped.")
    _change(work, case, "cancellation", _optional("reason", text), "Stopped.")


def _change(
    work: Work, case: str | None, part: str, body: Answer, what: str, *, undo: bool = False
) -> None:
    """Do it, and say so. A case named by hand is the one in hand from now on."""
    reply = work.change(f"/cs/escalations/{segment(work.case(case))}/{part}", body)
    if not work.printed(reply):
        show_after(work, reply, what, undo=undo)
    if case is not None:
        work.memory.take(reply.told["escalation_id"], reply.told["number"], None)


def _optional(name: str, text: str | None) -> Answer:
    return {name: read_words(text)} if text is not None else {}
