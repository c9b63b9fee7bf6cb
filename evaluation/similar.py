"""How well similar cases are found, in a real PostgreSQL with pgvector, beside full-text search.

A case is like another one when both are about the same thing, as people labelled it. Both ways
search the same cases with the same filter, in turns.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np

from activities.adapters.embedder import BuiltInEmbedder
from activities.adapters.minilm import MiniLm
from activities.similar import AT_ONCE, SimilarCases
from evaluation.corpora import Question, is_held_out, off_topic, questions
from evaluation.letters import letters
from models.escalation import EscalationType
from models.similar import CaseOutcome, ImportedCase, SimilarCase
from models.store.repositories import similar
from models.store.repositories.similar import FLOOR, Found, by_words, nearest
from models.store.session import Store
from supervisor.temporary import temporary_stack
from upkeep.library import bring_up_to_date
from workflows.search_attributes import REGISTRATION

HISTORY = {"banking77_train": 6_000, "bitext_customer_service": 1_500}
"""Past cases of each origin. Those of shops are easy, and more would flatter the figures."""

ASKED = {"banking77_train": 600, "bitext_customer_service": 200}
OFF_TOPIC = 300

TOP = 5
FLOORS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)
T = TypeVar("T")
Way = Callable[[Question, tuple[float, ...]], Found]


@dataclass(frozen=True)
class Answer:
    """What one way found for one question."""

    right: tuple[bool, ...]
    """Of each case that was found, the best first."""

    similarity: tuple[float, ...]
    took: float


def similar_cases(folder: Path) -> None:
    """Print every figure of similar cases."""
    asyncio.run(_all(folder))


async def _all(folder: Path) -> None:
    history = _chosen(questions(folder, held_out=False), HISTORY)
    asked = _chosen(questions(folder, held_out=True), ASKED)
    async with temporary_stack(search_attributes=REGISTRATION, migrate=bring_up_to_date) as stack:
        store = Store(stack.database_url, pool=2)
        try:
            embedder = BuiltInEmbedder(MiniLm(threads=2))
            took = await _import(SimilarCases(store, embedder), history)
            print(
                f"\nSimilar cases: {len(history):,} past cases ({took:.0f} s to import),"
                f" {len(asked):,} held-out questions; same thing = similar"
            )
            given = embedder.embed([one.text for one in asked])
            pairs = list(zip(asked, given, strict=True))
            await _compare(store, embedder, history, pairs)
            known = {one.text for one in history}
            rest = [one for one in questions(folder, held_out=False) if one.text not in known]
            await _chosen_floor(store, embedder, _chosen(rest, ASKED), pairs, off_topic(folder))
            await letters(store, questions(folder, held_out=True), off_topic(folder))
        finally:
            await store.close()


def _chosen(found: Sequence[Question], most: dict[str, int]) -> list[Question]:
    """So many of each origin."""
    groups = ([one for one in found if one.origin == name] for name in most)
    return [one for group in groups for one in _spread(group, most[group[0].origin])]


def _spread(found: Sequence[T], most: int) -> list[T]:
    """Up to so many, from all over the list."""
    count = min(most, len(found))
    return [found[at * len(found) // count] for at in range(count)]


async def _import(keeper: SimilarCases, history: Sequence[Question]) -> float:
    """As `rightnow history import` does."""
    begun = time.perf_counter()
    cases = iter([_case(number, one) for number, one in enumerate(history)])
    while batch := list(islice(cases, AT_ONCE)):
        await keeper.import_cases("evaluation", batch)
    return time.perf_counter() - begun


def _case(number: int, one: Question) -> ImportedCase:
    return ImportedCase(
        external_id=str(number),
        type=EscalationType(one.kind),
        title=" ".join(one.text.split())[:200],
        outcome=CaseOutcome.RESOLVED,
        approach=one.intent,  # so that what is found says what it is about
        resolved_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


async def _compare(
    store: Store,
    embedder: BuiltInEmbedder,
    history: Sequence[Question],
    pairs: Sequence[tuple[Question, tuple[float, ...]]],
) -> None:
    ways: dict[str, Way] = {
        "vectors": _by_vector(embedder, FLOOR),
        "text, ts_rank": lambda one, _: by_words(one.text, EscalationType(one.kind), TOP),
        "text, ts_rank_cd": lambda one, _: by_words(
            one.text, EscalationType(one.kind), TOP, ranked_by="ts_rank_cd"
        ),
    }
    asked = [one for one, _ in pairs]
    told: dict[str, list[Answer]] = {name: [] for name in ways}
    for question, vector in pairs:
        for name, way in ways.items():
            told[name].append(await _answered(store, question, way(question, vector)))
    there = Counter((one.kind, one.intent) for one in history)
    print("first: the best one is similar; any: at least one of the five is")
    print("recall@5: of the five similar ones (or all, if fewer) that could be found, how many")
    figures = f"{'first':>6} {'any of 5':>9} {'recall@5':>9} {'ms p50':>7} {'p95':>6}"
    print(f"{'':26} {'n':>5} {'way':17} {figures}")
    for origin in (*sorted({one.origin for one in asked}), "all"):
        here = [at for at, one in enumerate(asked) if origin in ("all", one.origin)]
        for name, answers in told.items():
            _line(origin, name, [(asked[at], answers[at]) for at in here], there)


def _by_vector(embedder: BuiltInEmbedder, floor: float) -> Way:
    return lambda one, vector: nearest(
        vector, embedder.name, EscalationType(one.kind), TOP, floor=floor
    )


async def _answered(store: Store, question: Question, query: Found) -> Answer:
    async with store.transaction() as connection:
        begun = time.perf_counter()
        found: list[SimilarCase] = await similar.read(connection, query)
        took = time.perf_counter() - begun
    return Answer(
        tuple(one.approach == question.intent for one in found),
        tuple(one.similarity for one in found),
        took,
    )


def _line(
    origin: str,
    name: str,
    told: Sequence[tuple[Question, Answer]],
    there: Counter[tuple[str, str]],
) -> None:
    first = np.mean([one.right[:1] == (True,) for _, one in told])
    hit = np.mean([any(one.right) for _, one in told])
    recall = np.mean(
        [sum(one.right) / min(TOP, there[asked.kind, asked.intent]) for asked, one in told]
    )
    middle, slow = np.percentile([one.took * 1000 for _, one in told], [50, 95])
    print(
        f"{origin:26} {len(told):5} {name:17} {first:6.3f} {hit:9.3f} {recall:9.3f}"
        f" {middle:7.1f} {slow:6.1f}"
    )


async def _chosen_floor(
    store: Store,
    embedder: BuiltInEmbedder,
    learnt: Sequence[Question],
    held_out: Sequence[tuple[Question, tuple[float, ...]]],
    others: Sequence[str],
) -> None:
    """Every floor, by questions that are not held out; and the one in use, by those that are."""
    given = zip(learnt, embedder.embed([one.text for one in learnt]), strict=True)
    sides = [[one for one in others if is_held_out(one) == side] for side in (False, True)]
    print(f"\nThe floor of the cosine, {FLOOR} in use: chosen by other questions than the above")
    print(f"{'floor':>6} {'right kept':>11} {'wrong left out':>15} {'silent about others':>20}")
    await _floors(store, embedder, list(given), _spread(sides[False], OFF_TOPIC), FLOORS)
    print("and by the held-out ones")
    await _floors(store, embedder, held_out, _spread(sides[True], OFF_TOPIC), (FLOOR,))


async def _floors(
    store: Store,
    embedder: BuiltInEmbedder,
    asked: Sequence[tuple[Question, tuple[float, ...]]],
    others: Sequence[str],
    floors: Sequence[float],
) -> None:
    """What a floor keeps of the best case, and how often it says nothing where nothing is right."""
    way = _by_vector(embedder, 0.0)
    foreign = [Question(text, "none", "billing_dispute", "nfcats") for text in others]
    strange = list(zip(foreign, embedder.embed(others), strict=True))
    here, there = [
        [await _answered(store, one, way(one, vector)) for one, vector in group]
        for group in (asked, strange)
    ]
    near = np.array([one.similarity[0] for one in here])
    right = np.array([one.right[0] for one in here])
    far = np.array([one.similarity[0] for one in there])
    for floor in floors:
        kept, out = (near[right] >= floor).mean(), (near[~right] < floor).mean()
        print(f"{floor:6.2f} {kept:11.3f} {out:15.3f} {(far < floor).mean():20.3f}")
