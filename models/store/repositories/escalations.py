"""Escalations as they are read, and the one place that writes the projection."""

from enum import StrEnum
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from models.escalation import NUMBER_PREFIX, EscalationState, EscalationType, Source, Status
from models.money import Money
from models.severity import Severity
from models.standing import (
    EscalationLine,
    EscalationWhole,
    Filters,
    OpeningRow,
    Standing,
    StepRef,
)
from models.store.tables.content import CONTENTS
from models.store.tables.customer import CUSTOMERS
from models.store.tables.escalation import ESCALATIONS, NUMBERS
from models.store.tables.event import EVENTS
from models.store.tables.person import PEOPLE

Word = TypeVar("Word", bound=StrEnum)

_E = ESCALATIONS.c


async def begin(connection: AsyncConnection, opening: OpeningRow) -> int:
    """Note an accepted opening, before its workflow exists. Returns its number."""
    made = (
        insert(ESCALATIONS)
        .values(
            number=NUMBERS.next_value(),
            version=0,
            status=Status.OPENING,
            state=None,
            **opening.model_dump(),
        )
        .returning(_E.number)
    )
    number: int = (await connection.execute(made)).scalar_one()
    return number


async def lock(
    connection: AsyncConnection, escalation_id: UUID
) -> tuple[int, EscalationState | None] | None:
    """Version and state, held until the transaction ends, so that projections take turns."""
    query = (
        select(_E.version, _E.state).where(_E.id == escalation_id).with_for_update(key_share=True)
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    return row.version, EscalationState.model_validate(row.state) if row.state else None


async def hold(connection: AsyncConnection, escalation_id: UUID) -> None:
    """Hold a row as `lock` does, without reading it: what is in it may be what is wrong."""
    query = select(_E.id).where(_E.id == escalation_id).with_for_update(key_share=True)
    await connection.execute(query)


async def state_of(connection: AsyncConnection, escalation_id: UUID) -> EscalationState | None:
    """The state as it is on record."""
    query = select(_E.state).where(_E.id == escalation_id)
    row = (await connection.execute(query)).one_or_none()
    return EscalationState.model_validate(row.state) if row and row.state else None


async def project(connection: AsyncConnection, state: EscalationState, standing: Standing) -> None:
    """Write the projection of a state, unless a newer one is there."""
    await connection.execute(
        update(ESCALATIONS)
        .where(_E.id == state.id, _E.version < state.version)
        .values(**columns(state, standing), updated_at=func.now())
    )


def columns(state: EscalationState, standing: Standing) -> dict[str, Any]:
    """The projection's columns: a function of the state alone, so that it can be rebuilt."""
    return {
        "version": state.version,
        "status": state.status,
        "type": state.type,
        "severity": state.severity,
        "source": state.source,
        "team": state.team,
        "customer_id": state.customer_id,
        "title_id": state.title_id,
        "assignee_id": state.assignee_id,
        "playbook_slug": state.playbook.slug,
        "playbook_version": state.playbook.version,
        "opened_at": state.opened_at,
        "received_at": state.received_at,
        "resolved_at": state.resolved_at,
        "rank_at": standing.rank_at,
        "owner_rank": standing.owner_rank,
        "due_at": standing.due_at,
        "warn_at": standing.warn_at,
        "next_at": standing.next_at,
        "sla_breached": standing.sla_breached,
        "step": standing.step,
        "clock_offset": state.clock_offset,
        "alerts": [one.model_dump(mode="json") for one in standing.alerts] or None,
        "state": state,
    }


async def stored_columns(connection: AsyncConnection, escalation_id: UUID) -> dict[str, Any]:
    """The projection's columns as they are stored, to compare with a rebuilt one."""
    query = select(ESCALATIONS).where(_E.id == escalation_id)
    return dict((await connection.execute(query)).mappings().one())


async def all_ids(connection: AsyncConnection) -> list[UUID]:
    """Every escalation that has a state, or an event that it could be made of."""
    told = exists().where(EVENTS.c.escalation_id == _E.id)
    query = select(_E.id).where(or_(_E.version > 0, told)).order_by(_E.number)
    return [row.id for row in await connection.execute(query)]


async def get(connection: AsyncConnection, escalation_id: UUID) -> EscalationWhole | None:
    """One escalation, whole."""
    row = (await connection.execute(_WHOLE_BY_ID, {"sought": escalation_id})).one_or_none()
    return _whole(row) if row else None


async def by_number(connection: AsyncConnection, number: int) -> EscalationWhole | None:
    """One escalation by the number for people."""
    row = (await connection.execute(_WHOLE_BY_NUMBER, {"sought": number})).one_or_none()
    return _whole(row) if row else None


async def line_by_id(connection: AsyncConnection, escalation_id: UUID) -> EscalationLine | None:
    """One escalation without its state, for requests that do not look into it."""
    row = (await connection.execute(_LINE_BY_ID, {"sought": escalation_id})).one_or_none()
    return _line(row) if row else None


async def line_by_number(connection: AsyncConnection, number: int) -> EscalationLine | None:
    """The same, by the number for people."""
    row = (await connection.execute(_LINE_BY_NUMBER, {"sought": number})).one_or_none()
    return _line(row) if row else None


async def version_of(connection: AsyncConnection, escalation_id: UUID) -> int | None:
    """The projection's version."""
    query = select(_E.version).where(_E.id == escalation_id)
    found: int | None = (await connection.execute(query)).scalar_one_or_none()
    return found


async def newest(
    connection: AsyncConnection, filters: Filters, before: int | None, limit: int
) -> list[EscalationLine]:
    """Escalations by number, newest first, below a number."""
    query = _narrowed(_lines(), filters).order_by(_E.number.desc()).limit(limit)
    if before is not None:
        query = query.where(_E.number < before)
    return [_line(row) for row in await connection.execute(query)]


async def ranked(
    connection: AsyncConnection,
    *,
    person_id: UUID | None,
    rank: int,
    after: tuple[Any, UUID] | None,
    limit: int,
) -> list[EscalationLine]:
    """Cases with something to do now, most urgent first: the person's own and free ones."""
    told: dict[str, Any] = {"rank": rank, "limit": limit}
    if person_id is not None:
        told["person"] = person_id
    if after is not None:
        told |= {"after_rank_at": after[0], "after_id": after[1]}
    query = _ranked(of_person=person_id is not None, further=after is not None)
    return [_line(row) for row in (await connection.execute(query, told)).all()]


@cache
def _ranked(*, of_person: bool, further: bool) -> Select[Any]:
    query = _lines().where(_E.rank_at.is_not(None), _E.owner_rank <= bindparam("rank"))
    if of_person:
        query = query.where(or_(_E.assignee_id == bindparam("person"), _E.assignee_id.is_(None)))
    if further:
        before = tuple_(
            bindparam("after_rank_at", type_=_E.rank_at.type),
            bindparam("after_id", type_=_E.id.type),
        )
        query = query.where(tuple_(_E.rank_at, _E.id) > before)
    return query.order_by(_E.rank_at, _E.id).limit(bindparam("limit"))


def _narrowed(query: Select[Any], filters: Filters) -> Select[Any]:
    if filters.status:
        query = query.where(_E.status.in_(filters.status))
    if filters.severity:
        query = query.where(_E.severity.in_(filters.severity))
    if filters.type:
        query = query.where(_E.type.in_(filters.type))
    if filters.assignee_id is not None:
        query = query.where(_E.assignee_id == filters.assignee_id)
    if filters.unassigned:
        query = query.where(_E.assignee_id.is_(None))
    if filters.playbook is not None:
        query = query.where(_E.playbook_slug == filters.playbook)
    if filters.below is not None:
        query = query.where(_E.playbook_version < filters.below)
    if filters.customer_id is not None:
        query = query.where(_E.customer_id == filters.customer_id)
    if filters.q is not None:
        query = query.where(_found(filters.q))
    return query


def _found(words: str) -> Any:
    """A number with its prefix is that case alone; bare digits may be an order's number too."""
    digits = words.upper().removeprefix(NUMBER_PREFIX)
    numbered = digits.isascii() and digits.isdigit() and len(digits) < 18
    if numbered and digits != words:
        return _E.number == int(digits)
    pattern = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    worded = or_(
        and_(CONTENTS.c.kind == "title", CONTENTS.c.text.ilike(pattern)),
        CUSTOMERS.c.name.ilike(pattern),
    )
    return or_(_E.number == int(digits), worded) if numbered else worded


_LINE_COLUMNS = (
    _E.id,
    _E.number,
    _E.version,
    _E.customer_id,
    CUSTOMERS.c.name.label("customer_name"),
    _E.assignee_id,
    PEOPLE.c.name.label("assignee_name"),
    _E.playbook_slug,
    _E.playbook_version,
    _E.opened_at,
    _E.rank_at,
    _E.due_at,
    _E.warn_at,
    _E.sla_breached,
    _E.clock_offset,
    _E.status,
    _E.type,
    _E.severity,
    CONTENTS.c.text.label("title"),
    _E.step,
    CUSTOMERS.c.annual_value_minor,
    CUSTOMERS.c.annual_value_currency,
)
"""In the order of the fields of EscalationLine, the value's two columns last."""

_LINE_WIDTH = len(_LINE_COLUMNS)

_JOINED = (
    ESCALATIONS.join(CUSTOMERS, _E.customer_id == CUSTOMERS.c.id)
    .outerjoin(CONTENTS, _E.title_id == CONTENTS.c.id)
    .outerjoin(PEOPLE, _E.assignee_id == PEOPLE.c.id)
)


def _lines() -> Select[Any]:
    return select(*_LINE_COLUMNS).select_from(_JOINED)


def lines(*more: ColumnElement[Any]) -> Select[Any]:
    """A query for lines, with further columns behind theirs; `line` reads its rows."""
    return select(*_LINE_COLUMNS, *more).select_from(_JOINED)


def line(row: Row[Any]) -> EscalationLine:
    """The line of such a row."""
    return _line(row)


_WHOLES: Select[Any] = select(
    *_LINE_COLUMNS, _E.source, _E.team, _E.received_at, _E.state
).select_from(_JOINED)
_WHOLE_BY_ID = _WHOLES.where(_E.id == bindparam("sought"))
_WHOLE_BY_NUMBER = _WHOLES.where(_E.number == bindparam("sought"))
_LINE_BY_ID = _lines().where(_E.id == bindparam("sought"))
_LINE_BY_NUMBER = _lines().where(_E.number == bindparam("sought"))


def _by_word(kind: type[Word]) -> dict[str, Word]:
    return {one.value: one for one in kind}


_STATUS = _by_word(Status)
_TYPE = _by_word(EscalationType)
_SEVERITY = _by_word(Severity)


def _line(row: Row[Any]) -> EscalationLine:
    # By place, in the order of _LINE_COLUMNS: by name takes three times as long.
    *first, status, kind, severity, title, step, minor, currency = row[:_LINE_WIDTH]
    return EscalationLine._make(
        (
            *first,
            _STATUS[status],
            _TYPE[kind],
            _SEVERITY[severity],
            "[erased]" if title is None else title,
            StepRef.model_validate(step) if step is not None else None,
            Money(minor=minor, currency=currency) if minor is not None else None,
        )
    )


def _whole(row: Row[Any]) -> EscalationWhole:
    state = EscalationState.model_validate(row.state) if row.state else None
    return EscalationWhole(
        line=_line(row),
        source=Source(row.source),
        team=row.team,
        description_id=state.description_id if state else None,
        received_at=row.received_at,
        state=state,
    )


async def count_by_status(connection: AsyncConnection) -> dict[str, int]:
    """How many escalations stand where."""
    query = select(_E.status, func.count().label("n")).group_by(_E.status).order_by(_E.status)
    return {row.status: row.n for row in await connection.execute(query)}


async def overwrite(connection: AsyncConnection, escalation_id: UUID, told: dict[str, Any]) -> None:
    """Write a rebuilt projection, whatever is stored."""
    await connection.execute(update(ESCALATIONS).where(_E.id == escalation_id).values(**told))
