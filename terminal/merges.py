"""`merge`: two cases of one matter become one."""

from typing import Annotated

import typer

from terminal.address import segment
from terminal.after import show_after
from terminal.answer import Answer, one_line
from terminal.command import command
from terminal.typed import read_words
from terminal.work import Work


@command
def merge(
    work: Work,
    number: Annotated[str, typer.Argument(metavar="E-1042", help="The case that ends.")],
    into: Annotated[str, typer.Option("--into", metavar="E-1041", help="Where it goes on.")],
    why: Annotated[str | None, typer.Option("--why", help="When it is another customer.")] = None,
) -> None:
    """The same matter twice: let one case go on in the other."""
    body: Answer = {"into": into}
    if why is not None:
        body["reason"] = read_words(why)
    reply = work.change(f"/cs/escalations/{segment(number)}/merge", body)
    if not work.printed(reply):
        show_after(work, reply, f"It goes on in {one_line(into)}.")
