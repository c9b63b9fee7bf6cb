"""What makes a function a command: the options that all have, and how each one ends."""

import inspect
import json
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from config.settings import Settings
from terminal.credentials import Credential, load_token
from terminal.errors import TerminalError, WrongUsage
from terminal.screen import Screen
from terminal.work import Room, Work

CaseOption = Annotated[
    str | None, typer.Option("--case", metavar="E-1042", help="Which case. Else the one in hand.")
]
_AsJson = Annotated[bool, typer.Option("--json", help="Print the API's JSON.")]
_Token = Annotated[str | None, typer.Option("--token", help="Act with this token.")]
_Who = Annotated[
    str | None, typer.Option("--as", metavar="EMAIL", help="Act as this person (saved token).")
]


def command(function: Callable[..., None]) -> Callable[..., None]:
    """A command of this room: gives it `work`, and the options that every command has.

    Ends with 0, or with the exit code of the error, said in plain words on stderr; with --json the
    problem is on stdout as the API sent it.
    """
    own = inspect.signature(function)
    shared = (
        _keyword("as_json", _AsJson, default=False),
        _keyword("token", _Token, default=None),
        _keyword("as_person", _Who, default=None),
    )
    context = inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    given = [
        one.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for one in own.parameters.values()
        if one.name != "work"
    ]

    def run(
        ctx: typer.Context, as_json: bool, token: str | None, as_person: str | None, **rest: Any
    ) -> None:
        begin = partial(_begin, ctx, token, as_person, as_json=as_json)
        if code := _guarded(begin, lambda work: function(work, **rest), as_json=as_json):
            raise typer.Exit(code)

    run.__doc__, run.__name__ = function.__doc__, function.__name__
    run.__signature__ = own.replace(parameters=[context, *given, *shared])  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in (context, *given, *shared)}
    return run


def _keyword(name: str, annotation: Any, *, default: Any) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=default, annotation=annotation)


def _guarded(begin: Callable[[], Work], act: Callable[[Work], None], *, as_json: bool) -> int:
    try:
        work = begin()
        try:
            act(work)
        finally:
            work.client.close()
    except typer.Abort:
        Screen(sys.stderr).line("Nothing was sent.")
        return WrongUsage.exit_code
    except TerminalError as error:
        if as_json and error.raw is not None:
            print(json.dumps(error.raw, indent=1))
        Screen(sys.stderr).problem(error)
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        Screen(sys.stderr).problem(WrongUsage(f"A file cannot be used: {error.strerror}."))
        return WrongUsage.exit_code
    return 0


def _begin(ctx: typer.Context, token: str | None, who: str | None, *, as_json: bool) -> Work:
    try:
        room = ctx.find_object(Room) or Room()
    except ValidationError:
        raise WrongUsage("A setting is not right.", "See which one: rightnow doctor") from None
    return Work(room, _credential(room.settings, token, who), Screen(), as_json=as_json)


def _credential(settings: Settings, token: str | None, who: str | None) -> Credential:
    """--token, then --as, then RIGHTNOW_TOKEN, then the newest saved one. Raises WrongUsage."""
    if token:
        return Credential(email=who, token=token)
    if who is None and settings.token is not None:
        return Credential(email=None, token=settings.token.get_secret_value())
    found = load_token(settings.data_dir, who)
    if found is None:
        raise WrongUsage(
            f"There is no token for {who}." if who else "We do not know who you are.",
            f"Type: rightnow token {who or 'YOUR-MAIL'}",
        )
    return found
