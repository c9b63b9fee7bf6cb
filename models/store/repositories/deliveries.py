"""The delivery ledger. A row is planned by an event; only the one who hands over moves it on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.delivery import (
    DELIVERY_ENDED,
    Delivery,
    DeliveryStatus,
    Effect,
    EffectKind,
    Recipient,
)
from models.store.tables.delivery import DELIVERIES

_D = DELIVERIES.c
_CHANNELS = {
    EffectKind.STEP_CREDIT: "credit",
    EffectKind.STEP_WEBHOOK: "webhook",
    EffectKind.CASE_JOINED: "case",
}


async def plan(
    connection: AsyncConnection, escalation_id: UUID, effects: Sequence[Effect], at: datetime
) -> None:
    """Write planned deliveries down. Planning the same one again changes nothing."""
    if not effects:
        return
    rows = [
        {
            "key": effect.key,
            "escalation_id": escalation_id,
            "kind": effect.kind,
            "effect_class": effect.effect_class,
            "recipient": effect.recipient,
            "channel": _CHANNELS.get(effect.kind, "email"),
            "status": DeliveryStatus.PLANNED,
            "planned_at": at,
            "not_before": effect.not_before,
        }
        for effect in effects
    ]
    await connection.execute(insert(DELIVERIES).on_conflict_do_nothing(), rows)


async def hold(connection: AsyncConnection, key: str) -> Delivery | None:
    """One row, held until the transaction ends."""
    query = select(DELIVERIES).where(_D.key == key).with_for_update()
    row = (await connection.execute(query)).one_or_none()
    return _delivery(row) if row else None


async def attempt(connection: AsyncConnection, key: str, message_id: str) -> None:
    """A hand-over begins."""
    await connection.execute(
        update(DELIVERIES)
        .where(_D.key == key, _D.status.in_(("planned", "attempted")))
        .values(
            status=DeliveryStatus.ATTEMPTED,
            attempts=_D.attempts + 1,
            attempted_at=func.now(),
            message_id=message_id,
        )
    )


async def end(
    connection: AsyncConnection, key: str, status: DeliveryStatus, detail: str | None
) -> None:
    """A delivery ended. The first end is its end."""
    if status not in DELIVERY_ENDED:
        raise ValueError(f"{status} is no end")
    await connection.execute(
        update(DELIVERIES)
        .where(_D.key == key, _D.ended_at.is_(None))
        .values(status=status, detail=detail, ended_at=func.now())
    )


async def of(connection: AsyncConnection, escalation_id: UUID) -> tuple[Delivery, ...]:
    """The deliveries of one escalation, as planned."""
    query = (
        select(DELIVERIES).where(_D.escalation_id == escalation_id).order_by(_D.planned_at, _D.key)
    )
    return tuple(_delivery(row) for row in await connection.execute(query))


def _delivery(row: Row[Any]) -> Delivery:
    told = {name: getattr(row, name) for name in Delivery.model_fields if name != "recipient"}
    return Delivery(**told, recipient=Recipient.model_validate(row.recipient))


async def postpone(connection: AsyncConnection, key: str, detail: str) -> int:
    """The hand-over did not happen; it will be tried again. Returns how often it was tried."""
    tries = await connection.execute(
        update(DELIVERIES)
        .where(_D.key == key, _D.ended_at.is_(None))
        .values(status=DeliveryStatus.PLANNED, detail=detail)
        .returning(_D.attempts)
    )
    return tries.scalar_one_or_none() or 1
