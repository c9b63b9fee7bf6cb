"""`op`: what became of a change that was only safe."""

from typing import Annotated

import typer

from terminal.address import segment
from terminal.answer import one_line
from terminal.command import command
from terminal.errors import refusal
from terminal.work import Work


@command
def op(work: Work, op_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """What became of it: done, waiting, or refused and why."""
    reply = work.client.look(f"/operations/{segment(op_id.strip())}")
    told = reply.told
    printed = work.printed(reply)
    if told.get("status") == "rejected":
        refused = refusal(409, {"code": told.get("code"), "detail": told.get("detail")})
        refused.raw = None
        raise refused
    if printed:
        return
    if told.get("status") == "applied":
        work.screen.line((f"Done. It is in {one_line(told['number'])}.", "bold"))
        work.screen.line(f"See it: rightnow show {one_line(told['number'])}")
        return
    work.show_safe(told)
