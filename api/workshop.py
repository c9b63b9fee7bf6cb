"""The workshop's door: who may do what with playbooks, and which version is meant."""

from typing import Annotated

from fastapi import Depends, Path
from sqlalchemy.ext.asyncio import AsyncConnection

from api.dependencies import Caller, CallerDep
from models.actor import Role
from models.errors import NotAllowed, PlaybookUnknown
from models.playbook import PlaybookVersion
from models.store.repositories import playbooks


async def writer(who: CallerDep) -> Caller:
    """Somebody who may draft: seniors, managers, admins. Raises NotAllowed."""
    if who.person is None or who.person.role is Role.AGENT:
        raise NotAllowed("Seniors, managers and admins write playbooks.")
    return who


async def publisher(who: CallerDep) -> Caller:
    """Somebody who may publish: managers and admins. Raises NotAllowed."""
    if who.person is None or who.person.role not in (Role.MANAGER, Role.ADMIN):
        raise NotAllowed("Managers and admins publish playbooks.")
    return who


async def person(who: CallerDep) -> Caller:
    """Anybody of the team. Raises NotAllowed."""
    if who.person is None:
        raise NotAllowed("Playbooks are for the team; this is a service's token.")
    return who


WriterDep = Annotated[Caller, Depends(writer)]
PublisherDep = Annotated[Caller, Depends(publisher)]
PersonDep = Annotated[Caller, Depends(person)]
PlaybookSlug = Annotated[str, Path(max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
VersionId = Annotated[
    str,
    Path(
        max_length=70,
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*@[1-9][0-9]{0,6}$",
        examples=["missed-appointment@3"],
    ),
]


def named(version: str) -> tuple[str, int]:
    """Slug and number of a version's id."""
    slug, _, number = version.partition("@")
    return slug, int(number)


async def find_version(connection: AsyncConnection, slug: str, version: int) -> PlaybookVersion:
    """One version, whole. Raises PlaybookUnknown."""
    found = await playbooks.get(connection, slug, version)
    if found is None:
        raise PlaybookUnknown(
            f"There is no version {slug}@{version}. GET /cs/playbooks/{slug}/versions lists them."
        )
    return found


async def current_version(connection: AsyncConnection, slug: str) -> PlaybookVersion | None:
    """The version that new cases begin with, if one is published."""
    version = await playbooks.current_number(connection, slug)
    return await playbooks.get(connection, slug, version) if version is not None else None
