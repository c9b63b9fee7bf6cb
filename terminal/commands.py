"""The commands of an agent, under the names that people type."""

import typer

from terminal import (
    casework,
    deadlines,
    escalations,
    mails,
    merges,
    operations,
    people,
    performances,
    queues,
    snoozes,
    steps,
    timelines,
)

_COMMANDS = {
    "next": queues.what_next,
    "done": steps.done,
    "skip": steps.skip,
    "snooze": snoozes.snooze,
    "undo": casework.undo,
    "ask": steps.ask,
    "open": escalations.open_case,
    "show": escalations.show,
    "queue": queues.queue,
    "watch": timelines.watch,
    "note": casework.note,
    "message": casework.message,
    "assign": casework.assign,
    "hand-up": casework.hand_up,
    "severity": casework.severity,
    "resolve": casework.resolve,
    "reopen": casework.reopen,
    "cancel": casework.cancel,
    "merge": merges.merge,
    "pause": deadlines.pause,
    "resume": deadlines.resume,
    "why": deadlines.why,
    "mailbox": mails.mailbox,
    "op": operations.op,
    "whoami": people.whoami,
}


def register(app: typer.Typer) -> None:
    """Put every command of an agent at the top of `app`."""
    for name, function in _COMMANDS.items():
        app.command(name, rich_help_panel="An agent's shift")(function)


def register_playbook(group: typer.Typer) -> None:
    """Put what is asked of the API about playbooks beside what is done with their files."""
    group.command("performance")(performances.performance)


app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
register(app)
_playbook = typer.Typer(no_args_is_help=True)
register_playbook(_playbook)
app.add_typer(_playbook, name="playbook")
