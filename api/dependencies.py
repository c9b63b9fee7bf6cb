"""What every route may ask for: who asks, with which key, about which case."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Depends, Header, Path, Query, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncConnection

from api.parts import Parts
from models.actor import Actor, ActorKind, Person, Scope
from models.errors import (
    BadInput,
    EscalationUnknown,
    FieldsInvalid,
    NotAllowed,
    NotAuthenticated,
    Trouble,
)
from models.escalation import NUMBER_PREFIX
from models.ids import new_id
from models.standing import EscalationLine, EscalationWhole
from models.store.repositories import escalations

Found = TypeVar("Found", EscalationLine, EscalationWhole)

bearer = HTTPBearer(auto_error=False, description="`rightnow token EMAIL` prints one.")


async def parts_of(request: Request) -> Parts:
    """The API's parts."""
    parts: Parts = request.app.state.parts
    return parts


PartsDep = Annotated[Parts, Depends(parts_of)]


@dataclass(frozen=True)
class Caller:
    """Who asks."""

    actor: Actor
    person: Person | None


async def caller(
    parts: PartsDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
) -> Caller:
    """The holder of the bearer token. Raises NotAuthenticated."""
    if credentials is None or not 20 <= len(credentials.credentials) <= 200:
        raise NotAuthenticated("Send `Authorization: Bearer` and a token: rightnow token EMAIL.")
    found = await parts.who_holds(credentials.credentials)
    if found is None:
        raise NotAuthenticated("This token is unknown, over, or revoked. Get a new one.")
    return Caller(*found)


CallerDep = Annotated[Caller, Depends(caller)]


async def reader(who: CallerDep) -> Caller:
    """Somebody who may read cases. Raises NotAllowed."""
    if who.actor.kind is ActorKind.SERVICE and Scope.READ not in who.actor.scopes:
        raise NotAllowed("This token may not read cases. It needs the scope esc:read.")
    return who


ReaderDep = Annotated[Caller, Depends(reader)]


async def changer(who: CallerDep) -> Caller:
    """Somebody who may change cases; which changes, the rules say. Raises NotAllowed.

    Asked before anything is looked up: a token without the scope learns nothing from the answer.
    The rules judge the scope again, with the command in hand (domain/permissions.py).
    """
    if who.actor.kind is ActorKind.SERVICE and Scope.EVENT not in who.actor.scopes:
        raise NotAllowed("This token may not change cases. It needs the scope esc:event.")
    return who


ChangerDep = Annotated[Caller, Depends(changer)]


def require_person(who: Caller) -> Person:
    """Only a person has a queue. Raises NotAllowed."""
    if who.person is None:
        raise NotAllowed("Only a person has work to do; this is a service's token.")
    return who.person


@dataclass(frozen=True)
class Asked:
    """How a change is asked for: idempotency key and expected version."""

    key: str
    expected_version: int | None
    key_is_ours: bool = False
    """The caller gave none: nobody can have used it before."""


IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="The same key and body is done once and answered alike.",
    ),
]


async def asked(
    idempotency_key: IdempotencyKey = None,
    if_match: Annotated[
        str | None,
        Header(
            max_length=20,
            pattern=r'^(\*|(W/)?"?[0-9]{1,9}"?)$',
            description="The version of the case that you looked at.",
        ),
    ] = None,
) -> Asked:
    """The key (made up when absent) and the expected version."""
    version = None
    if if_match is not None and if_match != "*":
        version = int(if_match.removeprefix("W/").strip('"'))
    if idempotency_key is None:
        return Asked(_made_up(), version, key_is_ours=True)
    return Asked(idempotency_key, version)


def _made_up() -> str:
    return f"made-up-{new_id()}"


async def asked_key(idempotency_key: IdempotencyKey = None) -> str:
    """The key alone (made up when absent), where there is no case and so no version of one."""
    return idempotency_key or _made_up()


AskedDep = Annotated[Asked, Depends(asked)]
KeyDep = Annotated[str, Depends(asked_key)]

CASE = r"^([Ee]-[0-9]{1,15}|[0-9a-fA-F-]{36})$"

CaseId = Annotated[
    str,
    Path(
        min_length=3,
        max_length=40,
        pattern=CASE,
        description="The id, or the number for people: `E-1042`.",
        examples=["E-1042"],
    ),
]

AboutCase = Annotated[
    str | None,
    Query(max_length=40, pattern=CASE, description="Only of this case: its id, or `E-1042`."),
]

MinVersion = Annotated[
    int | None,
    Query(ge=1, le=10**6, description="Wait up to a second until this version is there."),
]


async def load_escalation(
    parts: Parts,
    who: Caller,  # noqa: ARG001 (one team so far: the seam for team scope)
    case: str,
) -> EscalationWhole:
    """A case: for whoever may not see it, it does not exist. Raises EscalationUnknown."""
    return await _found(parts, case, escalations.by_number, escalations.get)


async def load_line(
    parts: Parts,
    who: Caller,  # noqa: ARG001 (one team so far: the seam for team scope)
    case: str,
) -> EscalationLine:
    """The same without its state, for requests that do not look into it."""
    return await _found(parts, case, escalations.line_by_number, escalations.line_by_id)


async def _found(
    parts: Parts,
    case: str,
    by_number: Callable[[AsyncConnection, int], Awaitable[Found | None]],
    by_id: Callable[[AsyncConnection, UUID], Awaitable[Found | None]],
) -> Found:
    async with parts.store.single() as connection:
        found = None
        if case[:2].upper() == NUMBER_PREFIX:
            found = await by_number(connection, int(case[2:]))
        elif (case_id := as_uuid(case)) is not None:
            found = await by_id(connection, case_id)
    if found is None:
        raise EscalationUnknown(f"There is no case {case}. Look it up: GET /cs/escalations?q=")
    return found


def as_uuid(text: str) -> UUID | None:
    """The UUID that a text is, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None


def body_hash(body: str) -> str:
    """What tells two requests with the same key apart."""
    return hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()


def invalid(where: str, what: str, mend: str = "") -> BadInput:
    """One field that is not right."""
    trouble = Trouble(where=where, what=what, mend=mend)
    return FieldsInvalid(f"{where} {what}. {mend}".strip(), troubles=(trouble,))
