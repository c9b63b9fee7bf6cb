"""Similar cases in PostgreSQL: what is found, what is not, and what goes when words are erased."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from activities.adapters.embedder import BuiltInEmbedder
from activities.adapters.minilm import DIMENSIONS as OF_THE_MODEL, MiniLm
from activities.similar import SimilarCases
from models.escalation import EscalationType
from models.similar import CaseOrigin, ImportedCase
from models.store.migrate import migrate
from models.store.session import Store
from models.store.vectors import ADD_VECTORS, DIMENSIONS, can_keep_vectors
from supervisor.stack import Stack
from tests.desk import Desk
from tests.past import Counter, past_case
from tests.store.remembering import BILLING, SOME_DAY, by_words, found, kept, one, run


@pytest.fixture
def keeper(store: Store) -> SimilarCases:
    """Keeps cases under a model of this test's own: it finds those of no other test."""
    return SimilarCases(store, Counter())


def test_the_column_is_as_wide_as_the_model() -> None:
    assert DIMENSIONS == OF_THE_MODEL


async def test_the_nearest_come_first_and_none_below_the_floor(keeper: SimilarCases) -> None:
    titles = ("charged twice this month", "charged twice", "the visit was missed")
    await keeper.import_cases("old", [past_case(title=title) for title in titles])
    near = await found(keeper, "charged twice")
    assert [one.title for one in near] == ["charged twice", "charged twice this month"]
    assert [one.similarity for one in near] == [1.0, 0.7071]
    assert len(await found(keeper, "charged twice", floor=0)) == 3


async def test_of_equal_ones_the_newest_comes_first(keeper: SimilarCases) -> None:
    days = (3, 1, 2)
    cases = [past_case(approach=f"{day}", resolved_at=SOME_DAY + timedelta(day)) for day in days]
    await keeper.import_cases("old", cases)
    assert [one.approach for one in await found(keeper, "charged twice")] == ["3", "2", "1"]
    assert len(await found(keeper, "charged twice", limit=2)) == 2


async def test_a_rare_type_is_found_among_many_of_another(keeper: SimilarCases) -> None:
    rare = past_case(type="executive", title="charged twice by somebody")
    await keeper.import_cases("old", [*(past_case() for _ in range(100)), rare])
    near = await found(keeper, "charged twice", type_=EscalationType.EXECUTIVE, limit=1)
    assert [one.title for one in near] == [rare.title]
    assert {one.type for one in await found(keeper, "charged twice", limit=200)} == {BILLING}


async def test_saved_and_lost_ones_are_found_alike(keeper: SimilarCases) -> None:
    outcomes = ["saved", "lost", "resolved", "unresolved"]
    await keeper.import_cases("old", [past_case(outcome=one) for one in outcomes])
    near = await found(keeper, "charged twice")
    assert sorted(one.outcome for one in near) == sorted(outcomes)
    assert {one.source for one in near} == {CaseOrigin.IMPORTED}


async def test_the_same_line_again_changes_nothing_and_a_changed_text_is_read_anew(
    store: Store,
) -> None:
    counter = Counter()
    keeper = SimilarCases(store, counter)
    case = past_case(title="it is charged twice")
    counted = await keeper.import_cases("old", [case])
    assert (counted.new, counted.changed, counted.unchanged) == (1, 0, 0)
    counted = await keeper.import_cases("old", [case])
    assert (counted.new, counted.changed, counted.unchanged) == (0, 0, 1)
    assert len(counter.given) == 1
    same = {"external_id": case.external_id, "approach": "Said sorry", "outcome": "lost"}
    told = past_case(title=case.title, **same)
    counted = await keeper.import_cases("old", [told])
    assert (counted.new, counted.changed, counted.unchanged) == (0, 1, 0)
    assert len(counter.given) == 1, "its text is the same"
    [near] = await found(keeper, case.title)
    assert (near.approach, near.outcome) == ("Said sorry", "lost")
    await keeper.import_cases("old", [past_case(title="the visit was missed", **same)])
    assert await found(keeper, case.title, floor=0.9) == []
    assert len(await found(keeper, "the visit was missed")) == 1


async def test_the_same_id_of_another_source_is_another_case(keeper: SimilarCases) -> None:
    case = past_case()
    for source in ("old", "older"):
        assert (await keeper.import_cases(source, [case])).new == 1
    assert len(await found(keeper, case.title)) == 2


async def test_vectors_of_another_model_are_never_compared_and_made_anew(store: Store) -> None:
    old, new = SimilarCases(store, Counter()), SimilarCases(store, Counter())
    case = past_case(title="charged three times")
    await old.import_cases("old", [case])
    assert await found(new, case.title) == []
    assert (await new.import_cases("old", [case])).changed == 1
    assert len(await found(new, case.title)) == 1
    assert await found(old, case.title) == []


async def test_a_case_that_goes_on_asks_and_is_not_found(
    keeper: SimilarCases, sarah: Desk, marcus: Desk
) -> None:
    title = f"Only {uuid4().hex}"
    opened = await sarah.open_case(type="billing_dispute", title=title)
    await sarah.case(opened["number"], at=opened["version"])
    case = UUID(opened["escalation_id"])
    assert not await keeper.remember(case), "it is not over"
    assert await keeper.embed_case(case)
    assert await found(keeper, title, floor=0) == []
    answer = await marcus.post(f"/cs/escalations/{opened['number']}/cancellation", {})
    await sarah.case(opened["number"], at=answer["version"])
    assert not await keeper.remember(case), "it was cancelled"
    assert await found(keeper, title, floor=0) == []


