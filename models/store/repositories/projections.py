"""The projection moved on in one statement: state, events and answers, all or none of them.

Rule: it is for the usual case, in which whoever writes knows what is on record and nothing else
happened in between. It changes nothing when another version is there, or one of the events; the
slow way, which looks before it writes, is then the one to go.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    column,
    func,
    insert,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.escalation import EscalationState
from models.event import Event
from models.messages import Receipt
from models.standing import Standing
from models.store.repositories import escalations, events as happenings, operations
from models.store.tables.escalation import ESCALATIONS
from models.store.tables.event import EVENTS
from models.store.tables.metadata import INSTANT
from models.store.tables.operation import OPERATIONS


async def move_on(
    connection: AsyncConnection,
    known: int,
    state: EscalationState,
    standing: Standing,
    events: Sequence[Event],
    receipts: Sequence[Receipt],
) -> bool:
    """Write what leads from version `known` to this state. False when nothing was written.

    It is a transaction by itself: for `Store.single()`.
    """
    columns = escalations.columns(state, standing)
    told: dict[str, Any] = {f"new_{name}": value for name, value in columns.items()}
    told |= {
        "case": state.id,
        "known": known,
        "happened": [happenings.columns(one) for one in events],
        "given": [{"op_id": one.op_id, "status": one.status, "answer": one} for one in receipts],
    }
    try:
        return bool((await connection.execute(_move_on(tuple(columns)), told)).scalar_one())
    except IntegrityError:  # one of the events is there already
        return False


_E = ESCALATIONS.c
_O = OPERATIONS.c
_HAPPENED = (
    func.jsonb_to_recordset(bindparam("happened", type_=JSONB))
    .table_valued(
        column("seq", Integer),
        column("at", INSTANT),
        column("fact", Text),
        column("op_id", Uuid),
        column("body", JSONB),
        column("hash", Text),
    )
    .render_derived("happened", with_types=True)
)
_GIVEN = (
    func.jsonb_to_recordset(bindparam("given", type_=JSONB))
    .table_valued(column("op_id", Uuid), column("status", Text), column("answer", JSONB))
    .render_derived("given", with_types=True)
)


@cache
def _move_on(names: tuple[str, ...]) -> Select[Any]:
    moved = (
        update(ESCALATIONS)
        .where(_E.id == bindparam("case"), _E.version == bindparam("known"))
        .values(
            {name: bindparam(f"new_{name}", type_=_E[name].type) for name in names}
            | {"updated_at": func.now()}
        )
        .returning(_E.id)
        .cte("moved")
    )
    added = (
        insert(EVENTS)
        .from_select(
            ["escalation_id", *_HAPPENED.c.keys()],
            select(moved.c.id, *_HAPPENED.c).join_from(moved, _HAPPENED, true()),
        )
        .cte("added")
    )
    answered = (
        update(OPERATIONS)
        .where(
            _O.op_id == _GIVEN.c.op_id,
            operations.takes(_GIVEN.c.status),
            select(moved.c.id).exists(),
        )
        .values(status=_GIVEN.c.status, answer=_GIVEN.c.answer, answered_at=func.now())
        .cte("answered")
    )
    return select(func.count()).select_from(moved).add_cte(added, answered)
