"""The workshop: read playbooks, draft, check and play them through."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field, StringConstraints

from activities.adapters.playbook_files import parse, with_lines
from activities.past_cases import LastCases
from api.dependencies import PartsDep
from api.problems import documented
from api.views.version import VersionView, version_view
from api.workshop import (
    PersonDep,
    PlaybookSlug,
    VersionId,
    WriterDep,
    current_version,
    find_version,
    named,
)
from domain import lint
from domain.playbook import document_hash
from domain.playbook_diff import diff
from domain.rematching import Rematching
from domain.simulation import MONDAY, policy_for
from models.errors import PlaybookInvalid, PlaybookUnknown
from models.finding import Finding
from models.frozen import Frozen
from models.playbook import Origin, Playbook
from models.playbook_diff import Change
from models.rehearsal import PlaybookRehearsal
from models.simulation import AgentScript, Simulation
from models.store.repositories import playbooks
from models.terms import SlaTerms
from models.version_line import line_of

router = APIRouter(prefix="/cs/playbooks", tags=["playbooks"])

MAX_TEXT = 256 * 1024
REHEARSE_FOR = 8.0
"""Seconds."""

_NAME = "draft.yaml"
"""What troubles call a text that came over HTTP."""


_EXAMPLE = """\
slug: lost-parcel
name: Lost Parcel
summary: It did not come. Say sorry and send another.
triggers:
  priority: 50
  start: suggest
  when: {field: text, op: mentions, value: [lost parcel]}
win_condition: They have the new one.
what_not_to_do: [Do not blame the post.]
success: {successes: 8, trials: 10, source: a guess}
resolution_hours: 2
steps:
  - id: call-now
    kind: call
    title: Call them and say sorry
    due: {within: 15m}
    outcomes: [{id: reached, label: We talked, contact: true}]
"""


class PlaybookText(Frozen):
    """A playbook as it is written in a file."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": _EXAMPLE}]})

    text: Annotated[
        str,
        StringConstraints(min_length=1, max_length=MAX_TEXT),
        Field(description="YAML, as in `playbooks/`. At most 256 kB."),
    ]


class SimulationWish(Frozen):
    """How to play a version through."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {},
                {"days": 2, "script": {"answers": {"call-now": [{"outcome": "no-answer"}]}}},
            ]
        }
    )

    script: AgentScript = AgentScript()
    days: Annotated[int, Field(strict=True, ge=1, le=60)] = 7


class RehearsalWish(Frozen):
    """How many ended cases to try a version on, the newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}, {"last": 20}]})

    last: Annotated[int, Field(strict=True, ge=1, le=200)] = 100


class PlaybookPage(Frozen):
    """The current version of every playbook, or the versions of one, the newest first."""

    items: tuple[VersionView, ...]
    next_cursor: str | None = None
    """Hand it in as `cursor` for older versions; empty on the last page."""


class VersionWhole(VersionView):
    """One version, whole."""

    document: Playbook
    changes: tuple[Change, ...]
    """What it says otherwise than the current version."""


class Checked(Frozen):
    """What a check found; warnings do not stop a publication."""

    publishable: bool
    findings: tuple[Finding, ...]


class Drafted(Checked):
    """A text that is kept as a version."""

    id: Annotated[str, Field(examples=["missed-appointment@4"])]
    status: str


@router.get("", responses=documented(), summary="All playbooks")
async def list_playbooks(parts: PartsDep, _: PersonDep) -> PlaybookPage:
    """The current version of every playbook."""
    async with parts.store.transaction() as connection:
        current = await playbooks.current_lines(connection)
    return PlaybookPage(items=tuple(version_view(one, current=True) for one in current))


@router.post("/validation", responses=documented(), summary="Check a text")
async def check_text(_: WriterDep, given: PlaybookText) -> Checked:
    """Everything that is wrong with a text, with line and key. Nothing is kept."""
    try:
        playbook = parse(given.text, _NAME)
    except PlaybookInvalid as invalid:
        findings = tuple(Finding(**one.model_dump()) for one in invalid.troubles)
        return Checked(publishable=False, findings=findings)
    return _checked(playbook, given.text)


