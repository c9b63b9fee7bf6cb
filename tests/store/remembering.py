"""Asking what is kept of past cases, and making some."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from temporalio.client import Client

from activities.similar import SimilarCases
from models.escalation import EscalationType
from models.similar import SimilarCase
from models.store.repositories import similar
from models.store.session import Store
from tests.desk import Desk
from tests.polling import until
from upkeep.fast_forward import fast_forward
from workflows.client import Engine

BILLING = EscalationType.BILLING_DISPUTE
SOME_DAY = datetime(2026, 2, 3, tzinfo=UTC)


async def found(keeper: SimilarCases, asked: str, **given: Any) -> list[SimilarCase]:
    """The cases nearest to a text."""
    [vector] = keeper.embedder.embed([asked])
    query = similar.nearest(
        vector, keeper.embedder.name, given.pop("type_", BILLING), given.pop("limit", 9), **given
    )
    async with keeper.store.transaction() as connection:
        return await similar.read(connection, query)


async def by_words(store: Store, asked: str) -> list[str | None]:
    """The titles of the cases that share words with a text."""
    query = similar.by_words(asked, BILLING, 9)
    async with store.transaction() as connection:
        return [one.title for one in await similar.read(connection, query)]


async def one(store: Store, query: str, **given: object) -> Any:
    """One value."""
    async with store.transaction() as connection:
        return (await connection.execute(text(query), given)).scalar_one_or_none()


async def run(store: Store, query: str, **given: object) -> None:
    """One change."""
    async with store.transaction() as connection:
        await connection.execute(text(query), given)


async def kept(store: Store, case: UUID) -> bool:
    """Whether there is anything that finds a live case."""
    asked = "SELECT count(*) FROM case_vectors WHERE escalation_id = :case"
    return bool(await one(store, asked, case=case))


async def closed(store: Store, client: Client, sarah: Desk, **given: Any) -> UUID:
    """A case that was resolved, and closed after its time."""
    opened = await sarah.open_case(**given)
    await sarah.post(f"/cs/escalations/{opened['number']}/resolution")
    number = int(opened["number"].removeprefix("E-"))
    engine = Engine(client, "tests")
    case = UUID(opened["escalation_id"])

    async def is_over() -> bool:
        asked = "SELECT count(*) FROM case_results WHERE escalation_id = :case"
        return bool(await one(store, asked, case=case))

    for _ in range(4):
        if not await is_over():
            await fast_forward(store, client, engine, number, timedelta(days=60))
    await until(is_over)
    return case
