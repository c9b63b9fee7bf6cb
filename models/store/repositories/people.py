"""People of the team, and their tokens. Only hashes of tokens are kept."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Text, cast, func, or_, select, union_all
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actor import Actor, ActorKind, Person, Role, Scope
from models.ids import new_id
from models.store.tables.event import EVENTS
from models.store.tables.person import PEOPLE, TOKENS

NAMES = 40
"""Names of our own people that are looked for in the texts of one case."""


def secret_hash(secret: str) -> str:
    """What is kept of a token: its SHA-256. The token itself has 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


async def add(
    connection: AsyncConnection, email: str, name: str, role: Role, *, demo: bool = False
) -> Person:
    """Add a person, or return the one who has that address already."""
    made = (
        insert(PEOPLE)
        .values(id=new_id(), email=email.lower(), name=name, role=role, demo=demo)
        .on_conflict_do_nothing(index_elements=["email"])
    )
    await connection.execute(made)
    person = await by_email(connection, email)
    if person is None:
        raise LookupError(email)
    return person


async def by_email(connection: AsyncConnection, email: str) -> Person | None:
    """The person with that address."""
    query = select(PEOPLE).where(PEOPLE.c.email == email.lower())
    row = (await connection.execute(query)).one_or_none()
    return _person(row) if row else None


async def has_any(connection: AsyncConnection, role: Role) -> bool:
    """Whether anybody of that role works here."""
    query = select(PEOPLE.c.id).where(PEOPLE.c.role == role, PEOPLE.c.active).limit(1)
    return (await connection.execute(query)).one_or_none() is not None


async def by_ids(connection: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, Person]:
    """People by id; people who left are among them, for their names."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = await connection.execute(select(PEOPLE).where(PEOPLE.c.id.in_(wanted)))
    return {row.id: _person(row) for row in rows}


async def names_around(connection: AsyncConnection, escalation_id: UUID) -> tuple[str, ...]:
    """The names of our own people of whom a case may speak, each once, at most 40.

    Whoever did something in it or had it comes first, also when they left; then who works here.
    """
    said = EVENTS.c.body["fact"]
    ids = (EVENTS.c.body["actor"]["id"], said["assignee_id"], said["previous_id"])
    of_case = EVENTS.c.escalation_id == escalation_id
    told = union_all(*(select(one.astext).where(of_case, one.astext.is_not(None)) for one in ids))
    concerned = cast(PEOPLE.c.id, Text).in_(told)
    query = (
        select(PEOPLE.c.name)
        .where(or_(PEOPLE.c.active, concerned))
        .order_by(concerned.desc(), PEOPLE.c.created_at, PEOPLE.c.id)
        .limit(NAMES)
    )
    return tuple(dict.fromkeys((await connection.execute(query)).scalars()))


async def add_token(
    connection: AsyncConnection,
    secret: str,
    expires_at: datetime,
    *,
    person_id: UUID | None = None,
    service: str | None = None,
    scopes: Iterable[Scope] = (),
) -> UUID:
    """Keep the hash of a new token, for a person or for a service."""
    token_id = new_id()
    await connection.execute(
        insert(TOKENS).values(
            id=token_id,
            secret_hash=secret_hash(secret),
            person_id=person_id,
            service=service,
            scopes=[str(scope) for scope in scopes],
            expires_at=expires_at,
        )
    )
    return token_id


async def actor_of(connection: AsyncConnection, secret: str) -> tuple[Actor, Person | None] | None:
    """Who holds this token; None when it is unknown, revoked, over, or the person left."""
    query = (
        select(TOKENS.c.id.label("token_id"), TOKENS.c.service, TOKENS.c.scopes, PEOPLE)
        .select_from(TOKENS.outerjoin(PEOPLE, TOKENS.c.person_id == PEOPLE.c.id))
        .where(
            TOKENS.c.secret_hash == secret_hash(secret),
            TOKENS.c.revoked_at.is_(None),
            TOKENS.c.expires_at > func.now(),
            or_(PEOPLE.c.id.is_(None), PEOPLE.c.active),
        )
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    if row.service is not None:
        scopes = tuple(Scope(scope) for scope in row.scopes)
        return Actor(kind=ActorKind.SERVICE, id=row.token_id, scopes=scopes), None
    person = _person(row)
    return person.as_actor(), person


def _person(row: Row[Any]) -> Person:
    return Person(
        id=row.id,
        email=row.email,
        name=row.name,
        role=row.role,
        active=row.active,
        created_at=row.created_at,
    )