async def test_an_open_case_is_read_anew_when_the_customer_wrote(store: Store, sarah: Desk) -> None:
    counter = Counter()
    keeper = SimilarCases(store, counter)
    opened = await sarah.open_case(title="Heating")
    path, case = f"/cs/escalations/{opened['number']}", UUID(opened["escalation_id"])
    await sarah.case(opened["number"], at=opened["version"])
    await keeper.embed_case(case)
    await keeper.embed_case(case)
    assert counter.given == ["Heating"]
    said = [("outbound", "We come."), ("inbound", "Thank you!"), ("inbound", "It is cold here.")]
    for direction, words in said:
        body = {"channel": "email", "direction": direction, "text": words}
        answer = await sarah.post(f"{path}/messages", body)
    await sarah.case(opened["number"], at=answer["version"])
    await keeper.embed_case(case)
    assert counter.given[1:] == ["Heating\nIt is cold here."]


async def test_erased_words_take_with_them_what_was_made_of_them(
    keeper: SimilarCases, store: Store, sarah: Desk
) -> None:
    opened = await sarah.open_case(title="Heating", description=f"Cold {uuid4().hex}")
    case = UUID(opened["escalation_id"])
    await sarah.case(opened["number"], at=opened["version"])
    await keeper.embed_case(case)
    assert await kept(store, case)
    found_by = "SELECT (state->>'description_id')::uuid FROM escalations WHERE id = :case"
    description = await one(store, found_by, case=case)
    await run(store, "DELETE FROM contents WHERE id = :id", id=description)
    assert not await kept(store, case)
    await keeper.embed_case(case)
    assert (
        await one(
            store, "SELECT words::text FROM case_vectors WHERE escalation_id = :case", case=case
        )
        == "'heat':1"
    )


async def test_an_erased_import_takes_its_vector_with_it(
    keeper: SimilarCases, store: Store
) -> None:
    case = past_case(title=f"Erased {uuid4().hex}")
    await keeper.import_cases("old", [case])
    [near] = await found(keeper, case.title)
    await run(store, "DELETE FROM imported_cases WHERE id = :id", id=near.id)
    assert await found(keeper, case.title) == []
    assert await by_words(store, case.title.split()[1]) == []


async def test_any_word_finds_a_case_by_words_and_more_of_them_come_first(
    keeper: SimilarCases, store: Store
) -> None:
    rare, other = uuid4().hex, uuid4().hex
    titles = (f"Charges {rare}", f"Charged {other} by {rare}", "Charged")
    await keeper.import_cases("old", [past_case(title=title) for title in titles])
    near = await by_words(store, f"I was charging {other}, the {rare}!")
    assert near[:2] == [titles[1], titles[0]]


@pytest.mark.parametrize(
    "asked",
    ["", "the", "' & | ! ( ) <-> \\ :*", "a'b\\c www.x.test/?a=1&b='2'\\", "😡", "x" * 50_000],
)
async def test_whatever_is_asked_by_words_is_no_error(store: Store, asked: str) -> None:
    assert await by_words(store, asked) == []


async def test_the_model_finds_what_is_said_in_other_words(store: Store) -> None:
    keeper = SimilarCases(store, BuiltInEmbedder(MiniLm()))
    source = uuid4().hex
    said: Sequence[ImportedCase] = [
        past_case(title="You took the money from my card two times"),
        past_case(title="The technician never came to my house"),
    ]
    await keeper.import_cases(source, said)
    near = await found(keeper, "I was charged twice", limit=1)
    assert [one.title for one in near] == [said[0].title]


async def test_a_database_without_pgvector_finds_by_words_until_it_has_it(
    stack: Stack, store: Store
) -> None:
    word = f"w{uuid4().hex}"
    counter = Counter()
    keeper, case = SimilarCases(store, counter), past_case(title=f"Charged {word}")
    await run(store, "ALTER TABLE case_vectors DROP COLUMN vector")
    try:
        async with store.transaction() as connection:
            assert not await can_keep_vectors(connection)
        assert (await keeper.import_cases("old", [case])).new == 1
        assert (await keeper.import_cases("old", [case])).unchanged == 1
        while await keeper.remember_missing(500):
            pass
        assert (await by_words(store, f"They charge {word}"))[0] == case.title
        assert counter.given == []
    finally:
        await asyncio.to_thread(migrate, stack.database_url)
    assert (await keeper.import_cases("old", [case])).changed == 1
    assert [one.title for one in await found(keeper, case.title)] == [case.title]
    await run(store, "DELETE FROM case_vectors WHERE vector IS NULL")


@pytest.mark.parametrize("extension", ["pageinspect", "nobody_has_such"])
async def test_an_extension_that_cannot_be_made_stops_no_migration(
    store: Store, extension: str
) -> None:
    asked = ADD_VECTORS.replace("NOT EXISTS vector", f"NOT EXISTS {extension}")
    assert asked != ADD_VECTORS
    await run(store, asked)
    made = "SELECT count(*) FROM pg_extension WHERE extname = :name"
    assert await one(store, made, name=extension) == 0
