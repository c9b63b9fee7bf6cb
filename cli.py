"""The `rightnow` command: composition root 3. Operators' commands here, agents' in `terminal/`."""

import typer

from terminal import adoptions, commands as agents
from upkeep import analyze, commands as operators, history, rehearsal_commands, workshop

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Rescue customers. `rightnow next` says what to do right now.",
)
agents.register(app)
operators.register(app)
workshop.playbook.command("adopt")(adoptions.adopt)
rehearsal_commands.register(operators.sla, workshop.playbook)
analyze.register(app)
history.register(app)


def main() -> None:
    """Run the command."""
    app()


if __name__ == "__main__":
    main()
