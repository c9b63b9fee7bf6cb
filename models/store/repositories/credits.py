"""The ledger of credits."""

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.messages import RequestOrder
from models.money import Money
from models.store.tables.credit import CREDITS

_C = CREDITS.c


async def begin(connection: AsyncConnection, order: RequestOrder) -> bool:
    """Write a credit down that is asked for. The same one again changes nothing.

    Returns whether it still has to go out.
    """
    amount = order.effect.amount
    if amount is None:
        raise ValueError("a credit has an amount")
    row = {
        "key": order.effect.key,
        "escalation_id": order.escalation_id,
        "customer_id": order.customer_id,
        "amount_minor": amount.minor,
        "amount_currency": amount.currency,
    }
    await connection.execute(insert(CREDITS).values(row).on_conflict_do_nothing())
    gone = select(_C.issued_at).where(_C.key == order.effect.key)
    return (await connection.execute(gone)).scalar_one() is None


async def issued(connection: AsyncConnection, key: str) -> None:
    """It went out. The first time is the time."""
    await connection.execute(
        update(CREDITS).where(_C.key == key, _C.issued_at.is_(None)).values(issued_at=func.now())
    )


async def of(connection: AsyncConnection, escalation_id: UUID) -> tuple[tuple[Money, bool], ...]:
    """The credits of one escalation, with whether each went out."""
    query = select(CREDITS).where(_C.escalation_id == escalation_id).order_by(_C.asked_at, _C.key)
    return tuple(
        (
            Money(minor=row.amount_minor, currency=row.amount_currency),
            row.issued_at is not None,
        )
        for row in await connection.execute(query)
    )