@router.post("", status_code=201, responses=documented(), summary="Keep a draft")
async def draft(parts: PartsDep, who: WriterDep, given: PlaybookText) -> Drafted:
    """Keep a text as a new version. The same text is the same version, whoever sends it again."""
    playbook = parse(given.text, _NAME)
    checked = _checked(playbook, given.text)
    async with parts.store.transaction() as connection:
        ref, _ = await playbooks.keep(
            connection,
            playbook,
            document_hash(playbook),
            origin=Origin.WEB,
            author_id=who.actor.id,
        )
        kept = await find_version(connection, ref.slug, ref.version)
    return Drafted(id=str(ref), status=kept.status, **checked.model_dump())


@router.get("/{slug}/versions", responses=documented(404), summary="Versions of a playbook")
async def versions(
    parts: PartsDep,
    _: PersonDep,
    slug: PlaybookSlug,
    cursor: Annotated[str | None, Query(pattern=r"^[0-9]{1,7}$")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> PlaybookPage:
    """Drafts and published versions, the newest first."""
    before = int(cursor) if cursor else None
    async with parts.store.transaction() as connection:
        found = await playbooks.lines_of(connection, slug, before, limit + 1)
        current = await playbooks.current_number(connection, slug)
    if not found and before is None:
        raise PlaybookUnknown(f"There is no playbook {slug}. GET /cs/playbooks lists them.")
    page = found[:limit]
    return PlaybookPage(
        items=tuple(version_view(one, current=one.ref.version == current) for one in page),
        next_cursor=str(page[-1].ref.version) if len(found) > limit else None,
    )


@router.get("/{version}", responses=documented(404), summary="Read a version")
async def read_version(parts: PartsDep, _: PersonDep, version: VersionId) -> VersionWhole:
    """The whole document, and what it says otherwise than the current version."""
    async with parts.store.transaction() as connection:
        found = await find_version(connection, *named(version))
        now = await current_version(connection, found.ref.slug)
    changes = diff(now.playbook, found.playbook).changes if now else ()
    current = now is not None and now.ref == found.ref
    told = version_view(line_of(found), current=current).model_dump()
    return VersionWhole(**told, document=found.playbook, changes=changes)


@router.post("/{version}/simulation", responses=documented(404), summary="Play it through")
async def play_through(
    parts: PartsDep, _: PersonDep, version: VersionId, given: SimulationWish
) -> Simulation:
    """What happens when, over so many days. Nothing leaves the house and nothing is kept.

    The case comes in on a Monday at 09:00 UTC, and has the SLA policy that one like it gets today.
    """
    async with parts.store.transaction() as connection:
        found = await find_version(connection, *named(version))
        policy = policy_for(given.script, await parts.current_policies(connection))
        hours = await parts.open_hours(connection, policy.calendars, MONDAY)
    terms = SlaTerms(policy=policy, hours=hours)
    return await parts.simulations.play(found.playbook, given.script, terms=terms, days=given.days)


@router.post("/{version}/rehearsal", responses=documented(404), summary="Try it on past cases")
async def rehearse(
    parts: PartsDep, _: WriterDep, version: VersionId, given: RehearsalWish
) -> PlaybookRehearsal:
    """Which ended cases would have begun with another playbook, were this version published.

    Each is matched anew as it was when it was opened. It takes eight seconds at most; `cut` says
    that there was no time for all of them. How a case would have gone on is not known.
    """
    async with parts.store.transaction() as connection:
        found = await find_version(connection, *named(version))
        current = await parts.current_playbooks(connection)
    matching, cases = Rematching(current, found), LastCases(parts.store, given.last, REHEARSE_FOR)
    with parts.simulations.place():
        async for past in cases:
            matching.add(past)
    return matching.told().model_copy(update={"cut": cases.cut})


def _checked(playbook: Playbook, text: str) -> Checked:
    found = with_lines(lint.lint(playbook), text, _NAME)
    return Checked(publishable=not lint.errors(found), findings=found)
