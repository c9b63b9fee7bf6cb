"""Time limits: why they are when they are, and how to put them on hold."""

from typing import Annotated

import typer

from terminal.address import segment
from terminal.after import show_after
from terminal.answer import Answer
from terminal.command import CaseOption, command
from terminal.typed import read_moment, read_words
from terminal.views.why import show_why
from terminal.work import Work


@command
def why(
    work: Work,
    number: Annotated[str | None, typer.Argument(metavar="[E-1042]", help="Which case.")] = None,
    case: CaseOption = None,
) -> None:
    """Why a time limit is when it is: what counts, and what does not."""
    reply = work.client.look(f"/cs/escalations/{segment(work.case(number or case))}/deadlines")
    if not work.printed(reply):
        show_why(work.screen, reply.told)


@command
def pause(
    work: Work,
    reason: Annotated[str, typer.Argument(help="Why, in a few words; - reads them.")],
    until: Annotated[str | None, typer.Option("--until", help="When it goes on by itself.")] = None,
    case: CaseOption = None,
) -> None:
    """Put a case on hold. Its clocks stand still. For seniors and managers."""
    at = read_moment(until, work.zone)
    body: Answer = {"reason": read_words(reason), **({"until": at} if at else {})}
    reply = work.change(f"/cs/escalations/{segment(work.case(case))}/pauses", body)
    if not work.printed(reply):
        show_after(work, reply, "On hold.")


@command
def resume(work: Work, case: CaseOption = None) -> None:
    """Let a case go on. Its clocks get the time back."""
    path = f"/cs/escalations/{segment(work.case(case))}/pauses/current"
    reply = work.change(path, {}, method="DELETE")
    if not work.printed(reply):
        show_after(work, reply, "It goes on.")
