"""People of the team, as requests name them."""

from uuid import UUID

from api.parts import Parts
from models.actor import Person, Role
from models.errors import PersonUnknown
from models.store.repositories import people


async def find_person(parts: Parts, address: str | None, person_id: UUID | None) -> Person:
    """A person who works on cases, by mail address or by id. Raises PersonUnknown."""
    async with parts.store.transaction() as connection:
        if address is not None:
            person = await people.by_email(connection, address)
        else:
            known = await people.by_ids(connection, [person_id] if person_id else [])
            person = known.get(person_id) if person_id else None
    if person is None or not person.active or person.role is Role.ADMIN:
        raise PersonUnknown("Nobody who works on cases has that address or id.")
    return person
