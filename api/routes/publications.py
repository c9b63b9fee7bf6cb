"""Publish a version: new cases begin with it. Each request once, however late it is repeated."""

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection

from api.dependencies import Caller, KeyDep, PartsDep
from api.problems import documented
from api.views.version import VersionView, version_view
from api.workshop import PublisherDep, VersionId, current_version, find_version, named
from domain import lint
from models.errors import (
    BY_CODE,
    Conflict,
    KeyReused,
    PlaybookInvalid,
    RightnowError,
    SecondPersonNeeded,
)
from models.playbook import PlaybookVersion
from models.publication import Publication, Refusal
from models.store.repositories import operations, playbooks, publications
from models.version_line import line_of

router = APIRouter(prefix="/cs/playbooks", tags=["playbooks"])

_ROUTE = "publication"


@router.post("/{version}/publication", responses=documented(404, 409), summary="Publish")
async def publish(
    parts: PartsDep, who: PublisherDep, version: VersionId, key: KeyDep
) -> VersionView:
    """New cases begin with this version from now on; running ones keep theirs.

    An earlier version can be published again. Whoever wrote a draft cannot publish it. A request
    that is repeated with its key is answered as it was, and changes nothing, whatever has been
    published since.
    """
    slug, number = named(version)
    async with parts.store.transaction() as connection:
        await operations.reserve(connection, who.actor.key, _ROUTE, key)
        found = await find_version(connection, slug, number)
        made = await publications.find(connection, who.actor.key, key)
        if made is None:
            made = await _publish(connection, who, key, found)
            await publications.add(connection, made)
    if (made.slug, made.version) != (slug, number):
        raise KeyReused(
            "This Idempotency-Key was used to publish another version."
            " Use a new key for a new request."
        )
    if made.refusal is not None:
        raise _error(made.refusal)
    told = found.model_copy(update={"status": "published", "published_at": made.published_at})
    return version_view(line_of(told), current=True)


async def _publish(
    connection: AsyncConnection, who: Caller, key: str, found: PlaybookVersion
) -> Publication:
    """Make it current, unless that is refused: a refusal is an answer and is kept as well."""
    ref = found.ref
    refused = _refused(found, who)
    if refused is None:
        now = await current_version(connection, ref.slug)
        if now is None or now.ref != ref:
            await playbooks.make_current(connection, ref, by=who.actor.id)
            found = await find_version(connection, ref.slug, ref.version)
    return Publication(
        actor_key=who.actor.key,
        key=key,
        slug=ref.slug,
        version=ref.version,
        published_at=found.published_at if refused is None else None,
        refusal=refused,
    )


def _refused(found: PlaybookVersion, who: Caller) -> Refusal | None:
    """Why this person cannot publish this version, if so."""
    if found.status == "draft" and found.author_id == who.actor.id:
        said = "You wrote this draft. Ask another manager to publish it."
        return Refusal(code=SecondPersonNeeded.code, detail=said)
    if wrong := lint.errors(lint.lint(found.playbook)):
        said = "It cannot be published as it is."
        return Refusal(code=PlaybookInvalid.code, detail=said, troubles=wrong)
    return None


def _error(refusal: Refusal) -> RightnowError:
    leaf = BY_CODE.get(refusal.code, Conflict)
    return leaf(refusal.detail, troubles=refusal.troubles)
