"""Long letters looked for by their words: how few words are enough, and how long it takes.

A letter is two held-out questions about one thing among other sentences, about 2,000 characters.
The large history is 7,000 cases of eight sentences each, so that many cases have any word.
"""

import random
import time
from collections.abc import Sequence
from itertools import groupby
from unittest import mock

import numpy as np
from sqlalchemy import text

from evaluation.corpora import Question
from models.escalation import EscalationType
from models.store.repositories import similar
from models.store.session import Store

LARGE, SENTENCES = 7_000, 8
LONGEST, MOST = 1_990, 150
ALL_WORDS = 10_000
_TOP = 5
_LARGE_TYPE = EscalationType.MISSED_APPOINTMENT
_INSERT = """
    WITH given AS (
        SELECT * FROM unnest(CAST(:texts AS text[])) WITH ORDINALITY AS one(said, place)
    ),
    made AS (
        INSERT INTO imported_cases (id, source, external_id, type, outcome, approach, title,
            description, resolved_at, row_hash)
        SELECT gen_random_uuid(), 'large', place::text, :type, 'resolved', 'none', 'Large', said,
            '2026-01-02', place::text FROM given
        RETURNING id, description
    )
    INSERT INTO case_vectors
        (id, imported_id, type, outcome, approach, ended_at, text_hash, words, made_of)
    SELECT id, id, :type, 'resolved', 'none', '2026-01-02', 'none',
        to_tsvector('english', description), '{}' FROM made
"""


async def letters(store: Store, asked: Sequence[Question], others: Sequence[str]) -> None:
    """Print every figure."""
    dice = random.Random(1)  # noqa: S311 (it draws sentences)
    said = [*others, *(one.text for one in asked)]
    large = [" . ".join(dice.choices(said, k=SENTENCES)) for _ in range(LARGE)]
    async with store.transaction() as connection:
        await connection.execute(text(_INSERT), {"texts": large, "type": _LARGE_TYPE})
    async with store.transaction() as connection:
        await connection.execute(text("ANALYZE case_vectors"))
    written = _written(asked, others, dice)
    words = " ".join(dict.fromkeys(" ".join(others).split()))[:LONGEST]
    print(
        f"\nLong letters by words: {len(written)} of {LONGEST:,} characters; milliseconds in"
        f" {LARGE:,} cases of {SENTENCES} sentences, and of a letter of different words"
    )
    print(
        f"{'words asked for':26} {'first':>6} {'recall':>7} {'ms p50':>7} {'p95':>6} {'words':>6}"
    )
    for name, many in (("all", ALL_WORDS), ("the most usual", similar.MOST_WORDS)):
        with mock.patch.object(similar, "MOST_WORDS", many):
            told = [await _found(store, one, EscalationType(one.kind)) for one in written]
            slow = [(await _found(store, one, _LARGE_TYPE))[1] for one in written]
            odd = (await _found(store, Question(words, "", "", ""), _LARGE_TYPE))[1]
        first = np.mean([right[:1] == [True] for right, _ in told])
        recall = np.mean([sum(right) / _TOP for right, _ in told])
        middle, last = np.percentile(slow, [50, 95])
        shown = f"{name}, {many if many < ALL_WORDS else 'each'}"
        print(f"{shown:26} {first:6.3f} {recall:7.3f} {middle:7.1f} {last:6.1f} {odd:6.1f}")


def _written(
    asked: Sequence[Question], others: Sequence[str], dice: random.Random
) -> list[Question]:
    found = []
    order = sorted(asked, key=lambda one: (one.kind, one.intent))
    for _, group in groupby(order, key=lambda one: (one.kind, one.intent)):
        each = list(group)
        for one, other in zip(each[::2], each[1::2], strict=False):
            parts = [one.text, other.text]
            while sum(map(len, parts)) + 3 * len(parts) < LONGEST:
                parts.append(dice.choice(others))
            dice.shuffle(parts)
            letter = " . ".join(parts)[: LONGEST + 100]
            found.append(Question(letter, one.intent, one.kind, one.origin))
    return dice.sample(found, min(MOST, len(found)))


async def _found(store: Store, one: Question, kind: EscalationType) -> tuple[list[bool], float]:
    query = similar.by_words(one.text, kind, _TOP)
    async with store.transaction() as connection:
        await connection.execute(text("SET LOCAL statement_timeout = 0"))
        begun = time.perf_counter()
        found = await similar.read(connection, query)
        took = (time.perf_counter() - begun) * 1000
    return [case.approach == one.intent for case in found], took
