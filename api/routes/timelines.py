"""What happened, who was told, and why a deadline is when it is."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.dependencies import CaseId, MinVersion, PartsDep, ReaderDep
from api.problems import documented
from api.routes.escalations import load_at
from api.views.deadline import DeadlinePage, deadline_view
from api.views.escalation import picture
from api.views.line import own_now
from domain.script import render
from domain.timeline import Teller, case_of, people_in, words_of
from models.delivery import Delivery
from models.escalation import number_text
from models.event import Event
from models.frozen import Frozen
from models.playbook import Playbook
from models.standing import EscalationLine
from models.step import Step
from models.store.repositories import contents, deliveries, events, people, sla

router = APIRouter(prefix="/cs/escalations/{case}", tags=["timeline"])


class CaseLink(Frozen):
    """Another case."""

    number: Annotated[str, Field(examples=["E-1041"])]
    timeline: Annotated[str, Field(examples=["/api/v1/cs/escalations/E-1041/timeline"])]
    """Where its messages and notes are."""


class TimelineEntry(Frozen):
    """One thing that happened."""

    seq: int
    at: AwareDatetime
    who: str
    what: str
    """One plain sentence."""

    words: str | None
    """The note, message or reason that belongs to it."""

    fact: str
    """The kind of event, for programs."""

    op_id: UUID | None
    link: CaseLink | None
    """The other case that it is about: what happened there belongs to this one."""


class Order(StrEnum):
    """Which end of a timeline comes first."""

    OLDEST = "oldest"
    NEWEST = "newest"


class Timeline(Frozen):
    """What happened, in the order that was asked for."""

    version: int
    items: tuple[TimelineEntry, ...]
    next_cursor: str | None
    """Hand it in as `cursor` for the next page, in the same order; empty on the last."""


class DeliveryPage(Frozen):
    """Who was told, and whether it arrived."""

    items: tuple[Delivery, ...]


@router.get("/timeline", responses=documented(404), summary="What happened")
async def timeline(
    parts: PartsDep,
    who: ReaderDep,
    case: CaseId,
    min_version: MinVersion = None,
    order: Annotated[
        Order, Query(description="`newest` and `limit=5` are the last five.")
    ] = Order.OLDEST,
    cursor: Annotated[str | None, Query(pattern=r"^[0-9]{1,9}$")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> Timeline:
    """Every event, in plain words."""
    whole = await load_at(parts, who, case, min_version)
    seen = await picture(parts, who, whole)
    read = _newest if order is Order.NEWEST else _oldest
    async with parts.store.transaction() as connection:
        page, more = await read(connection, whole.line, int(cursor or 0), limit)
        known = await people.by_ids(connection, people_in(page))
        wanted = {words_of(event) for event in page}
        words = await contents.texts(connection, [one for one in wanted if one is not None])
    names = {one.id: one.name for one in known.values()}
    all_steps = [one for book in (*seen.earlier, seen.playbook) for one in _all_steps(book)]
    titles = {step.id: render(step.title, seen.values) for step in all_steps}
    teller = Teller(seen.playbook, names, titles, seen.earlier)
    items = tuple(
        TimelineEntry(
            seq=event.seq,
            at=event.at,
            who=teller.who(event.actor),
            what=teller.sentence(event),
            words=_said(words, words_of(event)),
            fact=event.fact.fact,
            op_id=event.op_id,
            link=_link(event),
        )
        for event in page
    )
    return Timeline(version=whole.line.version, items=items, next_cursor=more)


@router.get("/deliveries", responses=documented(404), summary="Who was told")
async def who_was_told(
    parts: PartsDep, who: ReaderDep, case: CaseId, min_version: MinVersion = None
) -> DeliveryPage:
    """The delivery ledger of a case: planned, attempted, sent, or openly failed."""
    whole = await load_at(parts, who, case, min_version)
    async with parts.store.transaction() as connection:
        return DeliveryPage(items=await deliveries.of(connection, whole.line.id))


@router.get("/deadlines", responses=documented(404), summary="Why a deadline is when it is")
async def deadlines(
    parts: PartsDep, who: ReaderDep, case: CaseId, min_version: MinVersion = None
) -> DeadlinePage:
    """Each clock, with how it came about: what counted, what did not, and why."""
    whole = await load_at(parts, who, case, min_version)
    state, now = whole.state, own_now(whole.line)
    if state is None:
        return DeadlinePage(items=(), now=now)
    async with parts.store.transaction() as connection:
        terms = await sla.terms_of(connection, whole.line.id)
        asked = [pause.reason_id for pause in state.pauses if pause.reason_id]
        reasons = await contents.texts(connection, asked)
    hours = terms.hours if terms else ()
    items = [deadline_view(state, clock, hours, reasons, now) for clock in state.clocks]
    return DeadlinePage(items=tuple(items), now=now)


async def _oldest(
    connection: AsyncConnection, line: EscalationLine, after: int, limit: int
) -> tuple[tuple[Event, ...], str | None]:
    """A page from the beginning on, and where the next one begins."""
    found = await events.of(connection, line.id, after=after, limit=limit + 1)
    page = found[:limit]
    return page, str(page[-1].seq) if len(found) > limit else None


async def _newest(
    connection: AsyncConnection, line: EscalationLine, before: int, limit: int
) -> tuple[tuple[Event, ...], str | None]:
    """A page from the end back. Numbers have no gaps, so the page's first one is known."""
    last = min(before - 1, line.version) if before else line.version
    after = max(0, last - limit)
    page = await events.of(connection, line.id, after=after, limit=last - after)
    return page[::-1], str(after + 1) if after else None


def _all_steps(playbook: Playbook) -> tuple[Step, ...]:
    return (*playbook.steps, *playbook.built_in)


def _link(event: Event) -> CaseLink | None:
    number = case_of(event)
    if number is None:
        return None
    name = number_text(number)
    return CaseLink(number=name, timeline=f"/api/v1/cs/escalations/{name}/timeline")


def _said(words: dict[UUID, str], content_id: UUID | None) -> str | None:
    return words.get(content_id) if content_id else None
