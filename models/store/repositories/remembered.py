"""What finds a case again: read of which words it is made, kept, and looked for where it lacks."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, union_all, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.command import Author, Direction
from models.escalation import EscalationState, Status
from models.ids import new_id
from models.result import CaseResult
from models.similar import ImportedCase, Lacking, Matter, Remembered
from models.store.repositories import contents, imported_cases, results
from models.store.tables.content import CONTENTS
from models.store.tables.escalation import ESCALATIONS
from models.store.tables.event import EVENTS
from models.store.tables.result import CASE_RESULTS
from models.store.tables.similar import CASE_VECTORS, IMPORTED_CASES

MESSAGES = 3
"""How many of the customer's messages count, the newest ones."""

_V = CASE_VECTORS.c
_E = ESCALATIONS.c
_C = CASE_RESULTS.c
_I = IMPORTED_CASES.c
_OPEN = (Status.OPEN, Status.PAUSED, Status.RESOLVED)
"""Cases that ask. One that is over is found; a cancelled or merged one neither asks nor is."""


async def matter_of(connection: AsyncConnection, case_id: UUID) -> Matter | None:
    """What a live case is about; None while its workflow has not answered, or when it is unknown.

    Only what the customer wrote counts, and no word of thanks. Erased words are left out.
    """
    row = (await connection.execute(select(_E.state).where(_E.id == case_id))).one_or_none()
    if row is None or row.state is None:
        return None
    state = EscalationState.model_validate(row.state)
    said = await _newest_messages(connection, case_id)
    wanted = [one for one in (state.title_id, state.description_id) if one is not None]
    found = await contents.texts(connection, [*wanted, *said])
    return Matter(
        escalation_id=case_id,
        type=state.type,
        version=state.version,
        goes_on=state.status in _OPEN,
        title=found.get(state.title_id),
        description=found.get(state.description_id) if state.description_id else None,
        said=tuple(found[one] for one in said if one in found),
        made_of=tuple(one for one in (*wanted, *said) if one in found),
    )


async def _newest_messages(connection: AsyncConnection, case_id: UUID) -> list[UUID]:
    fact = EVENTS.c.body["fact"]
    query = (
        select(fact["content_id"].astext.label("content_id"))
        .where(
            EVENTS.c.escalation_id == case_id,
            EVENTS.c.fact == "message_recorded",
            fact["direction"].astext == Direction.INBOUND,
            fact["author"].astext == Author.HUMAN,
            func.coalesce(fact["thanks"].astext, "false") == "false",
        )
        .order_by(EVENTS.c.seq.desc())
        .limit(MESSAGES)
    )
    return [UUID(row.content_id) for row in await connection.execute(query)][::-1]


async def ending_of(
    connection: AsyncConnection, case_id: UUID
) -> tuple[EscalationState, CaseResult] | None:
    """State and result of a case that is over; None of one that goes on."""
    row = (await connection.execute(select(_E.state).where(_E.id == case_id))).one_or_none()
    if row is None or row.state is None:
        return None
    state = EscalationState.model_validate(row.state)
    went = await results.of(connection, case_id, state.playbook)
    return (state, went) if went is not None else None


async def hash_and_model(
    connection: AsyncConnection, case_id: UUID
) -> tuple[str, str | None] | None:
    """Of which text a live case's vector is, and of which model."""
    query = select(_V.text_hash, _V.model).where(_V.escalation_id == case_id)
    row = (await connection.execute(query)).one_or_none()
    return (row.text_hash, row.model) if row else None


async def keep_live(
    connection: AsyncConnection, matter: Matter, kept: Remembered, *, vectors: bool
) -> None:
    """Keep what finds a live case, unless something newer is kept.

    When words were erased since they were read, nothing is written. Until this is committed nobody
    erases any: then the trigger finds what was made of them.
    """
    held = select(CONTENTS.c.id).where(CONTENTS.c.id.in_(matter.made_of)).with_for_update(read=True)
    if len((await connection.execute(held)).all()) < len(matter.made_of):
        return
    values = {
        "id": new_id(),
        "escalation_id": matter.escalation_id,
        "made_of": list(matter.made_of),
        "seen": matter.version,
        **_columns(kept, vectors),
    }
    adding = insert(CASE_VECTORS).values(values)
    changed = {name: adding.excluded[name] for name in values if name != "id"}
    await connection.execute(
        adding.on_conflict_do_update(
            index_elements=[_V.escalation_id],
            set_={**changed, "at": func.now()},
            where=or_(_V.seen.is_(None), _V.seen <= matter.version),
        )
    )


