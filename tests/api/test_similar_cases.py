"""Similar cases over HTTP: found without waiting for a model, and nothing else is told."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from activities.similar import SimilarCases
from models.store.migrate import migrate
from models.store.repositories import similar as repository
from models.store.session import Store
from supervisor.stack import Stack
from tests.api.problem import require_problem
from tests.desk import Desk
from tests.past import Counter, past_case, word_apart_from


@pytest.fixture
def keeper(store: Store) -> SimilarCases:
    """Keeps cases under a model of this test's own."""
    return SimilarCases(store, Counter())


async def opened(sarah: Desk, **given: Any) -> tuple[str, UUID]:
    """The number and id of a case that is open."""
    case = await sarah.open_case(type="executive", **given)
    await sarah.case(case["number"], at=case["version"])
    return case["number"], UUID(case["escalation_id"])


async def similar(desk: Desk, number: str, **params: Any) -> Any:
    """The answer."""
    return await desk.get(f"/cs/escalations/{number}/similar-cases", **params)


async def test_a_case_that_was_not_read_yet_is_looked_for_by_its_words(
    sarah: Desk, keeper: SimilarCases
) -> None:
    word = f"w{uuid4().hex}"
    case = past_case(type="executive", title=f"Their board asks about {word}", outcome="lost")
    await keeper.import_cases("old", [case])
    number, _ = await opened(sarah, title=f"A board and {word}")
    told = await similar(sarah, number)
    assert (told["source"], told["model"], told["why_empty"]) == ("text-search", None, None)
    assert "has not read" in told["why_by_words"]
    first = told["items"][0]
    assert 0 < first.pop("similarity") < 1
    assert UUID(first.pop("id"))
    assert first == {
        "number": None,
        "source": "imported",
        "type": "executive",
        "outcome": "lost",
        "approach": case.approach,
        "title": case.title,
        "ended_at": "2026-01-02T00:00:00Z",
    }


async def test_a_case_that_was_read_is_compared_by_its_vector(
    sarah: Desk, keeper: SimilarCases
) -> None:
    word = word_apart_from("The board and again. Nothing of that.")
    titles = [f"The board and {word} again", f"The board and {word}", "Nothing of that"]
    cases = [past_case(type="executive", title=title) for title in titles]
    await keeper.import_cases("old", cases)
    number, case_id = await opened(sarah, title=f"The board and {word}")
    await keeper.embed_case(case_id)
    told = await similar(sarah, number)
    assert (told["source"], told["model"]) == ("embedding", keeper.embedder.name)
    assert told["why_by_words"] is None
    assert [one["title"] for one in told["items"]] == [titles[1], titles[0]]
    assert told["items"][0]["similarity"] == 1
    assert len((await similar(sarah, number, limit=1))["items"]) == 1


async def test_the_customers_words_are_not_in_the_answer(sarah: Desk, keeper: SimilarCases) -> None:
    secret, word = uuid4().hex, f"w{uuid4().hex}"
    case = past_case(type="executive", title=word, description=f"My password is {secret}")
    await keeper.import_cases("old", [case])
    number, _ = await opened(sarah, title=word)
    path = f"/cs/escalations/{number}/similar-cases"
    answer = await sarah.ask("GET", path)
    assert word in answer.text
    assert secret not in answer.text


async def test_where_nothing_is_found_it_is_said_why(sarah: Desk, keeper: SimilarCases) -> None:
    number, case_id = await opened(sarah, title=f"w{uuid4().hex}")
    told = await similar(sarah, number)
    assert (told["items"], told["source"]) == ([], "text-search")
    assert "shares words" in told["why_empty"]
    await keeper.embed_case(case_id)
    told = await similar(sarah, number)
    assert (told["items"], told["source"]) == ([], "embedding")
    assert "near enough" in told["why_empty"]


@pytest.mark.parametrize("blank", [" ", "\u200b"])
async def test_an_approach_that_begins_with_much_of_nothing_breaks_no_guidance(
    sarah: Desk, keeper: SimilarCases, blank: str
) -> None:
    """Guidance tells the first 500 characters."""
    word = f"w{uuid4().hex}"
    late = past_case(type="executive", title=f"{word} one", approach=f"{blank * 500}Called them.")
    long = past_case(type="executive", title=f"{word} two", approach=f"Called. {'x' * 590}")
    await keeper.import_cases("old", [late, long])
    number, _ = await opened(sarah, title=word)
    told = await sarah.get(f"/cs/escalations/{number}/ai-guidance")
    seen = {one["approach"] for one in told["similar_cases"]}
    assert long.approach[:500] in seen
    assert ("Called them." in seen) is (blank == " ")
    await sarah.post(f"/cs/escalations/{number}/ai-generate-response", {"channel": "chat"})


async def test_cases_found_by_words_say_so_in_the_guidance(
    sarah: Desk, keeper: SimilarCases
) -> None:
    word = f"w{uuid4().hex}"
    await keeper.import_cases("old", [past_case(type="executive", title=word)])
    number, case = await opened(sarah, title=word)
    told = await sarah.get(f"/cs/escalations/{number}/ai-guidance")
    assert told["similar_cases"]
    assert told["sources"]["similar_cases"] == "text-search"
    assert "has not read" in told["similar_cases_words"]
    await keeper.embed_case(case)
    told = await sarah.get(f"/cs/escalations/{number}/ai-guidance")
    assert told["sources"]["similar_cases"] == "model"
    assert told["similar_cases_words"] is None


async def test_a_search_that_was_given_up_is_told(
    sarah: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def late(*_: object) -> None:
        return None

    monkeypatch.setattr(repository, "read_in_time", late)
    number, _ = await opened(sarah, title="Heating")
    told = await similar(sarah, number)
    assert (told["items"], "too long" in told["why_empty"]) == ([], True)
    told = await sarah.get(f"/cs/escalations/{number}/ai-guidance")
    assert (told["similar_cases"], told["sources"]["similar_cases"]) == ([], None)
    assert "too long" in told["similar_cases_words"]


async def test_without_pgvector_words_find_and_it_is_said_why(
    sarah: Desk, keeper: SimilarCases, stack: Stack, store: Store
) -> None:
    word = f"w{uuid4().hex}"
    number, _ = await opened(sarah, title=word)
    async with store.transaction() as connection:
        await connection.execute(text("ALTER TABLE case_vectors DROP COLUMN vector"))
    try:
        await keeper.import_cases("old", [past_case(type="executive", title=word)])
        told = await similar(sarah, number)
    finally:
        await asyncio.to_thread(migrate, stack.database_url)
    assert [one["title"] for one in told["items"]][:1] == [word]
    assert "CREATE EXTENSION vector" in told["why_by_words"]


@pytest.mark.parametrize("limit", ["0", "21", "many", "-1", "1e9"])
async def test_a_limit_that_is_none_is_refused(sarah: Desk, limit: str) -> None:
    number, _ = await opened(sarah)
    answer = await sarah.ask(
        "GET", f"/cs/escalations/{number}/similar-cases", params={"limit": limit}
    )
    require_problem(answer, 422, "fields-invalid")
