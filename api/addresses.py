"""Addresses that are written out, as `/cs/playbooks/validation` is, beside placeholders.

Rule: an address that is written out is itself. A method that it does not take is 405, although
`GET /cs/playbooks/{version}` fits its letters as well and would look for a version of that name.
"""

from collections.abc import Iterable, Iterator

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import compile_path


def refuse_other_methods(routes: APIRouter, rooms: Iterable[APIRouter]) -> None:
    """Let every address that is written out refuse what only a placeholder would take.

    Call it before the rooms are added: of routes that fit, the first one answers.
    """
    known = [one for room in rooms for one in room.routes if isinstance(one, APIRoute)]
    for path, methods in _shadowed(known):
        routes.add_api_route(path, _refuse, methods=sorted(methods), include_in_schema=False)


def _shadowed(known: list[APIRoute]) -> Iterator[tuple[str, set[str]]]:
    """Each address that is written out, with the methods that it has from placeholders alone."""
    for path in sorted({one.path for one in known if "{" not in one.path}):
        own = {method for one in known if one.path == path for method in one.methods or ()}
        wide = (one for one in known if "{" in one.path)
        fitting = (one for one in wide if compile_path(one.path)[0].match(path))
        if more := {method for one in fitting for method in one.methods or ()} - own:
            yield path, more


async def _refuse() -> None:
    raise HTTPException(405)
