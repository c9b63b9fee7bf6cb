"""People of the team, and tokens for them and for services."""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from models.actor import Person, PersonIn, Role, Scope
from models.errors import FieldsInvalid, PersonUnknown
from models.store.repositories import people
from models.store.session import Store

TOKEN_FOR = timedelta(days=30)

DEMO_TEAM = (
    ("sarah@demo.test", "Sarah Lind", Role.AGENT),
    ("marcus@demo.test", "Marcus Webb", Role.SENIOR),
    ("priya@demo.test", "Priya Nair", Role.MANAGER),
    ("admin@demo.test", "Alex Admin", Role.ADMIN),
)
"""Made-up people. They exist only where demo data were loaded."""


async def add_person(store: Store, email: str, name: str, role: Role) -> Person:
    """Add somebody. An address that is known already keeps its person. Raises FieldsInvalid."""
    try:
        given = PersonIn(email=email, name=name, role=role)
    except ValidationError as error:
        wrong = [
            f"The {one['loc'][0]} {one['msg'].removeprefix('Value error, ')}."
            for one in error.errors()
        ]
        raise FieldsInvalid(" ".join(wrong)) from None
    async with store.transaction() as connection:
        return await people.add(connection, given.email, given.name, given.role)


async def new_token(store: Store, email: str, *, valid_for: timedelta = TOKEN_FOR) -> str:
    """A new bearer token for a person. It is shown once; only its hash is kept.

    Raises PersonUnknown.
    """
    async with store.transaction() as connection:
        person = await people.by_email(connection, email)
        if person is None or not person.active:
            raise PersonUnknown(f"Nobody has the address {email}. Add them: rightnow user add")
        secret = _secret()
        await people.add_token(
            connection, secret, datetime.now(UTC) + valid_for, person_id=person.id
        )
    return secret


async def new_service_token(
    store: Store, service: str, scopes: Iterable[Scope], *, valid_for: timedelta
) -> str:
    """A new bearer token for another system, with these scopes and no more."""
    secret = _secret()
    async with store.transaction() as connection:
        await people.add_token(
            connection, secret, datetime.now(UTC) + valid_for, service=service, scopes=scopes
        )
    return secret


async def add_demo_team(store: Store) -> list[Person]:
    """Add the demo people."""
    async with store.transaction() as connection:
        return [
            await people.add(connection, email, name, role, demo=True)
            for email, name, role in DEMO_TEAM
        ]


def _secret() -> str:
    return f"rn_{secrets.token_urlsafe(32)}"