async def keep_imported(
    connection: AsyncConnection, kept: Sequence[tuple[UUID, str, Remembered]], *, vectors: bool
) -> None:
    """Keep what finds imported cases, but for those whose line changed since its hash was read."""
    ids = [case_id for case_id, _, _ in kept]
    held = select(_I.id, _I.row_hash).where(_I.id.in_(ids)).with_for_update(read=True)
    hashes = {row.id: row.row_hash for row in await connection.execute(held)}
    rows = [
        {"id": new_id(), "imported_id": case_id, "made_of": [], **_columns(one, vectors)}
        for case_id, row_hash, one in kept
        if hashes.get(case_id) == row_hash
    ]
    if not rows:
        return
    adding = insert(CASE_VECTORS).values(rows)
    changed = {name: adding.excluded[name] for name in rows[0] if name != "id"}
    await connection.execute(
        adding.on_conflict_do_update(
            index_elements=[_V.imported_id], set_={**changed, "at": func.now()}
        )
    )


async def retell(connection: AsyncConnection, case_id: UUID, case: ImportedCase) -> None:
    """An imported case is told otherwise, and is about the same: its vector stays."""
    told = {
        "type": case.type,
        "outcome": case.outcome,
        "approach": case.approach,
        "ended_at": case.resolved_at,
    }
    await connection.execute(update(CASE_VECTORS).where(_V.imported_id == case_id).values(told))


async def seen_again(connection: AsyncConnection, case_id: UUID, version: int) -> None:
    """A live case moved, and what finds it is as it was."""
    newer = and_(_V.escalation_id == case_id, _V.seen < version)
    await connection.execute(update(CASE_VECTORS).where(newer).values(seen=version))


async def open_to_read(
    connection: AsyncConnection, model: str | None, limit: int, but: Collection[UUID] = ()
) -> list[UUID]:
    """Cases that go on and whose vector is missing, of another model, or older than the case."""
    older = or_(_V.escalation_id.is_(None), _V.seen < _E.version, *_of_another(model))
    query = (
        select(_E.id)
        .outerjoin(CASE_VECTORS, _V.escalation_id == _E.id)
        .where(_E.status.in_(_OPEN), older, *_but(_E.id, but))
        .order_by(_E.number.desc())
        .limit(limit)
    )
    return [row.id for row in await connection.execute(query)]


async def over_to_read(
    connection: AsyncConnection, model: str | None, limit: int, but: Collection[UUID] = ()
) -> list[UUID]:
    """Closed cases whose vector is missing, of another model, or knows no outcome."""
    lacking = or_(_V.escalation_id.is_(None), _V.outcome.is_(None), *_of_another(model))
    is_closed = select(_E.id).where(_E.id == _C.escalation_id, _E.status == Status.CLOSED)
    query = (
        select(_C.escalation_id)
        .outerjoin(CASE_VECTORS, _V.escalation_id == _C.escalation_id)
        .where(lacking, is_closed.exists(), *_but(_C.escalation_id, but))
        .order_by(_C.over_at.desc())
        .limit(limit)
    )
    return [row.escalation_id for row in await connection.execute(query)]


async def imported_to_read(
    connection: AsyncConnection, model: str | None, limit: int, but: Collection[UUID] = ()
) -> list[tuple[UUID, str, ImportedCase]]:
    """Imported cases whose vector is missing, or of another model: id, hash of the line, case."""
    query = (
        select(IMPORTED_CASES)
        .outerjoin(CASE_VECTORS, _V.imported_id == _I.id)
        .where(or_(_V.imported_id.is_(None), *_of_another(model)), *_but(_I.id, but))
        .order_by(_I.resolved_at.desc())
        .limit(limit)
    )
    return [
        (row.id, row.row_hash, imported_cases.case_of(row))
        for row in await connection.execute(query)
    ]


async def lacking(connection: AsyncConnection) -> Lacking:
    """How many cases that are over nobody finds, whatever their vectors' model.

    A case whose clock was moved ahead ended when it was written down, not weeks from now.
    """
    found = exists().where(_V.escalation_id == _C.escalation_id, _V.outcome.is_not(None))
    live = (
        select(func.least(_C.over_at, _E.updated_at).label("since"))
        .join(ESCALATIONS, _E.id == _C.escalation_id)
        .where(_E.status == Status.CLOSED, ~found)
    )
    known = exists().where(_V.imported_id == _I.id)
    imported = select(_I.imported_at.label("since")).where(~known)
    both = union_all(live, imported).subquery()
    row = (await connection.execute(select(func.count(), func.min(both.c.since)))).one()
    return Lacking(count=row[0], since=row[1])


def _but(column: ColumnElement[UUID], cases: Collection[UUID]) -> Iterable[ColumnElement[bool]]:
    return (column.not_in(cases),) if cases else ()


def _of_another(model: str | None) -> Iterable[ColumnElement[bool]]:
    """Without a model no vector is wrong."""
    return () if model is None else (_V.model.is_distinct_from(model),)


def _columns(kept: Remembered, vectors: bool) -> dict[str, Any]:
    """The column `vector` is named only where there is one: it needs pgvector."""
    columns: dict[str, Any] = {
        "type": kept.type,
        "outcome": kept.outcome,
        "approach": kept.approach,
        "ended_at": kept.ended_at,
        "text_hash": kept.text_hash,
        "words": func.to_tsvector("english", kept.text),
        "model": kept.model,
    }
    return {**columns, "vector": kept.vector} if vectors else columns
