"""Another playbook for a case that runs: look, then do it. And which cases could take one up."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.pinned_book import book_of
from api.acceptance import OperationAnswer
from api.dependencies import CaseId, MinVersion, PartsDep, ReaderDep
from api.problems import documented
from api.routes.casework import ChangeDep
from api.routes.escalations import ACCEPTED, MAX_PAGE, load_at
from api.views.escalation import picture
from api.views.line import LinePage, answer_page, own_now
from api.workshop import PersonDep, VersionId
from domain.adopting import preview
from domain.lifecycle import ON_HOLD
from domain.script import render
from models.command import ChangePlaybook
from models.errors import NotInThisStatus, PlaybookUnknown, RightnowError
from models.escalation import Status
from models.frozen import Frozen
from models.playbook import PlaybookVersion
from models.playbook_change import StepFate
from models.standing import Filters
from models.store.repositories import escalations, playbooks
from models.text import Line

router = APIRouter(tags=["playbooks"])

_VERSION = r"^[a-z0-9]+(-[a-z0-9]+)*@[1-9][0-9]{0,6}$"
Named = Annotated[str, Field(max_length=70, pattern=_VERSION, examples=["missed-appointment@3"])]
_NOTHING_SEEN = "-"


class ChangePreview(Frozen):
    """What would become of each step."""

    playbook: str
    previous: str
    swaps: bool
    """Another playbook, which is played from its beginning; not another version of the same one."""

    possible: bool
    """Nothing stands in the way."""

    fates: tuple[StepFate, ...]
    token: str
    """Hand it in as `seen` to let it happen just so."""


class PlaybookIn(Frozen):
    """By which playbook the case goes on."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"playbook": "missed-appointment@3", "seen": "0d9f…, as previewed"}]
        }
    )

    playbook: Named
    seen: Line
    """The token of the preview that you looked at."""


@router.get(
    "/cs/escalations/{case}/playbook-change",
    responses=documented(404, 409),
    summary="What another playbook would change",
)
async def preview_change(
    parts: PartsDep,
    who: ReaderDep,
    case: CaseId,
    playbook: Annotated[
        str, Query(max_length=70, pattern=_VERSION, examples=["missed-appointment@3"])
    ],
    min_version: MinVersion = None,
) -> ChangePreview:
    """Step by step: what stays done, what goes on, what vanishes, what is new, what cannot be."""
    # One that was opened a moment ago has no state on record yet.
    whole = await load_at(parts, who, case, min_version or 1)
    state = whole.state
    async with parts.store.transaction() as connection:
        version = await _published(connection, playbook)
        book = await book_of(connection, whole.line.id, state) if state else None
    if state is not None and state.status is Status.PAUSED:
        raise NotInThisStatus(ON_HOLD)
    if state is None or book is None or state.status is not Status.OPEN:
        raise NotInThisStatus(f"The case is {whole.line.status}: its playbook stays as it is.")
    seen = await picture(parts, who, whole)
    plan = preview(book, state, _command(version, _NOTHING_SEEN), own_now(whole.line))
    fates = tuple(
        one.model_copy(update={"title": render(one.title, seen.values)[:200]}) for one in plan.fates
    )
    told = plan.model_dump(exclude={"fates"})
    return ChangePreview(**told, possible=plan.possible, fates=fates)


@router.post(
    "/cs/escalations/{case}/playbook",
    responses={**documented(404, 409, 412), **ACCEPTED},
    summary="Go on by another playbook",
)
async def change_playbook(change: ChangeDep, given: PlaybookIn) -> OperationAnswer:
    """Another version of the same playbook, or another playbook. Seniors and managers only.

    It happens just as the preview said; when something else would happen by now, it is refused.
    """
    line = await change.load()
    try:
        async with change.parts.store.transaction() as connection:
            version = await _published(connection, given.playbook)
    except RightnowError as refused:
        return await change.answer_again(line, "playbook", given, refused)
    return await change.ask(line, "playbook", given, _command(version, given.seen))


@router.get(
    "/cs/playbooks/{version}/adopters",
    response_model=LinePage,
    responses=documented(404),
    summary="Who could take a version up",
)
async def adopters(
    parts: PartsDep,
    _: PersonDep,
    version: VersionId,
    cursor: Annotated[str | None, Query(pattern=r"^[0-9]{1,15}$")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Response:
    """Cases in work that go by an earlier version of this playbook, newest first.

    One that is on hold is not among them: it goes on first.
    """
    before = int(cursor) if cursor else None
    async with parts.store.transaction() as connection:
        found = await _published(connection, version)
        filters = Filters(status=(Status.OPEN,), playbook=found.ref.slug, below=found.ref.version)
        lines = await escalations.newest(connection, filters, before, limit + 1)
    page = lines[:limit]
    return await answer_page(parts, page, str(page[-1].number) if len(lines) > limit else None)


def _command(version: PlaybookVersion, seen: str) -> ChangePlaybook:
    return ChangePlaybook(playbook=version.ref, document=version.playbook, seen=seen)


async def _published(connection: AsyncConnection, name: str) -> PlaybookVersion:
    """A version that cases may go by. Raises PlaybookUnknown."""
    slug, _, number = name.partition("@")
    found = await playbooks.get(connection, slug, int(number))
    if found is None or found.status != "published":
        raise PlaybookUnknown(f"There is no published playbook {name}. See GET /cs/playbooks.")
    return found
