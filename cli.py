"""The `rightnow` command: composition root 3. Operators' commands here, agents' in `terminal/`."""

import typer

from terminal import commands as agents
from upkeep import commands as operators

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Rescue customers. `rightnow next` says what to do right now.",
)
agents.register(app)
operators.register(app)


def main() -> None:
    """Run the command."""
    app()


if __name__ == "__main__":
    main()
