"""Alerts that nobody has seen, as they stand beside their cases.

Rule: whom they concern, whether they show now, and their order are PostgreSQL's to decide, so that
a page of them is a page of all there are. The texts of a case are read for those of the page alone.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    column,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import cast

from models.actor import Person
from models.alert import Alert, AlertFor, AlertKind
from models.standing import EscalationLine
from models.store.repositories import escalations
from models.store.tables.escalation import ESCALATIONS
from models.store.tables.metadata import INSTANT, WORDS

_E = ESCALATIONS.c


class Reach(NamedTuple):
    """Which alerts concern a person."""

    person: Person
    always: frozenset[AlertFor]
    """Those that concern them whoever has the case."""

    own: frozenset[AlertFor]
    """Those of the cases that they have."""

    free: frozenset[AlertFor]
    """Those of cases that nobody has, and that people of their rank may take."""


class Place(NamedTuple):
    """Where an alert stands in the list: what its kind weighs, then when it was raised."""

    importance: int
    raised_at: datetime
    number: int
    n: int


class Shown(NamedTuple):
    """An alert with its case."""

    place: Place
    alert: Alert
    line: EscalationLine


async def page(
    connection: AsyncConnection,
    reach: Reach,
    importance: Sequence[AlertKind],
    now: datetime,
    *,
    after: Place | None,
    limit: int,
) -> list[Shown]:
    """The alerts that this person is to be shown, in the order of `importance`, then the oldest.

    A kind that is missing there comes last. `now` is the real time; each case adds its own offset.
    """
    found = _found(reach, importance, now, after).limit(limit).subquery()
    query = (
        escalations.lines(found.c.place, found.c.raised_at, found.c.n, found.c.alert)
        .join(found, found.c.id == _E.id)
        .order_by(found.c.place, found.c.raised_at, found.c.number, found.c.n)
    )
    return [
        Shown(
            Place(row.place, row.raised_at, row.number, row.n),
            Alert.model_validate(row.alert),
            escalations.line(row),
        )
        for row in await connection.execute(query)
    ]


def _found(
    reach: Reach, importance: Sequence[AlertKind], now: datetime, after: Place | None
) -> Select[Any]:
    """Which they are. The cost grows with the cases that go on and have an alert, and no others."""
    listed = func.jsonb_array_elements(_E.alerts).table_valued(column("alert", JSONB))
    alert = listed.render_derived(name="listed").c.alert
    place = func.coalesce(
        func.array_position(_words(importance), alert["kind"].astext), len(importance) + 1
    )
    raised_at, n = _instant(alert, "raised_at"), cast(alert["n"].astext, Integer)
    own_now = bindparam("now", now, INSTANT) + _E.clock_offset
    asleep = func.coalesce(_instant(alert, "snoozed_until") > own_now, False)
    query = (
        select(
            _E.id,
            _E.number,
            place.label("place"),
            raised_at.label("raised_at"),
            n.label("n"),
            alert.label("alert"),
        )
        .join_from(ESCALATIONS, alert.table, true())
        .where(
            _E.alerts.is_not(None),
            _concerns(reach, alert["audience"].astext),
            _instant(alert, "expires_at") > own_now,
            ~asleep,
        )
    )
    if after is not None:
        key = tuple_(place, raised_at, _E.number, n)
        query = query.where(key > tuple_(*_bound(after)))
    return query.order_by(place, raised_at, _E.number, n)


def _concerns(reach: Reach, audience: ColumnElement[str]) -> ColumnElement[bool]:
    def among(some: Iterable[AlertFor]) -> ColumnElement[bool]:
        return audience.in_(sorted(some))

    person = reach.person
    fits = and_(_E.assignee_id.is_(None), _E.owner_rank <= person.role.rank)
    return or_(
        among(reach.always),
        and_(_E.assignee_id == person.id, among(reach.own)),
        and_(fits, among(reach.free)),
    )


def _instant(alert: ColumnElement[Any], name: str) -> ColumnElement[datetime]:
    return cast(alert[name].astext, INSTANT)


def _words(kinds: Sequence[AlertKind]) -> ColumnElement[Any]:
    return literal([str(kind) for kind in kinds], ARRAY(WORDS))


def _bound(after: Place) -> tuple[ColumnElement[Any], ...]:
    return (
        literal(after.importance),
        literal(after.raised_at, INSTANT),
        literal(after.number),
        literal(after.n),
    )
