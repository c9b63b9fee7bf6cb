"""The projection moved on in one statement: state, events and answers, all or none of them.

Rule: it is for the usual case, in which whoever writes knows what is on record and nothing else
happened in between. It changes nothing when another version is there, or one of the events; the
slow way, which looks before it writes, is then the one to go.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Integer,
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
from models.store.repositories import operations
from models.store.repositories.escalations import columns
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
    told: dict[str, Any] = {
        f"new_{name}": value for name, value in columns(state, standing).items()
    }
    told |= {
        "case": state.id,
        "known": known,
        "happened": [_event(one) for one in events],
        "given": [{"op_id": one.op_id, "status": one.status, "answer": one} for one in receipts],
    }
    try:
        return bool((await connection.execute(_MOVE_ON, told)).scalar_one())
    except IntegrityError:  # one of the events is there already
        return False


def _event(event: Event) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "at": event.at,
        "fact": event.fact.fact,
        "op_id": event.op_id,
        "body": event,
        "hash": event.hash,
    }


_E = ESCALATIONS.c
_O = OPERATIONS.c
_COLUMNS = (
    "version",
    "status",
    "type",
    "severity",
    "source",
    "team",
    "customer_id",
    "title_id",
    "assignee_id",
    "playbook_slug",
    "playbook_version",
    "opened_at",
    "received_at",
    "resolved_at",
    "rank_at",
    "owner_rank",
    "due_at",
    "warn_at",
    "sla_breached",
    "step",
    "clock_offset",
    "state",
)

_MOVED = (
    update(ESCALATIONS)
    .where(_E.id == bindparam("case"), _E.version == bindparam("known"))
    .values(
        {name: bindparam(f"new_{name}", type_=_E[name].type) for name in _COLUMNS}
        | {"updated_at": func.now()}
    )
    .returning(_E.id)
    .cte("moved")
)
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
_ADDED = (
    insert(EVENTS)
    .from_select(
        ["escalation_id", *_HAPPENED.c.keys()],
        select(_MOVED.c.id, *_HAPPENED.c).join_from(_MOVED, _HAPPENED, true()),
    )
    .cte("added")
)
_ANSWERED = (
    update(OPERATIONS)
    .where(
        _O.op_id == _GIVEN.c.op_id,
        operations.takes(_GIVEN.c.status),
        select(_MOVED.c.id).exists(),
    )
    .values(status=_GIVEN.c.status, answer=_GIVEN.c.answer, answered_at=func.now())
    .cte("answered")
)
_MOVE_ON = select(func.count()).select_from(_MOVED).add_cte(_ADDED, _ANSWERED)
