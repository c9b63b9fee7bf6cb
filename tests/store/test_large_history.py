"""Words in a large history: a long letter is answered in time, and what cannot be is given up."""

import random
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import text

from models.escalation import EscalationType
from models.store.repositories import similar
from models.store.session import Store
from tests.store.remembering import run

CASES = 7_500
SOURCE = "large"
VOCABULARY = tuple(f"thing{number}" for number in range(450))
LETTER = " ".join(VOCABULARY[:220])
"""1,900 signs, and each word in every sixth case."""

_INSERT = """
    WITH given AS (
        SELECT * FROM unnest(CAST(:texts AS text[])) WITH ORDINALITY AS one(said, place)
    ),
    made AS (
        INSERT INTO imported_cases
            (id, source, external_id, type, outcome, approach, title, resolved_at, row_hash)
        SELECT gen_random_uuid(), :source, place::text, 'executive', 'resolved', 'Called', said,
            '2026-01-02', place::text FROM given
        RETURNING id, title
    )
    INSERT INTO case_vectors
        (id, imported_id, type, outcome, approach, ended_at, text_hash, words, made_of)
    SELECT id, id, 'executive', 'resolved', 'Called', '2026-01-02', 'none',
        to_tsvector('english', title), '{}' FROM made
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def history(store: Store) -> AsyncIterator[Store]:
    """So many cases of eight sentences; the last one is the letter's own."""
    dice = random.Random(7)
    texts = [" ".join(dice.choices(VOCABULARY, k=80)) for _ in range(CASES - 1)] + [LETTER]
    await run(store, _INSERT, texts=texts, source=SOURCE)
    await run(store, "ANALYZE case_vectors")
    yield store
    await run(store, "DELETE FROM imported_cases WHERE source = :source", source=SOURCE)


async def asked(store: Store) -> tuple[list[str | None] | None, float]:
    """The titles of what the letter finds, and how many seconds it took."""
    query = similar.by_words(LETTER, EscalationType.EXECUTIVE, 3)
    async with store.transaction() as connection:
        begun = time.perf_counter()
        found = await similar.read_in_time(connection, query)
        took = time.perf_counter() - begun
    return None if found is None else [one.title for one in found], took


async def test_a_long_letter_finds_its_case(history: Store) -> None:
    found, _ = await asked(history)
    assert found is not None
    assert found[0] == LETTER
    assert len(found) == 3


async def test_a_long_letter_holds_nobody_up(
    history: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "PATIENCE", timedelta(milliseconds=100))
    assert min([(await asked(history))[1] for _ in range(5)]) < 0.3


async def test_a_search_that_takes_too_long_is_given_up_and_the_transaction_goes_on(
    history: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "PATIENCE", timedelta(milliseconds=1))
    query = similar.by_words(LETTER, EscalationType.EXECUTIVE, 3)
    async with history.transaction() as connection:
        assert await similar.read_in_time(connection, query) is None
        limit = await connection.execute(text("SHOW statement_timeout"))
        assert limit.scalar_one() == "5s"
