"""Customers, found by external id, then by mail address."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.customer import Customer, CustomerIn
from models.ids import new_id
from models.money import Money
from models.store.tables.customer import CUSTOMERS


async def get(connection: AsyncConnection, customer_id: UUID) -> Customer | None:
    """The customer of that id."""
    found = await connection.execute(select(CUSTOMERS).where(CUSTOMERS.c.id == customer_id))
    row = found.one_or_none()
    return _customer(row) if row else None


async def find_by_email(connection: AsyncConnection, email: str) -> Customer | None:
    """The oldest customer with that address."""
    query = (
        select(CUSTOMERS)
        .where(func.lower(CUSTOMERS.c.email) == email.lower())
        .order_by(CUSTOMERS.c.created_at, CUSTOMERS.c.id)
        .limit(1)
    )
    row = (await connection.execute(query)).one_or_none()
    return _customer(row) if row else None


async def remember(connection: AsyncConnection, given: CustomerIn) -> Customer:
    """Find or make the customer. Facts that are given now replace older ones; others stay."""
    known = await _known(connection, given)
    told = _columns(given)
    if known is not None:
        fresh = {name: value for name, value in told.items() if value is not None}
        await connection.execute(
            update(CUSTOMERS).where(CUSTOMERS.c.id == known.id).values(**fresh)
        )
        merged = {**known.model_dump(), **given.model_dump(exclude_none=True)}
        return Customer.model_validate(merged)
    made = (
        insert(CUSTOMERS)
        .values(id=new_id(), **told)
        .on_conflict_do_update(index_elements=["external_id"], set_={"name": given.name})
        .returning(CUSTOMERS)
    )
    return _customer((await connection.execute(made)).one())


async def _known(connection: AsyncConnection, given: CustomerIn) -> Customer | None:
    if given.external_id is not None:
        query = select(CUSTOMERS).where(CUSTOMERS.c.external_id == given.external_id)
        row = (await connection.execute(query)).one_or_none()
        return _customer(row) if row else None
    if given.email is not None:
        return await find_by_email(connection, given.email)
    return None


def _columns(given: CustomerIn) -> dict[str, Any]:
    told = given.model_dump(exclude={"annual_value"})
    value = given.annual_value
    told["annual_value_minor"] = value.minor if value else None
    told["annual_value_currency"] = value.currency if value else None
    return told


def _customer(row: Row[Any]) -> Customer:
    value = None
    if row.annual_value_minor is not None:
        value = Money(minor=row.annual_value_minor, currency=row.annual_value_currency)
    return Customer(
        id=row.id,
        external_id=row.external_id,
        name=row.name,
        email=row.email,
        phone=row.phone,
        time_zone=row.time_zone,
        annual_value=value,
        customer_since=row.customer_since,
        tier=row.tier,
    )
