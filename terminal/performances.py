"""`playbook performance`: what a playbook did, measured, and how sure one can be of it."""

from typing import Annotated

import typer

from terminal.address import segment
from terminal.command import command
from terminal.views.performance import show_performance
from terminal.work import Work


@command
def performance(
    work: Work,
    slug: Annotated[str, typer.Argument(help="Which playbook: missed-appointment.")],
    version: Annotated[
        int | None, typer.Option("--version", min=1, help="Which version; else the current one.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DAY", help="Cases opened since: 2026-11-01.")
    ] = None,
) -> None:
    """What a playbook did: how often it worked, how fast, and what became of each step."""
    path = f"/cs/playbooks/{segment(slug.strip())}/performance"
    reply = work.client.look(path, version=version, since=since)
    if not work.printed(reply):
        show_performance(work.screen, reply.told)
