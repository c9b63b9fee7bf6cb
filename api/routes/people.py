"""Who is who. So far: who I am."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.dependencies import CallerDep
from api.problems import documented
from models.actor import ActorKind, Role, Scope
from models.frozen import Frozen

router = APIRouter(tags=["people"])


class Me(Frozen):
    """The holder of the token."""

    kind: Annotated[ActorKind, Field(examples=["person"])]
    """`person`, or `service` for another system."""

    id: UUID | None
    """Of the person; of the token, for a service."""

    name: str | None
    email: str | None
    role: Role | None
    """What a person may do. Empty for a service: it has scopes instead."""

    scopes: tuple[Scope, ...]
    """What a service may do. Empty for a person: the role says it."""


@router.get("/me", responses=documented(), summary="Who am I?")
async def who_am_i(who: CallerDep) -> Me:
    """Who the token belongs to, and what its holder may do. Every token may ask this."""
    return Me(
        kind=who.actor.kind,
        id=who.actor.id,
        name=who.person.name if who.person else None,
        email=who.person.email if who.person else None,
        role=who.actor.role,
        scopes=who.actor.scopes,
    )
