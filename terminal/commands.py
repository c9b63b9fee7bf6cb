"""The commands of an agent, under the names that people type."""

import typer

from terminal import casework, escalations, mails, operations, people, queues, steps, timelines

_COMMANDS = {
    "next": queues.what_next,
    "done": steps.done,
    "skip": steps.skip,
    "open": escalations.open_case,
    "show": escalations.show,
    "queue": queues.queue,
    "watch": timelines.watch,
    "note": casework.note,
    "message": casework.message,
    "assign": casework.assign,
    "severity": casework.severity,
    "resolve": casework.resolve,
    "reopen": casework.reopen,
    "cancel": casework.cancel,
    "mailbox": mails.mailbox,
    "op": operations.op,
    "whoami": people.whoami,
}


def register(app: typer.Typer) -> None:
    """Put every command of an agent at the top of `app`."""
    for name, function in _COMMANDS.items():
        app.command(name, rich_help_panel="An agent's shift")(function)


app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
register(app)
